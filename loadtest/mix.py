"""Who the users are: of a hundred people, so many of each kind (docs/load-testing.md says why)."""

import math

PEOPLE = {"storekeeper": 45, "buyer": 20, "manager": 5, "auditor": 5, "general": 25}

# Between two pages somebody reads and types; seconds, evenly spread. A smoke test measures nothing.
THINK = (1.0, 3.0)
HASTE = (0.1, 0.3)


def accounts_for(users: int) -> dict[str, int]:
    """Accounts of each kind that so many users can need at most."""
    return {work: math.ceil(users * share / 100) + 1 for work, share in PEOPLE.items()}


def think_time(shape: str) -> tuple[float, float]:
    return HASTE if shape == "smoke" else THINK


def weight_of(work: str, shape: str) -> int:
    """A smoke test has few people, and wants some of every kind."""
    return 1 if shape == "smoke" else PEOPLE[work]
