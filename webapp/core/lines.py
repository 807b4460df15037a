"""Lines of a page on which people enter things: a set of forms, and an empty one to add others.

An empty line is the same for everybody who may enter one, so it is made once (`core.fragments`);
a page that begins with empty lines shows copies of it, and makes no forms at all.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core.fragments import Key, kept
from core.pages import as_id
from core.widgets import SearchField

PLACEHOLDER = "__prefix__"


class LineFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable when run
    """A set of forms whose empty form depends on nothing but its class and the language."""

    def __getitem__(self, index: Any) -> Any:
        """A template asks for whatever it shows as an item first, which would make the forms."""
        if isinstance(index, str):
            raise KeyError(index)
        return super().__getitem__(index)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        if self.is_bound and index is not None:
            for name, field in form.fields.items():
                if isinstance(field, SearchField):
                    field.fetched = self.fetched(name)

    def fetched(self, name: str) -> Mapping[int, Model]:
        """The rows that all lines chose in a field, as far as they may be chosen."""
        return {}

    def sent_keys(self, name: str) -> set[int]:
        """The keys that the lines name; what is none is for the field to refuse."""
        keys = (
            as_id(self.data.get(f"{self.add_prefix(index)}-{name}"))
            for index in range(self.total_form_count())
        )
        return {key for key in keys if key is not None}

    def depends_on(self) -> Key:
        """What else an empty line depends on, all of it."""
        return ()

    def empty_line(self, template: str) -> SafeString:
        """What the page copies when a line is added; `template` shows its ``form``."""
        return self.empty(template, lambda form: render_to_string(template, {"form": form}))

    def empty(self, name: str, make: Callable[[Any], str]) -> SafeString:
        """What `make` makes of the empty form, now or earlier; `name` tells it from others."""
        return kept(
            (
                "line",
                name,
                f"{self.form.__module__}.{self.form.__qualname__}",
                self.prefix,
                self.can_delete,
                get_language(),
                *self.depends_on(),
            ),
            lambda: make(self.empty_form),
        )

    def shown_lines(self, template: str) -> SafeString:
        """The lines that the page begins with, or those that were sent."""
        return mark_safe("".join(self._shown(template)))  # noqa: S308 - made by templates

    def _shown(self, template: str) -> Iterator[str]:
        if not self.is_bound and not self.initial_form_count():
            empty = self.empty_line(template)
            for index in range(self.total_form_count()):
                yield empty.replace(PLACEHOLDER, str(index))
        else:
            for form in self.forms:
                yield render_to_string(template, {"form": form})

    def numbers(self) -> SafeString:
        """How many lines there are and may be, as Django's own form tells it."""
        if self.is_bound:  # what was sent, right or wrong
            return mark_safe(str(self.management_form))  # noqa: S308 - made by Django
        told = {
            "TOTAL_FORMS": self.total_form_count(),
            "INITIAL_FORMS": self.initial_form_count(),
            "MIN_NUM_FORMS": self.min_num,
            "MAX_NUM_FORMS": self.max_num,
        }
        return mark_safe(  # noqa: S308 - a prefix of ours and numbers
            "".join(
                f'<input type="hidden" name="{self.prefix}-{name}" value="{number}" '
                f'id="id_{self.prefix}-{name}">'
                for name, number in told.items()
            )
        )
