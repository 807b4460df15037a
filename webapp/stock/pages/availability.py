"""What lies where: the hint beside a line while it is typed."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from catalog.models import Part
from core.numbers import plain
from core.pages import requires, user_of
from stock.models import Location, StockLevel
from stock.places import Reach

MOST_PLACES = 30


@requires("catalog.view_part", "stock.view_stocklevel")
def availability(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, part_id: int
) -> HttpResponse:
    """JSON: the part's unit and tracking, and the places that hold it, fullest first."""
    part = get_object_or_404(Part, pk=part_id)
    here = StockLevel.objects.filter(part=part, quantity__gt=0)
    reach = Reach(user_of(request))
    if reach.is_limited:  # each place shown can be taken over into the line
        here = here.filter(location__in=reach.within(Location.objects.all()))
    levels = here.select_related("location", "lot").order_by("-quantity", "pk")[:MOST_PLACES]
    return JsonResponse(
        {
            "unit": str(part.get_unit_display()),
            "tracking": part.tracking,
            "on_hand": plain(part.on_hand),
            "places": [
                {
                    "location": level.location_id,
                    "location_shown": level.location.path_shown,
                    "lot": level.lot.code if level.lot else "",
                    "serial": level.lot.serial if level.lot else "",
                    "quantity": plain(level.quantity),
                }
                for level in levels
            ],
        }
    )
