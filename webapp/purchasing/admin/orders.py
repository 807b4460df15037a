from django.contrib import admin

from core.admin import ReadOnlyAdmin
from purchasing.models import PurchaseOrder


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(ReadOnlyAdmin):
    """Orders to suppliers."""

    search_fields = ["number"]
