"""Form widgets that several applications use."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    get_select2_language,
)
from django.db import models

from core.pages import as_id


class _Known(AutocompleteMixin):
    """What can be the key of no row is no choice.

    Django's own widget asks the database for whatever an address or a form handed in, and fails
    where it must say "choose one of the offered" instead.
    """

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        known = [key for key in value if as_id(key) is not None]
        return super().optgroups(name, known, attr)


class KnownSelect(_Known, AutocompleteSelect):
    """For a foreign key in the admin's own forms."""


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


class SearchSelect(_Search, AutocompleteSelect):
    """For a foreign key."""


class SearchSelectMultiple(_Search, AutocompleteSelectMultiple):
    """For many of the other model."""
