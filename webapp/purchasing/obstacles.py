"""Why something cannot be deleted: the orders and proposals that refer to it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Part, Supplier, SupplierPart
from purchasing.models import OrderLine, PurchaseOrder, ReorderProposal
from stock.models import Location

NAMED = 3


def of_part(part: Part) -> list[str]:
    """Orders of the part, and proposals: those that were decided stay as well."""
    orders = _orders_of(part.order_lines.all())
    return _of_orders(part, orders) or _of_proposals(part, part.reorder_proposals.all())


def of_supplier_part(offer: SupplierPart) -> list[str]:
    """Orders on which it stands under this SKU, and proposals to buy it."""
    orders = _orders_of(offer.order_lines.all())
    proposals = ReorderProposal.objects.filter(supplier_part=offer)
    return _of_orders(offer, orders) or _of_proposals(offer, proposals)


def of_supplier(supplier: Supplier) -> list[str]:
    """Orders placed, or to be placed, with the supplier."""
    return _of_orders(supplier, supplier.orders.all())


def of_location(location: Location) -> list[str]:
    """Orders whose goods are to be put there."""
    return _of_orders(location, PurchaseOrder.objects.filter(destination=location))


def _mark() -> str:
    return _("Take the mark “active” from it instead; its history stays.")


def _orders_of(lines: "QuerySet[OrderLine]") -> "QuerySet[PurchaseOrder]":
    return PurchaseOrder.objects.filter(pk__in=lines.values("order_id"))


def _of_orders(obj: Any, orders: "QuerySet[PurchaseOrder]") -> list[str]:
    found = list(orders.order_by("-pk").values_list("number", flat=True)[: NAMED + 1])
    if not found:
        return []
    text = (
        _("%(what)s cannot be deleted: the orders %(orders)s and others refer to it. %(remedy)s")
        if len(found) > NAMED
        else ngettext(
            "%(what)s cannot be deleted: the order %(orders)s refers to it. %(remedy)s",
            "%(what)s cannot be deleted: the orders %(orders)s refer to it. %(remedy)s",
            len(found),
        )
    )
    return [text % {"what": obj, "orders": ", ".join(found[:NAMED]), "remedy": _mark()}]


def _of_proposals(obj: Any, proposals: "QuerySet[ReorderProposal]") -> list[str]:
    if not proposals.exists():
        return []
    return [
        _("%(what)s cannot be deleted: its re-order was proposed before. %(remedy)s")
        % {"what": obj, "remedy": _mark()}
    ]
