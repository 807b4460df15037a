"""The rows of a form of the admin: label, field or value, help and errors."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django.template.defaultfilters import capfirst
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from unfold.widgets import CHECKBOX_LABEL_CLASSES, LABEL_CLASSES

from core.html import escaped
from core.widgets import KnownSelect

LINE = (
    "field-line flex flex-col grow group group/line px-3 py-2.5 border-b border-base-200 "
    "border-dashed min-h-[59px] group-[.last]/row:border-b-0 lg:flex-row lg:items-center "
    "dark:border-base-800"
)
LABEL = (
    "lg:min-w-56 lg:w-56 lg:h-[38px] lg:flex lg:items-center lg:self-start lg:leading-[38px] "
    "lg:*:m-0"
)
TICK_LABEL = "font-medium flex items-start -ml-2 min-w-32 w-32 lg:min-w-56 lg:w-56"
PLAIN = " ".join(LABEL_CLASSES)
TICKED = " ".join(CHECKBOX_LABEL_CLASSES)
STAR = '<span class="text-red-600 dark:text-red-500">*</span>'
ERRORS = "mt-2 text-red-600 text-xs dark:text-red-500"
HELP = "leading-relaxed mt-2 text-xs"
READ_ONLY = "readonly break-words {width} *:rounded-default"


def row(line: Any, *, last: bool) -> SafeString:
    """One row of a set of fields; a row may have several fields beside one another.

    :param line: of ``django.contrib.admin.helpers``
    """
    hidden = "" if line.has_visible_field else " hidden"
    fields = "".join(_fields(line))
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<div class="form-row field-row group/row{hidden}{" last" if last else ""}">{fields}</div>'
    )


def _fields(line: Iterable[Any]) -> Iterable[str]:
    for field in line:
        name = getattr(field.field, "name", "") or field.field.get("name", "")
        # What nobody can type has none.
        errors = "" if field.is_readonly or not field.field.errors else field.errors()
        css = f"{LINE} field-{name}" if name else LINE
        inner = _tick(field, errors) if field.is_checkbox else _field(field, errors)
        yield f'<div class="{css}{" errors" if errors else ""}">{inner}</div>'


def _field(field: Any, errors: str) -> str:
    shown = value(field) if field.is_readonly else shown_field(field, field.field.form)
    return (
        f'<div class="{LABEL}">{_label(field)}</div>'
        f'<div class="grow relative">{shown}{_help(field)}{_errors(errors)}</div>'
    )


def _label(field: Any) -> str:
    """A star after what must be entered, unless the label ends in something like a colon."""
    if field.is_readonly:
        return f'<label class="{PLAIN}">{escaped(capfirst(field.field["label"]))}</label>'
    bound = field.field
    text = str(bound.label)
    place = bound.id_for_label
    if not place or not text[-1:].isalnum():
        return str(field.label_tag())
    css = TICKED if field.is_checkbox else PLAIN
    if bound.field.required:
        return f'<label class="{css} required" for="{escaped(place)}">{escaped(text)}{STAR}</label>'
    return f'<label class="{css}" for="{escaped(place)}">{escaped(text)}</label>'


def shown_field(field: Any, form: Any) -> str:
    """The field for typing; what is chosen by searching is not looked up once more."""
    bound = field.field
    widget = bound.field.widget
    inner = getattr(widget, "widget", None)
    if isinstance(inner, KnownSelect):
        chosen = inner.field.get_cached_value(form.instance, default=None)
        if chosen is not None:
            widget = copy(widget)
            widget.widget = inner.knowing(chosen)
            return str(bound.as_widget(widget=widget))
    return str(bound)


def _tick(field: Any, errors: str) -> str:
    told = _help(field)
    beside = f'<div class="lg:-mt-2 lg:ml-2">{told}</div>' if told else ""
    return (
        '<div class="flex flex-col gap-2 py-2 lg:flex-row">'
        f'<div class="{TICK_LABEL}">{_label(field)}</div>'
        f'<div class="grow"><div class="flex flex-col lg:flex-row">{field.field}{beside}</div>'
        f"{_errors(errors)}</div></div>"
    )


def value(field: Any) -> str:
    """What cannot be changed here."""
    if getattr(field, "is_file", False):
        return render_to_string("unfold/helpers/field_readonly_value.html", {"field": field})
    contents = field.contents()
    shown = "-" if not contents or contents == "None" else conditional_escape(contents)
    css = READ_ONLY.format(width="max-w-4xl" if getattr(field, "is_json", False) else "max-w-2xl")
    return f'<div class="{css} {getattr(field, "wrapper_class", None) or ""}">{shown}</div>'


def _help(field: Any) -> str:
    """Written by us, as HTML where it is."""
    bound = field.field
    text = bound.get("help_text") if isinstance(bound, dict) else bound.help_text
    return f'<div class="{HELP}">{text}</div>' if text else ""


def _errors(errors: str) -> str:
    return f'<div class="{ERRORS}">{errors}</div>' if errors else ""
