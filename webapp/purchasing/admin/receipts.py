from django.contrib import admin

from core.admin import ReadOnlyAdmin
from purchasing.models import GoodsReceipt


@admin.register(GoodsReceipt)
class GoodsReceiptAdmin(ReadOnlyAdmin):
    """See the list."""
