"""For administrators: who is locked out, what failed of late, and second factors of others."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin import ReadOnlyAdmin
from core.pages import page_at
from signin import admin_views
from signin.models import SecondFactor, SignInFailure


@admin.register(SignInFailure)
class SignInFailureAdmin(ReadOnlyAdmin):
    """The list is a page of ours: lockouts are sums over rows."""

    def get_urls(self) -> list[URLPattern]:
        pages = [
            page_at(self, "", admin_views.failures, "signin_signinfailure_changelist"),
            page_at(self, "unlock/", admin_views.unlock, "signin_signinfailure_unlock"),
        ]
        return [*pages, *super().get_urls()]


@admin.register(SecondFactor)
class SecondFactorAdmin(ReadOnlyAdmin):
    """Who has one; and taking it from somebody who lost the device."""

    list_display = ["user", "created_at", "last_used_at"]
    list_display_links = None
    search_fields = ["user__username", "user__last_name", "user__first_name"]
    search_help_text = _("User")
    ordering = ["user__username"]
    actions_row = ["remove"]

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

    @action(description=_("Remove"), url_path="remove-row", permissions=["remove"])
    def remove(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return admin_views.to_remove(self, request, object_id)

    def has_remove_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("signin.reset_second_factor")
