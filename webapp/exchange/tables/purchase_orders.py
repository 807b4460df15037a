"""purchase_orders.csv"""

import re
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from access.models import User
from core.text import fold
from exchange import parsers
from exchange.columns import Column, Row, derived, person
from exchange.plan import Plan
from exchange.problems import Problems
from exchange.tables.base import ModelTable, Writes, is_new
from exchange.tables.purchase_order_rows import (
    References,
    check_days,
    day_of,
    fixed_columns,
    load,
    merged,
    refuse_changes,
    set_standing,
    standing_of,
)
from exchange.tables.tree import parse_path, paths_of
from purchasing.models import OrderLine, PurchaseOrder
from purchasing.states import OrderState
from purchasing.taking_over import (
    OrderEntry,
    Standing,
    beginning_of,
    take_over_orders,
)
from stock.models import Location

STATES = {state.value: state.label for state in OrderState}
# What other systems call these states.
_WORDS = {
    "pending": OrderState.DRAFT,
    "下書": OrderState.DRAFT,
    "未発注": OrderState.DRAFT,
    "placed": OrderState.ORDERED,
    "issued": OrderState.ORDERED,
    "発注済": OrderState.ORDERED,
    "complete": OrderState.RECEIVED,
    "completed": OrderState.RECEIVED,
    "完了": OrderState.RECEIVED,
    "入荷済": OrderState.RECEIVED,
    "canceled": OrderState.CANCELLED,
    "取消": OrderState.CANCELLED,
    "キャンセル": OrderState.CANCELLED,
}
_OWN_NUMBER = re.compile(r"po-[0-9]{4}-[0-9]{6,}")

REFERENCE = Column(
    name="reference",
    label=_("order number"),
    parse=parsers.code(40),
    field="number",
    identity=True,
    required=True,
    filled=True,
    aliases=("number", "order"),
    example="PO0001",
    help=_("As the other system has it; numbers such as PO-2026-000001 are given here."),
)

# Whoever imports orders says what was approved, placed and received elsewhere: who may do so by
# hand, and nobody else.
IMPORT_PERMISSIONS = (
    "purchasing.add_purchaseorder",
    "purchasing.change_purchaseorder",
    "purchasing.approve_purchaseorder",
    "purchasing.order_purchaseorder",
    "purchasing.receive_purchaseorder",
    "purchasing.close_purchaseorder",
)


