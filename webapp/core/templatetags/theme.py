"""For the files that stand in for the theme's: its parts as `core.theme` makes them."""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context

from core.templatetags.fragments import Original
from core.theme import buttons, fieldsets, form_rows, inlines
from core.theme import submit_line as line_of_buttons

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


@register.simple_tag(takes_context=True)
def submit_line(context: Context) -> str:
    return line_of_buttons.submit_line(context.flatten(), context)  # type: ignore[arg-type]  # keys are texts


class Tabular(Original):
    """Rows within a form by Python; the theme's where they are rare ones."""

    def render(self, context: Context) -> str:
        html = inlines.tabular(context["inline_admin_formset"], last=context["forloop"]["last"])
        return self.shown(context) if html is None else html


class Fieldset(Original):
    """A set of fields by Python; the theme's where it is a rare one, or within such rows."""

    def render(self, context: Context) -> str:
        html = None
        if context.get("stacked") != 1:
            in_tab = bool(context.get("fieldset_tab"))
            html = fieldsets.fieldset(context["fieldset"], in_tab=in_tab)
        return self.shown(context) if html is None else html


class Tabs(Original):
    """Sets of fields in tabs by Python; the theme's where one is a rare one."""

    def render(self, context: Context) -> str:
        html = fieldsets.tabs(context["adminform"])
        return self.shown(context) if html is None else html


@register.tag
def tabular_inline(_parser: Parser, _token: Token) -> Tabular:
    return Tabular()


@register.tag
def fieldset(_parser: Parser, _token: Token) -> Fieldset:
    return Fieldset()


@register.tag
def fieldset_tabs(_parser: Parser, _token: Token) -> Tabs:
    return Tabs()
