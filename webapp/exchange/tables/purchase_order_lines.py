"""purchase_order_lines.csv"""

from collections.abc import Collection, Hashable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.models import User
from catalog.models import Part
from core import units
from core.models import either
from core.numbers import LARGEST, plain
from core.text import fold
from exchange import parsers
from exchange.columns import Column, Row, derived
from exchange.finder import shown_number
from exchange.plan import Plan
from exchange.problems import CellError, Problems
from exchange.tables.base import ModelTable, Writes, is_new
from exchange.tables.purchase_order_line_rows import Lines, References, load
from exchange.tables.purchase_order_rows import refuse_changes
from exchange.tables.purchase_orders import IMPORT_PERMISSIONS, REFERENCE, STATES
from exchange.tables.supplier_parts import parse_pack_quantity
from purchasing.models import OrderLine, Origin, PurchaseOrder
from purchasing.states import OrderState
from purchasing.taking_over import take_over_lines
from purchasing.terms import terms_of

_NOTHING_CAME = frozenset({OrderState.DRAFT, OrderState.APPROVED, OrderState.CANCELLED})


def _shown_pack(line: OrderLine) -> str:
    """As a file has it: the unit is left out where it is the part's."""
    number = shown_number(line.pack_quantity)
    return number if line.pack_unit == line.part.unit else f"{number} {line.pack_unit}"


