"""What a run measured, as it is recorded, written and read again."""

import json
from array import array
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from loadtest.percentiles import percentile


@dataclass(frozen=True, kw_only=True)
class PageFigures:
    """How one page answered; times in milliseconds."""

    page: str
    requests: int
    per_second: float
    p50: float
    p95: float
    p99: float
    max: float
    failures: int


@dataclass(frozen=True, kw_only=True)
class Level:
    """How the pages answered while so many users worked."""

    users: int
    seconds: float
    pages: tuple[PageFigures, ...]


@dataclass(frozen=True, kw_only=True)
class Results:
    """A whole run."""

    shape: str
    host: str
    users: int
    seconds: float
    pages: tuple[PageFigures, ...]
    levels: tuple[Level, ...] = ()
    confirmed: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    mishaps: dict[str, int] = field(default_factory=dict)
    asked: tuple[str, ...] = ()

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Results":
        found: dict[str, Any] = json.loads(path.read_text())
        found["pages"] = tuple(PageFigures(**page) for page in found["pages"])
        found["levels"] = tuple(
            Level(**{**level, "pages": tuple(PageFigures(**page) for page in level["pages"])})
            for level in found["levels"]
        )
        found["asked"] = tuple(found["asked"])
        return cls(**found)


class Recorder:
    """Every answer of a run, by the number of users at that time."""

    def __init__(self) -> None:
        self.confirmed: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.mishaps: Counter[str] = Counter()
        self._times: dict[int, dict[str, array[float]]] = {}
        self._failures: Counter[tuple[int, str]] = Counter()
        self._lasted: Counter[int] = Counter()
        self._level = 0

    def at_level(self, users: int) -> None:
        """From now on so many users work."""
        self._level = users

    def lasted(self, seconds: float) -> None:
        """The present level went on for so long."""
        self._lasted[self._level] += seconds  # type: ignore[assignment]  # Counter counts floats too

    def answered(self, page: str, milliseconds: float, error: str | None = None) -> None:
        times = self._times.setdefault(self._level, {})
        times.setdefault(page, array("d")).append(milliseconds)
        if error is not None:
            self._failures[self._level, page] += 1
            self.errors[f"{page}: {error}"] += 1

    def mishap(self, what: str) -> None:
        """A user could not go on, without any request having failed."""
        self.mishaps[what] += 1

    def booked(self, what: str, count: int = 1) -> None:
        """The application confirmed it."""
        self.confirmed[what] += count

    def level(self, users: int) -> Level:
        seconds = self._lasted[users]
        return Level(
            users=users,
            seconds=seconds,
            pages=tuple(
                figures(page, times, self._failures[users, page], seconds)
                for page, times in sorted(self._times.get(users, {}).items())
            ),
        )

    def results(self, *, shape: str, host: str, asked: tuple[str, ...]) -> Results:
        seconds = sum(self._lasted.values())
        every: dict[str, array[float]] = {}
        for pages in self._times.values():
            for page, times in pages.items():
                every.setdefault(page, array("d")).extend(times)
        failures: Counter[str] = Counter()
        for (_users, page), count in self._failures.items():
            failures[page] += count
        return Results(
            shape=shape,
            host=host,
            users=max(self._times, default=0),
            seconds=seconds,
            pages=tuple(
                figures(page, times, failures[page], seconds)
                for page, times in sorted(every.items())
            ),
            levels=tuple(self.level(users) for users in sorted(self._times)),
            confirmed=dict(sorted(self.confirmed.items())),
            errors=dict(self.errors.most_common()),
            mishaps=dict(self.mishaps.most_common()),
            asked=asked,
        )


def figures(page: str, times: "array[float]", failures: int, seconds: float) -> PageFigures:
    ordered = sorted(times)
    return PageFigures(
        page=page,
        requests=len(ordered),
        per_second=len(ordered) / seconds if seconds else 0.0,
        p50=percentile(ordered, 50),
        p95=percentile(ordered, 95),
        p99=percentile(ordered, 99),
        max=ordered[-1],
        failures=failures,
    )
