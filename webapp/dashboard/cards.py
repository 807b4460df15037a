"""The cards of the first page, made once for all who would see the same."""

from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.fragments import kept


def card(
    name: str, told: object, context: Callable[[], dict[str, Any]] | None = None
) -> SafeString:
    """A card as its template makes it of what it is told, and of nothing else.

    It knows neither the request nor who asks, so that nobody sees what was made for somebody else.

    :param told: all that the card shows, as it is written out by ``repr``
    :param context: what the template is given, made of `told` alone; `told` itself without it
    """

    def make() -> str:
        given = told if context is None else context()
        return render_to_string(f"dashboard/{name}.html", {"card": given})

    zone = str(timezone.get_current_timezone())
    return kept(("dashboard", name, get_language(), zone, get_script_prefix(), told), make)
