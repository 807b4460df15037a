"""Where a person works: at all locations, or at some of them with everything beneath.

Pages offer only these, services refuse the others with a message that names them, and the
database has the last word (``limit_sql``). Looking is not limited.
"""

from functools import cached_property
from typing import Any

from django.db.models import Q
from django.forms import ModelChoiceField
from django.utils.translation import gettext as _

from access.models import User
from stock.errors import PlaceNotAllowedError
from stock.models import Location
from stock.models.location import LocationQuerySet


class Reach:
    """The places of one person, asked for once; `user` is None where the system itself acts."""

    def __init__(self, user: User | None) -> None:
        self._user = user

    @cached_property
    def roots(self) -> list[Location]:
        """The locations chosen for the person; none: all."""
        return [] if self._user is None else list(self._user.locations.order_by("path"))

    @property
    def is_limited(self) -> bool:
        return bool(self.roots)

    def includes(self, location: Location) -> bool:
        return not self.is_limited or any(
            location.pk == root.pk or location.path.startswith(f"{root.path}/")
            for root in self.roots
        )

    def is_beneath(self, location: Location) -> bool:
        """Whether it lies within one of the places, and is none of them itself."""
        return not self.is_limited or any(
            location.path.startswith(f"{root.path}/") for root in self.roots
        )

    def within(self, locations: LocationQuerySet) -> LocationQuerySet:
        """Those of the locations that the person works at."""
        if not self.is_limited:
            return locations
        allowed = Q()
        for root in self.roots:
            allowed |= Q(pk=root.pk) | Q(path__startswith=f"{root.path}/")
        return locations.filter(allowed)

    @cached_property
    def only(self) -> Location | None:
        """The location, if there is but one to choose."""
        if not self.is_limited:
            return None
        found = list(self.within(Location.objects.filter(active=True))[:2])
        return found[0] if len(found) == 1 else None

    @property
    def refusal(self) -> str:
        return _("You work only at %(places)s. Choose one of them, or a location beneath.") % {
            "places": self.names
        }

    @property
    def names(self) -> str:
        return ", ".join(map(str, self.roots))

    def check(self, location: Location, *, field: str = "location") -> None:
        """:raises PlaceNotAllowedError: naming the places; `field` is the form's field"""
        if not self.includes(location):
            raise PlaceNotAllowedError(
                _("%(location)s is not among your places: you work only at %(places)s.")
                % {"location": location, "places": self.names},
                field=field,
            )

    def limit(self, field: Any, *, preselect: bool = True) -> None:
        """Let the field of a form offer what the person may choose."""
        if not self.is_limited:
            return
        assert isinstance(field, ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = self.within(field.queryset)  # type: ignore[arg-type]
        field.error_messages["invalid_choice"] = self.refusal
        if preselect and self.only:
            field.initial = self.only
