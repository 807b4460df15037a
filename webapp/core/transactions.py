"""One transaction for what a page asks a service to do, with errors fit for its user."""

from collections.abc import Callable
from functools import wraps

from django.db import DatabaseError, connection, transaction

from core.database_errors import explained, trouble_of


def in_one_transaction[**P, Result](service: Callable[P, Result]) -> Callable[P, Result]:
    """Like ``transaction.atomic``, for services that pages call.

    What the database refuses becomes a ``BusinessError``, which pages show on their form as they
    show the service's own. Whoever loses a deadlock is tried once more: the other one has gone
    on. Inside of a larger transaction it is a part of that, which then answers for it.

    :raises BusyError: somebody else changes the same thing, or it took too long
    :raises RefusedByDatabaseError: a constraint refuses it
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> Result:
        if connection.in_atomic_block:
            with transaction.atomic():
                return service(*args, **kwargs)
        for last in (False, True):
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except DatabaseError as error:
                trouble = trouble_of(error)
                if trouble and trouble.may_be_repeated and not last:
                    continue
                if (business_error := explained(error)) is None:
                    raise
                raise business_error from error
        raise AssertionError("not reached")  # pragma: no cover - the loop returns or raises

    return run
