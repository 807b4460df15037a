"""Parts are locked in one order, by everybody who changes what belongs to them."""

from collections.abc import Collection

from catalog.models import Part


def lock_parts(ids: Collection[int]) -> dict[int, Part]:
    """The parts as they are now, locked in the order of their keys."""
    locked = Part.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return {part.pk: part for part in locked}
