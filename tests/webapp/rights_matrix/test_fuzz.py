"""Odd questions to every address, as everybody: refused, or answered, and never a 500.

Seeded: a failure is found again by its seed, which the message names.
"""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from access.models import User
from tests.webapp.rights_matrix.addresses import Address, addresses
from tests.webapp.rights_matrix.asking import browser_of, nothing_remains
from tests.webapp.rights_matrix.table import PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SEED = 20_260_401
# Of each kind, to each address; more of them by hand: FUZZ_QUESTIONS=10 ./dev test …
QUESTIONS = int(os.environ.get("FUZZ_QUESTIONS", "1"))
LONGEST_PATH = 3000

ODD_KEYS = [
    "0",
    "-1",
    "9" * 18,
    "9" * 19,
    "9" * 400,
    "٣",
    "１２",
    "1.5",
    "1e3",
    "0x1",
    "NaN",
    "None",
    "true",
    "'",
    '"; DROP TABLE stock_stockmovement; --',
    "%00",
    "%2e%2e%2f",
    "_5F",
    "a" * 600,
    "部品",
    "🛩",
    "1,2",
    " ",
]
ODD_VALUES = [
    *ODD_KEYS,
    "",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "2026-02-30",
    "9999-12-31T23:59",
    "0001-01-01",
    "99999999999999999999.999999999",
    "-0",
    "Infinity",
    "[]",
    "../../etc/passwd",
]
# Names that lists, forms and pages of ours read, beside some that nobody does.
NAMES = [
    "q", "p", "o", "e", "all", "_popup", "_to_field", "_changelist_filters", "term", "app_label",
    "model_name", "field_name", "location", "part", "level", "movement", "proposal", "category",
    "after", "supplier", "state", "table", "action", "_selected_action", "select_across", "index",
    "lines-TOTAL_FORMS", "lines-INITIAL_FORMS", "lines-0-part", "lines-0-quantity", "rows-0-line",
    "lines-0-location", "lines-0-unit_cost", "rows-TOTAL_FORMS", "rows-INITIAL_FORMS",
    "rows-0-quantity", "rows-0-location", "rows-0-serials", "found-TOTAL_FORMS",
    "found-INITIAL_FORMS", "version", "key", "reason", "occurred_at", "roles", "locations", "seen",
    "file", "next", "username", "password", "email", "groups", "packs", "parent", "name_ja",
    "is_active__exact", "groups__id__exact", "category__id__exact", "pk__in", "id__gt",
    "created_at__gte", "password__startswith", "user__password", "nobody_reads_this", "code",
    "actor", "kind", "from", "to", "since", "until", "object_id", "model", "expected_on", "note",
    "_post", "_review", "_everything", "_save", "_continue", "post", "_another", "currency", "hash",
]  # fmt: skip


@pytest.mark.parametrize("person", PEOPLE)
def test_odd_questions_are_answered_or_refused(
    person: str, cast: dict[str, User | None], world: dict[str, str]
) -> None:
    dice = random.Random(f"{SEED} {person}")
    browser = browser_of(cast[person])

    broken = [
        f"{method} {path[:200]} with {str(data)[:300]}: {told}"
        for address in addresses(world)
        for method, path, data in _questions(address, dice)
        if (told := _answer(browser(), method, path, data))
    ]

    assert not broken, "\n".join([f"seed {SEED}:", *broken])


def _questions(
    address: Address, dice: random.Random
) -> Iterator[tuple[str, str, dict[str, Any] | str]]:
    """Right keys with odd values beside them, odd keys, and bodies that are no forms."""
    for _time in range(QUESTIONS):
        yield "GET", address.path, _values(dice)
        yield "POST", address.path, _values(dice)
    if address.pattern.arguments:
        for _time in range(QUESTIONS):
            yield dice.choice(["GET", "POST"]), _odd_path(address, dice), _values(dice)
    yield "POST", address.path, dice.choice(["{", "[1, 2", "a=1&a=%ff&=%00", "\x00", "--x\r\n"])


def _values(dice: random.Random) -> dict[str, Any]:
    """Some names with odd values, some of them several times."""
    return {
        name: [dice.choice(ODD_VALUES) for _time in range(dice.choice([1, 1, 2]))]
        for name in dice.sample(NAMES, dice.randint(1, 6))
    }


def _odd_path(address: Address, dice: random.Random) -> str:
    path = f"/{address.pattern.shape}"
    for argument in address.pattern.arguments:
        odd = dice.choice(ODD_KEYS)
        for kind in ("", "int:", "str:", "path:", "slug:"):
            path = path.replace(f"<{kind}{argument}>", odd)
    return path[:LONGEST_PATH]


def _answer(client: Client, method: str, path: str, data: dict[str, Any] | str) -> str:
    """What is wrong with the answer; empty if nothing is."""
    cache.clear()
    with nothing_remains():
        try:
            if isinstance(data, str):
                kind = "multipart/form-data; boundary=x" if data[:1] == "-" else "text/plain"
                response = client.post(path, data.encode(), content_type=kind)
            elif method == "GET":
                response = client.get(path, data)
            else:
                response = client.post(path, data)
            if response.streaming:
                response.getvalue()
        except Exception as error:  # noqa: BLE001 - told with what caused it
            return repr(error)
    if response.status_code >= 500:
        cause = getattr(response, "exc_info", None)
        return f"{response.status_code} {cause[1]!r}" if cause else str(response.status_code)
    if not response.streaming and b"Traceback (most recent call last)" in response.content:
        return "a traceback"
    return ""
