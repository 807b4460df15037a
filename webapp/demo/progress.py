"""Lines that say how far a long run is, how fast it goes and when it will be done."""

import time
from collections.abc import Callable, Iterable, Iterator

SECONDS_BETWEEN_LINES = 2.0


def duration(seconds: float) -> str:
    """``75`` as ``1 min 15 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


class Progress:
    """Counts towards a total and writes a line now and then."""

    def __init__(self, what: str, total: int, write: Callable[[str], object]) -> None:
        self._what = what
        self._total = total
        self._write = write
        self._done = 0
        self._started = self._last_line = time.monotonic()

    def add(self, count: int) -> None:
        """Count `count` more as done."""
        self._done += count
        now = time.monotonic()
        if self._done < self._total and now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            rate = self._done / (now - self._started)
            left = duration((self._total - self._done) / rate)
            self._write(
                f"  {self._what}: {self._done:,} of {self._total:,} "
                f"({self._done / self._total:.0%}), {rate:,.0f} a second, {left} left"
            )

    def finish(self) -> None:
        """Say how long it took."""
        seconds = time.monotonic() - self._started
        self._write(f"  {self._what}: {self._done:,} in {seconds:.1f} s")

    def each[Item](self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, each counted once it was taken."""
        for item in items:
            yield item
            self.add(1)
