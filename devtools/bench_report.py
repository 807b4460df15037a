"""What a benchmark prints, and writes into docs/benchmarks.md: tables of medians and ratios."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from devtools.console import Problem

OURS = "ours"
BESIDE = ("beside: ours", "beside: bare Django", "beside: plain unfold")
MARK = "<!-- What follows is written by ./dev bench --write -->"

type Figures = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Measured:
    """What `manage.py measure_pages` found: medians, by page and by what was measured."""

    machine: Mapping[str, str]
    rounds: int
    pages: Mapping[str, Figures]
    limits: Figures

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Measured":
        return cls(content["machine"], content["rounds"], content["pages"], content["limits"])

    def beside(self, others: "Measured") -> "Measured":
        """With what others were measured to be; ours stay as they are."""
        return replace(self, pages={**others.pages, OURS: self.ours}, limits=others.limits)

    @property
    def ours(self) -> Figures:
        return self.pages[OURS]


@dataclass(frozen=True)
class Posting:
    """Movements a second, by kind of row and by who writes."""

    rates: Mapping[str, Mapping[str, float]]


def ratio(one: float, other: float) -> str:
    """How many times the other; nothing against nothing."""
    return f"{one / other:.2f}" if other else ""


def ms(value: float) -> str:
    """Three figures at most, for a fraction of a millisecond says as much as a second."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown that can be read as it stands: figures end where their column ends."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(head))]
    said = [
        "| "
        + " | ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    ]
    rule = "|".join(
        "-" * (width + 1) + ":" if column else "-" * (width + 2)
        for column, width in enumerate(widths)
    )
    return "\n".join([said[0], f"|{rule}|", *said[1:]])


def page_rows(pages: Figures) -> list[Sequence[str]]:
    """The most expensive first."""
    return [
        (
            name,
            *(ms(page[what]) for what in ("cpu", "wall", "sql")),
            f"{page['queries']:.0f}",
            f"{page['size'] / 1000:,.1f}",
        )
        for name, page in sorted(pages.items(), key=lambda item: -item[1]["cpu"])
    ]


def beside_rows(pages: Mapping[str, Figures], what: str) -> list[Sequence[str]]:
    """Ours, bare Django and plain unfold, and how many times theirs ours is."""
    ours, bare, unfold = (pages[name] for name in BESIDE)
    return [
        (
            name,
            *(ms(variant[name][what]) for variant in (ours, bare, unfold)),
            ratio(page[what], bare[name][what]),
            ratio(page[what], unfold[name][what]),
        )
        for name, page in ours.items()
    ]


def growth_rows(small: Figures, large: Figures) -> list[Sequence[str]]:
    """What grew most first; a page that one of the two does not have is left out."""
    both = [name for name in large if name in small]
    grown = sorted(both, key=lambda name: -large[name]["wall"] / small[name]["wall"])
    return [
        (
            name,
            *(
                text
                for what in ("wall", "cpu")
                for text in (
                    ms(small[name][what]),
                    ms(large[name][what]),
                    ratio(large[name][what], small[name][what]),
                )
            ),
            ratio(large[name]["size"], small[name]["size"]),
        )
        for name in grown
    ]


def limit_rows(limits: Figures) -> list[Sequence[str]]:
    return [
        (name, ms(limit["cpu"]), ms(limit["wall"]), f"{1000 / limit['wall']:,.0f}")
        for name, limit in limits.items()
    ]


def posting_rows(posting: Posting) -> list[Sequence[str]]:
    return [
        (
            rows,
            f"{rates['service']:,.0f}",
            f"{rates['raw']:,.0f}",
            ratio(rates["service"], rates["raw"]),
        )
        for rows, rates in posting.rates.items()
    ]


PAGE_HEAD = ("page", "CPU", "wall", "SQL", "queries", "kB")
BESIDE_HEAD = ("page", "ours", "bare Django", "plain unfold", "ours / bare", "ours / unfold")
GROWTH_HEAD = (
    "page", "wall, less", "wall, more", "ratio", "CPU, less", "CPU, more", "ratio", "kB, ratio"
)  # fmt: skip
LIMIT_HEAD = ("done alone", "CPU", "wall", "a second")
POSTING_HEAD = ("writers work on", "service", "raw SQL", "service / raw")


def report(measured: Mapping[str, Measured], posting: Posting | None) -> str:
    """`measured`: by the words for the data, the smaller first; the last is the one asked for."""
    data, last = list(measured.items())[-1]
    facts = ", ".join(f"{name} {value}" for name, value in last.machine.items())
    said = [f"Medians of {last.rounds} rounds; {facts}. Times in milliseconds. Data: {data}."]
    if all(name in last.pages for name in BESIDE):
        for what, title in (("cpu", "CPU"), ("wall", "time of the whole answer")):
            said += [
                f"### Beside bare Django and plain unfold: {title}",
                aligned(BESIDE_HEAD, beside_rows(last.pages, what)),
            ]
    if last.limits:
        said += ["### Limits of the machine", aligned(LIMIT_HEAD, limit_rows(last.limits))]
    if posting is not None:
        said += ["### Movements a second", aligned(POSTING_HEAD, posting_rows(posting))]
    said += ["### Every page of the load test", aligned(PAGE_HEAD, page_rows(last.ours))]
    if len(measured) > 1:
        less, first = next(iter(measured.items()))
        said += [
            f"### Growth: from {less} to {data}",
            aligned(GROWTH_HEAD, growth_rows(first.ours, last.ours)),
        ]
    return "\n\n".join(said) + "\n"


def handwritten(file: Path) -> str:
    """What stands before the mark; known to be there before minutes are spent on a result."""
    before, mark, _last = file.read_text("utf-8").partition(MARK)
    if not mark:
        raise Problem(
            f"{file.name} has no place for the result.", f"put back into it the line: {MARK}"
        )
    return before


def write(text: str, file: Path) -> None:
    """In place of the last result."""
    file.write_text(f"{handwritten(file)}{MARK}\n\n{text}", "utf-8")
