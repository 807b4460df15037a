"""The numbers under a list that lead to its other pages."""

import re
from collections.abc import Iterable

from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_TURN = "window.location.href = $el.href + window.location.hash"
_PAGE = re.compile(rf"(?<=[?&]){PAGE_VAR}=0(?=&|$)")


def page_numbers(cl: ChangeList, numbers: Iterable[int | str]) -> SafeString:
    """Filters and search are written once: they are the same in all the links.

    :param numbers: of ``Paginator.get_elided_page_range``, with dots where some are left out
    """
    address = cl.get_query_string({PAGE_VAR: 0})
    shown = list(numbers)
    return mark_safe(  # noqa: S308 - escaped
        "".join(
            [
                f'<div class="{"pe-2" if place == len(shown) else "pe-4"}">'
                f"{_number(cl, number, address)}</div>"
                for place, number in enumerate(shown, start=1)
            ]
        )
    )


def _number(cl: ChangeList, number: int | str, address: str) -> str:
    if not isinstance(number, int):
        return f"<span>{number}</span>"
    if number == cl.page_num:
        return f'<span class="font-medium text-primary-600" aria-current="page">{number}</span>'
    return format_html(
        '<a href="{}"{} x-data x-on:click.prevent="{}">{}</a>',
        _PAGE.sub(f"{PAGE_VAR}={number}", address),
        mark_safe(' class="end"' if number == cl.paginator.num_pages else ""),  # noqa: S308 - ours
        mark_safe(_TURN),  # noqa: S308 - ours
        number,
    )
