"""Coloured labels, as the theme shows them: the same few on every page."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def label(kind: str, text: str) -> SafeString:
    """`kind`: the colour, in the theme's words."""
    return _label(str(kind), str(text))


@lru_cache(maxsize=500)
def _label(kind: str, text: str) -> SafeString:
    html = render_to_string("unfold/helpers/label.html", {"type": kind, "text": text})
    return mark_safe(html.strip())  # noqa: S308 - the theme's template escapes
