"""With each request of somebody signed in: does the session still hold, and is something due."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from audit.kinds import Kind
from audit.recording import record
from signin import second_factor
from signin.session_times import End, note_use, reason_to_end

type GetResponse = Callable[[HttpRequest], HttpResponse]

_LANGUAGE_AND_OUT = frozenset({"set_language", "account_logout"})
_PASSWORD = frozenset(
    {
        *_LANGUAGE_AND_OUT,
        "account_change_password",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
    }
)
_SECOND_FACTOR = frozenset(
    {
        *_PASSWORD,
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_reauthenticate",
        "mfa_view_recovery_codes",
    }
)


class SessionLimitsMiddleware:
    """Ends sessions that nobody used for a while, and those that go on for too long."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            if reason := reason_to_end(request.session):
                return _end(request, request.user, reason)
            if note_use(request.session):
                _note_device(request)
        return self.get_response(request)


def _end(request: HttpRequest, user: User, reason: End) -> HttpResponse:
    """To the sign-in page, and from there back to the page asked for."""
    record(Kind.SESSION_ENDED, subject=user, details={"reason": reason.value})
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.flush()
    request.user = AnonymousUser()
    if reason is End.IDLE:
        minutes = settings.SESSION_IDLE_MINUTES
        text = _("You were signed out because nothing was done for %(minutes)d minutes.")
        messages.warning(request, text % {"minutes": minutes})
    else:
        hours = settings.SESSION_COOKIE_AGE // 3600
        text = _("You were signed out: after %(hours)d hours everybody signs in anew.")
        messages.warning(request, text % {"hours": hours})
    target = reverse("account_login")
    if request.method in {"GET", "HEAD"} and request.path != reverse("account_logout"):
        target += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(target)


def _note_device(request: HttpRequest) -> None:
    """For the list of one's own sessions."""
    used = UserSession.objects.filter(session_key=request.session.session_key)
    agent = request.headers.get("User-Agent", "")
    length = UserSession._meta.get_field("user_agent").max_length
    if not used.update(
        last_seen_at=timezone.now(),
        ip=get_adapter().get_client_ip(request),
        user_agent=agent[:length],
    ):
        UserSession.objects.create_from_request(request)


class DutiesMiddleware:
    """Who has to choose a password, or a second factor, does nothing else before."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not isinstance(request.user, User) or request.resolver_match is None:
            return None
        name = request.resolver_match.view_name
        if request.user.must_change_password:
            if name in _PASSWORD or _is_signing_out(request):
                return None
            text = _("Choose a password of your own before you go on.")
            return _send_to(request, "account_change_password", text)
        if name in _SECOND_FACTOR or _is_signing_out(request):
            return None
        if second_factor.is_missing_for(request.user):
            text = _("Administrators need a second factor. Set it up before you go on.")
            return _send_to(request, "mfa_activate_totp", text)
        return None


def _is_signing_out(request: HttpRequest) -> bool:
    return request.path == reverse("admin:logout")


def _send_to(request: HttpRequest, name: str, text: str) -> HttpResponse:
    """Each duty says so once, however many requests a page makes."""
    waiting = messages.get_messages(request)
    if text not in {str(message) for message in waiting}:
        messages.warning(request, text)
    waiting.used = False  # type: ignore[union-attr]  # to look through them is not to show them
    return HttpResponseRedirect(reverse(name))
