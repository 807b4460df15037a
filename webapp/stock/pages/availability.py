"""What lies where: the hint beside a line while it is typed."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from core.numbers import plain
from core.pages import requires, user_of
from stock.holding import holding_of
from stock.places import Reach


@requires("catalog.view_part", "stock.view_stocklevel")
def availability(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, part_id: int
) -> HttpResponse:
    """JSON: the part's unit and tracking, and the places that hold it, fullest first."""
    found = holding_of(part_id, reach=Reach(user_of(request)))
    if found is None:
        raise Http404(part_id)
    places = [place._asdict() | {"quantity": plain(place.quantity)} for place in found.places]
    return JsonResponse(
        {
            "unit": found.unit,
            "tracking": found.tracking,
            "on_hand": plain(found.on_hand),
            "places": places,
        }
    )
