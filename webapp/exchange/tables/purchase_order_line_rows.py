"""What the rows of purchase_order_lines.csv mean: which line of which order, of which part."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.db.models.functions import Lower
from django.utils.translation import gettext

from catalog.models import Part, SupplierPart
from core.text import fold
from exchange.columns import Row
from exchange.finder import Finder, find_parts, lowered
from exchange.plan import Change, ChangeKind, FieldChange, Plan
from exchange.problems import Problems
from exchange.tables.base import Writes
from purchasing.models import OrderLine, PurchaseOrder
from purchasing.states import OrderState
from purchasing.taking_over import (
    LinesEntry,
    Standing,
    lock_orders,
    standing,
    told_standings,
)

type Place = tuple[int, int]
"""An order and a position in it."""


@dataclass
class References:
    """The orders of the file with their lines, and what the rows may name."""

    orders: Finder[PurchaseOrder]
    by_key: dict[int, PurchaseOrder]
    lines: dict[Place, OrderLine]
    told: dict[int, Standing]
    parts: Finder[Part]
    offers: Finder[SupplierPart]
    named: set[int]

    def order_of(self, row: Row) -> PurchaseOrder | None:
        return self.orders.find(row.cells["reference"])

    def line_of(self, row: Row) -> OrderLine | None:
        order, position = self.order_of(row), row.values["position"]
        return self.lines.get((order.pk, position)) if order and position else None

    def standing_of(self, order: PurchaseOrder) -> Standing:
        return standing(order, self.told)

    def what(
        self, line: OrderLine, row: Row, problems: Problems
    ) -> tuple[Part | None, SupplierPart | None]:
        """The part and the supplier part that the row is about; what is wrong is a problem.

        A line keeps the SKU that it was ordered by, whatever became of the supplier part.
        """
        if row.faulty & {"part_number", "sku"}:
            return None, None
        part = line.part if line.part_id else None
        offer = line.supplier_part
        sku = row.values.get("sku")
        if sku and fold(sku) != fold(line.sku):
            offer = self.offers.find(sku, within=line.order.supplier_id)
            if offer is None:
                _unknown_sku(line, row, problems)
                return None, None
            part = offer.part
        elif sku == "":
            offer = None
        if not row.values.get("part_number"):
            if part is None:
                _neither(row, problems)
            return part, offer
        return self._named_part(line, row, offer, problems)

    def _named_part(
        self, line: OrderLine, row: Row, offer: SupplierPart | None, problems: Problems
    ) -> tuple[Part | None, SupplierPart | None]:
        part = self.parts.find(row.cells["part_number"])
        if part is None:
            problems.add(
                row.number,
                "part_number",
                row.cells["part_number"],
                gettext("the number of a part that exists"),
                gettext("Import or add the part first, or correct the number."),
            )
        elif offer and offer.part_id != part.pk:
            if "sku" not in row:
                return part, None
            problems.add(
                row.number,
                "part_number",
                row.cells["part_number"],
                gettext("%(part)s, which %(supplier)s sells as %(sku)s")
                % {
                    "part": offer.part.number,
                    "supplier": line.order.supplier,
                    "sku": offer.sku,
                },
                gettext("Correct the part number or the SKU, or leave one of them empty."),
            )
            return None, None
        return part, offer


def load(rows: Sequence[Row], *, lock: bool) -> References:
    """Everything that the rows refer to; each row learns its position."""
    references = _read(rows)
    if lock:
        lock_orders(references.by_key, also_parts=references.named)
        references = _read(rows)
    _give_positions(rows, references)
    return references


def _read(rows: Sequence[Row]) -> References:
    orders = list(
        PurchaseOrder.objects.annotate(written=Lower("number"))
        .filter(written__in=lowered(row.cells["reference"] for row in rows))
        .select_related("supplier")
        .prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("part", "supplier_part__part"))
        )
        .order_by("pk")
    )
    numbers = {row.cells.get("part_number", "") for row in rows}
    parts = find_parts(numbers, lock=False)
    offers: Finder[SupplierPart] = Finder()
    named = {part.pk for number in numbers if (part := parts.find(number))}
    for offer in (
        SupplierPart.objects.annotate(written=Lower("sku"))
        .filter(
            supplier__in={order.supplier_id for order in orders},
            written__in=lowered(row.cells.get("sku", "") for row in rows),
        )
        .select_related("part")
        .order_by("pk")
    ):
        offers.add(offer.sku, offer, within=offer.supplier_id)
        named.add(offer.part_id)
    return References(
        orders=Finder((order.number, order) for order in orders),
        by_key={order.pk: order for order in orders},
        lines={(order.pk, line.position): line for order in orders for line in order.lines.all()},
        told=told_standings(orders),
        parts=parts,
        offers=offers,
        named=named,
    )


def _give_positions(rows: Sequence[Row], references: References) -> None:
    """Rows of an order of which none has a position are its lines from the first on."""
    by_order: dict[str, list[Row]] = {}
    for row in rows:
        if "reference" in row and "position" not in row.faulty:
            by_order.setdefault(fold(row.values["reference"]), []).append(row)
    taken: dict[int, list[int]] = {}
    for order, position in sorted(references.lines):
        taken.setdefault(order, []).append(position)
    for group in by_order.values():
        if any(row.values.get("position") for row in group):
            for row in group:
                row.values.setdefault("position", None)
            continue
        found = references.order_of(group[0])
        there = taken.get(found.pk, []) if found else []
        first_new = there[-1] + 1 if there else 1
        new = range(first_new, first_new + len(group))
        for row, position in zip(group, [*there, *new], strict=False):
            row.values["position"] = position


def _unknown_sku(line: OrderLine, row: Row, problems: Problems) -> None:
    problems.add(
        row.number,
        "sku",
        row.cells["sku"],
        gettext("an SKU of %(supplier)s") % {"supplier": line.order.supplier},
        gettext(
            "Import or add the supplier part first, correct the SKU, or leave it empty and name "
            "the part."
        ),
    )


def _neither(row: Row, problems: Problems) -> None:
    problems.add(
        row.number,
        "part_number",
        gettext("an empty cell"),
        gettext("a part number, or an SKU of the supplier"),
        gettext("Fill in one of the two cells."),
    )


@dataclass(frozen=True)
class Lines:
    """What an import writes, order by order, and the parts that it concerns."""

    entries: Sequence[LinesEntry]
    parts: set[int]

    @classmethod
    def of(cls, plan: Plan, references: References) -> "Lines":
        """Everything planned, and the orders that come to where they stood."""
        writes: Writes = plan.payload
        created: dict[int, list[OrderLine]] = {}
        changed: dict[int, list[OrderLine]] = {}
        for line in writes.created:
            created.setdefault(line.order_id, []).append(line)
        for line, _change in writes.changed:
            changed.setdefault(line.order_id, []).append(line)
        entries = [
            LinesEntry(
                order=order,
                standing=references.standing_of(order) if order.is_draft else Standing(),
                created=created.get(key, ()),
                changed=changed.get(key, ()),
            )
            for key, order in references.by_key.items()
        ]
        moved = [
            entry
            for entry in entries
            if entry.created or entry.changed or entry.standing.state != OrderState.DRAFT
        ]
        lines = [line for entry in moved for line in _all_lines(entry)]
        return cls(moved, {line.part_id for line in lines})

    def tell_states(self, plan: Plan) -> None:
        """The first row of an order says which state the order takes."""
        first: dict[str, Row] = {}
        for row in plan.rows:
            first.setdefault(fold(row.cells["reference"]), row)
        by_row = {change.row: index for index, change in enumerate(plan.changes)}
        for entry in self.entries:
            state = entry.standing.result(_all_lines(entry))
            if entry.standing.state == OrderState.DRAFT:
                continue
            row = first[fold(entry.order.number)]
            news = FieldChange("status", OrderState.DRAFT.value, state.value)
            if (index := by_row.get(row.number)) is not None:
                old = plan.changes[index]
                plan.changes[index] = Change(old.row, old.key, old.kind, [*old.fields, news])
            else:
                plan.unchanged -= 1
                plan.changes.append(
                    Change(row.number, entry.order.number, ChangeKind.CHANGE, [news])
                )


def _all_lines(entry: LinesEntry) -> list[OrderLine]:
    return [*entry.order.lines.all(), *entry.created]
