"""That somebody looked into the log is written into it, before anything is shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from audit.kinds import Kind
from audit.recording import record

# Of what was asked for, so much is kept.
LONGEST = 200
MODEL = "audit.auditentry"


def note_look(page: str, filters: "Mapping[str, Any]") -> None:
    """:param page: list, entry, life or export"""
    record(Kind.AUDIT_READ, model=MODEL, details={"page": page, "filters": kept(filters)})


def note_export(filters: "Mapping[str, Any]", *, rows: str) -> None:
    """An export of the log is both: a reading of it, and an export."""
    note_look("export", filters)
    record(
        Kind.EXPORTED,
        model=MODEL,
        details={"table": MODEL, "format": "csv", "rows": rows, "filters": kept(filters)},
    )


def asked(query: "Mapping[str, Sequence[str]]") -> dict[str, str]:
    """The parameters of an address that say something."""
    joined = {name: ", ".join(values) for name, values in query.items()}
    return {name: value for name, value in joined.items() if value}


def kept(filters: "Mapping[str, Any]") -> dict[str, str]:
    """Within bounds: an address can be as long, and as strange, as its author likes."""
    return {_kept(name): _kept(value) for name, value in filters.items()}


def _kept(text: object) -> str:
    return str(text).replace("\x00", "")[:LONGEST]
