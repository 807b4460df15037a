"""What an event tells besides, in the words of whoever reads it."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from access.labels import rights_in_words
from audit.kinds import Kind
from audit.wording import NOTHING, kind_of_object
from core.numbers import plain
from exchange.exporting import EXPORT_TABLES

IN_SUMMARY = 3
_LABELS = {
    "address": pgettext_lazy("audit detail", "IP address"),
    "batch": pgettext_lazy("audit detail", "transaction"),
    "by": pgettext_lazy("audit detail", "by"),
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
    "minutes": pgettext_lazy("audit detail", "minutes"),
    "missing": pgettext_lazy("audit detail", "missing right"),
    "new_hash": pgettext_lazy("audit detail", "hash after"),
    "page": pgettext_lazy("audit detail", "page"),
    "path": pgettext_lazy("audit detail", "URL"),
    "reason": pgettext_lazy("audit detail", "reason"),
    "refused": pgettext_lazy("audit detail", "refused because"),
    "rows": pgettext_lazy("audit detail", "rows"),
    "sessions": pgettext_lazy("audit detail", "sessions"),
    "sha256": pgettext_lazy("audit detail", "SHA-256 of the file"),
    "step": pgettext_lazy("audit detail", "what failed"),
    "table": pgettext_lazy("audit detail", "table"),
    "type": pgettext_lazy("audit detail", "kind"),
    "unchanged": pgettext_lazy("audit detail", "unchanged"),
    "username": pgettext_lazy("audit detail", "username"),
    "whole": pgettext_lazy("audit detail", "whole"),
}
# Values that stand for something, by the detail they are of.
_VALUES = {
    "by": {
        "password": pgettext_lazy("audit detail", "password"),
        "mfa": pgettext_lazy("audit detail", "second factor"),
        "mail": pgettext_lazy("audit detail", "link in a mail"),
    },
    "page": {
        "list": pgettext_lazy("audit page", "list"),
        "entry": pgettext_lazy("audit page", "entry"),
        "life": pgettext_lazy("audit page", "history of an object"),
        "export": pgettext_lazy("audit page", "export"),
    },
    "reason": {
        "idle": pgettext_lazy("audit detail", "not used for too long"),
        "too old": pgettext_lazy("audit detail", "open for too long"),
        "password changed": pgettext_lazy("audit detail", "password changed"),
        "second factor removed": pgettext_lazy("audit detail", "second factor removed"),
        "signed out elsewhere": pgettext_lazy("audit detail", "signed out elsewhere"),
    },
    "refused": {
        "locked out": pgettext_lazy("audit detail", "locked out"),
        "too many attempts": pgettext_lazy("audit detail", "too many attempts"),
    },
    "step": {
        "password": pgettext_lazy("audit detail", "name or password"),
        "code": pgettext_lazy("audit detail", "code of the second factor"),
    },
    "type": {
        "totp": pgettext_lazy("audit detail", "authenticator app"),
        "recovery_codes": pgettext_lazy("audit detail", "recovery codes"),
    },
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
    return _label_said(key, get_language())


@lru_cache(maxsize=500)
def _label_said(key: str, _language: str | None) -> str:
    return capfirst(str(_LABELS.get(key, key.replace("_", " "))))


def _short(key: str, value: Any) -> str:
    """Rights by their codes here: their names are in the database."""
    return ", ".join(value) if key == "missing" else _shown(key, value)


def _shown(key: str, value: Any) -> str:
    if key == "missing" and value:
        return rights_in_words(value)
    if key == "table" and isinstance(value, str):
        return _table(value)
    return _value(value, _VALUES.get(key, {}))


def _table(name: str) -> str:
    """Of a file, by its label; of the log itself, which is no file of the exchange, as a kind."""
    table = EXPORT_TABLES.get(name)
    return capfirst(str(table.label)) if table else kind_of_object(name)


def _value(value: Any, words: Mapping[str, Any] = MappingProxyType({})) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return plain(value)
    if isinstance(value, dict):
        return "; ".join(f"{key} = {_value(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_value(item, words) for item in value)
    return str(words.get(value, value)) if isinstance(value, str) else json.dumps(value)
