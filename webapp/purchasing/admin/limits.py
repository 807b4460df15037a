from django.contrib import admin

from core.admin import InventoryAdmin
from purchasing.models import ApprovalLimit


@admin.register(ApprovalLimit)
class ApprovalLimitAdmin(InventoryAdmin):
    """See the list."""
