"""Two admins as one gets them: Django's own, and unfold's, on the parts of this application.

The same columns, filters and fields as the application's own list and form, by declarations alone.
Only the benchmark has addresses for them (``demo.bench.plain.urls``).
"""

from django.contrib import admin
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import TabularInline as UnfoldTabularInline
from unfold.sites import UnfoldAdminSite

from catalog.models import Category, Part, Supplier, SupplierPart

ROWS = 50


class PlainUnfoldSite(UnfoldAdminSite):
    """With unfold's own settings, not ours."""

    settings_name = "UNFOLD_AS_IT_COMES"


bare = admin.AdminSite(name="bare")
unfold = PlainUnfoldSite(name="unfold")


class BareSupplierPartInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable when run
    model = SupplierPart
    extra = 0
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


class UnfoldSupplierPartInline(UnfoldTabularInline):
    model = SupplierPart
    extra = 0
    fields = BareSupplierPartInline.fields
    autocomplete_fields = ["supplier"]


class BarePartAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = [
        "number",
        "name_ja",
        "category",
        "status",
        "on_hand",
        "reorder_point",
        "tracking",
        "active",
    ]
    list_filter = ["status", "category", "tracking", "active"]
    list_per_page = ROWS
    search_fields = ["number", "name_ja", "name_en"]
    ordering = ["number"]
    autocomplete_fields = ["category"]
    readonly_fields = ["created_at", "updated_at"]
    fieldsets = [
        (
            "Part",
            {
                "fields": [
                    ("number", "category"),
                    ("name_ja", "name_en"),
                    ("description_ja", "description_en"),
                    ("unit", "tracking"),
                    ("picture", "active"),
                ]
            },
        ),
        (
            "Re-order",
            {
                "fields": [
                    ("reorder_point", "target_quantity"),
                    ("reorder_quantity", "lead_time_days"),
                ]
            },
        ),
    ]
    inlines = [BareSupplierPartInline]


class UnfoldPartAdmin(UnfoldModelAdmin):
    list_display = BarePartAdmin.list_display
    list_filter = BarePartAdmin.list_filter
    list_per_page = ROWS
    search_fields = BarePartAdmin.search_fields
    ordering = BarePartAdmin.ordering
    autocomplete_fields = BarePartAdmin.autocomplete_fields
    readonly_fields = BarePartAdmin.readonly_fields
    fieldsets = BarePartAdmin.fieldsets
    inlines = [UnfoldSupplierPartInline]


class BareNamedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What search fields ask for."""

    search_fields = ["name_ja", "name_en"]


class UnfoldNamedAdmin(UnfoldModelAdmin):
    search_fields = ["name_ja", "name_en"]


class BareSupplierAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    search_fields = ["name"]


class UnfoldSupplierAdmin(UnfoldModelAdmin):
    search_fields = ["name"]


bare.register(Part, BarePartAdmin)
bare.register(Category, BareNamedAdmin)
bare.register(Supplier, BareSupplierAdmin)
unfold.register(Part, UnfoldPartAdmin)
unfold.register(Category, UnfoldNamedAdmin)
unfold.register(Supplier, UnfoldSupplierAdmin)
