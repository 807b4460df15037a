"""Stocktakes in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from core.admin import ReadOnlyAdmin
from core.numbers import plain
from stock.admin.filters import BranchFilter
from stock.models import Stocktake, StocktakeLine


class StocktakeLineInline(TabularInline):
    """What was counted."""

    model = StocktakeLine
    extra = 0
    can_delete = False
    show_title = False
    per_page = 50  # type: ignore[assignment]  # unfold declares it by its default
    fields = ("part", "lot", "expected_shown", "counted_shown", "difference")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[StocktakeLine]:
        lines = super().get_queryset(request).select_related("part", "lot")
        return lines.defer("part__search_text").order_by("part__number", "id")

    @admin.display(description=_("in the books"))
    def expected_shown(self, line: StocktakeLine) -> str:
        return plain(line.expected)

    @admin.display(description=_("counted"))
    def counted_shown(self, line: StocktakeLine) -> str:
        return plain(line.counted)

    @admin.display(description=_("difference"))
    def difference(self, line: StocktakeLine) -> str:
        return plain(line.counted - line.expected)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Stocktake)
class StocktakeAdmin(ReadOnlyAdmin):
    """Counts, with what the books said and what was found."""

    list_display = ["location", "occurred_at", "actor", "reason"]
    list_display_links = ["location", "occurred_at"]
    list_filter = [BranchFilter]
    ordering = ["-id"]
    fields = ["location", "occurred_at", "posted_at", "actor", "reason"]
    inlines = [StocktakeLineInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stocktake]:
        return super().get_queryset(request).select_related("location", "actor")
