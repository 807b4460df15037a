"""How gunicorn serves, on a desk and in the container: it reads this file by itself.

Two processes a core with two threads each: a thread that waits for the database lets another work,
and of more they wait for one another (docs/adr/0020-processes-rather-than-threads.md).
What differs between the two comes from the command line or the environment.
"""

import os
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Protocol

from config.env import env_bool, env_int
from config.logs import logging_config

worker_class = "gthread"
workers = env_int("WEB_CONCURRENCY", default=min(2 * (os.cpu_count() or 1), 8))
threads = env_int("WEB_THREADS", default=2)

# A worker that gives no sign of life for so long hangs; a slow request alone does not count.
timeout = 120
# What is under way when it is told to stop may finish: no page takes longer, because CloudFront
# gives up after 60 seconds.
graceful_timeout = 65
# A process takes as many requests as it has threads, and an answer ends its connection: so each
# request goes to a process that is free, and none waits behind others while one has nothing to do
# (docs/adr/0022-a-connection-for-each-request.md). Nor is one sent into a connection that is just
# being closed, because the load balancer is told that there will be no other.
worker_connections = threads
keepalive = 0

# The sign of life is a file that is touched all the time: in memory where there is such a place,
# for on a network disk it would block. The container's own files cannot be written at all.
if Path("/dev/shm").is_dir():  # noqa: S108 - gunicorn makes a name of its own there
    worker_tmp_dir = "/dev/shm"  # noqa: S108
# Nobody steers it at run time, and the socket would want a home folder to lie in.
control_socket_disable = True

# Its own messages (a worker that died, one that hung) in the form of all others, on stdout.
logconfig_dict = {
    **logging_config(json=env_bool("DJANGO_LOG_JSON", default=True)),
    "loggers": {"gunicorn.error": {"level": "INFO", "propagate": True}},
}


def post_worker_init(worker: object) -> None:
    """Make ready before the first request."""
    from core.warming import settle, warm_up  # noqa: PLC0415 - the application is there only now

    warm_up()
    settle()


class Master(Protocol):
    """gunicorn's first process, as far as it is used here."""

    def signal(self, number: int, frame: FrameType | None) -> None: ...


def when_ready(server: Master) -> None:
    """Told to stop, go on serving for WEB_DRAIN_SECONDS first.

    gunicorn stops listening at once, but a load balancer may send requests until it has learnt
    that this task goes away: on Spot capacity it learns it only when the task is told to stop.
    """
    drain = env_int("WEB_DRAIN_SECONDS", default=0)
    if not drain:
        return

    def stop_later(number: int, frame: FrameType | None) -> None:
        timer = threading.Timer(drain, server.signal, (number, frame))
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, stop_later)
