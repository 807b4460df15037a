"""Pages of long lists: the keys of the page first, and then what belongs to it.

One statement finds the keys of the page and of a few pages after it, so that a search or a filter
is worked out once, and nothing is counted. A second one fetches the rows of the page with all that
they name, by their keys.
"""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import InvalidPage, Page, Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

from core.keys import is_one_of
from core.lists.remembering import ForgettableChangeList
from core.postgresql.base import prepared

# How far a list looks past the page shown; beyond that it says "more than".
ROWS_AHEAD = 200
# How deep a list can be turned: an offset costs as much as the rows it skips.
DEEPEST_PAGE = 200
# Set on a request for which only the query of the list is wanted, as an export does.
QUERY_ALONE = "wants_the_query_of_a_list_alone"


class AheadPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable when run
    """Knows at most ``ROWS_AHEAD`` rows past the page asked for.

    A list of a million movements opens as fast as one of ten, and can still be turned.
    """

    template_name = "inventory/pagination.html"
    page_asked_for = 1

    @cached_property
    def is_capped(self) -> bool:
        """Whether there are more rows than `count` says."""
        return self._looked[1]

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, models.QuerySet):
            return len(self.object_list)
        return self._begin + len(self._keys) if self._keys else self._rows_before

    def keys(self, number: int) -> list[Any]:
        """The keys of the rows of a page, in order."""
        begin = (self.validate_number(number) - 1) * self.per_page
        if not self.count:
            return []
        if self._keys and begin >= self._begin:
            return self._keys[begin - self._begin :][: self.per_page]
        return list(self._found[begin : begin + self.per_page])

    @property
    def _begin(self) -> int:
        return (min(self.page_asked_for, DEEPEST_PAGE) - 1) * self.per_page

    @property
    def _end(self) -> int:
        ahead = self._begin + self.per_page + ROWS_AHEAD
        return min(ahead, DEEPEST_PAGE * self.per_page)

    @property
    def _found(self) -> "models.QuerySet[Any]":
        rows: Any = self.object_list
        keys: models.QuerySet[Any] = rows.values_list("pk", flat=True)
        return keys

    @property
    def _keys(self) -> list[Any]:
        return self._looked[0]

    @cached_property
    def _looked(self) -> tuple[list[Any], bool]:
        """The keys from the page asked for on, and whether there are more."""
        if not isinstance(self.object_list, models.QuerySet):
            return [], False
        keys = list(self._found[self._begin : self._end + 1])
        room = self._end - self._begin
        return keys[:room], len(keys) > room

    @cached_property
    def _rows_before(self) -> int:
        """How many there are where the page asked for is beyond the last."""
        return self._found.order_by()[: self._begin].count() if self._begin else 0


class SearchFieldPaginator(AheadPaginator):
    """The rows of a page and one more, by one statement: a search field wants no numbers.

    A model that says ``named_by``, what its rows are called by, is asked for no more.
    """

    @cached_property
    def count(self) -> int:
        return self._begin + len(self._rows)

    def page(self, number: Any) -> Page[Any]:
        return Page(self._rows[: self.per_page], self.validate_number(number), self)

    @cached_property
    def _rows(self) -> list[Any]:
        rows: Any = self.object_list
        if named_by := getattr(rows.model, "named_by", ()):
            rows = rows.only(*named_by)
        return list(rows[self._begin : self._begin + self.per_page + 1])


class PageFirstChangeList(ForgettableChangeList):
    """Fetches the rows of the page by their keys, and has no count of all.

    ``list_only`` of the model's admin names what the columns show, where that is much less than
    the rows and what they name hold.
    """

    def get_results(self, request: HttpRequest) -> None:
        if getattr(request, QUERY_ALONE, False):
            self.result_list = []
            return
        paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        if self.list_editable or not isinstance(paginator, AheadPaginator):
            super().get_results(request)
            self.full_result_count = self.result_count
            return
        self.paginator = paginator
        self.result_count = self.full_result_count = paginator.count
        self.multi_page = paginator.count > self.list_per_page
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = False
        try:
            keys = paginator.keys(self.page_num if self.multi_page else 1)
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        self.result_list = self._rows(keys)

    def _rows(self, keys: list[Any]) -> list[Any]:
        """In the order of the keys, less those that were deleted a moment ago."""
        if not keys:
            return []
        found = self.apply_select_related(self.root_queryset).order_by()
        if columns := getattr(self.model_admin, "list_only", ()):
            found = found.only(*columns)
        with prepared():
            rows = {row.pk: row for row in found.filter(is_one_of("pk", keys))}
        return [rows[key] for key in keys if key in rows]