class PurchaseOrdersTable(ModelTable[References]):
    """Orders by their number. What they become they become with their lines."""

    name = "purchase_orders"
    label = _("purchase orders")
    model = PurchaseOrder
    import_permissions = IMPORT_PERMISSIONS
    view_permission = "purchasing.view_purchaseorder"
    columns = (
        REFERENCE,
        Column(
            name="supplier",
            label=_("supplier"),
            parse=parsers.text(200),
            filled=True,
            needed_for_new=True,
            get=lambda order: order.supplier.name if order.supplier_id else "",
            example="Example Electronics",
        ),
        Column(
            name="status",
            label=_("state"),
            parse=parsers.choice(STATES, _WORDS),
            empty=OrderState.DRAFT.value,
            aliases=("state",),
            get=lambda order: standing_of(order).state.value,
            words=STATES,
            example="placed",
            help=_(
                "Also pending, placed and complete. The order takes it when its lines are "
                "imported; without lines it is a draft."
            ),
        ),
        Column(
            name="description",
            label=_("notes"),
            parse=parsers.text(),
            field="notes",
            aliases=("notes",),
            example="Motors for October",
            help=_("Printed on the order for the supplier to read."),
        ),
        Column(
            name="supplier_reference",
            label=_("supplier's reference"),
            parse=parsers.text(100),
            example="SO-4711",
        ),
        Column(
            name="destination",
            label=_("destination"),
            parse=parse_path,
            get=lambda order: order.destination.path if order.destination_id else "",
            example="Main store/Shelf A",
            help=_("Path from the root; empty: open."),
        ),
        Column(
            name="created_date",
            label=_("created on"),
            parse=parsers.day,
            empty=None,
            aliases=("created",),
            get=lambda order: day_of(order.created_at),
            example="2026-04-01",
            help=_("Empty: today."),
        ),
        Column(
            name="issued_date",
            label=_("ordered on"),
            parse=parsers.day,
            empty=None,
            aliases=("issued", "ordered"),
            get=lambda order: standing_of(order).ordered_on,
            example="2026-04-02",
            help=_("Empty: the day on which it was created."),
        ),
        Column(
            name="target_date",
            label=_("expected on"),
            parse=parsers.day,
            field="expected_on",
            empty=None,
            aliases=("expected",),
            example="2026-04-20",
        ),
        Column(
            name="completed_date",
            label=_("finished on"),
            parse=parsers.day,
            empty=None,
            aliases=("completed", "finished"),
            get=lambda order: standing_of(order).finished_on,
            help=_("Empty: the day on which it was ordered."),
        ),
        derived("origin", _("origin"), lambda order: order.get_origin_display()),
        derived("created_by", _("created by"), lambda order: person(order.created_by)),
        derived("approved_by", _("approved by"), lambda order: person(order.approved_by)),
        derived("amount", _("amount"), lambda order: order.exported_amount),
        derived("currency", _("currency"), lambda order: order.exported_currency or ""),
    )

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        lines = OrderLine.objects.filter(order=models.OuterRef("pk")).order_by().values("order")
        # Of several currencies, or of lines without a price, there is no one amount.
        lines = lines.annotate(currencies=models.Count("currency", distinct=True))
        amount = lines.filter(currencies=1).annotate(value=models.Sum("amount"))
        currency = lines.filter(currencies=1).annotate(value=models.Max("currency"))
        related = rows.select_related("supplier", "destination", "created_by", "approved_by")
        prepared: models.QuerySet[Any] = related.annotate(
            exported_amount=models.Subquery(amount.values("value")),
            exported_currency=models.Subquery(currency.values("value")),
        )
        return prepared

    def localized(self) -> dict[str, Callable[[Any], Any]]:
        paths = paths_of(Location)
        return {
            "status": lambda order: order.get_state_display(),
            "destination": lambda order: paths.get(order.destination_id, ""),
            "issued_date": lambda order: day_of(order.ordered_at),
            "completed_date": lambda order: day_of(order.finished_at),
        }

    def load(self, rows: Sequence[Row], *, lock: bool) -> References:
        return load(rows, lock=lock)

    def find(self, row: Row, references: References) -> PurchaseOrder | None:
        return references.orders.find(row.cells["reference"])

    def identity(self, row: Row, found: PurchaseOrder | None) -> Hashable:
        return found.pk if found and found.pk else fold(row.values["reference"])

    def key(self, row: Row) -> str:
        return str(row.values["reference"])

    def new(self, row: Row, references: References) -> PurchaseOrder:
        order = PurchaseOrder(number=row.values["reference"], created_at=timezone.now())
        set_standing(order, Standing())
        return order

    def fill(
        self, instance: PurchaseOrder, row: Row, references: References, problems: Problems
    ) -> None:
        super().fill(instance, row, references, problems)
        self._fill_supplier(instance, row, references, problems)
        self._fill_destination(instance, row, references, problems)
        created = row.values.get("created_date")
        if created and created != day_of(instance.created_at):
            instance.created_at = beginning_of(created)
        if not row.faulty & {"status", "issued_date", "completed_date"}:
            set_standing(instance, merged(instance, row, references))

    def _fill_supplier(
        self, instance: PurchaseOrder, row: Row, references: References, problems: Problems
    ) -> None:
        if "supplier" not in row:
            return
        supplier = references.suppliers.find(row.values["supplier"])
        if supplier is None:
            problems.add(
                row.number,
                "supplier",
                row.cells["supplier"],
                gettext("the name of a supplier that exists"),
                gettext("Import or add the supplier first, or correct the name."),
            )
        elif instance.supplier_id != supplier.pk:
            if references.lines.get(instance.pk):
                problems.add(
                    row.number,
                    "supplier",
                    row.cells["supplier"],
                    gettext("%(supplier)s: the order has lines with what it sells")
                    % {"supplier": instance.supplier},
                    gettext("Correct the name, or change the supplier on the order's page."),
                )
            instance.supplier = supplier

    def _fill_destination(
        self, instance: PurchaseOrder, row: Row, references: References, problems: Problems
    ) -> None:
        if "destination" not in row:
            return
        path = row.values["destination"]
        location = references.locations.find(path) if path else None
        if path and location is None:
            problems.add(
                row.number,
                "destination",
                path,
                gettext("the path of a location that exists"),
                gettext("Import or add the location first, correct the path, or leave it empty."),
            )
        else:
            instance.destination = location

    def check(
        self, instance: PurchaseOrder, row: Row, references: References, problems: Problems
    ) -> None:
        if is_new(instance) and _OWN_NUMBER.fullmatch(fold(instance.number)):
            problems.add(
                row.number,
                "reference",
                row.cells["reference"],
                gettext("the number of an order that exists, or of another system"),
                gettext("Numbers of this form are given here. Give the order another number."),
            )
        if is_new(instance) or instance.is_draft:
            check_days(instance, row, problems)

    def finish(self, plan: Plan, references: References) -> None:
        """Only drafts change; what was made here keeps its state and its days."""
        writes: Writes = plan.payload
        rows = {row.number: row for row in plan.rows}
        for order, change in writes.changed:
            refuse_changes(
                plan.problems,
                change,
                rows[change.row],
                order,
                columns=self.columns,
                fixed=fixed_columns(order),
            )
        waiting = [*writes.created, *(order for order, _change in writes.changed)]
        count = sum(standing_of(order).state != OrderState.DRAFT for order in waiting)
        if count:
            plan.notes.append(
                ngettext(
                    "%(count)d order stays a draft until its lines are imported "
                    "(purchase_order_lines). With them it takes its state.",
                    "%(count)d orders stay drafts until their lines are imported "
                    "(purchase_order_lines). With them they take their states.",
                    count,
                )
                % {"count": count}
            )

    def apply(self, plan: Plan, *, by: User | None, at: datetime, key: UUID) -> None:
        writes: Writes = plan.payload
        take_over_orders(
            created=[_entry(order) for order in writes.created],
            changed=[_entry(order) for order, _change in writes.changed],
            by=by,
            at=at,
        )


def _entry(order: PurchaseOrder) -> OrderEntry:
    return OrderEntry(order=order, standing=standing_of(order))
