"""What a browser would send for a value: the opposite of reading a form."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms.boundfield import BoundField

type Posted = dict[str, list[str]]


def posted(field: BoundField) -> Posted:
    """The entries of a form's data that stand for what the field shows."""
    return _posted(field.field.widget, field.html_name, field.value())


def _posted(widget: forms.Widget, name: str, value: Any) -> Posted:
    if isinstance(widget, RelatedFieldWidgetWrapper):
        return _posted(widget.widget, name, value)
    if isinstance(widget, forms.MultiWidget):
        values: Any = value if isinstance(value, list) else widget.decompress(value)
        return {
            key: entry
            for (part, inner), item in zip(_parts(widget, name), values, strict=True)
            for key, entry in _posted(part, inner, item).items()
        }
    if isinstance(widget, forms.CheckboxInput):
        return {name: ["on"] if widget.check_test(value) else []}
    if isinstance(widget, forms.FileInput):
        return {}  # a file that is not sent stays
    shown = widget.format_value(value)
    if isinstance(shown, list | tuple):
        return {name: [str(item) for item in shown]}
    return {name: ["" if shown is None else str(shown)]}


def _parts(widget: forms.MultiWidget, name: str) -> list[tuple[forms.Widget, str]]:
    """The widgets inside, with the name of each."""
    suffixes: list[str] = vars(widget)["widgets_names"]
    return [(part, name + suffix) for part, suffix in zip(widget.widgets, suffixes, strict=True)]
