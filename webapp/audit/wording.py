"""Kinds of objects, fields and values of entries in the words of whoever reads them."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models import DateField, DateTimeField, Field, ForeignKey, Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from access.labels import kind_label, right_label
from access.roles import role_name
from audit.registry import SECRET, watched_tables
from core.dates import day_shown, second_shown
from core.numbers import plain

NOTHING = "–"
# What the database writes in the place of a secret.
_MASK = "***"
# What the name of a row is made of, beyond its own columns.
_NAMED_WITH = {
    "catalog.supplierpart": ("supplier",),
    "purchasing.goodsreceiptline": ("receipt",),
    "purchasing.orderevent": ("order",),
    "purchasing.orderline": ("order",),
    "purchasing.reorderproposal": ("part",),
    "stock.stocklevel": ("part", "location", "lot"),
    "stock.stocktake": ("location",),
    "stock.stocktakeline": ("part",),
}


def model_of(name: str) -> type[Model] | None:
    """The model of this label; None for one that the code does not know any more."""
    try:
        return apps.get_model(name)
    except (LookupError, ValueError):
        return None


def kind_of_object(name: str) -> str:
    """Such as "Part"; of a row that joins two others such as "User: roles"."""
    return _kind_of_object(name, get_language())


@lru_cache(maxsize=500)
def _kind_of_object(name: str, _language: str | None) -> str:
    model = model_of(name)
    if model is None:
        return name
    owner: Any = (
        model._meta.auto_created
    )  # the model that has the field, where Django made this one
    if not owner:
        return capfirst(str(model._meta.verbose_name))
    joins = next(f for f in owner._meta.many_to_many if f.remote_field.through is model)
    return f"{capfirst(str(owner._meta.verbose_name))}: {joins.verbose_name}"


@cache
def watched_models() -> tuple[str, ...]:
    """Of which there can be changes in the log."""
    return tuple(watched.model for watched in watched_tables())


def field_of(model: type[Model] | None, column: str) -> "Field[Any, Any] | None":
    """The field kept in a column; None for one that is gone."""
    return None if model is None else _fields_of(model).get(column)


@cache
def _fields_of(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    return {str(field.column): field for field in model._meta.concrete_fields}


def label_of(field: "Field[Any, Any] | None", column: str) -> str:
    """The field's name in the user's language."""
    if field is None:
        return column
    return _label_of(field, get_language())


@lru_cache(maxsize=2_000)
def _label_of(field: "Field[Any, Any]", _language: str | None) -> str:
    if isinstance(field, ForeignKey) and field.model._meta.auto_created:
        return capfirst(str(field.related_model._meta.verbose_name))
    return capfirst(str(field.verbose_name))


def is_secret(model: type[Model] | None, column: str) -> bool:
    """Only that it changed is in the log, not what it was."""
    return model is not None and column in SECRET.get(model._meta.db_table, ())


def moment(value: datetime) -> str:
    """A time to the second, as the order of events needs it."""
    return second_shown(value)


class Names:
    """What foreign keys point to, by name: one query for each kind of object."""

    def __init__(self, references: "Iterable[tuple[ForeignKey[Any, Any], Any]]") -> None:
        wanted: dict[type[Model], set[Any]] = {}
        for field, key in references:
            wanted.setdefault(field.related_model, set()).add(key)
        self._names = {model: _names_of(model, keys) for model, keys in wanted.items()}

    def shown(self, field: "ForeignKey[Any, Any]", key: Any) -> str:
        """The name, or the number of what is gone."""
        return self._names.get(field.related_model, {}).get(str(key)) or _("%(id)s (gone)") % {
            "id": f"#{key}"
        }


def shown(
    field: "Field[Any, Any] | None", value: Any, names: Names, *, secret: bool = False
) -> str:
    """A value in the form of the user's language."""
    if value in (None, "", [], {}):
        return NOTHING
    if secret and value == _MASK:
        return pgettext("audit", "hidden")
    if isinstance(field, ForeignKey):
        return names.shown(field, value)
    for choice, label in () if field is None else field.flatchoices:
        if choice == value:
            return str(label)
    return _plain_value(field, value)


def _plain_value(field: "Field[Any, Any] | None", value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | Decimal):
        return plain(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(field, DateTimeField):
        at = parse_datetime(str(value))
        return moment(at) if at else str(value)
    if isinstance(field, DateField):
        day: date | None = parse_date(str(value))
        return day_shown(day) if day else str(value)
    return str(value)


def _names_of(model: type[Model], keys: set[Any]) -> dict[str, str]:
    name = _NAMES.get(model, str)
    rows = model._base_manager.filter(pk__in=keys)
    if named_with := _NAMED_WITH.get(model._meta.label_lower):
        rows = rows.select_related(*named_with)
    return {str(row.pk): name(row) for row in rows}


_NAMES: dict[type[Model], Callable[[Any], str]] = {
    Group: lambda group: role_name(group.name),
    Permission: lambda permission: f"{kind_label(permission)}: {right_label(permission)}",
}
