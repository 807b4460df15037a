"""Many people at the same moment: real threads, each with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep

from django.db import connection
from django.utils.translation import activate, get_language

TIMEOUT = 60


@dataclass
class Outcome[Result]:
    """What the threads returned, and what they raised."""

    results: list[Result] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def only_raised(self, *expected: type[Exception]) -> "Outcome[Result]":
        """Anything else that was raised (a deadlock, say) fails the test."""
        for error in self.errors:
            if not isinstance(error, expected):
                raise error
        return self


def at_once[Result](
    calls: Sequence[Callable[[], Result]], *, timeout: float = TIMEOUT
) -> Outcome[Result]:
    """Run all calls, started together; threads that hang fail the test."""
    outcome = Outcome[Result]()
    barrier = threading.Barrier(len(calls))
    language = get_language() or "en"  # a new thread has none, and would speak the default's

    def run(call: Callable[[], Result]) -> None:
        activate(language)
        try:
            connection.ensure_connection()
            barrier.wait(timeout)
            outcome.results.append(call())
        except Exception as error:  # noqa: BLE001 - handed to the test
            outcome.errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call], daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    end = monotonic() + timeout
    for thread in threads:
        thread.join(max(0, end - monotonic()))
    hanging = sum(thread.is_alive() for thread in threads)
    assert hanging == 0, f"{hanging} of {len(threads)} threads hang"
    return outcome


def wait_until_somebody_waits(*, timeout: float = TIMEOUT) -> None:
    """Until another transaction waits for a lock of this one."""
    end = monotonic() + timeout
    with connection.cursor() as cursor:
        while monotonic() < end:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks "
                "WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[0]:
                return
            sleep(0.01)
    raise AssertionError("nobody waits")
