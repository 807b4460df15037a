"""What is wrong with a file: where, what was found, what was expected, how to mend it."""

from dataclasses import asdict, dataclass
from typing import Any

from access.models import User
from core.errors import BusinessError
from stock.places import Reach


class FileError(BusinessError):
    """The file as a whole cannot be read; the message says why and what to do."""


class RefusedError(BusinessError):
    """The database refused what the file asks for; nothing was stored."""


class CellError(Exception):
    """A parser cannot read a cell: what it expected instead, and how to mend it."""

    def __init__(self, expected: str, remedy: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.remedy = remedy


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One reason why a file is not imported.

    `row` counts as Excel does, from 1 with the header; `column` is the machine name of a
    column, a header that is not known, or empty where the row as a whole is meant.
    """

    row: int
    column: str
    found: str
    expected: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Problems:
    """The problems of one file: every one is counted, the first `limit` are kept.

    What is wrong may depend on who imports it: `by` is None where the system does.
    """

    def __init__(self, *, limit: int = 5000, by: User | None = None) -> None:
        self.limit = limit
        self.reach = Reach(by)
        self.count = 0
        self.rows: set[int] = set()
        self._kept: list[Problem] = []

    def add(self, row: int, column: str, found: object, expected: str, remedy: str) -> None:
        self.count += 1
        self.rows.add(row)
        if len(self._kept) < self.limit:
            self._kept.append(
                Problem(
                    row=row, column=column, found=str(found)[:200], expected=expected, remedy=remedy
                )
            )

    def in_order(self) -> list[Problem]:
        """By row, so that a person can mend the file from the top down."""
        return sorted(self._kept, key=lambda problem: problem.row)

    def __bool__(self) -> bool:
        return self.count > 0
