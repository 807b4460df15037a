"""What a run says: the table of the pages, the steps of a step-up, the verdict; and a CSV."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path

from loadtest.results import PageFigures, Results
from loadtest.thresholds import breaks, most_users

HEAD = ("page", "requests", "req/s", "p50", "p95", "p99", "max", "failures")


def page_rows(pages: Iterable[PageFigures]) -> list[Sequence[str]]:
    """Milliseconds without decimals; the slowest page first."""
    return [
        (
            page.page,
            f"{page.requests:,}",
            f"{page.per_second:.2f}",
            *(f"{value:,.0f}" for value in (page.p50, page.p95, page.p99, page.max)),
            f"{page.failures:,}" if page.failures else "",
        )
        for page in sorted(pages, key=lambda page: -page.p99)
    ]


def level_rows(results: Results) -> list[Sequence[str]]:
    """A step-up: the slowest page of each number of users."""
    rows: list[Sequence[str]] = []
    for level in results.levels:
        slowest = max(level.pages, key=lambda page: page.p95)
        requests = sum(page.requests for page in level.pages)
        rows.append(
            (
                f"{level.users:,}",
                f"{requests / level.seconds:.1f}" if level.seconds else "",
                f"{slowest.p95:,.0f}",
                slowest.page,
                "; ".join(breaks(level)) or "within the limits",
            )
        )
    return rows


LEVEL_HEAD = ("users", "req/s", "worst p95", "of", "")


def summary(results: Results) -> str:
    requests = sum(page.requests for page in results.pages)
    failures = sum(page.failures for page in results.pages)
    a_second = requests / results.seconds if results.seconds else 0
    said = (
        f"{requests:,} requests in {results.seconds:,.0f} s ({a_second:.1f} a second) by up to "
        f"{results.users:,} users, {failures:,} failures"
    )
    if results.shape == "step-up":
        said += f"\nThe highest number of users within the limits: {most_users(results.levels):,}"
    return said


def error_lines(results: Results, most: int = 10) -> list[str]:
    """What was wrong, the most frequent first."""
    every = sorted({**results.errors, **results.mishaps}.items(), key=lambda item: -item[1])
    lines = [f"{count:,} × {what}" for what, count in every[:most]]
    return lines + ([f"… and {len(every) - most} more"] if len(every) > most else [])


def verdict(reasons: Sequence[str]) -> str:
    if not reasons:
        return "PASSED: every page kept to its limits, and what was booked is what is there."
    return "\n".join(["FAILED:", *(f"  - {reason}" for reason in reasons)])


def write_csv(results: Results, path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(PageFigures))
        writer.writerows(astuple(page) for page in results.pages)
