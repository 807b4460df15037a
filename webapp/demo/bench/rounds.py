"""Round after round, every page once: a machine that is busy for a while is unfair to none."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from demo.bench.asking import Person, Sample, application
from demo.bench.limits import Limit
from demo.bench.visits import Visit

OURS = "ours"
BOOKINGS = 8


@dataclass(frozen=True)
class Variant:
    """One way to answer: this application, or what it is compared with."""

    name: str
    handler: Callable[..., Any]
    visits: Sequence[Visit]


@dataclass
class Figures:
    """Of one page of one variant: all answers, and their medians."""

    samples: list[Sample] = field(default_factory=list)

    def median(self, what: str) -> float:
        return float(statistics.median(getattr(sample, what) for sample in self.samples))

    def medians(self) -> dict[str, float]:
        return {what: self.median(what) for what in ("cpu", "wall", "sql", "queries", "size")}


class Rounds:
    """Everybody who asks, and what was measured so far."""

    def __init__(self, variants: Sequence[Variant], limits: Sequence[Limit] = ()) -> None:
        self.variants = variants
        self.limits = limits
        self.of_limits: dict[str, list[dict[str, float]]] = {limit.name: [] for limit in limits}
        self.people: dict[tuple[str, str], Person] = {}
        self.figures: dict[str, dict[str, Figures]] = {v.name: {} for v in variants}
        turns = (
            (f"{variant.name}: {visit.page}", partial(self._visit, variant, visit))
            for variant, visit in self._in_turn()
        )
        alone = ((f"alone: {limit.name}", partial(self._measure, limit)) for limit in limits)
        self.turns: dict[str, Callable[[], None]] = {**dict(turns), **dict(alone)}

    def warm_up(self) -> None:
        """Every page once: templates are compiled, catalogues read, statements planned.

        And some bookings more, so that what shows the last of them is full on little data too.
        """
        turns = list(self._in_turn())
        booking = [(variant, visit) for variant, visit in turns if visit.form and visit.who]
        for variant, visit in [*turns, *booking * BOOKINGS]:
            self._person(variant, visit).visit(visit)
        for limit in self.limits:
            limit.measure()

    def go_round(self) -> None:
        for take in self.turns.values():
            take()

    @property
    def done(self) -> int:
        """Rounds, as far as all of one is done."""
        pages = (page for pages in self.figures.values() for page in pages.values())
        counts = [len(page.samples) for page in pages]
        return min(counts + [len(done) for done in self.of_limits.values()], default=0)

    def _visit(self, variant: Variant, visit: Visit) -> None:
        sample = self._person(variant, visit).visit(visit)
        self.figures[variant.name].setdefault(visit.page, Figures()).samples.append(sample)

    def _measure(self, limit: Limit) -> None:
        self.of_limits[limit.name].append(limit.measure())

    def medians_of_limits(self) -> dict[str, dict[str, float]]:
        return {
            name: {what: statistics.median(once[what] for once in measured) for what in measured[0]}
            for name, measured in self.of_limits.items()
            if measured
        }

    def medians(self) -> dict[str, dict[str, dict[str, float]]]:
        return {
            variant: {page: figures.medians() for page, figures in pages.items()}
            for variant, pages in self.figures.items()
        }

    def _in_turn(self) -> Iterator[tuple[Variant, Visit]]:
        """One page after the other, and of each page all variants in turn."""
        queues = [list(variant.visits) for variant in self.variants]
        for turn in range(max(map(len, queues), default=0)):
            for variant, visits in zip(self.variants, queues, strict=True):
                if turn < len(visits):
                    yield variant, visits[turn]

    def _person(self, variant: Variant, visit: Visit) -> Person:
        """Who signs in has a browser without a session, each time anew."""
        if not visit.who:
            return Person(variant.handler, "")
        key = (variant.name, visit.who)
        if key not in self.people:
            self.people[key] = Person(variant.handler, visit.who)
        return self.people[key]


def ours(visits: Sequence[Visit]) -> Variant:
    return Variant(OURS, application(), visits)
