"""The people who work with the inventory."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who signs in; rights come from the groups that ``sync_roles`` keeps."""

    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        choices=[("ja", _("Japanese")), ("en", _("English"))],
        help_text=_("Empty: the browser's language."),
    )
    must_change_password = models.BooleanField(
        _("must choose a new password"),
        default=False,
        help_text=_("At the next sign-in, before anything else."),
    )
    denied_permissions = models.ManyToManyField(
        "auth.Permission", blank=True, related_name="denied_users", verbose_name=_("denied rights")
    )
    locations = models.ManyToManyField(
        "stock.Location",
        blank=True,
        related_name="+",
        verbose_name=_("works only at"),
        help_text=_("With everything beneath. Empty: at all locations."),
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        """Family name first, as in Japanese."""
        return full_name(self.last_name, self.first_name)

    @property
    def display_name(self) -> str:
        """The full name, or the name of the account."""
        return self.get_full_name() or self.username


def full_name(last_name: str, first_name: str) -> str:
    """Family name first, as in Japanese."""
    return f"{last_name} {first_name}".strip()


def who_shown(last_name: str | None, first_name: str | None, username: str | None) -> str:
    """As ``User.display_name``; empty where nobody did it, but the system."""
    return "" if username is None else full_name(last_name or "", first_name or "") or username
