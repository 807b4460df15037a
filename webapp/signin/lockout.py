"""Lockout after repeated failures: what axes asks of us, what is locked now, unlocking."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from audit.kinds import Kind
from audit.recording import record
from core.client_address import client_address
from signin.names import typed_name


@dataclass(frozen=True, kw_only=True)
class Lockout:
    """One name that is refused from one address."""

    name: str
    address: str | None
    failures: int
    last: datetime
    until: datetime


def counted_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Under which name axes counts the attempt (``AXES_USERNAME_CALLABLE``)."""
    typed = str((credentials or {}).get("username") or "")
    known: dict[str, str] = request.__dict__.setdefault("signin_names", {})
    if typed not in known:
        known[typed] = typed_name(typed).label
    return known[typed]


@contextmanager
def one_attempt_at_a_time(request: HttpRequest, name: str) -> Iterator[None]:
    """A hundred attempts sent at once are counted one after the other, not let in together."""
    key = f"signin:{name}:{client_address(request)}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def refuse_if_locked_out(request: HttpRequest, user: User) -> None:
    """For codes, as axes does it for passwords: the middleware answers with the page of lockouts.

    :raises ValidationError: if the user is locked out from this address
    """
    credentials = {"username": user.get_username()}
    if AxesProxyHandler.is_allowed(request, credentials):
        return
    request.axes_locked_out = True  # type: ignore[attr-defined]
    code_failed(request, user)
    raise ValidationError(_("Too many failed attempts. Try again later."))


def code_failed(request: HttpRequest, user: User) -> None:
    """A wrong code counts as a wrong password does."""
    credentials = {"username": user.get_username(), "step": "code"}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def locked_out_page(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Until when, and whom to ask; the same for names that do not exist."""
    name = counted_name(request, credentials)
    found = current_lockouts(name=name, address=client_address(request))
    now = timezone.now()
    until = found[0].until if found else now + settings.AXES_COOLOFF_TIME
    response = render(
        request,
        "signin/locked_out.html",
        {"until": until, "failures": settings.AXES_FAILURE_LIMIT,
         "support_contact": settings.SUPPORT_CONTACT},
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )  # fmt: skip
    response.headers["Retry-After"] = str(max(1, int((until - now).total_seconds())))
    return response


def current_lockouts(*, name: str | None = None, address: str | None = None) -> list[Lockout]:
    """What is locked out now, the latest first; of one name and address if they are given."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    attempts = AccessAttempt.objects.filter(attempt_time__gte=since)
    if name is not None:
        attempts = attempts.filter(username=name, ip_address=address)
    found = []
    for (who, where), rows in groupby(
        attempts.order_by("username", "ip_address", "attempt_time"),
        key=lambda row: (row.username, row.ip_address),
    ):
        counted = [(row.attempt_time, row.failures_since_start) for row in rows]
        if until := _locked_until(counted):
            failures = sum(number for _at, number in counted)
            found.append(
                Lockout(name=who or "", address=where, failures=failures, last=counted[-1][0],
                        until=until)
            )  # fmt: skip
    return sorted(found, key=lambda lockout: lockout.last, reverse=True)


def _locked_until(counted: list[tuple[datetime, int]]) -> datetime | None:
    """When so many failures, each row with its time, have grown old that too few are left."""
    left = sum(number for _at, number in counted)
    until = None
    for at, number in counted:
        if left < settings.AXES_FAILURE_LIMIT:
            break
        until = at + settings.AXES_COOLOFF_TIME
        left -= number
    return until


def unlock(*, name: str, address: str | None) -> int:
    """Forget the failures of a name from an address; returns how many rows there were."""
    forgotten: int = reset(ip=address, username=name)
    if forgotten:
        user = User.objects.filter(username=name).first()
        record(
            Kind.UNLOCKED,
            subject=user,
            model="access.user",
            label=name,
            details={"address": address},
        )
    return forgotten


def unlock_everywhere(*, name: str) -> list[str | None]:
    """Of all addresses that a name is locked out from; returns them."""
    addresses = [lockout.address for lockout in current_lockouts() if lockout.name == name]
    for address in addresses:
        unlock(name=name, address=address)
    return addresses


def lasts() -> timedelta:
    duration: timedelta = settings.AXES_COOLOFF_TIME
    return duration
