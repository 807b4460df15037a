"""Finding things by what a person wrote: exactly first, then whatever the width and case."""

from collections.abc import Hashable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from catalog.models import Part
from core.text import fold, half_width


class Finder[T]:
    """Things by text, where the first of two that look alike wins."""

    def __init__(self, items: Iterable[tuple[str, T]] = ()) -> None:
        self._exact: dict[Hashable, T] = {}
        self._folded: dict[Hashable, T] = {}
        for text, item in items:
            self.add(text, item)

    def add(self, text: str, item: T, *, within: Hashable = None) -> None:
        self._exact.setdefault((within, text), item)
        self._folded.setdefault((within, fold(text)), item)

    def find(self, text: str, *, within: Hashable = None) -> T | None:
        """The thing of this text among those that were added `within` the same."""
        found = self._exact.get((within, text))
        return found if found is not None else self._folded.get((within, fold(text)))


def find_parts(numbers: Iterable[str], *, lock: bool, whole: bool = False) -> Finder[Part]:
    """The parts of some numbers, by one query; locked in the order in which all writers lock.

    `whole` loads every field; otherwise only what references need.
    """
    parts: QuerySet[Part] = (
        Part.objects.annotate(written=Lower("number"))
        .filter(written__in=lowered(numbers))
        .order_by("pk")
        .defer("search_text")
    )
    if whole:
        parts = parts.select_related("category")
    else:
        parts = parts.only("number", "name_ja", "name_en", "unit", "tracking")
    if lock:
        parts = parts.select_for_update(no_key=True, of=("self",))
    return Finder((part.number, part) for part in parts)


def lowered(texts: Iterable[str]) -> set[str]:
    """As the database's ``lower`` has them, as written and half-width."""
    return {form.lower() for text in texts for form in (text, half_width(text))}


def shown_number(value: Any) -> str:
    """A number without needless zeros and without an exponent."""
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
