"""Importing files: preview an upload, apply a preview, import a folder."""

import hashlib
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import User
from audit.kinds import Kind
from audit.recording import record
from core.errors import BusinessError
from core.permissions import MissingRightError
from exchange import engine
from exchange.columns import shown
from exchange.models import ImportRun
from exchange.plan import FieldChange, Plan
from exchange.problems import FileError, Problem
from exchange.reading import Sheet, read
from exchange.tables.base import Table
from exchange.tables.registry import TABLES
from purchasing.reorder.evaluation import reorder

CHANGES_SHOWN = 100
PROBLEMS_SHOWN = 500
IMPORT_PERMISSION = "exchange.import_data"
SUFFIXES = (".csv", ".xlsx")


class PlanOutdatedError(BusinessError):
    """The database changed since the preview; `run` carries the new one."""


class FolderError(BusinessError):
    """A file of a folder has problems; nothing of the folder was imported."""

    def __init__(self, message: str, problems: Sequence[Problem]) -> None:
        super().__init__(message)
        self.problems = problems


@dataclass(frozen=True)
class Applied:
    """A run that is applied; `repeated` if it was so before."""

    run: ImportRun
    repeated: bool


@dataclass(frozen=True)
class ImportedFile:
    """One line of an import's protocol."""

    file_name: str
    table: Table
    counts: dict[str, int]
    notes: Sequence[str]
    seconds: float


def preview(*, table: str | None, file_name: str, content: bytes, by: User) -> ImportRun:
    """Keep an upload with what it would change; nothing of it is applied.

    Without a table the header decides, or where it fits several the name of the file.

    :raises FileError: if the file cannot be read, or the header fits no table or several
    :raises MissingRightError: if the user may not import into the table
    """
    sheet = read(file_name, content)
    chosen = TABLES[table or _guess(sheet, file_name)]
    check_rights(chosen, by)
    plan = engine.make_plan(chosen, sheet, by=by)
    return ImportRun.objects.create(
        table=chosen.name,
        file_name=Path(file_name).name[-255:],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        actor=by,
        state=ImportRun.State.REFUSED if plan.problems else ImportRun.State.PREVIEWED,
        summary=summary(plan),
    )


def apply(*, run: ImportRun, by: User, at: datetime) -> Applied:
    """Import what was previewed. A run that was applied before stays as it is.

    The file is compared with the database once more: only what the user saw is done.

    :raises MissingRightError: if the user may not import into the table
    :raises PlanOutdatedError: if it would now change something else; the run shows that
    :raises RefusedError: if the database refuses it; nothing is stored
    """
    with engine.all_or_nothing():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state == ImportRun.State.APPLIED:
            return Applied(run, repeated=True)
        table = TABLES[run.table]
        check_rights(table, by)
        sheet = read(run.file_name, bytes(run.content))
        plan = engine.make_plan(table, sheet, by=by, lock=True)
        outdated = bool(plan.problems) or plan.fingerprint() != run.summary["fingerprint"]
        if not outdated:
            parts = engine.apply_plan(table, plan, by=by, at=at, key=uuid.uuid4())
            reorder(parts, at=at)
            run.state = ImportRun.State.APPLIED
            run.applied_at = at
            _note(run, plan)
        else:
            run.state = ImportRun.State.REFUSED if plan.problems else ImportRun.State.PREVIEWED
            run.summary = summary(plan)
        run.save(update_fields=["state", "applied_at", "summary"])
    if outdated:
        raise PlanOutdatedError(
            _(
                "Somebody changed the data since the preview was made. Nothing was imported. "
                "This is the new preview: look at it, and import once more."
            )
        )
    return Applied(run, repeated=False)


def may_import(table: Table, user: User) -> bool:
    """The right to import, and to do by hand what the import does."""
    return user.has_perms([IMPORT_PERMISSION, *table.import_permissions])


def check_rights(table: Table, user: User) -> None:
    """:raises MissingRightError: naming what is missing"""
    if not may_import(table, user):
        raise MissingRightError(IMPORT_PERMISSION, *table.import_permissions)


def problems_of(run: ImportRun) -> tuple[Sheet, list[Problem]]:
    """The file once more with everything that is wrong with it now."""
    sheet = read(run.file_name, bytes(run.content))
    return sheet, engine.make_plan(TABLES[run.table], sheet, by=run.actor).problems.in_order()


