"""allauth's forms in the admin's look, with our words and a few promises more."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES

from access.models import User
from signin.encryption import UnreadableSecretError
from signin.lockout import code_failed, one_attempt_at_a_time, refuse_if_locked_out


class LookMixin(forms.Form):
    """Labels instead of placeholders, and the cursor in the first field."""

    words: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for position, (name, field) in enumerate(self.fields.items()):
            field.label = self.words.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["class"] = " ".join(INPUT_CLASSES)
            if position == 0:
                field.widget.attrs["autofocus"] = True


class SignInForm(LookMixin, account.LoginForm):
    words = {"login": _("Username"), "password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs.update({"autocapitalize": "none", "spellcheck": "false"})


class _NewPasswordMixin(LookMixin):
    words = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("New password again"),
    }


class ChangePasswordForm(_NewPasswordMixin, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class SetPasswordForm(_NewPasswordMixin, account.ResetPasswordKeyForm):
    pass


class AskForPasswordForm(LookMixin, account.ResetPasswordForm):
    words = {"email": _("Email address")}

    def clean_email(self) -> str:
        """By the one address that an administrator entered; allauth's own table is not used."""
        email: str = self.cleaned_data["email"]
        self.users = list(User.objects.filter(email__iexact=email, is_active=True))
        return email


class LinkForm(account.UserTokenForm):
    """The link of a mail: worth nothing once the account is closed."""

    def _get_user(self, uidb36: str) -> User | None:
        user: User | None = super()._get_user(uidb36)  # type: ignore[no-untyped-call]
        return user if user and user.is_active else None


class PasswordAgainForm(LookMixin, account.ReauthenticateForm):
    words = {"password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class _CodeMixin(LookMixin):
    """A code counts as used for as long as it would be accepted, and a wrong one as a failure."""

    user: User
    words = {"code": _("Code")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update({"maxlength": 32, "inputmode": "numeric"})

    def clean_code(self) -> str:
        request = context.request
        with one_attempt_at_a_time(request, self.user.get_username()):
            refuse_if_locked_out(request, self.user)
            try:
                code: str = super().clean_code()  # type: ignore[misc]  # of what it is mixed with
            except UnreadableSecretError:
                raise forms.ValidationError(
                    _("Your second factor cannot be read. Ask an administrator to remove it.")
                ) from None
            self._use_up(code)
        return code

    def _use_up(self, code: str) -> None:
        """allauth remembers it for half a minute, but takes it for longer: clocks differ."""
        factor = getattr(self, "authenticator", None)
        if factor is not None and factor.type != Authenticator.Type.TOTP:
            return
        lasts = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)
        digits = "".join(character for character in code if character.isalnum())
        if not cache.add(f"signin.code:{self.user.pk}:{digits}", 1, timeout=lasts):
            code_failed(context.request, self.user)
            raise forms.ValidationError(_("The code is not right, or was used already."))


class CodeForm(_CodeMixin, mfa.AuthenticateForm):
    words = {"code": _("Code from the app, or a recovery code")}


class CodeAgainForm(_CodeMixin, mfa.ReauthenticateForm):
    words = {"code": _("Code from the app, or a recovery code")}


class ActivateForm(_CodeMixin, totp.ActivateTOTPForm):
    words = {"code": _("Code from the app")}


class UnlockForm(forms.Form):
    """A row of the list of lockouts."""

    name = forms.CharField(max_length=255)
    address = forms.GenericIPAddressField(required=False)

    def clean_address(self) -> str | None:
        return self.cleaned_data["address"] or None
