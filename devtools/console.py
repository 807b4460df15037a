"""What ./dev says, and how it fails."""

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator, Sequence


class Problem(Exception):  # noqa: N818  (it is shown to people, and reads as one)
    """Something foreseeable went wrong: what happened, why, and what to do."""

    def __init__(self, what: str, *ways_out: str) -> None:
        super().__init__(what)
        self.what = what
        self.ways_out = ways_out

    def __str__(self) -> str:
        if not self.ways_out:
            return self.what
        return "\n".join([self.what, "", "What to do:", *(f"  {way}" for way in self.ways_out)])


def say(text: str = "") -> None:
    print(text, flush=True)


def progress(text: str) -> None:
    """Beside the output, so that `./dev manage dumpdata > file` holds only the data."""
    print(text, file=sys.stderr, flush=True)


def complain(problem: Problem) -> None:
    print(f"\n./dev: {problem}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Announce what begins; say how long it took if that was more than a second."""
    progress(f"· {name}")
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    if seconds > 1:
        progress(f"  done in {seconds:.1f} s")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
