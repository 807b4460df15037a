"""Writers that work at once, each in a process of its own, and how long each of their acts took."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from django.db import connections

WARM_UP = 25  # acts of each writer that are not counted
PATIENCE = 60  # seconds to wait for a writer beyond what it measures

# Entered within the process, where the writer opens what it writes by; gives what it does.
type Writer = Callable[[], AbstractContextManager[Callable[[], object]]]


def spans_of(writers: Sequence[Writer], seconds: float) -> list[float]:
    """The seconds that each act of all writers took, of those that ended within `seconds`."""
    connections.close_all()  # a connection cannot be shared with a process that is forked
    context = get_context("fork")
    results: Queue[list[float]] = context.Queue()
    ready = context.Barrier(len(writers), timeout=PATIENCE)
    processes = [
        context.Process(target=_work, args=(writer, seconds, ready, results)) for writer in writers
    ]
    for process in processes:
        process.start()
    spans = [span for _process in processes for span in results.get(timeout=seconds + PATIENCE)]
    for process in processes:
        process.join()
    return spans


def _work(writer: Writer, seconds: float, ready: Barrier, results: "Queue[list[float]]") -> None:
    """Counts what ended within the seconds, which begin when all writers are warm.

    The first acts of a connection find no statement of the triggers planned.
    """
    spans = []
    with writer() as act:
        for _act in range(WARM_UP):
            act()
        ready.wait()
        end = time.monotonic() + seconds
        while (begun := time.monotonic()) < end:
            act()
            if (now := time.monotonic()) < end:
                spans.append(now - begun)
    results.put(spans)
