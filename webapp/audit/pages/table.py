"""Entries as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from audit import details
from audit.changes import (
    ShownChange,
    changes_of,
    chosen_for_summary,
    names_for,
    summary_of,
    table_of,
)
from audit.kinds import Kind
from audit.models import AuditEntry
from audit.pages import links
from audit.wording import Names, kind_of_object, moment
from core.links import page_address

COLOURS = {
    Kind.CREATED: "success",
    Kind.CHANGED: "info",
    Kind.DELETED: "danger",
    Kind.EMPTIED: "danger",
    Kind.BREAK_GLASS: "danger",
    Kind.ENTRY_CHANGED: "danger",
    Kind.ENTRY_REMOVED: "danger",
    Kind.SIGN_IN_FAILED: "warning",
    Kind.LOCKED_OUT: "warning",
    Kind.DENIED: "warning",
    Kind.EXPORTED: "primary",
    Kind.IMPORTED: "primary",
}


@dataclass(frozen=True, kw_only=True)
class ShownEntry:
    """One entry, ready for a template."""

    entry: AuditEntry
    at: str
    colour: str
    kind: str
    object_kind: str
    label: str
    person: str
    page_url: str
    life_url: str
    changes: Sequence[ShownChange]
    details: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """Another entry, in one line of a table."""

    url: str
    at: str
    colour: str
    kind: str
    object_kind: str
    label: str


def shown(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, entries: "Sequence[AuditEntry]"
) -> list[ShownEntry]:
    """With every change; names and addresses are looked up once for all of them."""
    changes = {entry.pk: changes_of(entry) for entry in entries}
    names = names_for(change for rows in changes.values() for change in rows)
    pages = links.pages_of(model_admin.admin_site, request, links.things_of(entries))
    return [
        ShownEntry(
            entry=entry,
            at=moment(entry.at),
            colour=colour_of(entry),
            kind=entry.get_kind_display(),
            object_kind=kind_of_object(entry.model) if entry.model else "",
            label=label_of(entry),
            person=person_of(entry),
            page_url=links.page_of(entry, pages),
            life_url=links.life_of(entry.root_model, entry.root_id),
            changes=table_of(changes[entry.pk], names),
            details=details.rows_of(entry.details),
        )
        for entry in entries
    ]


def neighbours(entries: "Sequence[AuditEntry]") -> list[Neighbour]:
    """Without their changes, so that no names are looked up."""
    return [
        Neighbour(
            url=page_address("admin:audit_auditentry_change", entry.pk),
            at=moment(entry.at),
            colour=colour_of(entry),
            kind=entry.get_kind_display(),
            object_kind=kind_of_object(entry.model) if entry.model else "",
            label=label_of(entry),
        )
        for entry in entries
    ]


def summaries(entries: "Sequence[AuditEntry]") -> dict[int, str]:
    """In one line each; only what stands there is looked up."""
    chosen = {entry.pk: chosen_for_summary(entry, changes_of(entry)) for entry in entries}
    names = names_for(change for rows in chosen.values() for change in rows)
    return {entry.pk: _summary(entry, chosen[entry.pk], names) for entry in entries}


def colour_of(entry: AuditEntry) -> str:
    """Of the label that says what happened."""
    if entry.kind == Kind.VERIFIED:
        return "success" if (entry.details or {}).get("whole") else "danger"
    return COLOURS.get(Kind(entry.kind), "default") if entry.kind in Kind else "default"


def label_of(entry: AuditEntry) -> str:
    """The object as it was called then; its number where it has no name."""
    if entry.object_label:
        return entry.object_label
    return f"#{entry.object_id}" if entry.object_id else ""


def person_of(entry: AuditEntry) -> str:
    return entry.actor_name or (_("Nobody signed in") if entry.source == "web" else "–")


def _summary(entry: AuditEntry, chosen: Any, names: Names) -> str:
    if entry.before_text is None and entry.after_text is None:  # type: ignore[attr-defined]
        return details.in_short(entry.kind, entry.details)
    return summary_of(entry, chosen, names)
