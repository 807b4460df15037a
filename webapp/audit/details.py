"""What an event tells besides, in the words of whoever reads it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from access.labels import rights_in_words
from audit.kinds import Kind
from audit.wording import NOTHING
from core.numbers import plain

IN_SUMMARY = 3
_LABELS = {
    "batch": pgettext_lazy("audit detail", "transaction"),
    "changed": pgettext_lazy("audit detail", "changed"),
    "chosen": pgettext_lazy("audit detail", "chosen rows"),
    "created": pgettext_lazy("audit detail", "new"),
    "entries": pgettext_lazy("audit detail", "entries"),
    "explained": pgettext_lazy("audit detail", "changed with the log unlocked"),
    "file": pgettext_lazy("audit detail", "file"),
    "filters": pgettext_lazy("audit detail", "filters"),
    "first": pgettext_lazy("audit detail", "first difference"),
    "format": pgettext_lazy("audit detail", "format"),
    "hash": pgettext_lazy("audit detail", "hash before"),
    "head": pgettext_lazy("audit detail", "head of the chain"),
    "links": pgettext_lazy("audit detail", "links"),
    "method": pgettext_lazy("audit detail", "method"),
    "missing": pgettext_lazy("audit detail", "missing right"),
    "new_hash": pgettext_lazy("audit detail", "hash after"),
    "page": pgettext_lazy("audit detail", "page"),
    "path": pgettext_lazy("audit detail", "address"),
    "reason": pgettext_lazy("audit detail", "reason"),
    "rows": pgettext_lazy("audit detail", "rows"),
    "table": pgettext_lazy("audit detail", "table"),
    "unchanged": pgettext_lazy("audit detail", "unchanged"),
    "username": pgettext_lazy("audit detail", "user name"),
    "whole": pgettext_lazy("audit detail", "whole"),
}
_PAGES = {
    "list": pgettext_lazy("audit page", "list"),
    "entry": pgettext_lazy("audit page", "entry"),
    "life": pgettext_lazy("audit page", "history of an object"),
    "export": pgettext_lazy("audit page", "export"),
}
# What of a verification a list tells; the whole of it stands on the entry's page.
_SHORT = {Kind.VERIFIED.value: ("whole", "entries", "first")}


def rows_of(details: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Every detail: its name and its value."""
    return [(_label(key), _shown(key, value)) for key, value in (details or {}).items()]


def in_short(kind: str, details: Mapping[str, Any] | None) -> str:
    """A few of them, for a list; without those that say nothing."""
    told = dict(details or {})
    keys: Iterable[str] = _SHORT.get(kind, tuple(told))
    parts = [
        f"{_label(key)}: {_short(key, told[key])}"
        for key in keys
        if told.get(key) not in (None, "", [], {})
    ]
    return "; ".join(parts[:IN_SUMMARY]) + ("; …" if len(parts) > IN_SUMMARY else "")


def _label(key: str) -> str:
    return capfirst(str(_LABELS.get(key, key.replace("_", " "))))


def _short(key: str, value: Any) -> str:
    """Rights by their codes here: their names are in the database."""
    return ", ".join(value) if key == "missing" else _shown(key, value)


def _shown(key: str, value: Any) -> str:
    if key == "missing" and value:
        return rights_in_words(value)
    if key == "page":
        return str(_PAGES.get(value, value))
    return _value(value)


def _value(value: Any) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return plain(value)
    if isinstance(value, dict):
        return "; ".join(f"{key} = {_value(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value)
