"""What an import would change: computed first, shown, and only then done."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from exchange.columns import Row
from exchange.problems import Problems


class ChangeKind(StrEnum):
    """What happens to the row of the database that a row of the file stands for."""

    CREATE = "create"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value and what it becomes; for a new row `old` is None."""

    column: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the file that changes something, or `rows` of them together from `row` on."""

    row: int
    key: str
    kind: ChangeKind
    fields: Sequence[FieldChange]
    rows: int = 1


@dataclass
class Plan:
    """Everything that an import of one file would do, or why it does nothing.

    `payload` is what the table's ``apply`` needs besides; only the table looks into it.
    """

    table: str
    rows: Sequence[Row] = ()
    problems: Problems = field(default_factory=Problems)
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchanged: int = 0
    payload: Any = None

    @property
    def created(self) -> int:
        return self._rows(ChangeKind.CREATE)

    @property
    def changed(self) -> int:
        return self._rows(ChangeKind.CHANGE)

    def _rows(self, kind: ChangeKind) -> int:
        return sum(change.rows for change in self.changes if change.kind is kind)

    def counts(self) -> dict[str, int]:
        """What a preview and a command's line say."""
        return {
            "rows": len(self.rows),
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "problems": self.problems.count,
        }

    def fingerprint(self) -> str:
        """Equal for equal changes: a plan made later may be applied only if it is the same."""
        digest = hashlib.sha256(self.table.encode())
        for change in self.changes:
            digest.update(f"\n{change.kind}\x1f{change.row}\x1f{change.key}".encode())
            for item in change.fields:
                digest.update(f"\x1f{item.column}\x1f{item.old!s}\x1f{item.new!s}".encode())
        return digest.hexdigest()
