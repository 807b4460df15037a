"""Addresses that only the benchmark has: of the plain admins, and of a fixed answer."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from demo.bench.plain.sites import bare, unfold

FIXED = b"x" * 30_000


def fixed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(FIXED)


urlpatterns = [
    path("bare/", bare.urls),
    path("unfold/", unfold.urls),
    path("fixed/", fixed),
]
