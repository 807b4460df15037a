"""From an entry to the page of what it is about, for those who may see that."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from audit.models import AuditEntry
from audit.wording import model_of
from core.links import page_address

type Thing = tuple[str, str]  # model, id

# What stands in an address as it is, so that the way to it is looked up once for all.
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)


def pages_of(site: AdminSite, request: HttpRequest, things: "set[Thing]") -> dict[Thing, str]:
    """The addresses of those that exist and may be seen; one query for all of them."""
    by_model: dict[str, set[str]] = {}
    for model, object_id in things:
        if model and object_id:
            by_model.setdefault(model, set()).add(object_id)
    asked = [
        rows for model in sorted(by_model) for rows in _rows(site, request, model, by_model[model])
    ]
    if not asked:
        return {}
    found = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
    return {(model, pk): _address(site, model, pk) for model, pk in found}


def things_of(entries: "Sequence[AuditEntry]") -> "set[Thing]":
    """What entries are about, and the wholes that those belong to."""
    return {
        thing
        for entry in entries
        for thing in ((entry.model, entry.object_id), (entry.root_model, entry.root_id))
    }


def page_of(entry: AuditEntry, pages: "dict[Thing, str]") -> str:
    """The object's own page, or that of the whole it belongs to; empty if there is none."""
    own = pages.get((entry.model, entry.object_id), "")
    return own or pages.get((entry.root_model, entry.root_id), "")


def life_of(model: str, object_id: str) -> str:
    """Where the history of an object is read."""
    if not model or not object_id:
        return ""
    if not _PLAIN.fullmatch(object_id):
        return reverse("admin:audit_life", args=[model, object_id])
    return f"{_lives(model, get_script_prefix())}{object_id}/"


@lru_cache(maxsize=500)
def _lives(model: str, _prefix: str) -> str:
    """`_prefix`: an application may be served beneath another address."""
    return reverse("admin:audit_life", args=[model, "0"]).removesuffix("0/")


def _rows(site: AdminSite, request: HttpRequest, model_name: str, ids: set[str]) -> list[Any]:
    model = model_of(model_name)
    if model is None or not site.is_registered(model):
        return []
    model_admin: ModelAdmin[Any] = site.get_model_admin(model)
    if not model_admin.has_view_permission(request):
        return []
    keys = {key for key in (_key(model, text) for text in ids) if key is not None}
    if not keys:
        return []
    rows: QuerySet[Any] = model_admin.get_queryset(request).filter(pk__in=keys).order_by()
    return [rows.values_list(Value(model_name, CharField()), Cast("pk", CharField()))]


def _key(model: Any, text: str) -> Any:
    """As the column of the key holds it; None for what no row can have."""
    try:
        return model._meta.pk.to_python(text)
    except (ValidationError, ValueError):
        return None


def _address(site: AdminSite, model: str, pk: str) -> str:
    url_name = f"{site.name}:{model.replace('.', '_')}_change"
    return page_address(url_name, int(pk)) if pk.isdecimal() else reverse(url_name, args=[pk])
