"""Addresses in mails: of a host that we answer for, whatever the request said."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest, path: str) -> str:
    """The full address of a page.

    The host comes from ``ALLOWED_HOSTS``: the request's, if that names it in full, otherwise the
    first that is named in full. Only a desk, where every host may be allowed, believes the request.
    """
    scheme = "https" if settings.TLS else "http"
    host = request.get_host()
    named = [name for name in settings.ALLOWED_HOSTS if not name.startswith(("*", "."))]
    is_named = host in named or host.rpartition(":")[0] in named
    if named and not is_named and "*" not in settings.ALLOWED_HOSTS:
        host = named[0]
    return f"{scheme}://{host}{path}"
