"""A storeroom that a story is told of: what lies where, and postings made from it."""

import random
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import models

from access.models import User
from access.roles import Role
from catalog.models import Part, Tracking
from core import currencies
from stock import services
from stock.entries import Count, Line, Move, Posting
from stock.models import Location, StockLevel

_LINE, _INSPECTION = "Assembly line", "Inspection"


class Storeroom:
    """Posts through the services, in the names of the demo users that exist."""

    def __init__(self, parts: Iterable[Part], rng: random.Random) -> None:
        self.parts = {part.number: part for part in parts}
        self.locations = {location.path: location for location in Location.objects.all()}
        self._rng = rng
        self._users = {user.username: user for user in User.objects.filter(username__in=Role)}
        self._numbers: dict[int, int] = {}
        self._homes = {
            level.part_id: level.location
            for level in self._levels(self.parts.values())
            if level.location.path != _LINE
        }
        self.movements = 0

    def on_hand(self) -> dict[str, Decimal]:
        """What is there of each part, wherever it lies."""
        numbers = Part.objects.filter(number__in=self.parts)
        return dict(numbers.values_list("number", "on_hand"))

    def has(self, wanted: dict[str, Decimal]) -> bool:
        """Whether there is enough of every part."""
        there = self.on_hand()
        return all(there[number] >= quantity for number, quantity in wanted.items())

    def issue(
        self,
        wanted: dict[str, Decimal],
        *,
        reason: str,
        at: datetime,
        role: Role = Role.STOREKEEPER,
    ) -> Posting:
        """Take stock, from the assembly line first and the oldest lots first."""
        there: dict[int, list[StockLevel]] = {}
        for level in self._levels([self.parts[number] for number in wanted]):
            there.setdefault(level.part_id, []).append(level)
        return self._posted(
            services.issue(
                lines=[
                    line
                    for number, quantity in wanted.items()
                    for line in self._taken(there[self.parts[number].pk], quantity)
                ],
                reason=reason,
                by=self._user(role),
                at=at,
                key=self._key(),
            )
        )

    def deliver(
        self, wanted: dict[str, Decimal], *, reason: str, at: datetime, inspected_at: datetime
    ) -> None:
        """Receive at the inspection, and put onto the shelf what has passed it."""
        inspection = self.locations[_INSPECTION]
        lines = [
            line
            for number, quantity in wanted.items()
            for line in self._received(self.parts[number], quantity, inspection, at)
        ]
        self._posted(
            services.receive(
                lines=lines, reason=reason, at=at, key=self._key(), by=self._user(Role.STOREKEEPER)
            )
        )
        self._posted(
            services.transfer(
                lines=[
                    Move(
                        part=line.part,
                        location=inspection,
                        to=self._homes[line.part.pk],
                        quantity=line.quantity,
                        lot=line.lot,
                        serial=line.serial,
                    )
                    for line in lines
                ],
                reason="受入検査 合格",
                by=self._user(Role.STOREKEEPER),
                at=inspected_at,
                key=self._key(),
            )
        )

    def supply_line(self, wanted: dict[str, Decimal], *, reason: str, at: datetime) -> None:
        """Bring stock from the shelves to the assembly line."""
        lines = [
            Move(
                part=level.part,
                location=level.location,
                to=self.locations[_LINE],
                quantity=wanted[level.part.number],
            )
            for level in self._levels([self.parts[number] for number in wanted])
            if level.location == self._homes[level.part_id]
            and level.quantity > wanted[level.part.number]
        ]
        if lines:
            self._posted(
                services.transfer(
                    lines=lines,
                    reason=reason,
                    at=at,
                    key=self._key(),
                    by=self._user(Role.STOREKEEPER),
                )
            )

    def take_stock(
        self, path: str, differences: dict[str, Decimal], *, reason: str, at: datetime
    ) -> None:
        """Count everything at a location; `differences` are what the books had wrong."""
        location = self.locations[path]
        levels = self._levels(self.parts.values()).filter(location=location)
        counts = [
            Count(
                part=level.part,
                lot=level.lot,
                expected=level.quantity,
                counted=level.quantity + differences.get(level.part.number, Decimal(0)),
            )
            for level in levels
        ]
        self._posted(
            services.post_stocktake(
                location=location,
                counts=counts,
                reason=reason,
                at=at,
                key=self._key(),
                by=self._user(Role.STOREKEEPER),
            )
        )

    def correct(self, posting: Posting, *, reason: str, at: datetime) -> None:
        self._posted(
            services.correct(
                movements=posting.movements,
                reason=reason,
                at=at,
                key=self._key(),
                by=self._user(Role.ADMINISTRATOR),
            )
        )

    def _levels(self, parts: Iterable[Part]) -> "models.QuerySet[StockLevel]":
        return (
            StockLevel.objects.filter(part__in=parts, quantity__gt=0)
            .select_related("part", "lot", "location")
            .order_by("part", "lot", "location")
        )

    def _taken(self, levels: list[StockLevel], quantity: Decimal) -> list[Line]:
        lines = []
        for level in sorted(levels, key=lambda level: level.location.path != _LINE):
            taken = min(quantity, level.quantity)
            if taken <= 0:
                break
            lot = level.lot
            lines.append(
                Line(
                    part=level.part,
                    location=level.location,
                    quantity=taken,
                    lot=lot.code if lot else "",
                    serial=lot.serial if lot else "",
                )
            )
            quantity -= taken
        return lines

    def _received(
        self, part: Part, quantity: Decimal, location: Location, at: datetime
    ) -> Sequence[Line]:
        cost = None
        if part.last_cost is not None:
            changed = part.last_cost * Decimal(self._rng.choice(("0.97", "1", "1", "1.02")))
            cost = (
                currencies.rounded(changed, part.last_cost_currency) if changed > 100 else changed
            )
        number = self._numbers[part.pk] = self._numbers.get(part.pk, 0) + 1
        if part.tracking == Tracking.SERIAL:
            place = list(self.parts).index(part.number)
            stem = f"{part.number.split('-')[0]}-{at:%y%m}{number}{place:02d}"
            return [
                Line(
                    part=part,
                    location=location,
                    quantity=Decimal(1),
                    unit_cost=cost,
                    currency=part.last_cost_currency,
                    serial=f"{stem}-{item + 1:03d}",
                )
                for item in range(int(quantity))
            ]
        lot = f"{at:%y%m}-{number + 10:02d}" if part.tracking == Tracking.LOT else ""
        return [
            Line(
                part=part,
                location=location,
                quantity=quantity,
                unit_cost=cost,
                currency=part.last_cost_currency,
                lot=lot,
            )
        ]

    def _posted(self, posting: Posting) -> Posting:
        self.movements += len(posting.movements)
        return posting

    def _user(self, role: Role) -> User | None:
        return self._users.get(role.value)

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self._rng.getrandbits(128), version=4)
