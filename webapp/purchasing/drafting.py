"""Writing drafts of orders: making them, and changing them while they are drafts."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from access.models import User
from catalog.locking import lock_parts
from catalog.models import Part, Supplier
from core import units
from core.numbers import LARGEST, plain
from core.transactions import in_one_transaction
from purchasing.entries import DraftLine
from purchasing.errors import OrderRefusedError, WrongStateError
from purchasing.locking import lock_order, lock_suppliers, suppliers_of
from purchasing.models import (
    EventKind,
    OrderEvent,
    OrderLine,
    Origin,
    ProposalState,
    PurchaseOrder,
)
from purchasing.numbering import ORDER, next_number
from purchasing.reorder.evaluation import reorder_locked
from purchasing.terms import kept_factor, terms_of
from stock.models import Location
from stock.posting import one_request_at_a_time
from stock.rules import naming_line


@in_one_transaction
def create_draft(
    *,
    supplier: Supplier,
    lines: Sequence[DraftLine],
    destination: Location | None,
    expected_on: date | None,
    notes: str,
    by: User,
    at: datetime,
    key: uuid.UUID,
) -> PurchaseOrder:
    """A new draft with its number; repeating the request gives the same one.

    :raises OrderRefusedError: if the supplier is inactive, or a line cannot be
    """
    one_request_at_a_time(key)
    if made := PurchaseOrder.objects.filter(idempotency_key=key).first():
        return made
    _check_supplier(supplier)
    parts = lock_parts({line.part.pk for line in lines})
    lock_suppliers({supplier.pk, *suppliers_of(parts)})
    values = _checked(lines, parts, supplier)
    order = PurchaseOrder.objects.create(
        number=next_number(ORDER, at=at),
        supplier=supplier,
        destination=destination,
        expected_on=expected_on,
        notes=notes,
        created_by=by,
        edited_by=by,
        created_at=at,
        changed_by=by,
        changed_at=at,
        idempotency_key=key,
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=position, **value)
        for position, value in enumerate(values, start=1)
    )
    OrderEvent.objects.create(order=order, kind=EventKind.CREATED, actor=by, occurred_at=at)
    reorder_locked(parts.keys(), at=at)
    return order


@in_one_transaction
def edit_draft(
    order_id: int,
    *,
    version: int,
    supplier: Supplier,
    lines: Sequence[DraftLine],
    destination: Location | None,
    expected_on: date | None,
    notes: str,
    by: User,
    at: datetime,
) -> PurchaseOrder:
    """Give a draft these lines, in this order; lines left out are deleted.

    :raises OrderChangedError: if the draft changed since `version`
    :raises WrongStateError: if it is no draft any more
    :raises OrderRefusedError: if a line cannot be, or a proposal's line is left out
    """
    order = lock_order(order_id, version=version, also_parts={line.part.pk for line in lines})
    if not order.is_draft:
        raise WrongStateError(
            _("%(order)s is %(state)s. Only drafts can be changed; an approved order is sent back.")
            % {"order": order.number, "state": order.get_state_display()}
        )
    kept = {
        line.pk: line for line in order.lines.select_related("part", "supplier_part", "proposal")
    }
    if supplier != order.supplier:
        _check_supplier(supplier)
        if order.origin == Origin.AUTOMATIC:
            raise OrderRefusedError(_("The supplier of an automatic order stays."))
    parts = lock_parts({line.part.pk for line in lines} | {line.part_id for line in kept.values()})
    values = _checked(lines, parts, supplier)
    before = [(line.part.number, line.quantity) for line in kept.values()]
    order.supplier = supplier
    order.destination = destination
    order.expected_on = expected_on
    order.notes = notes
    order.edited_by = by
    order.version += 1
    order.save(
        update_fields=["supplier", "destination", "expected_on", "notes", "edited_by", "version"]
    )
    _delete_left_out(kept, {line.line for line in lines})
    _write_lines(order, lines, values, kept, by=by)
    OrderEvent.objects.create(
        order=order,
        kind=EventKind.EDITED,
        actor=by,
        occurred_at=at,
        details=_difference(before, [(line.part.number, line.quantity) for line in lines]),
    )
    reorder_locked(parts.keys(), at=at)
    return order


def _check_supplier(supplier: Supplier) -> None:
    if not supplier.active:
        raise OrderRefusedError(
            _("%(supplier)s is inactive. Choose another supplier, or activate this one.")
            % {"supplier": supplier}
        )


def _checked(
    lines: Sequence[DraftLine], parts: dict[int, Part], supplier: Supplier
) -> list[dict[str, Any]]:
    """The columns of each line, or the reason why it cannot be."""
    if not lines:
        raise OrderRefusedError(_("An order needs at least one line."))
    values = []
    for index, line in enumerate(lines):
        with naming_line(index):
            values.append(_values(line, parts.get(line.part.pk), supplier))
    return values


def _values(line: DraftLine, part: Part | None, supplier: Supplier) -> dict[str, Any]:
    if part is None:
        raise OrderRefusedError(_("%(part)s was deleted meanwhile.") % {"part": line.part.number})
    if not part.active:
        raise OrderRefusedError(
            _("%(part)s is inactive and is not ordered any more.") % {"part": part}
        )
    terms = _terms(line, part, supplier)
    in_base_units = line.quantity * terms["factor"]
    if line.quantity <= 0:
        raise OrderRefusedError(_("%(part)s: order more than 0.") % {"part": part.number})
    if max(in_base_units, line.quantity) > LARGEST:
        raise OrderRefusedError(_("%(part)s: this quantity is too large.") % {"part": part.number})
    if part.unit in units.WHOLE and in_base_units % 1:
        raise OrderRefusedError(
            _("%(part)s is counted in whole %(unit)s; this would be %(quantity)s.")
            % {
                "part": part.number,
                "unit": part.get_unit_display(),
                "quantity": plain(in_base_units),
            }
        )
    if line.unit_price is not None and not line.currency:
        raise OrderRefusedError(
            _("%(part)s: a price needs its currency, such as JPY.") % {"part": part.number}
        )
    return {
        "part": part,
        "supplier_part": line.supplier_part,
        "quantity": line.quantity,
        "tolerance_percent": line.tolerance_percent,
        **terms,
        "unit_price": line.unit_price,
        "currency": line.currency if line.unit_price is not None else "",
        "description": line.description or terms["description"],
    }


def _terms(line: DraftLine, part: Part, supplier: Supplier) -> dict[str, Any]:
    offer = line.supplier_part
    if offer is None:
        try:
            factor = line.pack_quantity * units.factor(line.pack_unit, part.unit)
        except ValidationError as error:
            raise OrderRefusedError(f"{part.number}: {' '.join(error.messages)}") from error
        return {
            "sku": "",
            "description": "",
            "pack_quantity": line.pack_quantity,
            "pack_unit": line.pack_unit,
            "factor": kept_factor(factor),
        }
    if offer.part_id != part.pk or offer.supplier_id != supplier.pk:
        raise OrderRefusedError(
            _("%(sku)s is not what %(supplier)s sells %(part)s as. Choose the SKU again.")
            % {"sku": offer.sku, "supplier": supplier, "part": part.number}
        )
    if not offer.active:
        raise OrderRefusedError(
            _("%(sku)s of %(supplier)s is inactive. Choose another one.")
            % {"sku": offer.sku, "supplier": supplier}
        )
    return terms_of(offer)


def _delete_left_out(kept: dict[int, OrderLine], wanted: set[int | None]) -> None:
    left_out = [line for pk, line in kept.items() if pk not in wanted]
    for line in left_out:
        if hasattr(line, "proposal"):
            if line.proposal.state == ProposalState.OPEN:
                raise OrderRefusedError(
                    _(
                        "%(part)s is on this order because it fell to its reorder point. "
                        "Dismiss the proposal until a date instead of deleting the line."
                    )
                    % {"part": line.part.number}
                )
            raise OrderRefusedError(
                _(
                    "The proposal for %(part)s was accepted, so its line stays. "
                    "Change its quantity, or cancel the order."
                )
                % {"part": line.part.number}
            )
    OrderLine.objects.filter(pk__in=[line.pk for line in left_out]).delete()


def _write_lines(
    order: PurchaseOrder,
    lines: Sequence[DraftLine],
    values: Sequence[dict[str, Any]],
    kept: dict[int, OrderLine],
    *,
    by: User,
) -> None:
    for index, (line, value) in enumerate(zip(lines, values, strict=True)):
        with naming_line(index):
            old = kept.get(line.line or 0)
            if old and hasattr(old, "proposal"):
                _keep_proposal(old, value)
        row = old or OrderLine(order=order)
        for name, new in {**value, "position": index + 1}.items():
            setattr(row, name, new)
        row.save(update_fields=[*value, "position"] if old else None)


def _keep_proposal(old: OrderLine, value: dict[str, Any]) -> None:
    """A quantity that a person set stays; the part is what the proposal is about."""
    if (old.part_id, old.supplier_part) != (value["part"].pk, value["supplier_part"]):
        raise OrderRefusedError(
            _("%(part)s was proposed by its reorder point: its line keeps part and SKU.")
            % {"part": old.part.number}
        )
    if old.proposal.state == ProposalState.OPEN and old.quantity != value["quantity"]:
        old.proposal.fixed = True
        old.proposal.save(update_fields=["fixed"])


def _difference(
    before: Sequence[tuple[str, Any]], after: Sequence[tuple[str, Any]]
) -> dict[str, list[list[str]]]:
    """Which lines came, went, or changed their quantity, for the time line."""

    def shown(rows: Sequence[tuple[str, Any]]) -> list[list[str]]:
        return [[number, plain(quantity)] for number, quantity in rows]

    old, new = dict(before), dict(after)
    return {
        name: shown(rows)
        for name, rows in {
            "added": [row for row in after if row[0] not in old],
            "removed": [row for row in before if row[0] not in new],
            "changed": [row for row in after if row[0] in old and old[row[0]] != row[1]],
        }.items()
        if rows
    }
