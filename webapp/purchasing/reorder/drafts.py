"""The automatic drafts that proposals are put on: one a supplier, as long as it is a draft."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import F, Max

from core.numbers import plain
from purchasing.models import EventKind, OrderEvent, OrderLine, Origin, PurchaseOrder
from purchasing.numbering import ORDER, next_number
from purchasing.positions import close_gaps
from purchasing.reorder.judging import Want
from purchasing.terms import terms_of


class CollectingDrafts:
    """Lines put on, changed on and taken from the drafts during one evaluation.

    The caller holds the locks of the suppliers concerned.
    """

    def __init__(self, *, at: datetime) -> None:
        self._at = at
        self._orders: dict[int, PurchaseOrder] = {}
        self._positions: dict[int, int] = {}
        self._events: list[OrderEvent] = []
        self._created: set[int] = set()
        self._shortened: set[int] = set()

    def new_line(self, want: Want) -> OrderLine:
        """A line for the want, not saved yet, on the draft of its supplier."""
        order = self._order_of(want.supplier_part.supplier_id)
        self._positions[order.pk] = position = self._positions[order.pk] + 1
        line = OrderLine(
            order=order,
            position=position,
            part=want.supplier_part.part,
            supplier_part=want.supplier_part,
            quantity=want.packs,
            **terms_of(want.supplier_part),
        )
        self._note(order, line, "added")
        return line

    def change(self, line: OrderLine, want: Want) -> None:
        """Give a line what is wanted now; the terms are read anew as well."""
        values = {"quantity": want.packs, **terms_of(want.supplier_part)}
        if all(getattr(line, name) == value for name, value in values.items()):
            return
        for name, value in values.items():
            setattr(line, name, value)
        line.save(update_fields=list(values))
        self._note(line.order, line, "changed")

    def remove(self, line: OrderLine) -> None:
        self._note(line.order, line, "removed")
        self._shortened.add(line.order_id)
        line.delete()

    def touched(self) -> Collection[int]:
        """The orders that lines were put on, changed on or taken from."""
        return {event.order_id for event in self._events}

    def finish(self) -> None:
        """Tell the orders that they changed."""
        close_gaps(self._shortened)
        OrderEvent.objects.bulk_create(self._events)
        PurchaseOrder.objects.filter(pk__in=set(self.touched()) - self._created).update(
            version=F("version") + 1
        )

    def _order_of(self, supplier_id: int) -> PurchaseOrder:
        if supplier_id not in self._orders:
            order = PurchaseOrder.objects.filter(supplier=supplier_id, collecting=True).first()
            if order is None:
                order = self._create(supplier_id)
            last: dict[str, Any] = order.lines.aggregate(last=Max("position"))
            self._positions[order.pk] = last["last"] or 0
            self._orders[supplier_id] = order
        return self._orders[supplier_id]

    def _create(self, supplier_id: int) -> PurchaseOrder:
        order = PurchaseOrder.objects.create(
            number=next_number(ORDER, at=self._at),
            supplier_id=supplier_id,
            origin=Origin.AUTOMATIC,
            collecting=True,
            created_at=self._at,
        )
        self._created.add(order.pk)
        self._events.append(OrderEvent(order=order, kind=EventKind.CREATED, occurred_at=self._at))
        return order

    def _note(self, order: PurchaseOrder, line: OrderLine, what: str) -> None:
        self._events.append(
            OrderEvent(
                order=order,
                kind=EventKind.EDITED,
                occurred_at=self._at,
                details={what: [[line.part.number, plain(line.quantity)]]},
            )
        )
