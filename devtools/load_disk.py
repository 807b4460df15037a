"""How long the disk takes to keep what is written, while a load test runs.

A booking is answered once it is safe on disk, and nothing in the application makes that faster.
Where disks are shared they stand still now and then, and all who book wait: then the slowest
answers of a run say something about the machine.
"""

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import monotonic

BLOCK = b"\0" * 8192  # a page of PostgreSQL
PAUSE_SECONDS = 0.05
LONG_SECONDS = 0.1


@dataclass
class DiskWatch:
    """Writes a block again and again, as PostgreSQL its log; beside its files, in `folder`."""

    folder: Path
    seconds: list[float] = field(default_factory=list, init=False)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """From here to the end of the block."""
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(over,))
        watch.start()
        try:
            yield
        finally:
            over.set()
            watch.join()

    def _watch(self, over: threading.Event) -> None:
        with tempfile.TemporaryFile(dir=self.folder, buffering=0) as file:
            while not over.wait(PAUSE_SECONDS):
                began = monotonic()
                file.seek(0)
                file.write(BLOCK)
                os.fdatasync(file.fileno())
                self.seconds.append(monotonic() - began)

    def said(self) -> str:
        """For people."""
        if not self.seconds:
            return "The disk was not watched: the run was too short."
        long = sum(took > LONG_SECONDS for took in self.seconds)
        return (
            f"The disk kept a write within {median(self.seconds) * 1000:.1f} ms (median); "
            f"{long:,} of {len(self.seconds):,} took longer than {LONG_SECONDS * 1000:.0f} ms, "
            f"the slowest {max(self.seconds) * 1000:,.0f} ms."
        )
