"""Each request says who it is before it does anything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from access.models import User
from audit.context import Context, set_context
from core.client_address import client_address
from core.request_id import request_id_of


class AuditContextMiddleware:
    """Tells the database who acts, from where, in which request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        context = Context(
            address=client_address(request), request_id=request_id_of(request), source="web"
        )
        user = request.user if isinstance(request.user, User) else None
        set_context(context.of(user))
        return self.get_response(request)
