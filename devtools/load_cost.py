"""What a run of the load test cost: seconds of processors, of the application and those beside it.

All three share a desk's processors; in the cloud each has its own. So how many users a task, or
an instance of the database, can carry follows from these, and not from how long answers took.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

import psutil

from devtools.database import Database, connect


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds of processors, and how long it all took by the clock."""

    application: float
    database: float
    users: float
    seconds: float

    @property
    def cores(self) -> float:
        """How many processors were busy, on average."""
        return (self.application + self.database + self.users) / self.seconds

    def said(self, requests: int) -> str:
        """For people; `requests` is how many were answered meanwhile."""
        if not requests:
            return "nothing was asked, so nothing can be said of what a request costs"
        parts = (
            (self.application, "in the application"),
            (self.database, "in PostgreSQL"),
            (self.users, "in Locust"),
        )
        each = ", ".join(f"{spent * 1000 / requests:.1f} ms {where}" for spent, where in parts)
        cores = os.cpu_count() or 1
        return f"A request took of processors: {each}; {self.cores:.2f} of {cores} were busy."


@dataclass
class Meter:
    """Reads the processes of the server and of the database; Locust is a child of this one."""

    server: int
    database: Database
    cost: Cost | None = field(default=None, init=False)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """From here to the end of the block."""
        server = psutil.Process(self.server)
        database = postmaster_of(self.database)
        before = (of_tree(server), of_tree(database), of_ended_children())
        began = monotonic()
        yield
        seconds = monotonic() - began
        after = (of_tree(server), of_tree(database), of_ended_children())
        spent = [later - earlier for earlier, later in zip(before, after, strict=True)]
        self.cost = Cost(application=spent[0], database=spent[1], users=spent[2], seconds=seconds)

    def said(self, requests: int) -> str:
        """For people, after the block."""
        if self.cost is None:
            raise ValueError("what it cost is known when it is over")
        return self.cost.said(requests)


def postmaster_of(database: Database) -> psutil.Process:
    """The first process of the server, of which those of all connections are children."""
    with connect(database.owner_url) as owner:
        [[backend]] = owner.execute("SELECT pg_backend_pid()").fetchall()
        parent = psutil.Process(int(str(backend))).parent()
    if parent is None:
        raise ValueError("the process of a connection has no parent")
    return parent


def of_tree(process: psutil.Process) -> float:
    """Seconds of a process and of all beneath it, those that ended meanwhile included."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def of_ended_children() -> float:
    times = psutil.Process().cpu_times()
    return times.children_user + times.children_system
