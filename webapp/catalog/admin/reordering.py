"""What changes of the catalogue in the admin mean for re-ordering."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import ngettext

from purchasing.reorder import catalogue
from purchasing.reorder.evaluation import Changes


class ReorderMixin(ModelAdmin):  # type: ignore[type-arg]  # not subscriptable when run
    """Looks at the parts concerned after each change, in its transaction, and says what follows.

    Django's views that add, change and delete are one transaction each.
    """

    def parts_of(self, obj: Any) -> set[int]:
        """The parts that a deletion of `obj` concerns."""
        raise NotImplementedError

    def look_again(self, obj: Any, form: Any) -> Changes:
        """Look at what the saved form concerns."""
        return catalogue.after_change(self.parts_of(obj))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The last that Django writes of a change."""
        super().save_related(request, form, formsets, change)
        _say(request, self.look_again(form.instance, form))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with catalogue.while_deleting(self.parts_of(obj)):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        parts: Collection[int] = {pk for obj in queryset for pk in self.parts_of(obj)}
        with catalogue.while_deleting(parts):
            super().delete_queryset(request, queryset)


def _say(request: HttpRequest, changes: Changes) -> None:
    if changes.proposed:
        messages.info(
            request,
            ngettext(
                "This change proposed %(count)d re-order.",
                "This change proposed %(count)d re-orders.",
                changes.proposed,
            )
            % {"count": changes.proposed},
        )
    if changes.withdrawn:
        messages.info(
            request,
            ngettext(
                "This change withdrew %(count)d re-order proposal.",
                "This change withdrew %(count)d re-order proposals.",
                changes.withdrawn,
            )
            % {"count": changes.withdrawn},
        )
