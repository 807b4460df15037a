"""Addresses: everything happens in the admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from access.views import set_language
from catalog.views import picture
from signin.views import sign_out, to_password, to_sign_in

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("media/parts/<path:name>", picture, name="part_picture"),
    path("account/", include("signin.urls")),
    # Before the admin's own pages of these addresses, which they stand in for.
    path("admin/login/", to_sign_in),
    path("admin/logout/", sign_out),
    path("admin/password_change/", to_password),
    path("admin/", admin.site.urls),
]

handler400 = "core.error_pages.bad_request"
handler403 = "core.error_pages.permission_denied"
handler404 = "core.error_pages.not_found"
handler429 = "core.error_pages.too_many_requests"  # allauth's name for it
handler500 = "core.error_pages.server_error"
