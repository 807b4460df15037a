"""Where a person works: at all locations, or at some of them with everything beneath.

Pages offer only these, services refuse the others with a message that names them, and the
database has the last word (``limit_sql``). Looking is not limited.
"""

from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Q
from django.forms import ModelChoiceField
from django.utils.translation import gettext as _

from access.models import User
from core.rows import fetched
from stock.errors import PlaceNotAllowedError
from stock.models import Location
from stock.models.location import LocationQuerySet

_FIELDS = [field.attname for field in Location._meta.concrete_fields]
_CHOSEN = User._meta.get_field("locations").remote_field.through._meta.db_table  # type: ignore[union-attr]  # it has one
# As text: every form and every movement asks, and most people have none.
_ROOTS = f"""
    SELECT {", ".join(f"place.{name}" for name in _FIELDS)} FROM {Location._meta.db_table} place
    JOIN {_CHOSEN} chosen ON chosen.location_id = place.id
    WHERE chosen.user_id = %s ORDER BY place.path
"""  # noqa: S608 - our own names


class Reach:
    """The places of one person, asked for once; `user` is None where the system itself acts."""

    def __init__(self, user: User | None) -> None:
        self._user = user

    @cached_property
    def roots(self) -> list[Location]:
        """The locations chosen for the person; none: all."""
        if self._user is None:
            return []
        rows = fetched(_ROOTS, [self._user.pk])
        return [Location.from_db(connection.alias, _FIELDS, row) for row in rows]

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