def import_folder(
    *,
    folder: Path,
    by: User | None,
    at: datetime,
    dry_run: bool = False,
    propose: bool = True,
    on_file: Callable[[ImportedFile], None] = lambda _file: None,
) -> list[ImportedFile]:
    """Import every known file of a folder, in the order of their references, all or none.

    Then orders are proposed for what is short, unless told not to.

    :raises FileError: if there is no known file, or one cannot be read
    :raises FolderError: if a file has problems
    :raises RefusedError: if the database refuses one
    """
    files = known_files(folder)
    if not files:
        raise FileError(
            _("%(folder)s holds none of the files %(names)s.")
            % {"folder": folder, "names": ", ".join(f"{name}.csv" for name in TABLES)}
        )
    done = []
    concerned: set[int] = set()
    with engine.all_or_nothing():
        engine.lock_every_part()
        for table, path in files:
            started = time.monotonic()
            content = path.read_bytes()
            plan = engine.make_plan(table, _read(path, content), by=by, lock=True)
            if plan.problems:
                raise FolderError(
                    ngettext(
                        "%(file)s has %(count)d error. Nothing was imported.",
                        "%(file)s has %(count)d errors. Nothing was imported.",
                        plan.problems.count,
                    )
                    % {"file": path.name, "count": plan.problems.count},
                    plan.problems.in_order(),
                )
            concerned.update(engine.apply_plan(table, plan, by=by, at=at, key=uuid.uuid4()))
            run = ImportRun.objects.create(
                table=table.name,
                file_name=path.name,
                content=content,
                actor=by,
                sha256=hashlib.sha256(content).hexdigest(),
                state=ImportRun.State.APPLIED,
                summary=summary(plan),
                applied_at=at,
            )
            _note(run, plan)
            imported = ImportedFile(
                path.name, table, plan.counts(), plan.notes, time.monotonic() - started
            )
            done.append(imported)
            on_file(imported)
        if propose:
            reorder(concerned, at=at)
        transaction.set_rollback(dry_run)
    return done


def known_files(folder: Path) -> list[tuple[Table, Path]]:
    """The files of a folder that a table is imported from, in the order of the tables."""
    return [
        (table, path)
        for table in TABLES.values()
        for suffix in SUFFIXES
        if (path := folder / f"{table.name}{suffix}").is_file()
    ]


def summary(plan: Plan) -> dict[str, Any]:
    """What a run keeps of its plan: counts, the first changes and problems, a fingerprint."""
    return {
        **plan.counts(),
        "notes": plan.notes,
        "change_count": len(plan.changes),
        "fingerprint": plan.fingerprint(),
        "changes": [
            {
                "row": change.row,
                "key": change.key,
                "kind": change.kind.value,
                "fields": [
                    _shown(plan, item)
                    for item in change.fields
                    if change.kind == "change" or item.new not in ("", None)
                ],
            }
            for change in plan.changes[:CHANGES_SHOWN]
        ],
        "errors": [problem.as_dict() for problem in plan.problems.in_order()[:PROBLEMS_SHOWN]],
    }


def _note(run: ImportRun, plan: Plan) -> None:
    """In the audit log, together with the changes themselves."""
    counts = plan.counts()
    told = {name: counts[name] for name in ("created", "changed", "unchanged")}
    details = {"table": run.table, "file": run.file_name, "sha256": run.sha256, **told}
    record(Kind.IMPORTED, subject=run, label=run.file_name, details=details)


def _shown(plan: Plan, item: FieldChange) -> dict[str, str]:
    column = TABLES[plan.table].column(item.column)
    in_words = column.shown if column else shown
    return {"column": item.column, "old": in_words(item.old), "new": in_words(item.new)}


def _guess(sheet: Sheet, file_name: str) -> str:
    table = engine.guess_table(sheet, file_name)
    if table is None:
        raise FileError(
            _("The header (%(header)s) does not say which table this is. Choose the table.")
            % {"header": ", ".join(sheet.header)[:300]}
        )
    return table


def _read(path: Path, content: bytes) -> Sheet:
    try:
        return read(path.name, content)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from error
