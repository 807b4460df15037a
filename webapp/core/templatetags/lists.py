"""The parts of a list page that Python makes."""

from collections.abc import Iterable

from django import template
from django.contrib.admin.views.main import ChangeList

from core.lists import page_numbers as numbers
from core.lists.table import table

register = template.Library()


@register.simple_tag
def list_table(cl: ChangeList) -> str:
    return table(cl)


@register.simple_tag
def page_numbers(cl: ChangeList, page_range: Iterable[int | str]) -> str:
    return numbers.page_numbers(cl, page_range)
