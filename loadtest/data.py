"""What the virtual users have: an account of their own, things of their own, orders to hand on."""

import json
import os
from collections import defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class NoAccountLeftError(Exception):
    """More users than accounts were made."""


@dataclass(frozen=True)
class Person:
    """An account, and the slice of the data that belongs to it."""

    name: str
    password: str
    work: str
    language: str
    slice: dict[str, Any]


@dataclass
class Orders:
    """Orders that wait for the next person: each goes to one, so no two decide about the same."""

    stations: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))

    def hand_on(self, station: str, order: int) -> None:
        self.stations[station].append(order)

    def take(self, station: str) -> int | None:
        """The one that waits longest."""
        waiting = self.stations[station]
        return waiting.popleft() if waiting else None


class Data:
    """Everything that `manage.py prepare_load_test` made."""

    def __init__(self, content: dict[str, Any], shared_password: str = "") -> None:
        self.everybody: dict[str, Any] = content["everybody"]
        self.orders = Orders()
        self._free: dict[str, deque[Person]] = defaultdict(deque)
        for person in content["people"]:
            password = shared_password or person.get("password", "")
            known = {name: person[name] for name in ("name", "work", "language", "slice")}
            self._free[person["work"]].append(Person(password=password, **known))
            for station, orders in person["slice"].get("orders", {}).items():
                for order in orders:
                    self.orders.hand_on(station, order)

    @classmethod
    def from_environment(cls) -> "Data":
        """The file LOADTEST_PEOPLE names; its passwords, or LOADTEST_PASSWORD for everybody."""
        content = json.loads(Path(os.environ["LOADTEST_PEOPLE"]).read_text("utf-8"))
        return cls(content, os.environ.get("LOADTEST_PASSWORD", ""))

    def next_person(self, work: str) -> Person:
        """An account that nobody else uses."""
        if not self._free[work]:
            raise NoAccountLeftError(
                f"There is no account left for another {work}: prepare_load_test made too few."
            )
        return self._free[work].popleft()
