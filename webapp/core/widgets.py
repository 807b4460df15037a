"""Form widgets that several applications use."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    get_select2_language,
)
from django.db import models
from django.forms import ModelChoiceField
from django.utils.safestring import SafeString, mark_safe
from unfold.widgets import UnfoldAdminSelect2Widget

from core.fragments import kept
from core.html import escaped, options_of, with_chosen
from core.pages import as_id
from core.theme.form_renderer import attributes


class _Known(AutocompleteMixin):
    """What can be the key of no row is no choice.

    Django's own widget asks the database for whatever an address or a form handed in, and fails
    where it must say "choose one of the offered" instead.
    """

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        known = [key for key in value if as_id(key) is not None]
        return super().optgroups(name, known, attr)


class _KnownOne(_Known, AutocompleteSelect):
    """What is chosen is not asked for again where the page has fetched it already."""

    chosen: models.Model | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        """Where not everything may be chosen, the database says whether this may be."""
        chosen = self.chosen
        if chosen is None or list(value) != [str(chosen.pk)] or self.choices.queryset.query.where:
            return super().optgroups(name, value, attr)
        label = self.choices.field.label_from_instance(chosen)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, chosen.pk, label, True, len(options)))
        return [(None, options, 0)]


class KnownSelect(_KnownOne):
    """For a foreign key in the admin's own forms."""

    def knowing(self, chosen: models.Model) -> "KnownSelect":
        """One like this, which need not ask the database for what is chosen."""
        other = copy(self)
        other.chosen = chosen
        return other


class _Search(_Known):
    """The admin's search field, for forms of our own.

    Django's reads the language when the form's class is made, and so says "no results found" in
    the language of the server; this one reads it for each page.
    """

    def __init__(self, model: type[models.Model], field: str, *, placeholder: Any) -> None:
        super().__init__(
            model._meta.get_field(field),
            admin.site,
            attrs={"data-placeholder": placeholder, "data-width": "100%"},
        )

    @property
    def i18n_name(self) -> str | None:
        return get_select2_language()

    @i18n_name.setter
    def i18n_name(self, name: str | None) -> None:
        """Django's constructor sets it; what it sets is not kept."""


class SearchSelect(_Search, _KnownOne):
    """For a foreign key."""


class SearchField(ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable when run
    """A choice by `SearchSelect` that may begin with a row in hand, and end with one."""

    # What was fetched for all lines of a page together, by its key; it must be a choice.
    fetched: Mapping[int, models.Model] = {}

    def to_python(self, value: Any) -> Any:
        found = self.fetched.get(as_id(value) or 0)
        return super().to_python(value) if found is None else found

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, models.Model):
            self.widget.chosen = value
        return super().prepare_value(value)


class LongSelect(UnfoldAdminSelect2Widget):
    """One of hundreds: as texts put together once, and not an option after the other."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        choices = [(str(key), str(label)) for key, label in self.choices]
        options = kept(("options", choices), lambda: options_of(choices))
        shown = with_chosen(options, self.format_value(value)[0])
        given = attributes(self.build_attrs(self.attrs, attrs))
        return mark_safe(  # noqa: S308 - each part is escaped
            f'<select name="{escaped(name)}"{given}>{shown}</select>'
        )


class SearchSelectMultiple(_Search, AutocompleteSelectMultiple):
    """For many of the other model."""
