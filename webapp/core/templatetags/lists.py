"""The parts of a list page that Python makes."""

from django import template
from django.contrib.admin.views.main import ChangeList

from core.lists.table import table

register = template.Library()


@register.simple_tag
def list_table(cl: ChangeList) -> str:
    return table(cl)
