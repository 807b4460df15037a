from django.contrib import admin

from core.admin import ReadOnlyAdmin
from purchasing.models import ReorderProposal


@admin.register(ReorderProposal)
class ReorderProposalAdmin(ReadOnlyAdmin):
    """See the list."""
