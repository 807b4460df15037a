"""Addresses: everything happens in the admin."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from access.views import set_language
from catalog.views import picture

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("media/parts/<path:name>", picture, name="part_picture"),
    path("admin/", admin.site.urls),
]

handler400 = "core.error_pages.bad_request"
handler403 = "core.error_pages.permission_denied"
handler404 = "core.error_pages.not_found"
handler500 = "core.error_pages.server_error"
