"""Nobody waits for ever: what a web request may wait for in the database."""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

# A page's statements take milliseconds: compiling them, or starting other processes to share the
# work, takes longer than the work, and takes the processors from everybody else.
SHORT_STATEMENTS = ("-c jit=off", "-c max_parallel_workers_per_gather=0")


def limit_waiting() -> None:
    """For all connections that this process opens from now on.

    Web servers call it and commands do not: a migration, an import or the nightly jobs may wait.
    The limits travel with the connection's start, and so cost no query.
    """
    options = connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]
    limits = {
        "lock_timeout": settings.DB_LOCK_TIMEOUT_SECONDS,
        "statement_timeout": settings.DB_STATEMENT_TIMEOUT_SECONDS,
    }
    given = [f"-c {name}={seconds}s" for name, seconds in limits.items()]
    options["options"] = " ".join([options.get("options", ""), *given, *SHORT_STATEMENTS]).strip()
