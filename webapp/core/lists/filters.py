"""Filters beside a list, shown without asking a template for each choice.

unfold makes a form of each filter and asks a template for each choice: with the hundreds of
locations and categories of a real store that costs more than all the rest of the page.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from unfold.contrib.filters.admin import BooleanRadioFilter, DropdownFilter
from unfold.widgets import SELECT_CLASSES

from core.fragments import kept
from core.html import options_of, with_chosen

TEMPLATE = "inventory/list_filter.html"
FORM_OF_UNFOLD = "unfold/filters/filters_field.html"
SELECT = " ".join([*SELECT_CLASSES, "unfold-admin-autocomplete", "admin-autocomplete"])

# For so many seconds a filter may not know a location, a category or a supplier that is new.
CHOICES_SECONDS = 5.0

type Options = tuple[tuple[str, str], ...]
_choices: dict[tuple[str, str | None], tuple[float, Options]] = {}
# Of each filter and language: what it offered last, and the field made of it.
_fields: dict[tuple[type, str, str | None], tuple[Any, str]] = {}


def kept_choices(name: str, find: Callable[[], Iterable[tuple[str, str]]]) -> Options:
    """Choices from the database, asked for once in a while by each process, not on each page.

    :param name: of what is offered; the language is minded here
    """
    key = (name, get_language())
    now = time.monotonic()
    until, options = _choices.get(key, (0.0, ()))
    if now >= until:
        options = tuple(find())
        _choices[key] = (now + CHOICES_SECONDS, options)
    return options


def forget_choices() -> None:
    """For tests, in which what was just made is looked at."""
    _choices.clear()


class OptionsFilter(DropdownFilter):
    """One of some choices, which a script lets people search in."""

    template = TEMPLATE

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {"html": with_chosen(self._field(), self.value() or "")}

    def _field(self) -> str:
        """Made anew when something else is offered: nearly always it is the very same."""
        key = (type(self), str(self.parameter_name), get_language())
        offered, html = _fields.get(key, (None, ""))
        if offered != self.lookup_choices:
            first = [self.all_option] if self.all_option else []
            html = _dropdown(
                str(self.title), str(self.parameter_name), [*first, *self.lookup_choices]
            )
            _fields[key] = (self.lookup_choices, html)
        return html


class KeptFormMixin:
    """A filter whose form depends on nothing but what was asked: it is made once, and kept."""

    template = TEMPLATE
    title: Any
    used_parameters: dict[str, Any]
    expected_parameters: Any

    def choices(self, changelist: Any) -> Any:
        names = tuple(self.expected_parameters())
        asked = tuple(str(self.used_parameters.get(name)) for name in names)

        def make() -> str:
            choices = list(super(KeptFormMixin, self).choices(changelist))  # type: ignore[misc]
            return render_to_string(FORM_OF_UNFOLD, {"choices": choices, "title": self.title})

        yield {"html": kept(("filter", get_language(), str(self.title), names, asked), make)}


class YesOrNoFilter(KeptFormMixin, BooleanRadioFilter):  # type: ignore[misc]  # of unfold
    """All, yes or no."""


def _dropdown(title: str, name: str, choices: Iterable[Any]) -> SafeString:
    return format_html(
        '<div class="form-field flex flex-col group mb-4"><div class="flex gap-2 flex-col">'
        '<label for="id_{name}" class="block font-semibold text-important whitespace-nowrap">'
        '{label}</label><div class="grow relative max-w-2xl">'
        '<select name="{name}" id="id_{name}" data-theme="admin-autocomplete" class="{css}">'
        "{options}</select>"
        '<span class="material-symbols-outlined absolute pointer-events-none mr-[12px] right-0 '
        'text-base-400 top-0 top-1/2 -translate-y-1/2">expand_more</span></div></div></div>',
        name=name,
        label=gettext(" By %(filter_title)s ") % {"filter_title": title},
        css=SELECT,
        options=options_of(choices),
    )
