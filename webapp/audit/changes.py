"""What changed, field by field: before and after."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DateTimeField, Field, ForeignKey

from audit.kinds import Kind
from audit.models import AuditEntry
from audit.wording import NOTHING, Names, field_of, is_secret, label_of, model_of, shown

# Of a change a list tells so many fields, and so much of each value.
FIELDS_IN_SUMMARY = 3
LONGEST_IN_SUMMARY = 60


@dataclass(frozen=True, kw_only=True)
class Change:
    """Of one field, as the log has it."""

    column: str
    field: "Field[Any, Any] | None"
    before: Any
    after: Any
    secret: bool

    @property
    def label(self) -> str:
        return label_of(self.field, self.column)

    @property
    def references(self) -> "Iterator[tuple[ForeignKey[Any, Any], Any]]":
        """To rows whose names are needed to show it."""
        if isinstance(self.field, ForeignKey):
            for key in (self.before, self.after):
                if key is not None:
                    yield self.field, key

    def values(self, names: Names) -> tuple[str, str]:
        """Before and after, for people."""
        before = shown(self.field, self.before, names, secret=self.secret)
        return before, shown(self.field, self.after, names, secret=self.secret)


@dataclass(frozen=True, kw_only=True)
class ShownChange:
    """One line of a table of changes."""

    label: str
    before: str
    after: str


def changes_of(entry: AuditEntry) -> list[Change]:
    """In the order of the model's fields; what the model lacks today comes last."""
    before, after = _exact(entry, "before"), _exact(entry, "after")
    model = model_of(entry.model)
    order = [field.column for field in model._meta.concrete_fields] if model else []
    known = [column for column in order if column in before or column in after]
    strange = sorted((before.keys() | after.keys()) - set(order))
    return [
        Change(
            column=column,
            field=field_of(model, column),
            before=before.get(column),
            after=after.get(column),
            secret=is_secret(model, column),
        )
        for column in (*known, *strange)
    ]


def names_for(changes: Iterable[Change]) -> Names:
    """Everything that these changes point to."""
    return Names(reference for change in changes for reference in change.references)


def table_of(changes: Sequence[Change], names: Names) -> list[ShownChange]:
    """What a page shows of them; not what was empty and stayed so."""
    rows = []
    for change in changes:
        before, after = change.values(names)
        if (before, after) != (NOTHING, NOTHING):
            rows.append(ShownChange(label=change.label, before=before, after=after))
    return rows


def chosen_for_summary(entry: AuditEntry, changes: Sequence[Change]) -> list[Change]:
    """The few that a list has room for: those that say most come first."""
    if entry.kind == Kind.CHANGED:
        told = list(changes)
    else:
        told = [change for change in changes if _says_something(entry, change)]
    told.sort(key=lambda change: isinstance(change.field, DateTimeField))
    return told[: FIELDS_IN_SUMMARY + 1]


def summary_of(entry: AuditEntry, chosen: Sequence[Change], names: Names) -> str:
    """Such as "Reorder point: 10 → 20; Active: Yes → No; …"."""
    parts = []
    for change in chosen[:FIELDS_IN_SUMMARY]:
        before, after = (_short(value) for value in change.values(names))
        if entry.kind == Kind.CHANGED:
            parts.append(f"{change.label}: {before} → {after}")
        else:
            parts.append(f"{change.label}: {before if after == NOTHING else after}")
    if len(chosen) > FIELDS_IN_SUMMARY:
        parts.append("…")
    return "; ".join(parts)


def _says_something(entry: AuditEntry, change: Change) -> bool:
    """Of a row that came or went: not its number, its label, its whole, or what it leaves open."""
    value = change.before if change.after is None else change.after
    if change.field is None or change.field.primary_key or value in (None, "", False, 0, [], {}):
        return False
    if change.field.generated or str(value) in entry.object_label:
        return False
    return not (isinstance(change.field, ForeignKey) and _is_whole(entry, change, value))


def _is_whole(entry: AuditEntry, change: Change, value: Any) -> bool:
    assert isinstance(change.field, ForeignKey)  # noqa: S101 - asked before
    pointed_at = change.field.related_model._meta.label_lower
    return (pointed_at, str(value)) == (entry.root_model, entry.root_id)


def _exact(entry: AuditEntry, side: str) -> dict[str, Any]:
    """Decimals with every digit: the entry was read by `audit.reading.entries`."""
    text = getattr(entry, f"{side}_text")
    return json.loads(text, parse_float=Decimal) if text else {}


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_IN_SUMMARY else f"{value[:LONGEST_IN_SUMMARY]}…"
