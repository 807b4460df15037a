"""The pages of allauth that we use, under its own names; none of them is kept by a browser."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as usersessions
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from signin.views import AskForPasswordView, sign_out

_VIEWS = {
    "login/": (account.login, "account_login"),
    "logout/": (sign_out, "account_logout"),
    "inactive/": (account.account_inactive, "account_inactive"),
    "reauthenticate/": (account.reauthenticate, "account_reauthenticate"),
    "password/": (account.password_change, "account_change_password"),
    "password/reset/": (AskForPasswordView.as_view(), "account_reset_password"),
    "password/reset/sent/": (account.password_reset_done, "account_reset_password_done"),
    "password/reset/done/": (
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    "second-factor/": (mfa.index, "mfa_index"),
    "second-factor/sign-in/": (mfa.authenticate, "mfa_authenticate"),
    "second-factor/again/": (mfa.reauthenticate, "mfa_reauthenticate"),
    "second-factor/on/": (totp.activate_totp, "mfa_activate_totp"),
    "second-factor/off/": (totp.deactivate_totp, "mfa_deactivate_totp"),
    "second-factor/codes/": (recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    "second-factor/codes/new/": (
        recovery_codes.generate_recovery_codes,
        "mfa_generate_recovery_codes",
    ),
    "sessions/": (usersessions.list_usersessions, "usersessions_list"),
}

urlpatterns = [
    *(path(address, never_cache(view), name=name) for address, (view, name) in _VIEWS.items()),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        never_cache(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
