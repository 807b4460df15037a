"""Import in two steps: plan everything, then apply the plan as a whole or not at all."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from access.models import User
from core.text import fold
from exchange.columns import match_header, parse_rows
from exchange.plan import Plan
from exchange.problems import Problems, RefusedError
from exchange.reading import Sheet
from exchange.tables.base import Table
from exchange.tables.registry import TABLES


def make_plan(table: Table, sheet: Sheet, *, by: User | None = None, lock: bool = False) -> Plan:
    """What importing the sheet would change, and everything that is wrong with it.

    A header that is not understood makes the rows meaningless, so that only it is reported.
    """
    problems = Problems(by=by)
    matched = match_header(table.columns, sheet, problems)
    if problems:
        return Plan(table.name, problems=problems)
    rows = parse_rows(matched, sheet, problems)
    return table.plan(rows, problems, lock=lock)


def apply_plan(
    table: Table, plan: Plan, *, by: User | None, at: datetime, key: UUID
) -> Collection[int]:
    """Write what the plan says; the caller holds the transaction that it was made in.

    Returns the parts whose re-order proposals are to be brought up to date with it.
    """
    if not plan.changes:
        return ()
    table.apply(plan, by=by, at=at, key=key)
    return table.parts_concerned(plan)


def guess_table(sheet: Sheet, file_name: str = "") -> str | None:
    """The table whose columns the header names; of several the one that the file is named after."""
    fitting = []
    for table in TABLES.values():
        problems = Problems()
        match_header(table.columns, sheet, problems)
        if not problems:
            fitting.append(table.name)
    if len(fitting) > 1:
        fitting = [name for name in fitting if fold(file_name).startswith(name)]
    return fitting[0] if len(fitting) == 1 else None


def one_import_at_a_time() -> None:
    """Imports wait for one another until the transaction ends: they lock many rows each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('exchange_import', 0))")


def lock_every_part() -> None:
    """Before several files: each locks parts of its own, and who has some must not wait for more.

    Parts are locked before suppliers and orders, by all who write.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM catalog_part ORDER BY id FOR NO KEY UPDATE")


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """A transaction whose refusal by the database is an error fit for the user.

    :raises RefusedError: instead of the database's own error; nothing was stored
    """
    try:
        with transaction.atomic():
            one_import_at_a_time()
            yield
    except OperationalError as error:
        raise RefusedError(
            _("The database was busy with the same rows. Nothing was imported. Try once more.")
        ) from error
    except DatabaseError as error:
        raise RefusedError(
            _(
                "The database refuses the file: %(reason)s Nothing was imported. Correct the "
                "file and import it again."
            )
            % {"reason": _reason(error)}
        ) from error


def _reason(error: DatabaseError) -> str:
    """The message of the constraint that was broken, and the values that broke it."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    message = _messages().get(name or "")
    detail = getattr(diagnosis, "message_detail", None) or ""
    primary = getattr(diagnosis, "message_primary", None) or str(error)
    return " ".join(text for text in (message or primary, detail) if text)


def _messages() -> dict[str, str]:
    return {
        constraint.name: str(constraint.violation_error_message)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
    }
