"""The theme's tags for all pages, with short ways for two that every page calls.

Each of them rendered a template of its own with all that belongs to a request once more.
Registered under the name of the theme's library (settings.TEMPLATES), so its templates load this.
"""

from django import template
from django.template import Context, RequestContext
from django.template.loader import render_to_string
from django.utils.translation import get_language
from unfold.templatetags import unfold

from core.fragments import kept
from core.theme.title import plain_title

register = template.Library()
register.tags.update(unfold.register.tags)
register.filters.update(unfold.register.filters)

_ACTIONS = ("nav_global", "actions_detail", "actions_list", "actions_items")
_HIDE = ("actions_detail_hide_default", "actions_list_hide_default")


@register.simple_tag(takes_context=True)
def header_title(context: RequestContext) -> str:
    """What stands above the page."""
    shown: str = plain_title(context) or unfold.header_title(context)
    return shown


@register.simple_tag(takes_context=True)
def action_list(context: Context) -> str:
    """The buttons beside the title: exports, the history."""
    actions = {name: context.get(name) for name in _ACTIONS}
    if not any(actions.values()):
        return ""
    shown = {**actions, **{name: context.get(name) for name in _HIDE}}
    return kept(
        ("actions", get_language(), repr(shown)),
        lambda: render_to_string("unfold/helpers/tab_actions.html", shown),
    )
