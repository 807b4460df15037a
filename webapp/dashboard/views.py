"""The first page: every card with its rights, its figures and its links."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.models import User
from access.roles import Role
from core.currencies import shown
from core.fragments import card
from core.keys import said
from core.numbers import plain
from dashboard import figures, orders, rows, tiles
from dashboard.caching import Figure, a_few_minutes_old
from dashboard.latest import movement_line
from stock.buttons import ISSUE, ORDER, RECEIVE, STOCKTAKE, TRANSFER, Button
from stock.models.ledger import Kind
from stock.valuation import Valuation, value_stock

# The order of the bars from the ground up, and of the legend.
_CHARTED = (Kind.RECEIPT, Kind.ISSUE, Kind.TRANSFER, Kind.STOCKTAKE, Kind.CORRECTION)


# What a tile counts, and the right to see it.
_COUNTED_WITH = {
    "out": "catalog.view_part",
    "low": "catalog.view_part",
    "today": "stock.view_stockmovement",
    "late": "purchasing.view_purchaseorder",
    "waiting": "purchasing.view_purchaseorder",
    "proposals": "purchasing.view_reorderproposal",
}

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
    counts = tiles.counts([name for name, right in _COUNTED_WITH.items() if user.has_perm(right)])
    told: dict[str, Any] = {}
    if user.has_perm("catalog.view_part"):
        told |= _part_tiles(counts)
        dashboard["needed"] = _needed(user, told)
        dashboard["begins"] = not told["total"]
    if user.has_perm("purchasing.view_purchaseorder"):
        address = reverse("admin:purchasing_purchaseorder_changelist")
        told["late"] = _limited(counts["late"], f"{address}?late=yes")
        told["waiting"] = _limited(counts["waiting"], f"{address}?waiting=yes")
        awaited = {"rows": rows.next_deliveries(), "url": f"{address}?open=yes"}
        dashboard["deliveries"] = card("dashboard/deliveries.html", awaited)
    if user.has_perm("purchasing.view_reorderproposal"):
        address = reverse("admin:purchasing_reorderproposal_changelist")
        told["proposals"] = _limited(counts["proposals"], address)
    if user.has_perm("stock.view_stockmovement"):
        address = reverse("admin:stock_stockmovement_changelist")
        told["moved"] = _moved_today(counts["today"], address)
        dashboard |= _movements(user, address)
    if user.has_perms(["catalog.view_part", "catalog.view_supplierpart"]):
        value = a_few_minutes_old("value_of_stock", value_stock)
        dashboard["value"] = card("dashboard/value.html", value, lambda: _value(value))
    if user.has_perm("stock.view_ledgerverification"):
        dashboard["ledger"] = card("dashboard/ledger.html", asdict(figures.ledger_state()))
    if told:
        dashboard["tiles"] = card("dashboard/tiles.html", told)
    if not any(dashboard.values()):
        dashboard["administrators"] = _administrators()
    context["dashboard"] = dashboard
    return context


def _part_tiles(counts: Mapping[str, int]) -> dict[str, Any]:
    parts = reverse("admin:catalog_part_changelist")
    return {
        "out": counts["out"],
        "low": counts["low"],
        # Those counted now may be more than there were a few minutes ago.
        "total": max(figures.active_parts(), counts["out"] + counts["low"]),
        "parts_url": f"{parts}?active__exact=1",
        "out_url": f"{parts}?active__exact=1&status=out",
        "low_url": f"{parts}?active__exact=1&status=low",
    }


def _needed(user: User, told: Mapping[str, Any]) -> SafeString:
    needed = rows.needed_parts() if told["out"] or told["low"] else []
    may_see = needed and user.has_perm("purchasing.view_reorderproposal")
    proposed = orders.proposed_for([part.pk for part in needed]) if may_see else {}
    return card(
        "dashboard/needed.html",
        {
            "out_url": told["out_url"],
            "low_url": told["low_url"],
            "rows": [(part, proposed.get(part.pk)) for part in needed],
        },
    )


def _limited(count: int, address: str) -> dict[str, Any]:
    return {"count": count, "text": said(count), "url": address}


def _moved_today(count: int, address: str) -> dict[str, Any]:
    today = figures.start_of(timezone.localdate()).isoformat(sep=" ")
    return {"count": count, "url": f"{address}?{urlencode({'occurred_at__gte': today})}"}


def _movements(user: User, address: str) -> dict[str, Any]:
    days = a_few_minutes_old("movements_by_day", figures.movements_by_day)
    opens_parts = user.has_perm("catalog.view_part")
    return {
        "moved": card("dashboard/moved.html", days, lambda: _moved(days)),
        "latest": {
            "url": address,
            "lines": [
                movement_line(movement, opens_parts=opens_parts)
                for movement in rows.latest_movements()
            ],
        },
    }


def _moved(days: Figure[figures.Days]) -> dict[str, Any]:
    return {
        "as_of": days.as_of,
        "is_empty": days.value.is_empty,
        "chart": _chart(days.value),
        "table": _table(days.value),
        "summary": _summary(days.value),
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


def _value(figure: Figure[Valuation]) -> dict[str, Any]:
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
