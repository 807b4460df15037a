"""Addresses of pages, and links to them, of which a list has one or two in each row."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString, mark_safe

from core.html import escaped

# Stands for the number of a row while the way to its page is looked up: in no address otherwise.
_NUMBER = 987654321987654321


def page_address(url_name: str, pk: int) -> str:
    """``reverse(url_name, args=[pk])``: the pages of all rows lie at one address but for it."""
    before, after = _around(url_name, get_script_prefix())
    return f"{before}{pk}{after}"


def link(address: str, text: object, css: str = "") -> SafeString:
    """A link; an empty address gives the text alone.

    :param text: escaped, unless it is safe
    """
    shown = escaped(text)
    if not address:
        return shown
    look = f' class="{css}"' if css else ""
    return mark_safe(f'<a{look} href="{escaped(address)}">{shown}</a>')  # noqa: S308 - escaped


@lru_cache(maxsize=100)
def _around(url_name: str, _prefix: str) -> tuple[str, str]:
    """`_prefix`: an application may be served beneath another address."""
    before, _number, after = reverse(url_name, args=[_NUMBER]).partition(str(_NUMBER))
    return before, after
