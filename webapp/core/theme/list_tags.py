"""The theme's tags for lists, with a short way for the filters that make their own field.

Registered under the name of the theme's library (settings.TEMPLATES), so its templates load this.
"""

from typing import Any

from django import template
from unfold.templatetags import unfold_list

from core.lists.filters import TEMPLATE

register = template.Library()
register.tags.update(unfold_list.register.tags)
register.filters.update(unfold_list.register.filters)


@register.simple_tag
def unfold_admin_list_filter(cl: Any, spec: Any, horizontal_layout: bool = False) -> str:
    """One filter. A template that says no more than ``{{ html }}`` need not be asked for each."""
    if spec.template == TEMPLATE:
        html: str = next(iter(spec.choices(cl)))["html"]
        return html
    shown: str = unfold_list.unfold_admin_list_filter(cl, spec, horizontal_layout)
    return shown
