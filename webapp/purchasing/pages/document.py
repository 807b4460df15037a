"""The order as a paper: a page for the printer, and a PDF for the supplier."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import get_language_info

from core.models import in_japanese
from core.pages import as_id, requires
from purchasing.document.content import Language, OrderDocument, document_of
from purchasing.document.pdf import pdf_of
from purchasing.models import PurchaseOrder

LANGUAGES: tuple[Language, ...] = ("ja", "en")


@requires("purchasing.view_purchaseorder", "catalog.view_supplierpart")
def document(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int | str) -> HttpResponse:
    """The order, with a bar above it that is not printed."""
    context = {
        "pk": pk,
        "order": _document(request, pk),
        "languages": [get_language_info(code) for code in LANGUAGES],
    }
    return render(request, "purchasing/document.html", context)


@requires("purchasing.view_purchaseorder", "catalog.view_supplierpart")
def document_pdf(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int | str
) -> HttpResponse:
    """The same as a file, named after the order."""
    order = _document(request, pk)
    name = get_valid_filename(f"{order.number}.pdf")
    return HttpResponse(
        pdf_of(order),
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


def _document(request: HttpRequest, pk: int | str) -> OrderDocument:
    orders = PurchaseOrder.objects.select_related("supplier", "destination", "approved_by")
    return document_of(get_object_or_404(orders, pk=as_id(pk)), language=_language(request))


def _language(request: HttpRequest) -> Language:
    """What the supplier reads, whatever the user does; the user's where nothing is said."""
    wanted = request.GET.get("language")
    for language in LANGUAGES:
        if wanted == language:
            return language
    return "ja" if in_japanese() else "en"
