"""A storeroom that a story is told of: what lies where, and postings made from it."""

import random
import uuid
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import models

from access.models import User
from access.roles import Role
from audit.context import Context, set_context
from catalog.models import Part, Tracking
from stock import services
from stock.entries import Count, Line, Move, Posting
from stock.models import Location, StockLevel, StockMovement

_LINE, _INSPECTION = "Assembly line", "Inspection"


class Storeroom:
    """Posts through the services, in the names of the demo users."""

    def __init__(self, parts: Iterable[Part], rng: random.Random) -> None:
        self.parts = {part.number: part for part in parts}
        self.locations = {location.path: location for location in Location.objects.all()}
        self._rng = rng
        self._users = {user.username: user for user in User.objects.filter(username__in=Role)}
        self.inspection = self.locations[_INSPECTION]
        self._numbers: dict[int, int] = {}
        self._homes = {
            level.part_id: level.location
            for level in self._levels(self.parts.values())
            if level.location.path != _LINE
        }

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
        return services.issue(
            lines=[
                line
                for number, quantity in wanted.items()
                for line in self._taken(there[self.parts[number].pk], quantity)
            ],
            reason=reason,
            by=self.user(role),
            at=at,
            key=self.key(),
        )

    def label(self, part: Part, quantity: Decimal, at: datetime) -> tuple[str, tuple[str, ...]]:
        """The lot, or the serial numbers, that so much of a part arrives with."""
        number = self._numbers[part.pk] = self._numbers.get(part.pk, 0) + 1
        if part.tracking == Tracking.SERIAL:
            place = list(self.parts).index(part.number)
            stem = f"{part.number.split('-')[0]}-{at:%y%m}{number}{place:02d}"
            return "", tuple(f"{stem}-{item + 1:03d}" for item in range(int(quantity)))
        return (f"{at:%y%m}-{number + 10:02d}" if part.tracking == Tracking.LOT else ""), ()

    def put_away(self, movements: Iterable[StockMovement], *, at: datetime) -> None:
        """Put onto its shelf what has passed the inspection."""
        services.transfer(
            lines=[
                Move(
                    part=movement.part,
                    location=self.inspection,
                    to=self._homes[movement.part_id],
                    quantity=movement.quantity,
                    lot=movement.lot.code if movement.lot else "",
                    serial=movement.lot.serial if movement.lot else "",
                )
                for movement in movements
            ],
            reason="受入検査 合格",
            by=self.user(Role.STOREKEEPER),
            at=at,
            key=self.key(),
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
            services.transfer(
                lines=lines,
                reason=reason,
                at=at,
                key=self.key(),
                by=self.user(Role.STOREKEEPER),
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
        services.post_stocktake(
            location=location,
            counts=counts,
            reason=reason,
            at=at,
            key=self.key(),
            by=self.user(Role.STOREKEEPER),
        )

    def correct(self, posting: Posting, *, reason: str, at: datetime) -> None:
        services.correct(
            movements=posting.movements,
            reason=reason,
            at=at,
            key=self.key(),
            by=self.user(Role.ADMINISTRATOR),
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

    def user(self, role: Role) -> User:
        """The demo user of a role, who acts from now on: in the audit log, too."""
        user = self._users[role.value]
        set_context(Context(source="load_demo").of(user))
        return user

    def key(self) -> uuid.UUID:
        """A key for a request; the same ones each time the story is told."""
        return uuid.UUID(int=self._rng.getrandbits(128), version=4)
