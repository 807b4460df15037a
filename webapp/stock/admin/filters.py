"""Filters of the lists of levels and movements."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

from catalog.admin.filters import (
    MOST_ROWS,
    CategoryFilter,
    ChoiceFilter,
    StatusFilter,
    TrackingFilter,
    chosen_branch,
    joined,
    kept_branches,
)
from core.keys import is_any_in, look_up
from core.lists.filters import KeptFormMixin, Options, OptionsFilter
from stock.models import Location, StockLevel
from stock.models.ledger import Kind


class PartCategoryFilter(CategoryFilter):
    """By the category of the part, with everything beneath it."""

    part_path = "part__"


class MovementCategoryFilter(PartCategoryFilter):
    """The same for a list in the order of time."""

    by_time = True


class BranchFilter(OptionsFilter):
    """A location with everything beneath it."""

    title = _("location")
    parameter_name = "location"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Options:
        return kept_branches(Location)

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        branch = chosen_branch(Location.objects.all(), self.value())
        return queryset if branch is None else self.there(queryset, branch)

    def there(self, rows: models.QuerySet[Any], branch: list[int]) -> models.QuerySet[Any]:
        """By the index of the location, newest first."""
        return rows.filter(location__in=branch)


class LevelBranchFilter(BranchFilter):
    """The same for a list in the order of the part numbers."""

    def there(self, rows: models.QuerySet[Any], branch: list[int]) -> models.QuerySet[Any]:
        levels = StockLevel.objects.filter(location__in=branch)
        if len(branch) == 1:
            return rows.filter(is_any_in("pk", levels.values("pk")))
        found = look_up(levels.values_list("pk"), most=MOST_ROWS)
        if found.keys is not None:
            return rows.filter(found.condition("pk"))
        return rows.filter(location__in=joined(branch))


class KindFilter(ChoiceFilter):
    """Receipts, issues, …"""

    title = _("kind")
    parameter_name = field = "kind"
    options = Kind.choices


class PartStatusFilter(StatusFilter):
    """By the stock status of the part."""

    field = "part__status"


class PartTrackingFilter(TrackingFilter):
    """By how single items of the part are told apart."""

    field = "part__tracking"


class ZeroFilter(OptionsFilter):
    """Levels of nothing stay in the books; the list leaves them out until asked."""

    title = _("quantity")
    parameter_name = "zero"
    all_option = None  # type: ignore[assignment]  # unfold declares it by its default

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> list[tuple[str, Any]]:
        return [("", _("In stock")), ("1", _("Empty places too"))]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        return queryset if self.value() == "1" else queryset.filter(quantity__gt=0)


class DayRangeFilter(KeptFormMixin, RangeDateFilter):
    """From a day to a day, both whole, where the user is.

    unfold's own compares with midnight, and so leaves the last day out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("day")

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any] | None:
        field = self.field_path
        begin = self._midnight(f"{field}_from")
        end = self._midnight(f"{field}_to")
        if begin is not None:
            queryset = queryset.filter(**{f"{field}__gte": begin})
        if end is not None:
            queryset = queryset.filter(**{f"{field}__lt": end + timedelta(days=1)})
        return queryset

    def _midnight(self, parameter: str) -> datetime | None:
        """The beginning of the day given; None for none, or for what is no day."""
        day = parse_date_str(str(self.used_parameters.get(parameter, "")))
        return None if day is None else timezone.make_aware(datetime.combine(day, time.min))
