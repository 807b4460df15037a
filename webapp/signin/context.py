"""The look of the admin on allauth's pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

_TITLES = {
    "account_login": _("Sign in"),
    "account_inactive": _("Account closed"),
    "account_reauthenticate": _("Your password once more"),
    "account_change_password": _("Password"),
    "account_reset_password": _("New password"),
    "account_reset_password_done": _("New password"),
    "account_reset_password_from_key": _("New password"),
    "account_reset_password_from_key_done": _("New password"),
    "mfa_index": _("Second factor"),
    "mfa_authenticate": _("Second factor"),
    "mfa_reauthenticate": _("Your code once more"),
    "mfa_activate_totp": _("Turn the second factor on"),
    "mfa_deactivate_totp": _("Turn the second factor off"),
    "mfa_view_recovery_codes": _("Recovery codes"),
    "mfa_generate_recovery_codes": _("New recovery codes"),
    "usersessions_list": _("Devices"),
}


def look_of_the_admin(request: HttpRequest) -> dict[str, Any]:
    """For templates: title, side bar, colours, as the admin's own pages get them."""
    if not request.path.startswith(reverse("account_login").removesuffix("login/")):
        return {}
    name = request.resolver_match.view_name if request.resolver_match else ""
    return {**admin.site.each_context(request), "title": _TITLES.get(name, "")}
