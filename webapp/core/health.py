"""``/livez``: the process answers. ``/readyz``: it can serve, or what is wrong."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from stock.models import LedgerVerification

OK = "ok"


class HealthMiddleware:
    """Answers the probes before anything that needs a host name, a session or TLS.

    A load balancer asks by address and in plain HTTP; nothing here tells more than a state.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/livez":
            return JsonResponse({"status": OK})
        if request.path_info == "/readyz":
            return readyz()
        return self.get_response(request)


def readyz() -> JsonResponse:
    """503 while the database or a migration is missing; an old verification only warns.

    A late nightly job is no reason to take the service away from its users.
    """
    states = {"database": _database()}
    if states["database"] == OK:
        states["migrations"] = _migrations()
    serving = all(state == OK for state in states.values())
    if serving:
        states["ledger_verification"] = _ledger_verification()
    healthy = all(state == OK for state in states.values())
    status = OK if healthy else "warning" if serving else "failing"
    return JsonResponse({"status": status, **states}, status=200 if serving else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "cannot be reached"
    return OK


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} not applied" if missing else OK


def _ledger_verification() -> str:
    last = LedgerVerification.objects.order_by("-finished_at").first()
    if last is None:
        return "never verified"
    if not last.passed:
        return f"{last.difference_count} differences"
    limit = timedelta(hours=settings.LEDGER_VERIFICATION_MAX_AGE_HOURS)
    if timezone.now() - last.finished_at > limit:
        return f"last verified {last.finished_at.isoformat()}"
    return OK
