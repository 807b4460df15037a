"""Searching the movements by their part."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from catalog.models import Part, SupplierPart
from catalog.models.part import SearchLike
from core.text import contains_pattern, half_width

# As many ids as a statement carries without being slower for it.
MOST_IDS = 20_000


def of_found_parts(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """The rows whose part ``Part.objects.search(text)`` finds; all rows for no text.

    The parts are looked up first, so that the planner knows how many there are: a million
    movements are then read by the index of the part, or newest first until the page is full,
    whichever is less. With a subquery in its place it reads and sorts them all.
    """
    if not half_width(text):
        return rows
    found = Part.objects.search(text).order_by().values_list("pk", flat=True)
    ids = list(found[: MOST_IDS + 1])
    if len(ids) <= MOST_IDS:
        return rows.filter(part__in=ids)
    return rows.filter(Exists(_row_by_row(text)))


def _row_by_row(text: str) -> QuerySet[Part]:
    """For a text that a good part of all parts has: a page is full after a few rows anyway."""
    part = Part.objects.filter(pk=OuterRef("part"))
    for word in half_width(text).split():
        pattern = contains_pattern(word)
        skus = SupplierPart.objects.filter(
            SearchLike(F("search_text"), pattern), part=OuterRef("pk")
        )
        part = part.filter(Q(SearchLike(F("search_text"), pattern)) | Exists(skus))
    return part
