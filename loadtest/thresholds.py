"""The verdict: what of a run keeps a release back. It measures nothing and asks nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loadtest.results import Level, PageFigures, Results


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What every page keeps to."""

    p99: float = 2000.0
    failures: int = 0


PROMISED = Limits()
PROMISED_USERS = 100
# So long must a step go on, and so often a page be asked, before its p95 says something.
ENOUGH = 20


def judge(results: Results, limits: Limits = PROMISED) -> list[str]:
    """Every reason against the release; none: it passes.

    A smoke test is made in haste and tells nothing about times; a step-up ends where it breaks.
    """
    if not results.pages:
        return ["nothing was asked at all"]
    if results.shape == "step-up":
        return list(_too_few_users(results, limits))
    slow = () if results.shape == "smoke" else _slow(results.pages, limits)
    return [*slow, *_failed(results, limits), *_not_asked(results)]


def _too_few_users(results: Results, limits: Limits) -> Iterable[str]:
    most = most_users(results.levels, limits)
    if most < PROMISED_USERS:
        yield f"only {most:,} users were within the limits, {PROMISED_USERS:,} are promised"


def _slow(pages: Iterable[PageFigures], limits: Limits) -> Iterable[str]:
    for page in pages:
        if page.p99 > limits.p99:
            yield f"{page.page}: p99 is {page.p99:,.0f} ms, above {limits.p99:,.0f} ms"


def _failed(results: Results, limits: Limits) -> Iterable[str]:
    for page in results.pages:
        if page.failures > limits.failures:
            yield f"{page.page}: {page.failures:,} of {page.requests:,} requests failed"
    for what, count in results.mishaps.items():
        yield f"{count:,} times a user could not go on: {what}"


def _not_asked(results: Results) -> Iterable[str]:
    """A page that nobody asked for was not measured, and would pass every limit."""
    known = {page.page for page in results.pages}
    for name in results.asked:
        if name not in known:
            yield f"{name}: was never asked for; the run was too short, or a step is broken"


def judge_bookings(confirmed: Mapping[str, int], booked: Mapping[str, int]) -> list[str]:
    """Where the pages confirmed something else than the database has."""
    return [
        f"{what}: {confirmed.get(what, 0):,} confirmed, {booked.get(what, 0):,} in the database"
        for what in sorted({*confirmed, *booked})
        if confirmed.get(what, 0) != booked.get(what, 0)
    ]


def breaks(level: Level, limits: Limits = PROMISED) -> list[str]:
    """Why so many users are too many: a page's p95 beyond the limit, or a failure."""
    return [
        *(
            f"{page.page}: p95 is {page.p95:,.0f} ms"
            for page in level.pages
            if page.requests >= ENOUGH and page.p95 > limits.p99
        ),
        *(f"{page.page}: {page.failures:,} failed" for page in level.pages if page.failures),
    ]


def most_users(levels: Iterable[Level], limits: Limits = PROMISED) -> int:
    """The highest number of users of a step-up up to which nothing broke; 0: it broke at once."""
    most = 0
    for level in sorted(levels, key=lambda level: level.users):
        if breaks(level, limits):
            break
        most = level.users
    return most
