"""Addresses in mails: of a host that we answer for, whatever the request said."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest, path: str) -> str:
    """The full address of a page.

    The host comes from ``ALLOWED_HOSTS``: the request's, if that names it in full, otherwise the
    first that is named in full. Only a desk, where every host may be allowed, believes the request.
    """
    scheme = "https" if settings.TLS else "http"
    named = [host for host in settings.ALLOWED_HOSTS if host != "*" and not host.startswith(".")]
    host = request.get_host()
    if named and host.rpartition(":")[0] not in named and host not in named:
        host = named[0]
    return f"{scheme}://{host}{path}"
