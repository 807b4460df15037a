"""What allauth asks of us."""

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.models import User
from audit.kinds import Kind
from audit.recording import record
from core.client_address import client_address
from signin import encryption, mailing, second_factor, services
from signin.links import address_of
from signin.lockout import one_attempt_at_a_time
from signin.names import typed_name

# So long a sign-in, or the password typed again, is proof enough for what concerns safety.
FRESH_SECONDS = 300


class AccountAdapter(DefaultAccountAdapter):
    """Passwords, sign-in, mail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The username or the password is not right."),
        "incorrect_password": _("The password is not right."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("The code is not right, or was used already."),
        "too_many_login_attempts": _("Too many failed attempts. Try again later."),
        "rate_limited": _("Too many failed attempts. Try again later."),
        "invalid_password_reset": _("The link is not valid any more."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages only: nothing here answers in JSON."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """A request without an address came through a socket of this machine."""
        return client_address(request) or "127.0.0.1"

    # --- Signing in ---

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            typed = typed_name(str(credentials.get("username") or ""))
            record(
                Kind.SIGN_IN_FAILED,
                subject=typed.user,
                model="access.user",
                label=typed.label,
                details={"step": "password", "refused": "too many attempts"},
            )
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        with one_attempt_at_a_time(request, str(credentials.get("username") or "")):
            return super().authenticate(request, **credentials)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not of who signed in a moment ago."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        known = get_authentication_records(self.request, self.request.user)
        return bool(required) and not (known and time.time() - known[-1]["at"] < FRESH_SECONDS)

    # --- Passwords ---

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        password = super().clean_password(password, user=user)
        if user is not None and user.check_password(password):
            raise ValidationError(_("Choose a password other than the present one."))
        return password

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        assert isinstance(user, User)  # noqa: S101 - for the type checker: we have no others
        services.choose_password(user=user, password=password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    # --- Mail ---

    def get_reset_password_from_key_url(self, key: str) -> str:
        written = urlsplit(super().get_reset_password_from_key_url(key))
        return address_of(self.request, written.path)

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """To the address that the user has, not to what was typed and looks alike."""
        assert isinstance(user, User)  # noqa: S101 - as above
        context["minutes"] = settings.PASSWORD_RESET_TIMEOUT // 60
        super().send_password_reset_mail(user, user.email, context)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """In the language of who reads it."""
        language = getattr(context.get("user"), "language", "") or translation.get_language()
        with translation.override(language):
            message: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        return message

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        mailing.send(self.render_mail(template_prefix, email, {**context, "email": email}))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator apps and recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is not right, or was used already."),
        "cannot_delete_authenticator": _("Administrators cannot do without a second factor."),
        "cannot_generate_recovery_codes": _("Turn the second factor on first."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        """With the host: staging and production are two entries in the app."""
        return f"{gettext('Inventory')} {self._get_site_name()}"

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not second_factor.is_required_for(authenticator.user)


class SessionsAdapter(DefaultUserSessionsAdapter):
    """The list of one's own sessions."""

    def end_sessions(self, sessions: Any) -> None:
        services.end_sessions(sessions, reason="signed out elsewhere")
