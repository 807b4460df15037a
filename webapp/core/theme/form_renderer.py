"""Form fields made by Python instead of templates: the same HTML for a tenth of the time.

A field is an input within a template that includes one for its attributes, one for each choice
and one for theirs again. A page on which people enter things has dozens of fields, most of them
hidden. What is not known here is left to its template.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core.html import escaped

OPTION = "django/forms/widgets/select_option.html"
BESIDE_TEXT = ("prefix", "prefix_icon", "suffix", "suffix_icon")


class FieldRenderer(DjangoTemplates):
    """Django's, with a short way for the widgets that fill the pages."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        make = SHORT_WAYS.get(template_name)
        html = make(context) if make else None
        if html is None:
            html = super().render(template_name, context, request)
        return mark_safe(html)  # noqa: S308 - each part is escaped


def attributes(attrs: Mapping[str, Any]) -> str:
    """As in a tag: nothing of what is False, the name alone of what is True."""
    return "".join(
        [
            f" {name}" if value is True else f' {name}="{escaped(value)}"'
            for name, value in attrs.items()
            if value is not False
        ]
    )


def _input(context: Mapping[str, Any]) -> str:
    widget = context["widget"]
    value = widget["value"]
    shown = "" if value is None else f' value="{escaped(value)}"'
    return (
        f'<input type="{escaped(widget["type"])}" name="{escaped(widget["name"])}"'
        f"{shown}{attributes(widget['attrs'])}>"
    )


def _text_of_the_theme(context: Mapping[str, Any]) -> str | None:
    if any(context["widget"].get(name) for name in BESIDE_TEXT):
        return None
    return f'<div class="max-w-2xl relative w-full">{_input(context)}</div>'


def _select(context: Mapping[str, Any]) -> str | None:
    widget = context["widget"]
    options = []
    for group, choices, _index in widget["optgroups"]:
        if group or any(choice["template_name"] != OPTION for choice in choices):
            return None
        options += [
            f'<option value="{escaped(choice["value"])}"{attributes(choice["attrs"])}>'
            f"{escaped(choice['label'])}</option>"
            for choice in choices
        ]
    name = escaped(widget["name"])
    return f'<select name="{name}"{attributes(widget["attrs"])}>{"".join(options)}</select>'


def _select_of_the_theme(context: Mapping[str, Any]) -> str | None:
    select = _select(context)
    if select is None:
        return None
    return (
        f'<div class="grow relative max-w-2xl">{select}'
        '<span class="material-symbols-outlined absolute group-[.primary]:text-white '
        "pointer-events-none mr-[12px] right-0 text-base-400 top-1/2 hover:text-base-700 "
        'dark:text-base-500 dark:hover:text-base-200 -translate-y-1/2">expand_more</span></div>'
    )


def _textarea(context: Mapping[str, Any]) -> str:
    """The line break after the tag is not part of the text, but saves one that the text has."""
    widget = context["widget"]
    name, value = escaped(widget["name"]), escaped(widget["value"] or "")
    return f'<textarea name="{name}"{attributes(widget["attrs"])}>\n{value}</textarea>'


def _label(context: Mapping[str, Any]) -> str:
    label = conditional_escape(context["label"])
    if not context["use_tag"]:
        return label
    tag = context["tag"]
    return f"<{tag}{attributes(context['attrs'])}>{label}</{tag}>"


def _no_errors(context: Mapping[str, Any]) -> str | None:
    return None if context["errors"] else ""


def _hidden_form(context: Mapping[str, Any]) -> str | None:
    """Such as the numbers that a set of forms keeps about itself."""
    if context["fields"] or context["errors"]:
        return None
    return "".join([str(field) for field in context["hidden_fields"]])


SHORT_WAYS: dict[str, Callable[[Mapping[str, Any]], str | None]] = {
    **{
        f"django/forms/widgets/{kind}.html": _input
        for kind in (
            "checkbox", "date", "datetime", "email", "hidden", "input", "number", "password",
            "text", "time", "url",
        )
    },
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/label.html": _label,
    "django/forms/errors/list/default.html": _no_errors,
    "django/forms/errors/list/ul.html": _no_errors,
    "django/forms/div.html": _hidden_form,
    "unfold/widgets/select.html": _select_of_the_theme,
    "unfold/widgets/text.html": _text_of_the_theme,
    "unfold/widgets/textarea.html": _textarea,
}  # fmt: skip
