"""What the tables of files share: one row of the file is one row of the model."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from access.models import User
from core.bulk import update_rows
from exchange.columns import Column, Row
from exchange.plan import Change, ChangeKind, FieldChange, Plan
from exchange.problems import Problems
from exchange.reading import clean


class ExportTable:
    """Columns that a list is exported by."""

    name: ClassVar[str]
    label: ClassVar["str | Promise"]
    model: ClassVar[type[models.Model]]
    columns: ClassVar[Sequence[Column]]
    view_permission: ClassVar[str]

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """The rows with what the columns need, so that no row asks the database again."""
        return rows

    def localized(self) -> dict[str, Callable[[Any], Any]]:
        """Columns that an export shows in the user's language, with their getters."""
        return {}

    @property
    def read_columns(self) -> list[Column]:
        """Those that a file gives; the others are for people to read."""
        return [column for column in self.columns if not column.derived]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


class Table(ExportTable, ABC):
    """A table that files are imported into."""

    import_permissions: ClassVar[Sequence[str]]

    @abstractmethod
    def plan(self, rows: Sequence[Row], problems: Problems, *, lock: bool) -> Plan:
        """What importing the rows would change, by a constant number of queries.

        With `lock` what is compared with stays as it is until the transaction ends.
        """

    @abstractmethod
    def apply(self, plan: Plan, *, by: User | None, at: datetime, key: UUID) -> None:
        """Do what the plan says; the caller holds the transaction."""

    def parts_concerned(self, plan: Plan) -> Collection[int]:
        """The parts that, once the plan is applied, may have to be re-ordered or not any more."""
        return ()


@dataclass
class Writes:
    """The instances to insert and to update, with the attributes that change."""

    created: list[Any] = field(default_factory=list)
    changed: list[tuple[Any, Change]] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)


class ModelTable[References](Table):
    """Inserts and updates of one model, found by the identity columns."""

    @abstractmethod
    def load(self, rows: Sequence[Row], *, lock: bool) -> References:
        """The model's rows and everything that cells may refer to."""

    @abstractmethod
    def find(self, row: Row, references: References) -> Any | None:
        """The instance that the row means, if it exists."""

    @abstractmethod
    def identity(self, row: Row, found: Any | None) -> Hashable:
        """Equal for two rows of the file that mean the same."""

    @abstractmethod
    def key(self, row: Row) -> str:
        """What the row is called in a preview."""

    def new(self, row: Row, references: References) -> Any:
        """An instance with its identity and the model's defaults."""
        raise NotImplementedError

    def fill(self, instance: Any, row: Row, references: References, problems: Problems) -> None:
        """Give the instance the values of the columns that are in the file."""
        for column in self.columns:
            if column.name in row and not column.identity and not column.get:
                setattr(instance, column.attribute, row.values[column.name])

    def check(self, instance: Any, row: Row, references: References, problems: Problems) -> None:
        """Judge the filled instance as a whole, but for what faulty cells leave open."""

    def in_order(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The order in which rows are planned and written."""
        return rows

    def finish(self, plan: Plan, references: References) -> None:
        """Judge what only the whole file shows."""

    def plan(self, rows: Sequence[Row], problems: Problems, *, lock: bool) -> Plan:
        plan = Plan(self.name, rows=rows, problems=problems, payload=Writes())
        references = self.load(rows, lock=lock)
        seen: dict[Hashable, int] = {}
        for row in self.in_order(rows):
            if any(column.identity and column.name in row.faulty for column in self.columns):
                continue
            self._plan_row(row, plan, references, seen)
        self.finish(plan, references)
        plan.changes.sort(key=lambda change: change.row)
        return plan

    def _plan_row(
        self, row: Row, plan: Plan, references: References, seen: dict[Hashable, int]
    ) -> None:
        found = self.find(row, references)
        identity = self.identity(row, found)
        if identity in seen:
            plan.problems.add(
                row.number,
                self._identity_column,
                self.key(row),
                _("each one once"),
                _("Row %(row)d is the same one. Delete one of the two rows.")
                % {"row": seen[identity]},
            )
            return
        seen[identity] = row.number
        problems_before = plan.problems.count
        if found is None:
            instance, before = self.new(row, references), None
            self._check_complete(row, plan.problems)
        else:
            instance = found
            before = {
                column.name: _comparable(column.value_of(found)) for column in self.read_columns
            }
        self.fill(instance, row, references, plan.problems)
        seen[self.identity(row, instance)] = row.number  # a new one may be found from now on
        self.check(instance, row, references, plan.problems)
        if row.faulty or plan.problems.count > problems_before:
            return
        self._note(row, plan, instance, before)

    def _note(self, row: Row, plan: Plan, instance: Any, before: dict[str, Any] | None) -> None:
        writes: Writes = plan.payload
        if before is None:
            fields = [
                FieldChange(column.name, None, column.value_of(instance))
                for column in self.columns
                if column.name in row and not column.identity
            ]
            writes.created.append(instance)
            plan.changes.append(Change(row.number, self.key(row), ChangeKind.CREATE, fields))
            return
        changed = [
            (column, FieldChange(column.name, before[column.name], column.value_of(instance)))
            for column in self.read_columns
            if not column.identity and before[column.name] != _comparable(column.value_of(instance))
        ]
        if not changed:
            plan.unchanged += 1
            return
        change = Change(
            row.number, self.key(row), ChangeKind.CHANGE, [item for _column, item in changed]
        )
        writes.changed.append((instance, change))
        writes.attributes.update(name for column, _change in changed for name in column.written)
        plan.changes.append(change)

    def _check_complete(self, row: Row, problems: Problems) -> None:
        for column in self.columns:
            if (
                column.needed_for_new
                and not row.values.get(column.name)
                and (column.name not in row.faulty)
            ):
                problems.add(
                    row.number,
                    column.name,
                    _("nothing"),
                    _("a value: “%(key)s” is new") % {"key": self.key(row)},
                    _("Fill in the column %(name)s, or correct “%(key)s”.")
                    % {"name": column.name, "key": self.key(row)},
                )

    @property
    def _identity_column(self) -> str:
        return next(column.name for column in self.columns if column.identity)

    def apply(self, plan: Plan, *, by: User | None, at: datetime, key: UUID) -> None:
        writes: Writes = plan.payload
        # What is unique may pass from a row that exists to a new one.
        self.update([instance for instance, _change in writes.changed], writes.attributes, at=at)
        self.insert(writes.created)

    def insert(self, instances: Sequence[Any]) -> None:
        if instances:
            self.model._default_manager.bulk_create(instances)

    def update(self, instances: Sequence[Any], attributes: Iterable[str], *, at: datetime) -> None:
        update_rows(instances, attributes)


def _comparable(value: Any) -> Any:
    """Texts as a file would give them back."""
    return clean(value) if isinstance(value, str) else value


def is_new(instance: models.Model) -> bool:
    """Whether the instance is yet to be inserted."""
    return instance._state.adding  # noqa: SLF001 - Django documents it
