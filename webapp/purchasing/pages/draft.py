"""The page that makes a draft, and the one that changes it: a header and lines."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Part, Supplier, SupplierPart
from core.currencies import price_shown
from core.errors import BusinessError
from core.numbers import plain
from core.pages import as_id, as_ids, page_context, requires, user_of
from purchasing import drafting
from purchasing.errors import OrderChangedError
from purchasing.forms import MOST_LINES, BaseOrderLineFormSet, OrderForm, order_line_formset
from purchasing.models import PurchaseOrder


@requires("purchasing.add_purchaseorder", "purchasing.view_purchaseorder")
def create(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """A new order, empty or for ``?part=1&part=2&supplier=3``."""
    header, lines = ({}, []) if request.method == "POST" else _asked_for(request)
    form = OrderForm(request.POST or None, initial=header)
    formset = order_line_formset(rows=0 if lines else 1)(
        request.POST or None, initial=lines, prefix="lines"
    )

    def write() -> PurchaseOrder:
        data = form.cleaned_data
        return drafting.create_draft(
            supplier=data["supplier"],
            lines=[line.line_of(data["supplier"]) for line in formset.filled()],
            destination=data["destination"],
            expected_on=data["expected_on"],
            notes=data["notes"],
            by=user_of(request),
            at=timezone.now(),
            key=data["key"],
        )

    if request.method == "POST" and (order := _written(form, formset, write)):
        messages.success(request, _("%(order)s was made as a draft.") % {"order": order.number})
        return redirect("admin:purchasing_purchaseorder_change", order.pk)
    return _page(model_admin, request, form, formset, title=_("New order"))


@requires("purchasing.change_purchaseorder", "purchasing.view_purchaseorder")
def edit(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; another person's change in between is told, and nothing typed is lost."""
    order = get_object_or_404(PurchaseOrder.objects.select_related("supplier"), pk=pk)
    if not order.is_draft:
        messages.error(
            request,
            _("%(order)s is %(state)s. Only drafts can be changed; an approved order is sent back.")
            % {"order": order.number, "state": order.get_state_display()},
        )
        return redirect("admin:purchasing_purchaseorder_change", pk)
    header, lines = _as_it_is(order)
    form = OrderForm(request.POST or None, initial=header)
    formset = order_line_formset(rows=0)(
        request.POST or None, initial=[] if request.method == "POST" else lines, prefix="lines"
    )

    def write() -> PurchaseOrder:
        data = form.cleaned_data
        return drafting.edit_draft(
            pk,
            version=data["version"] or 0,
            supplier=data["supplier"],
            lines=[line.line_of(data["supplier"]) for line in formset.filled()],
            destination=data["destination"],
            expected_on=data["expected_on"],
            notes=data["notes"],
            by=user_of(request),
            at=timezone.now(),
        )

    if request.method == "POST" and _written(form, formset, write):
        messages.success(request, _("%(order)s was changed.") % {"order": order.number})
        return redirect("admin:purchasing_purchaseorder_change", pk)
    title = _("Change %(order)s") % {"order": order.number}
    return _page(model_admin, request, form, formset, title=title, order=order)


@requires("purchasing.view_purchaseorder", "catalog.view_supplierpart")
def offers(model_admin: "ModelAdmin[Any]", request: HttpRequest, part_id: int) -> HttpResponse:
    """JSON: who sells the part, in which packs and at what price, preferred ones first."""
    part = get_object_or_404(Part, pk=part_id)
    found = (
        SupplierPart.objects.filter(part=part, active=True, supplier__active=True)
        .select_related("supplier", "part")
        .order_by("-preferred", "supplier__name", "sku")
    )
    return JsonResponse(
        {
            "unit": str(part.get_unit_display()),
            "offers": [
                {
                    "id": offer.pk,
                    "sku": offer.sku,
                    "shown": str(offer),
                    "supplier": offer.supplier_id,
                    "supplier_shown": offer.supplier.name,
                    "preferred": offer.preferred,
                    "pack": f"{plain(offer.pack_quantity)} {offer.get_pack_unit_display()}",
                    "factor": f"{offer.pack_in_base_units.normalize():f}",
                    "minimum": plain(offer.minimum_order_quantity),
                    "price": (
                        "" if offer.unit_price is None else f"{offer.unit_price.normalize():f}"
                    ),
                    "price_shown": (
                        ""
                        if offer.unit_price is None
                        else price_shown(offer.unit_price, offer.currency)
                    ),
                    "currency": offer.currency or offer.supplier.currency,
                }
                for offer in found
            ],
        }
    )


