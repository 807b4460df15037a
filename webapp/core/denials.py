"""What was refused to whom: which right is missing, in words, and in the audit log."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, models, transaction
from django.http import HttpRequest
from django.urls import ResolverMatch

from access.labels import rights_by_kind
from access.models import User
from access.roles import Role
from audit.kinds import Kind
from audit.recording import record
from config.logs import without_secrets
from core.permissions import MissingRightError

logger = logging.getLogger(__name__)

# How many administrators are named.
MOST_NAMES = 5
# What Django's views of a model ask for, by the last word of their address's name.
_ASKED = {
    "changelist": "view",
    "add": "add",
    "change": "change",
    "delete": "delete",
    "history": "view",
    "password_change": "change",
}


@dataclass(frozen=True, kw_only=True)
class Denial:
    """A request that was refused. `missing`: ``app.codename``; empty where nobody may do it."""

    user: User | None
    missing: tuple[str, ...] = ()


def of(request: HttpRequest, exception: Exception) -> Denial:
    """Who was refused, and what they lack.

    Pages of ours name the right; Django's and third parties' pages of the admin raise a bare
    ``PermissionDenied``, and what they asked for follows from the address.
    """
    user = getattr(request, "user", None)
    known = user if isinstance(user, User) else None
    if isinstance(exception, MissingRightError):
        named: Sequence[str] = exception.permissions
    else:
        named = _asked_for(request)
    missing = tuple(name for name in named if known is None or not known.has_perm(name))
    return Denial(user=known, missing=missing)


def note(request: HttpRequest, denial: Denial) -> None:
    """Write it into the audit log; called once the view's transaction is over.

    Neither the query nor the body: they may hold what is nobody's business.
    """
    details = {
        "path": without_secrets(request.path),
        "method": request.method,
        "missing": list(denial.missing),
    }
    try:
        with transaction.atomic():
            record(Kind.DENIED, label=without_secrets(request.path), details=details)
    except DatabaseError:
        logger.exception("a denial could not be recorded: %s", details)


def in_words(missing: Sequence[str]) -> list[tuple[str, str]]:
    """The rights as a page of a user names them: ("Parts", "change")."""
    wanted = models.Q(pk__in=[])
    for name in missing:
        app_label, _dot, codename = name.partition(".")
        wanted |= models.Q(content_type__app_label=app_label, codename=codename)
    return rights_by_kind(Permission.objects.filter(wanted).order_by("pk")) if missing else []


def administrators() -> list[str]:
    """Names of people who can give a right."""
    people = User.objects.filter(is_active=True, groups__name=Role.ADMINISTRATOR.value)
    return [person.display_name for person in people.order_by("username")[:MOST_NAMES]]


def _asked_for(request: HttpRequest) -> tuple[str, ...]:
    """The right that a page of the admin asks for; none where nobody can have it."""
    match = request.resolver_match
    if match is not None and match.url_name == "autocomplete":
        return _asked_for_by_search(request)
    found = None if match is None else _model_and_page(match)
    if found is None:
        return ()
    model, page = found
    action = _ASKED[page]
    if page == "change" and request.method in {"GET", "HEAD"}:
        action = "view"
    meta = model._meta
    return (
        (f"{meta.app_label}.{action}_{meta.model_name}",)
        if action in meta.default_permissions
        else ()
    )


def _asked_for_by_search(request: HttpRequest) -> tuple[str, ...]:
    """A field that searches asks for the right to see what it finds."""
    query = request.GET
    try:
        model = apps.get_model(query.get("app_label", ""), query.get("model_name", ""))
        link: Any = model._meta.get_field(query.get("field_name", ""))
        meta = link.remote_field.model._meta
    except (LookupError, FieldDoesNotExist, AttributeError, ValueError):
        return ()
    return (f"{meta.app_label}.view_{meta.model_name}",)


def _model_and_page(match: ResolverMatch) -> tuple[type[models.Model], str] | None:
    name = match.url_name or ""
    for model in admin.site._registry:  # noqa: SLF001 - where Django keeps them
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if name.startswith(prefix) and name.removeprefix(prefix) in _ASKED:
            return model, name.removeprefix(prefix)
    if name == "auth_user_password_change":
        return User, "password_change"
    return None