class OrderLinesTable(ModelTable[References]):
    """Lines by their order and their position in it.

    Without a column of positions the rows of an order are its lines from the first on. Lines
    that the file leaves out stay.
    """

    name = "purchase_order_lines"
    label = _("order lines")
    model = OrderLine
    import_permissions = IMPORT_PERMISSIONS
    view_permission = "purchasing.view_purchaseorder"
    columns = (
        Column(
            name="reference",
            label=REFERENCE.label,
            parse=REFERENCE.parse,
            identity=True,
            required=True,
            filled=True,
            aliases=REFERENCE.aliases,
            get=lambda line: line.order.number,
            example=REFERENCE.example,
            help=_("The order must exist: import purchase_orders first."),
        ),
        Column(
            name="position",
            label=_("position"),
            parse=parsers.position,
            identity=True,
            empty=None,
            aliases=("line",),
            help=_("Empty in all rows of an order: its rows are its lines from the first on."),
        ),
        Column(
            name="part_number",
            label=_("part number"),
            parse=parsers.code(64),
            get=lambda line: line.part.number if line.part_id else "",
            example="MTR-2212-920",
            help=_("May be left empty where there is an SKU."),
        ),
        Column(
            name="sku",
            label=_("SKU"),
            parse=parsers.code(100),
            example="EX-2212-920",
            help=_("Of the order's supplier; empty: ordered without one."),
        ),
        Column(name="description", label=_("description"), parse=parsers.text(500)),
        Column(
            name="quantity",
            label=_("quantity"),
            parse=parsers.number(above=Decimal(0)),
            required=True,
            filled=True,
            example="12",
            help=_("In packs."),
        ),
        Column(
            name="pack_quantity",
            label=_("pack size"),
            parse=parsers.code(40),
            get=_shown_pack,
            example="10",
            help=_("Number and unit, such as 250 ml; empty: the supplier part's pack."),
        ),
        Column(
            name="received",
            label=_("received"),
            parse=parsers.number(),
            empty=Decimal(0),
            get=lambda line: line.received_in_all,
            example="0",
            help=_("In packs; it is in the opening stock already, and no stock is moved."),
        ),
        Column(
            name="unit_price",
            label=_("price of a pack"),
            parse=parsers.number(digits=19),
            empty=None,
            example="1,280",
        ),
        Column(
            name="currency",
            label=_("currency"),
            parse=parsers.currency,
            example="JPY",
            help=_("ISO code; empty: the supplier's currency, when there is a price."),
        ),
        Column(
            name="tolerance_percent",
            label=_("tolerance (%)"),
            parse=parsers.number(digits=5, places=2, at_most=Decimal(100)),
            empty=Decimal(0),
            example="0",
            help=_("How much more than ordered may be received."),
        ),
        derived(
            "part_name", _("part name"), lambda line: either(line.part.name_ja, line.part.name_en)
        ),
        derived("unit", _("unit"), lambda line: line.part.unit),
        derived("outstanding", _("outstanding"), lambda line: line.outstanding),
        derived("amount", _("amount"), lambda line: line.amount),
        derived("closed", _("closed short"), lambda line: line.closed),
        derived("supplier", _("supplier"), lambda line: line.order.supplier.name),
        derived("status", _("state"), lambda line: line.order.get_state_display(), words=STATES),
        derived("target_date", _("expected on"), lambda line: line.order.expected_on),
    )

    def prepared(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """The lines; of a list of orders, the lines of these."""
        if rows.model is PurchaseOrder:
            orders = rows.order_by().values("pk")
            rows = OrderLine.objects.filter(order__in=orders).order_by("-order", "position")
        return rows.select_related("order__supplier", "part")

    # --- Import ---

    def load(self, rows: Sequence[Row], *, lock: bool) -> References:
        return load(rows, lock=lock)

    def find(self, row: Row, references: References) -> OrderLine | None:
        return references.line_of(row)

    def identity(self, row: Row, found: OrderLine | None) -> Hashable:
        position = row.values["position"]
        return (fold(row.values["reference"]), position) if position else row.number

    def key(self, row: Row) -> str:
        return f"{row.values['reference']} #{row.values['position'] or '?'}"

    def new(self, row: Row, references: References) -> OrderLine:
        return OrderLine(order=references.order_of(row), position=row.values["position"])

    def fill(
        self, instance: OrderLine, row: Row, references: References, problems: Problems
    ) -> None:
        if not _named(instance, row, problems):
            return
        self._fill_part(instance, row, references, problems)
        for name in ("quantity", "description", "tolerance_percent"):
            if name in row:
                setattr(instance, name, row.values[name])
        self._fill_price(instance, row, instance.order)
        if instance.part_id:
            self._fill_pack(instance, row, problems)
        if row.values.get("received") not in (None, instance.taken_over, instance.received_in_all):
            instance.taken_over = row.values["received"] - instance.received

    def _fill_part(
        self, instance: OrderLine, row: Row, references: References, problems: Problems
    ) -> None:
        part, offer = references.what(instance, row, problems)
        if part is None or (part.pk, offer and offer.pk) == (
            instance.part_id,
            instance.supplier_part_id,
        ):
            return
        terms = terms_of(offer) if offer else _own_terms(part)
        instance.part, instance.supplier_part = part, offer
        for name, value in terms.items():
            setattr(instance, name, value)

    def _fill_price(self, instance: OrderLine, row: Row, order: PurchaseOrder) -> None:
        if "unit_price" in row:
            instance.unit_price = row.values["unit_price"]
        if instance.unit_price is None:
            instance.currency = ""
        elif "currency" in row:
            instance.currency = row.values["currency"] or order.supplier.currency
        elif not instance.currency:
            instance.currency = order.supplier.currency

    def _fill_pack(self, instance: OrderLine, row: Row, problems: Problems) -> None:
        written = row.values.get("pack_quantity")
        if not written:
            return
        try:
            quantity, unit = parse_pack_quantity(written, instance.part)
        except CellError as error:
            row.faulty.add("pack_quantity")
            problems.add(row.number, "pack_quantity", written, error.expected, error.remedy)
            return
        if (quantity, unit) != (instance.pack_quantity, instance.pack_unit):
            instance.pack_quantity, instance.pack_unit = quantity, unit
            instance.factor = quantity * units.factor(unit, instance.part.unit)

    def check(
        self, instance: OrderLine, row: Row, references: References, problems: Problems
    ) -> None:
        if row.faulty or not instance.order_id or not instance.part_id:
            return
        self._check_quantity(instance, row, problems)
        self._check_received(instance, row, references, problems)
        if is_new(instance) and not _takes_lines(instance.order):
            problems.add(
                row.number,
                "reference",
                row.cells["reference"],
                gettext("a draft that was made by a person or by an import"),
                gettext("%(order)s is %(state)s and takes no more lines. Delete the row.")
                % {
                    "order": instance.order.number,
                    "state": instance.order.get_state_display(),
                },
            )

    def _check_quantity(self, instance: OrderLine, row: Row, problems: Problems) -> None:
        in_base_units = instance.quantity * instance.factor
        expected = ""
        if in_base_units > LARGEST:
            expected = gettext("a number below %(limit)s") % {"limit": f"{LARGEST:,}"}
        elif instance.part.unit in units.WHOLE and in_base_units % 1:
            expected = gettext("a whole number of %(unit)s") % {
                "unit": instance.part.get_unit_display()
            }
        if expected:
            problems.add(
                row.number,
                "quantity",
                row.cells["quantity"],
                expected,
                gettext("With this pack size it would be %(quantity)s. Correct one of the two.")
                % {"quantity": plain(in_base_units)},
            )

    def _check_received(
        self, instance: OrderLine, row: Row, references: References, problems: Problems
    ) -> None:
        received = instance.received_in_all
        state = references.standing_of(instance.order).state
        if received > instance.most:
            problems.add(
                row.number,
                "received",
                plain(received),
                gettext("at most %(most)s") % {"most": plain(instance.most)},
                gettext(
                    "Correct one of the numbers, or say in tolerance_percent how much more than "
                    "ordered may be received."
                ),
            )
        elif received and instance.order.is_draft and state in _NOTHING_CAME:
            problems.add(
                row.number,
                "received",
                plain(received),
                gettext("0: %(order)s is %(state)s")
                % {"order": instance.order.number, "state": state.label},
                gettext(
                    "Import the order (purchase_orders) as placed or complete first, or correct "
                    "the number."
                ),
            )

    def finish(self, plan: Plan, references: References) -> None:
        """Only drafts change; their first rows say which state they take."""
        writes: Writes = plan.payload
        rows = {row.number: row for row in plan.rows}
        for line, change in writes.changed:
            if not _takes_lines(line.order):
                row = rows[change.row]
                refuse_changes(plan.problems, change, row, line.order, columns=self.columns)
        plan.payload = lines = Lines.of(plan, references)
        lines.tell_states(plan)

    def apply(self, plan: Plan, *, by: User | None, at: datetime, key: UUID) -> None:
        lines: Lines = plan.payload
        take_over_lines(entries=lines.entries, by=by, at=at)

    def parts_concerned(self, plan: Plan) -> Collection[int]:
        lines: Lines = plan.payload
        return lines.parts


def _named(instance: OrderLine, row: Row, problems: Problems) -> bool:
    """Whether the row says which line of which order it is."""
    if not instance.order_id:
        problems.add(
            row.number,
            "reference",
            row.cells["reference"],
            gettext("the number of an order that exists"),
            gettext("Import the order first (purchase_orders), or correct the number."),
        )
    elif row.values["position"] is None:
        problems.add(
            row.number,
            "position",
            gettext("an empty cell"),
            gettext("a position, as in other rows of the order"),
            gettext("Fill in the cell, or empty the positions of all rows of the order."),
        )
    else:
        return True
    return False


def _takes_lines(order: PurchaseOrder) -> bool:
    return order.is_draft and order.origin != Origin.AUTOMATIC


def _own_terms(part: Part) -> dict[str, Any]:
    """A line without a supplier part: packs of one."""
    return {
        "sku": "",
        "pack_quantity": Decimal(1),
        "pack_unit": part.unit,
        "factor": Decimal(1),
    }
