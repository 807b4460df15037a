"""Where what arrives may be put: the order's destination, and where the parts lie already."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import Sum

from purchasing.models import PurchaseOrder
from stock.models import Location, StockLevel
from stock.places import Reach

# Offered at once for each part; every other location is found by searching.
OFFERED = 5


def places_for(
    order: PurchaseOrder, parts: Collection[int], *, reach: Reach
) -> dict[int, Sequence[Location]]:
    """For each part the locations to offer, the one to begin with first.

    That is the order's destination, else where most of the part lies, among those that the
    person works at. Two queries, however many parts there are.
    """
    lying = (
        StockLevel.objects.filter(part__in=parts, quantity__gt=0, location__active=True)
        .order_by()
        .values_list("part_id", "location_id")
        .annotate(there=Sum("quantity"))
        .order_by("part_id", "-there", "location_id")
    )
    by_part: dict[int, list[int]] = defaultdict(list)
    for part, location, _there in lying:
        if len(by_part[part]) < OFFERED:
            by_part[part].append(location)
    known = Location.objects.in_bulk({pk for places in by_part.values() for pk in places})
    destination = order.destination
    first = [destination] if destination and destination.active else []
    if reach.only and reach.only not in first:
        first.append(reach.only)
    first = [place for place in first if reach.includes(place)]
    return {
        part: [
            *first,
            *(
                known[pk]
                for pk in by_part[part]
                if known[pk] not in first and reach.includes(known[pk])
            ),
        ]
        for part in parts
    }
