"""What the rows of purchase_orders.csv mean, and what of an order they may change."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext

from catalog.models import Supplier
from exchange.columns import Column, Row
from exchange.finder import Finder, lowered
from exchange.plan import Change
from exchange.problems import Problems
from exchange.tables.base import is_new
from exchange.tables.suppliers import find_suppliers
from exchange.tables.tree import Tree
from purchasing.models import OrderLine, Origin, PurchaseOrder
from purchasing.states import FINISHED, OrderState
from purchasing.taking_over import Standing, standing, told_standings
from stock.models import Location

_NOT_PLACED = frozenset({OrderState.DRAFT, OrderState.APPROVED})
_HISTORY = frozenset({"status", "created_date", "issued_date", "completed_date"})
_EVERY = _HISTORY | {
    "supplier", "description", "supplier_reference", "destination", "target_date",
}  # fmt: skip


@dataclass(frozen=True)
class References:
    """The orders of the file as they are and stand, and what they refer to."""

    orders: Finder[PurchaseOrder]
    suppliers: Finder[Supplier]
    locations: Tree[Location]
    lines: dict[int, list[OrderLine]]
    told: dict[int, Standing]


def standing_of(order: Any) -> Standing:
    """How the order stands; ``load`` has looked it up."""
    found: Standing = order.standing
    return found


def day_of(moment: datetime | None) -> date | None:
    """The day of a moment, here."""
    return timezone.localdate(moment) if moment else None


def load(rows: Sequence[Row], *, lock: bool) -> References:
    """The orders that the rows name, and what they may refer to."""
    orders = (
        PurchaseOrder.objects.annotate(written=Lower("number"))
        .filter(written__in=lowered(row.cells["reference"] for row in rows))
        .select_related("supplier", "destination")
        .order_by("pk")
    )
    found = list(orders.select_for_update(of=("self",)) if lock else orders)
    told = told_standings(found)
    lines: dict[int, list[OrderLine]] = {order.pk: [] for order in found}
    for line in OrderLine.objects.filter(order__in=lines).order_by("position"):
        lines[line.order_id].append(line)
    for order in found:
        set_standing(order, standing(order, told))
    return References(
        Finder((order.number, order) for order in found),
        find_suppliers(),
        Tree(Location.objects.order_by("pk")),
        lines,
        told,
    )


def set_standing(order: Any, standing: Standing) -> None:
    """Keep with the order in memory how it stands."""
    order.standing = standing


def merged(order: PurchaseOrder, row: Row, references: References) -> Standing:
    """How the order stands after the row.

    An order that came to what the row says stays as it is, also where it went on since: a file
    that was imported before changes nothing.
    """
    present = standing_of(order)
    wanted = Standing(
        state=OrderState(row.values.get("status", present.state)),
        ordered_on=row.values.get("issued_date", present.ordered_on),
        finished_on=row.values.get("completed_date", present.finished_on),
    )
    if is_new(order) or order.is_draft:
        return wanted
    told = references.told.get(order.pk)
    if wanted == told:
        return present
    came_to = wanted.result(references.lines[order.pk])
    agrees = present.state == came_to or (told and told.state == wanted.state)
    return Standing(
        state=present.state if agrees else wanted.state,
        ordered_on=wanted.ordered_on or present.ordered_on,
        finished_on=wanted.finished_on or present.finished_on,
    )


def check_days(instance: PurchaseOrder, row: Row, problems: Problems) -> None:
    """No day lies ahead, and none is of a state that the order has not."""
    stands, today = standing_of(instance), timezone.localdate()
    for name in ("created_date", "issued_date", "completed_date"):
        if (day := row.values.get(name)) and day > today:
            problems.add(
                row.number,
                name,
                day,
                gettext("a day up to today, %(today)s") % {"today": today},
                gettext("Correct the day."),
            )
    if row.faulty & {"status", "issued_date", "completed_date"}:
        return
    if stands.ordered_on and stands.state in _NOT_PLACED:
        problems.add(
            row.number,
            "issued_date",
            stands.ordered_on,
            gettext("nothing: the order is not placed"),
            gettext("Empty the cell, or correct the state."),
        )
    if stands.finished_on and stands.state not in FINISHED:
        problems.add(
            row.number,
            "completed_date",
            stands.finished_on,
            gettext("nothing: the order is not finished"),
            gettext("Empty the cell, or correct the state."),
        )
    elif stands.finished_on and stands.ordered_on and stands.finished_on < stands.ordered_on:
        problems.add(
            row.number,
            "completed_date",
            stands.finished_on,
            gettext("%(day)s or later") % {"day": stands.ordered_on},
            gettext("Correct one of the two days."),
        )


def fixed_columns(order: PurchaseOrder) -> frozenset[str]:
    """The columns that no import changes."""
    if not order.is_draft or order.origin == Origin.AUTOMATIC:
        return _EVERY
    if order.origin == Origin.MANUAL:
        return _HISTORY
    return frozenset()


def refuse_changes(
    problems: Problems,
    change: Change,
    row: Row,
    order: PurchaseOrder,
    *,
    columns: Sequence[Column],
    fixed: Collection[str] | None = None,
) -> None:
    """Say of each value that no import changes, or of all, where it can be changed."""
    by_name = {column.name: column for column in columns}
    for item in change.fields:
        if fixed is None or item.column in fixed:
            problems.add(
                row.number,
                item.column,
                row.cells.get(item.column) or gettext("an empty cell"),
                by_name[item.column].shown(item.old) or gettext("an empty cell"),
                _remedy(order),
            )


def _remedy(order: PurchaseOrder) -> str:
    if order.is_draft:
        return gettext(
            "%(order)s was made here, and an import does not change this. Give the cell the "
            "expected value or delete the row; the order can be changed on its page."
        ) % {"order": order.number}
    return gettext(
        "%(order)s is %(state)s, and imports change drafts only. Give the cell the expected value "
        "or delete the row; what can still change is changed on the order's page."
    ) % {"order": order.number, "state": order.get_state_display()}
