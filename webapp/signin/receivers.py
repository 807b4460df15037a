"""Signing in and out, as Django, axes and allauth tell of it, written into the audit log."""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa
from axes.signals import user_locked_out
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from access.models import User
from audit.context import Context, set_context
from audit.kinds import Kind
from audit.recording import record
from core.client_address import client_address
from core.request_id import request_id_of
from signin import lockout, services
from signin.names import typed_name
from signin.session_times import begin


def connect() -> None:
    auth.user_logged_in.connect(session_began, dispatch_uid="signin.session_began")
    auth.user_login_failed.connect(sign_in_failed, dispatch_uid="signin.sign_in_failed")
    auth.user_logged_out.connect(signed_out, dispatch_uid="signin.signed_out")
    user_locked_out.connect(locked_out, dispatch_uid="signin.locked_out")
    account.user_logged_in.connect(signed_in, dispatch_uid="signin.signed_in")
    account.password_changed.connect(password_changed, dispatch_uid="signin.password_changed")
    account.password_reset.connect(password_reset, dispatch_uid="signin.password_reset")
    mfa.authenticator_added.connect(factor_added, dispatch_uid="signin.factor_added")
    mfa.authenticator_reset.connect(codes_renewed, dispatch_uid="signin.codes_renewed")
    mfa.authenticator_removed.connect(factor_removed, dispatch_uid="signin.factor_removed")
    mfa.authentication_failed.connect(code_failed, dispatch_uid="signin.code_failed")


def session_began(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    begin(request.session)


def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """From here on the request is the user's: also what it changes in the database."""
    context = Context(
        address=client_address(request), request_id=request_id_of(request), source="web"
    )
    set_context(context.of(user))
    methods = [str(entry["method"]) for entry in get_authentication_records(request, user)]
    record(Kind.SIGNED_IN, subject=user, label=user.get_username(), details={"by": methods})


def sign_in_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    typed = typed_name(str(credentials.get("username") or ""))
    details = {"step": str(credentials.get("step", "password"))}
    if getattr(request, "axes_locked_out", False) and not _counted(request):
        details["refused"] = "locked out"
    record(
        Kind.SIGN_IN_FAILED,
        subject=typed.user,
        model="access.user",
        label=typed.label,
        details=details,
    )


def locked_out(sender: Any, request: Any, username: str, **kwargs: Any) -> None:
    """Once for each lockout: axes tells of every attempt that is refused while it lasts."""
    if not _counted(request):
        return
    user = User.objects.filter(username=username).first()
    record(
        Kind.LOCKED_OUT,
        subject=user,
        model="access.user",
        label=username,
        details={"minutes": int(lockout.lasts().total_seconds() // 60)},
    )


def _counted(request: Any) -> bool:
    """Whether axes counted this very attempt, or refused to look at it."""
    return getattr(request, "axes_failures_since_start", None) is not None


def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(Kind.SIGNED_OUT, subject=user, label=user.get_username())


def password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(Kind.PASSWORD_CHANGED, subject=user, label=user.get_username())
    services.end_other_sessions(
        user=user, but=request.session.session_key, reason="password changed"
    )


def password_reset(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(Kind.PASSWORD_CHANGED, subject=user, label=user.get_username(), details={"by": "mail"})
    services.end_other_sessions(user=user, but=None, reason="password changed")


def factor_added(sender: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    record(
        Kind.SECOND_FACTOR_ADDED,
        subject=user,
        label=user.get_username(),
        details={"type": str(authenticator.type)},
    )


def codes_renewed(sender: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    factor_removed(sender, user=user, authenticator=authenticator)
    factor_added(sender, user=user, authenticator=authenticator)


def factor_removed(sender: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    record(
        Kind.SECOND_FACTOR_REMOVED,
        subject=user,
        label=user.get_username(),
        details={"type": str(authenticator.type)},
    )


def code_failed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    lockout.code_failed(request, user)
