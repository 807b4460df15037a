"""The stock of one part, on the part's page: totals, levels, movements, orders, how it went.

Whoever sees the part sees its totals; levels, movements and orders need their own rights.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from catalog.models import Part
from core.currencies import price_shown, shown
from core.numbers import plain
from core.pages import user_of
from core.postgresql.base import prepared
from purchasing.panels import part_orders
from stock.buttons import ISSUE, ORDER, RECEIVE, TRANSFER
from stock.history import History, stock_by_day
from stock.part_rows import levels_of, movements_of
from stock.valuation import UnitCost, unit_cost

_VIEW_PRICES = "catalog.view_supplierpart"
MOST_LEVELS = 50
MOST_MOVEMENTS = 20


@prepared()
def context(part: Part, *, request: HttpRequest) -> dict[str, Any]:
    """What ``stock/part_panel.html`` shows, for the context of the part's page."""
    user = request.user
    panel: dict[str, Any] = {
        "part": part,
        "unit": part.get_unit_display(),
        "buttons": _buttons(part, request),
        "orders": part_orders.context(part, user=user_of(request)),
        **_worth(part, unit_cost(part, with_list_price=user.has_perm(_VIEW_PRICES))),
    }
    if user.has_perm("stock.view_stocklevel"):
        panel |= _levels(part)
    if user.has_perm("stock.view_stockmovement"):
        panel |= _movements(part)
        panel |= _history(part)
    return {"panel": panel}


def _buttons(part: Part, request: HttpRequest) -> list[dict[str, Any]]:
    """Those the user may press; an inactive part takes no receipts and no orders."""
    return [
        {
            "label": button.label,
            "icon": button.icon,
            "url": f"{button.url}?{urlencode({'part': part.pk})}",
        }
        for button in (RECEIVE, ISSUE, TRANSFER, ORDER)
        if request.user.has_perm(button.permission)
        and (part.active or button not in (RECEIVE, ORDER))
    ]


def _worth(part: Part, cost: UnitCost | None) -> dict[str, Any]:
    if cost is None:
        return {"cost": None}
    # A price by the foot has endless decimals by the metre; six are what costs are kept in.
    amount = cost.amount.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
    return {
        "cost": price_shown(amount, cost.currency),
        "cost_is_list_price": cost.is_list_price,
        "cost_at": part.last_cost_at,
        "value": shown(part.on_hand * cost.amount, cost.currency),
    }


def _levels(part: Part) -> dict[str, Any]:
    levels = levels_of(part.pk, most=MOST_LEVELS + 1)
    return {
        "levels": levels[:MOST_LEVELS],
        "more_levels": len(levels) > MOST_LEVELS,
        "levels_url": _list_of(part, "admin:stock_stocklevel_changelist"),
    }


def _movements(part: Part) -> dict[str, Any]:
    return {
        "movements": movements_of(part.pk, most=MOST_MOVEMENTS),
        "movements_url": _list_of(part, "admin:stock_stockmovement_changelist"),
    }


def _list_of(part: Part, url_name: str) -> str:
    return f"{reverse(url_name)}?{urlencode({'part__id__exact': part.pk})}"


def _history(part: Part) -> dict[str, Any]:
    history = stock_by_day(part.pk)
    if history is None:
        return {"history": None}
    return {
        "history": history,
        "history_chart": _chart(part, history),
        "history_rows": _rows(history),
        "history_summary": gettext(
            "Stock from %(start)s to today: from %(first)s to %(last)s %(unit)s, "
            "lowest %(lowest)s, highest %(highest)s."
        )
        % {
            "start": date_format(history.days[0]),
            "first": plain(history.balances[0]),
            "last": plain(history.balances[-1]),
            "unit": part.get_unit_display(),
            "lowest": plain(min(history.balances)),
            "highest": plain(max(history.balances)),
        },
    }


def _chart(part: Part, history: History) -> dict[str, Any]:
    """What ``inventory/charts.js`` draws: the stock as steps, the reorder point as dashes."""
    series = [
        {
            "label": gettext("On hand at the end of the day (%(unit)s)")
            % {"unit": part.get_unit_display()},
            "colour": "stock",
            "values": _drawn(history.balances),
            "filled": True,
        }
    ]
    if part.reorder_point > 0:
        series.append(
            {
                "label": gettext("Reorder point"),
                "colour": "reorder",
                "values": _drawn([part.reorder_point] * len(history.days)),
                "dashed": True,
            }
        )
    return {
        "type": "steps",
        "days": [day.isoformat() for day in history.days],
        "unit": str(part.get_unit_display()),
        "series": series,
    }


def _drawn(quantities: Sequence[Decimal]) -> list[float]:
    """For the eye alone: a pixel needs no decimals."""
    return [float(quantity) for quantity in quantities]


def _rows(history: History) -> list[tuple[date, Decimal]]:
    """The chart as a table: days on which the stock changed, the latest first."""
    return [
        (day, balance)
        for day, balance in zip(history.days[::-1], history.balances[::-1], strict=True)
        if day in history.changed
    ]
