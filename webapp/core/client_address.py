"""From which address a request comes, seen through the proxies in front of us."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The visitor's address; None where there is none (a socket, a test).

    Each of our proxies appends whom it was called by to X-Forwarded-For; what stands before
    those entries was written by the visitor and proves nothing.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        chain = request.headers.get("X-Forwarded-For", "").split(",")
        address = chain[-min(settings.TRUSTED_PROXIES, len(chain))].strip() or address
    try:
        return str(ip_address(address))
    except ValueError:
        return None
