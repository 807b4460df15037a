"""The first page: every card with its rights, its figures and its links."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.models import User
from access.roles import Role
from core.currencies import shown
from core.numbers import plain
from dashboard import figures, orders
from dashboard.caching import a_few_minutes_old
from stock.buttons import ISSUE, ORDER, RECEIVE, STOCKTAKE, TRANSFER, Button
from stock.models.ledger import Kind
from stock.valuation import value_stock

# The order of the bars from the ground up, and of the legend.
_CHARTED = (Kind.RECEIPT, Kind.ISSUE, Kind.TRANSFER, Kind.STOCKTAKE, Kind.CORRECTION)


_ACTIONS = (
    RECEIVE,
    ISSUE,
    TRANSFER,
    STOCKTAKE,
    ORDER,
    Button(
        label=_("Import"),
        icon="upload_file",
        url_name="admin:exchange_importrun_import_file",
        permission="exchange.import_data",
    ),
)


def dashboard_callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's hook for the admin's index page (``UNFOLD["DASHBOARD_CALLBACK"]``)."""
    user = cast("User", request.user)
    dashboard: dict[str, Any] = {
        "actions": [action for action in _ACTIONS if user.has_perm(action.permission)],
    }
    if user.has_perm("catalog.view_part"):
        dashboard |= _parts(user)
    if purchasing := orders.context(user):
        dashboard["orders"] = purchasing
    if user.has_perm("stock.view_stockmovement"):
        dashboard |= _movements()
    if user.has_perms(["catalog.view_part", "catalog.view_supplierpart"]):
        dashboard["value"] = _value()
    if user.has_perm("stock.view_ledgerverification"):
        dashboard["ledger"] = figures.ledger_state()
    if not any(dashboard.values()):
        dashboard["administrators"] = _administrators()
    context["dashboard"] = dashboard
    return context


def _parts(user: User) -> dict[str, Any]:
    counts = figures.count_parts()
    parts = reverse("admin:catalog_part_changelist")
    needed = figures.needed_parts() if counts.out or counts.low else []
    may_see = needed and user.has_perm("purchasing.view_reorderproposal")
    proposed = orders.proposed_for([part.pk for part in needed]) if may_see else {}
    return {
        "counts": counts,
        "parts_url": f"{parts}?active__exact=1",
        "out_url": f"{parts}?active__exact=1&status=out",
        "low_url": f"{parts}?active__exact=1&status=low",
        "needed": [(part, proposed.get(part.pk)) for part in needed],
    }


def _movements() -> dict[str, Any]:
    movements = reverse("admin:stock_stockmovement_changelist")
    today = figures.start_of(timezone.localdate()).isoformat(sep=" ")
    days = a_few_minutes_old("movements_by_day", figures.movements_by_day)
    return {
        "today": figures.movements_today(),
        "movements_url": movements,
        "today_url": f"{movements}?{urlencode({'occurred_at__gte': today})}",
        "latest": figures.latest_movements(),
        "days": days,
        "days_chart": _chart(days.value),
        "days_table": _table(days.value),
        "days_summary": _summary(days.value),
    }


def _present(days: figures.Days) -> Iterable[Kind]:
    return [kind for kind in _CHARTED if days.totals[kind]]


def _chart(days: figures.Days) -> dict[str, Any]:
    """What ``inventory/charts.js`` draws."""
    return {
        "type": "bars",
        "days": [day.isoformat() for day in days.days],
        "series": [
            {"label": str(kind.label), "colour": kind.value, "values": days.counts[kind]}
            for kind in _present(days)
        ],
    }


def _summary(days: figures.Days) -> str:
    """The chart in one sentence, for those who cannot see it."""
    totals = ", ".join(
        f"{kind.label} {plain(Decimal(days.totals[kind]))}" for kind in _present(days)
    )
    return gettext("Movements in the last 30 days: %(totals)s") % {"totals": totals}


def _table(days: figures.Days) -> dict[str, Any]:
    """The chart as a table: the days on which something moved, the latest first."""
    kinds = list(_present(days))
    return {
        "kinds": [kind.label for kind in kinds],
        "rows": [
            (day, [days.counts[kind][index] for kind in kinds])
            for index, day in reversed(list(enumerate(days.days)))
            if any(days.counts[kind][index] for kind in kinds)
        ],
    }


def _value() -> dict[str, Any]:
    figure = a_few_minutes_old("value_of_stock", value_stock)
    return {
        "as_of": figure.as_of,
        "rows": [
            {"currency": value.currency, "amount": shown(value.amount, value.currency),
             "parts": value.parts}
            for value in figure.value.values
        ],
        "unpriced": figure.value.unpriced,
    }  # fmt: skip


def _administrators() -> list[User]:
    """Whom somebody without rights can ask."""
    return list(
        User.objects.filter(groups__name=Role.ADMINISTRATOR.value, is_active=True).order_by(
            "username"
        )[:3]
    )
