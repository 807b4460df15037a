"""Names of allauth's tables and columns, which it leaves to what Django makes of the code.

They are met in the audit log and where an account is deleted. They are no part of the schema, so
no migration is made of them.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

_NAMES: dict[Any, tuple[Any, Any, dict[str, Any]]] = {
    Authenticator: (
        _("second factor"),
        _("second factors"),
        {
            "user": _("user"),
            "type": _("kind"),
            "data": _("secret key"),
            "created_at": _("created"),
            "last_used_at": _("last used"),
        },
    ),
    UserSession: (
        _("session"),
        _("sessions"),
        {"user": _("user"), "created_at": _("created"), "last_seen_at": _("last used")},
    ),
}


def name_them() -> None:
    for model, (singular, plural, fields) in _NAMES.items():
        model._meta.verbose_name = singular
        model._meta.verbose_name_plural = plural
        for name, words in fields.items():
            model._meta.get_field(name).verbose_name = words
