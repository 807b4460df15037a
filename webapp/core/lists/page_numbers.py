"""The numbers under a list that lead to its other pages."""

import re
from collections.abc import Iterable

from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_TURN = "window.location.href = $el.href + window.location.hash"
_PAGE = re.compile(rf"(?<=[?;]){PAGE_VAR}=0(?=&|$)")


def page_numbers(cl: ChangeList, numbers: Iterable[int | str]) -> SafeString:
    """Filters and search are written once: they are the same in all the links.

    :param numbers: of ``Paginator.get_elided_page_range``, with dots where some are left out
    """
    address = escape(cl.get_query_string({PAGE_VAR: 0}))
    before, _this, after = _PAGE.sub("\n", address).partition("\n")
    shown = list(numbers)
    html = [
        f'<div class="{"pe-2" if place == len(shown) else "pe-4"}">'
        f"{_number(cl, number, f'{before}{PAGE_VAR}={number}{after}')}</div>"
        for place, number in enumerate(shown, start=1)
    ]
    return mark_safe("".join(html))  # noqa: S308 - the address is escaped


def _number(cl: ChangeList, number: int | str, address: str) -> str:
    if not isinstance(number, int):
        return f"<span>{number}</span>"
    if number == cl.page_num:
        return f'<span class="font-medium text-primary-600" aria-current="page">{number}</span>'
    last = ' class="end"' if number == cl.paginator.num_pages else ""
    return f'<a href="{address}"{last} x-data x-on:click.prevent="{_TURN}">{number}</a>'
