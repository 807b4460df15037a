"""What the database's errors mean to the person whose request caused them."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    models,
)
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.constraint_messages import MESSAGES, RECORDED, SUFFIXES
from core.errors import BusinessError

# "Key (part_id, sku)=(3, TR-1) …", in whatever language the server speaks.
_KEY = re.compile(r"\(([^()=]+)\)=\(")
_EXPRESSION = re.compile(r"\w+")


class Trouble(Enum):
    """Errors that say nothing about what was sent: the same may succeed a moment later."""

    UNREACHABLE = "unreachable"
    DEADLOCK = "deadlock"
    LOCKED = "locked"
    TOO_SLOW = "too slow"

    @property
    def may_be_repeated(self) -> bool:
        """At once: the other one has gone on."""
        return self is Trouble.DEADLOCK


_TROUBLES = {
    "40P01": Trouble.DEADLOCK,
    "40001": Trouble.DEADLOCK,  # a serialization failure
    "55P03": Trouble.LOCKED,
    "57014": Trouble.TOO_SLOW,
}
# Connection lost, no resources, stopped by an operator, disk or file system.
_UNREACHABLE = ("08", "53", "57", "58")


class BusyError(BusinessError):
    """Somebody else changes the same thing, or the work took too long; nothing was saved."""


class RefusedByDatabaseError(BusinessError):
    """A constraint refuses what was asked for; `refusal` says where."""

    def __init__(self, refusal: "Refusal") -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A message fit for the user, and the fields that it is about, if it is about some."""

    message: str
    model: type[models.Model] | None = None
    fields: tuple[str, ...] = ()


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What is wrong with the database; None where the error is another one."""
    if isinstance(error, InterfaceError):
        return Trouble.UNREACHABLE
    if not isinstance(error, OperationalError):
        return None
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:
        return Trouble.UNREACHABLE
    return _TROUBLES.get(state) or (Trouble.UNREACHABLE if state.startswith(_UNREACHABLE) else None)


def explained(error: DatabaseError) -> BusinessError | None:
    """The error in words; None where the user neither caused it nor can mend it."""
    trouble = trouble_of(error)
    if trouble in {Trouble.DEADLOCK, Trouble.LOCKED}:
        return BusyError(
            _(
                "Somebody else is just changing the same thing. Nothing was saved. "
                "Try again in a moment."
            )
        )
    if trouble is Trouble.TOO_SLOW:
        return BusyError(_("This took too long and was stopped. Nothing was saved. Try again."))
    if isinstance(error, IntegrityError | DataError):
        return RefusedByDatabaseError(refusal_of(error))
    return None


def refusal_of(error: DatabaseError) -> Refusal:
    """What the constraint, or the trigger of its name, stands for."""
    diagnosis = getattr(error.__cause__, "diag", None)
    state = getattr(diagnosis, "sqlstate", None) or ""
    name = getattr(diagnosis, "constraint_name", None) or ""
    model = model_of(getattr(diagnosis, "table_name", None) or "")
    columns = _columns(diagnosis)
    if message := message_of(name):
        return Refusal(message=str(message), model=model, fields=_fields_of(name, model, columns))
    if state == "23503" and model:
        return _broken_link(model, columns)
    fields = _fields(model, columns)
    if state == "23502":
        return Refusal(message=_("This must be filled in."), model=model, fields=fields)
    if state == "23505":
        return Refusal(message=_already_there(model, fields), model=model, fields=fields)
    if state.startswith("22"):
        return Refusal(message=_("A number is too large, or a text is too long."), model=model)
    return Refusal(
        message=_("A rule of the database refuses this (%(name)s). Nothing was saved.")
        % {"name": name or state},
        model=model,
        fields=_fields_of(name, model, columns),
    )


def message_of(name: str) -> "str | Promise | None":
    """The message of a constraint, or of a trigger that refuses in its own name."""
    if name in MESSAGES:
        return MESSAGES[name]
    if name.endswith(SUFFIXES):
        return RECORDED
    return _of_models().get(name)


def model_of(table: str) -> type[models.Model] | None:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return model
    return None


def _of_models() -> dict[str, Any]:
    """The messages that models give their constraints, and those of checks of whole numbers."""
    found: dict[str, Any] = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.violation_error_message != constraint.default_violation_error_message:
                found[constraint.name] = constraint.violation_error_message
        for field in model._meta.concrete_fields:
            if isinstance(field, models.PositiveIntegerField | models.PositiveSmallIntegerField):
                found[f"{model._meta.db_table}_{field.column}_check"] = _(
                    "This cannot be negative."
                )
    return found


def _fields_of(name: str, model: type[models.Model] | None, columns: list[str]) -> tuple[str, ...]:
    """The fields of a constraint: as its model declares it, or as the error names them."""
    if model is None:
        return ()
    for constraint in model._meta.constraints:
        if constraint.name == name and isinstance(constraint, models.UniqueConstraint):
            named = [*constraint.fields]
            for expression in constraint.expressions:
                named += _names(expression)
            return tuple(named)
        if constraint.name == name and isinstance(constraint, models.CheckConstraint):
            return _fields(model, sorted(_lookups(constraint.condition)))
    if name.endswith("_check"):
        columns = [name.removeprefix(f"{model._meta.db_table}_").removesuffix("_check")]
    return _fields(model, columns)


def _names(expression: Any) -> list[str]:
    """The fields that an expression is made of."""
    if isinstance(expression, models.F):
        return [str(getattr(expression, "name", ""))]
    inside: list[Any] = getattr(expression, "get_source_expressions", list)()
    return [name for part in inside for name in _names(part)]


def _lookups(condition: Any) -> set[str]:
    """The names of fields in a condition."""
    if not isinstance(condition, models.Q):
        return set()
    children: list[Any] = list(condition.children)
    found: set[str] = set()
    for child in children:
        found |= _lookups(child) if isinstance(child, models.Q) else {str(child[0]).split("__")[0]}
    return found


def _columns(diagnosis: Any) -> list[str]:
    if column := getattr(diagnosis, "column_name", None):
        return [column]
    match = _KEY.search(getattr(diagnosis, "message_detail", None) or "")
    return _EXPRESSION.findall(match[1]) if match else []


def _fields(model: type[models.Model] | None, columns: list[str]) -> tuple[str, ...]:
    if model is None:
        return ()
    by_column = {field.column: field.name for field in model._meta.concrete_fields}
    by_column |= {field.name: field.name for field in model._meta.concrete_fields}
    return tuple(by_column[column] for column in columns if column in by_column)


def _already_there(model: type[models.Model] | None, fields: tuple[str, ...]) -> str:
    if model is None or not fields:
        return _("This exists already.")
    try:
        labels = [capfirst(str(model._meta.get_field(name).verbose_name)) for name in fields]  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return _("This exists already.")
    return _("%(kind)s with this %(fields)s exists already.") % {
        "kind": capfirst(str(model._meta.verbose_name)),
        "fields": ", ".join(labels),
    }


def _broken_link(model: type[models.Model], columns: list[str]) -> Refusal:
    """A foreign key: what was chosen is gone, or what is to be deleted is still in use."""
    fields = tuple(
        field.name for field in model._meta.concrete_fields
        if field.column in columns and field.is_relation
    )  # fmt: skip
    if fields:
        return Refusal(
            message=_("What was chosen here was deleted meanwhile. Choose something else."),
            model=model,
            fields=fields,
        )
    return Refusal(
        message=_("This is still used (%(kind)s) and cannot be deleted. Nothing was saved.")
        % {"kind": model._meta.verbose_name_plural},
        model=model,
    )
