"""Suppliers, and what they sell, in the admin."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from catalog.admin.filters import CategoryFilter
from catalog.admin.reordering import ReorderMixin
from catalog.models import Supplier, SupplierPart
from catalog.search import found_by
from core.admin import FormFieldsMixin, InventoryAdmin
from core.currencies import price_shown
from core.editing.kept_forms import KeptFormMixin, KeptFormSetMixin
from core.lists.filters import YesOrNoFilter
from core.numbers import plain
from core.pages import user_of
from exchange.exporting import ExportMixin
from purchasing import obstacles
from purchasing.panels import supplier_orders
from purchasing.reorder import catalogue
from purchasing.reorder.evaluation import Changes


@admin.register(Supplier)
class SupplierAdmin(KeptFormMixin, ReorderMixin, ExportMixin, InventoryAdmin):
    """Companies that parts are bought from."""

    export_table = "suppliers"
    list_display = ["name", "currency", "website", "email", "active"]
    list_filter = [("active", YesOrNoFilter)]
    search_fields = ["name"]
    ordering = ["name"]
    change_form_outer_before_template = "purchasing/panel_supplier.html"  # type: ignore[assignment]  # unfold: None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the supplier's orders above its form."""
        supplier = context.get("original")
        if supplier is not None:
            context.update(supplier_orders.context(supplier, user=user_of(request)))
        return super().render_change_form(request, context, *args, **kwargs)

    def parts_of(self, obj: Supplier) -> set[int]:
        """None: a supplier of parts is not deleted."""
        return set()

    def look_again(self, obj: Supplier, form: Any) -> Changes:
        if "active" not in form.changed_data:
            return Changes()
        return catalogue.after_change_of_supplier(obj)

    def obstacles_to_delete(self, obj: Supplier) -> list[str]:
        found = obstacles.of_supplier(obj)
        if sold := obj.supplier_parts.count():
            found.append(
                ngettext(
                    "%(supplier)s cannot be deleted: it supplies %(count)d part. "
                    "Take the mark “active” from it instead.",
                    "%(supplier)s cannot be deleted: it supplies %(count)d parts. "
                    "Take the mark “active” from it instead.",
                    sold,
                )
                % {"supplier": obj, "count": sold}
            )
        return found


class SupplierPartCategoryFilter(CategoryFilter):
    """By the category of the part."""

    part_path = "part__"


@admin.register(SupplierPart)
class SupplierPartAdmin(KeptFormMixin, ReorderMixin, ExportMixin, InventoryAdmin):
    """Under which number, in which packs and at what price a supplier sells a part."""

    export_table = "supplier_parts"
    list_display = [
        "sku",
        "supplier",
        "part",
        "pack",
        "minimum",
        "price",
        "lead_time_days",
        "preferred",
        "active",
    ]
    list_filter = [
        ("preferred", YesOrNoFilter),
        ("active", YesOrNoFilter),
        SupplierPartCategoryFilter,
    ]
    list_select_related = ["supplier", "part"]
    search_fields = ["sku"]
    search_help_text = _("SKU, or number or name of the part")
    autocomplete_fields = ["part", "supplier"]
    ordering = ["supplier__name", "sku"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SupplierPart], search_term: str
    ) -> tuple[QuerySet[SupplierPart], bool]:
        return queryset.filter(found_by(search_term, part="part")), False

    @admin.display(description=_("pack size"))
    def pack(self, item: SupplierPart) -> str:
        return f"{plain(item.pack_quantity)} {item.get_pack_unit_display()}"

    @admin.display(description=_("minimum order"))
    def minimum(self, item: SupplierPart) -> str:
        return plain(item.minimum_order_quantity)

    @admin.display(description=_("price of a pack"), ordering="unit_price")
    def price(self, item: SupplierPart) -> str:
        return "" if item.unit_price is None else price_shown(item.unit_price, item.currency)

    # --- What changes and deletions mean for orders ---

    def parts_of(self, obj: SupplierPart) -> set[int]:
        return {obj.part_id}

    def look_again(self, obj: SupplierPart, form: Any) -> Changes:
        """At the part, and at the one that it was of before."""
        before = {form.initial["part"]} if "part" in form.initial else set()
        return catalogue.after_change({obj.part_id, *before})

    def obstacles_to_delete(self, obj: SupplierPart) -> list[str]:
        return obstacles.of_supplier_part(obj)


class SupplierPartFormSet(PaginationInlineFormSet):
    """Deletions explain themselves: Django would list every order line that is in the way."""

    @cached_property
    def empty_form(self) -> Any:
        """Made once, although the page asks for it a handful of times."""
        return super().empty_form

    def clean(self) -> None:
        found = [
            obstacle
            for form in self.deleted_forms
            if form.instance.pk
            for obstacle in obstacles.of_supplier_part(form.instance)
        ]
        if found:
            raise ValidationError(found)
        super().clean()


class SupplierPartInline(KeptFormSetMixin, FormFieldsMixin, TabularInline):  # type: ignore[misc]  # unfold's inlines disagree with Django's
    """The suppliers of a part, on the part's page."""

    model = SupplierPart
    formset = SupplierPartFormSet
    extra = 0
    tab = True
    show_title = False
    fields = [
        "supplier",
        "sku",
        "pack_quantity",
        "pack_unit",
        "minimum_order_quantity",
        "unit_price",
        "currency",
        "lead_time_days",
        "preferred",
        "active",
    ]
    autocomplete_fields = ["supplier"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("supplier").order_by("supplier__name")
