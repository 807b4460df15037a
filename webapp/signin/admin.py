"""For administrators: who is locked out, what failed of late, and second factors of others."""

from datetime import datetime
from typing import Any

from allauth.account import admin as _account  # noqa: F401 - see below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _mfa  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _usersessions  # noqa: F401
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.admin import ReadOnlyAdmin
from core.pages import page_at
from signin import admin_views
from signin.models import SecondFactor, SignInFailure

# allauth's own pages would let a superuser write where only signing in does.
# They register when they are imported, and are imported here, so that they cannot come later.
for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


@admin.register(SignInFailure)
class SignInFailureAdmin(ReadOnlyAdmin):
    """The list is a page of ours: lockouts are sums over rows."""

    def get_urls(self) -> list[URLPattern]:
        """None for a single row: it says nothing by itself."""
        return [
            page_at(self, "", admin_views.failures, "signin_signinfailure_changelist"),
            page_at(self, "unlock/", admin_views.unlock, "signin_signinfailure_unlock"),
        ]


@admin.register(SecondFactor)
class SecondFactorAdmin(ReadOnlyAdmin):
    """Who has one; and taking it from somebody who lost the device."""

    list_display = ["user", "since", "last_used"]
    list_display_links = None
    search_fields = ["user__username", "user__last_name", "user__first_name"]
    search_help_text = _("User")
    ordering = ["user__username"]
    fields = ["user", "since", "last_used"]  # not the secret, encrypted as it is
    readonly_fields = ["user", "since", "last_used"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        factors = super().get_queryset(request).select_related("user")
        return factors.filter(type=SecondFactor.Type.TOTP)

    def get_urls(self) -> list[URLPattern]:
        pages = [
            page_at(
                self,
                "<int:user_id>/remove/",
                admin_views.remove_second_factor,
                "signin_secondfactor_remove",
            )
        ]
        return [*pages, *super().get_urls()]

    @admin.display(description=_("since"), ordering="created_at")
    def since(self, factor: SecondFactor) -> datetime:
        return factor.created_at

    @admin.display(description=_("last used"), ordering="last_used_at")
    def last_used(self, factor: SecondFactor) -> datetime | None:
        return factor.last_used_at

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        may_remove = request.user.has_perm("signin.reset_second_factor")
        return [*self.list_display, *(["remove"] if may_remove else [])]

    @admin.display(description="")
    def remove(self, factor: SecondFactor) -> str:
        address = reverse("admin:signin_secondfactor_remove", args=[factor.user_id])
        return format_html(
            '<a class="inventory-link" href="{}">{}</a>',
            address,
            pgettext("second factor", "Remove"),
        )
