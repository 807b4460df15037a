"""Who changed something and when, as the audit log has it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from access.models import User
from audit.kinds import Kind
from audit.models import AuditEntry

# How far back it is looked: a form is not open for longer.
LATEST = 100


@dataclass(frozen=True, kw_only=True)
class Author:
    """Of a change; no name where no person did it."""

    name: str
    at: datetime


class Authors:
    """The latest changes of an object with all its parts, read once."""

    def __init__(self, whole: models.Model) -> None:
        label = whole._meta.label_lower
        entries = AuditEntry.objects.filter(root_model=label, root_id=str(whole.pk))
        self._entries = list(entries.order_by("-id")[:LATEST])
        people = User.objects.in_bulk({e.actor_id for e in self._entries if e.actor_id})
        self._names = {pk: person.display_name for pk, person in people.items()}

    def of_field(self, row: models.Model, field: models.Field) -> Author | None:  # type: ignore[type-arg]  # not subscriptable when run
        """Who gave the field the value that it has."""
        if isinstance(field, models.ManyToManyField):
            link: Any = field.remote_field
            through = link.through._meta.label_lower
            return self._first(lambda entry: entry.model == through)
        label, pk = row._meta.label_lower, str(row.pk)
        return self._first(
            lambda entry: (
                (entry.model, entry.object_id) == (label, pk)
                and entry.kind == Kind.CHANGED
                and field.column in (entry.after or {})
            )
        )

    def of_event(self, kind: Kind, model: type[models.Model], pk: object) -> Author | None:
        """Who created or deleted a row."""
        wanted = (kind.value, model._meta.label_lower, str(pk))
        return self._first(lambda entry: (entry.kind, entry.model, entry.object_id) == wanted)

    def _first(self, matches: Callable[[AuditEntry], bool]) -> Author | None:
        for entry in self._entries:
            if matches(entry):
                name = self._names.get(entry.actor_id or 0, entry.actor_name)
                return Author(name=name, at=entry.at)
        return None
