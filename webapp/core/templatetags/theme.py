"""For the files that stand in for the theme's: its parts as `core.theme` makes them."""

from typing import Any

from django import template
from django.template.context import Context

from core.theme import buttons, form_rows

register = template.Library()


@register.simple_tag(takes_context=True)
def button(context: Context) -> str:
    return buttons.button(context.flatten())  # type: ignore[arg-type]  # keys are texts


@register.simple_tag
def link_button(href: str, label: str, icon: str, variant: str) -> str:
    """A link that looks like a button, without the detour by a component."""
    told = {"href": href, "children": label, "icon": icon, "variant": variant}
    return buttons.button(told)


@register.simple_tag
def form_row(line: Any, last: bool) -> str:
    return form_rows.row(line, last=last)