def _written(
    form: OrderForm, formset: BaseOrderLineFormSet, write: Callable[[], PurchaseOrder]
) -> PurchaseOrder | None:
    """Call the service; a refusal goes to the line that it is about."""
    if not (form.is_valid() and formset.is_valid()):
        return None
    try:
        return write()
    except OrderChangedError as error:
        form.add_error(None, error)
    except BusinessError as error:
        wrong = form if error.line is None else formset.filled()[error.line]
        wrong.add_error(None, error)
    return None


def _page(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    form: OrderForm,
    formset: BaseOrderLineFormSet,
    *,
    title: str,
    order: PurchaseOrder | None = None,
) -> HttpResponse:
    address = "admin:purchasing_purchaseorder_change"
    context = page_context(
        model_admin,
        request,
        title=title,
        form=form,
        formset=formset,
        order=order,
        changed_meanwhile=any(
            isinstance(error, OrderChangedError) for error in form.non_field_errors().as_data()
        ),
        offers_url=reverse("admin:purchasing_order_offers", args=[0]),
        back_url=reverse(address, args=[order.pk])
        if order
        else reverse("admin:purchasing_purchaseorder_changelist"),
    )
    return render(request, "purchasing/order_form.html", context)


def _asked_for(request: HttpRequest) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Header and lines of a new order for the parts of the address."""
    wanted = as_ids(request.GET.getlist("part"), at_most=MOST_LINES)
    parts = Part.objects.filter(active=True).only("number", "name_ja", "name_en").in_bulk(wanted)
    offers: dict[int, list[SupplierPart]] = {}
    for offer in (
        SupplierPart.objects.filter(part__in=parts, active=True, supplier__active=True)
        .select_related("supplier")
        .defer("search_text")
        .order_by("-preferred", "pk")
    ):
        offer.part = parts[offer.part_id]
        offers.setdefault(offer.part_id, []).append(offer)
    supplier = _supplier(
        as_id(request.GET.get("supplier")), [o for of in offers.values() for o in of]
    )
    lines = []
    for pk in wanted:
        if pk not in parts:
            continue
        line: dict[str, Any] = {"part": parts[pk]}
        of_supplier = [o for o in offers.get(pk, []) if o.supplier_id == (supplier and supplier.pk)]
        if of_supplier:
            line |= _terms(of_supplier[0])
        lines.append(line)
    return {"supplier": supplier}, lines


def _supplier(asked_for: int | None, offers: Sequence[SupplierPart]) -> Supplier | None:
    """The one asked for, else whose offer is the first."""
    known = {offer.supplier_id: offer.supplier for offer in offers}
    found = known.get(asked_for) if asked_for else None
    if found is None and asked_for:
        found = Supplier.objects.filter(pk=asked_for).first()
    return found or next(iter(known.values()), None)


def _terms(offer: SupplierPart) -> dict[str, Any]:
    return {
        "supplier_part": offer,
        "quantity": _number(offer.minimum_order_quantity),
        "unit_price": _number(offer.unit_price),
        "currency": offer.currency,
    }


def _as_it_is(order: PurchaseOrder) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Header and lines of a draft as it stands."""
    header = {
        "supplier": order.supplier,
        "destination": order.destination,
        "expected_on": order.expected_on,
        "notes": order.notes,
        "version": order.version,
    }
    rows = order.lines.select_related("part", "supplier_part__supplier", "supplier_part__part")
    lines = [
        {
            "line": line.pk,
            "part": line.part,
            "supplier_part": line.supplier_part,
            "quantity": _number(line.quantity),
            "unit_price": _number(line.unit_price),
            "currency": line.currency,
            "tolerance_percent": _number(line.tolerance_percent),
            "pack_quantity": _number(line.pack_quantity),
            "pack_unit": line.pack_unit,
        }
        for line in rows.order_by("position")
    ]
    return header, lines


def _number(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"
