"""The columns of a table: their names in files, how a cell is read, how a value is written."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import User
from core.text import fold
from exchange.parsers import FORMULA_ERRORS, Parser, in_every_language
from exchange.problems import CellError, Problems
from exchange.reading import Sheet


def shown(value: Any) -> str:
    """A value of a plan for people."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if hasattr(value, "normalize"):
        return f"{value.normalize():f}"
    return str(value)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a file.

    `field` is the attribute of the model that takes the value, `stored` the attributes that are
    written when it changes; `empty` is what an empty cell means. `required` columns must be in
    the file, `filled` cells must not be empty, `identity` columns say which row is meant and are
    never changed. `needed_for_new` columns may be missing as long as no row is new. `derived`
    ones are exported for people to read, and passed over in a file. `words` are what people call
    the values, where the values are codes.
    """

    name: str
    label: "str | Promise"
    parse: Parser
    field: str = ""
    stored: Sequence[str] = ()
    empty: Any = ""
    identity: bool = False
    required: bool = False
    filled: bool = False
    needed_for_new: bool = False
    derived: bool = False
    aliases: Sequence[str] = ()
    help: "str | Promise" = ""
    example: str = ""
    get: Callable[[Any], Any] | None = None
    words: "Mapping[str, str | Promise] | None" = None

    @property
    def attribute(self) -> str:
        return self.field or self.name

    @property
    def written(self) -> Sequence[str]:
        """The attributes of the model that a change of this column writes."""
        return self.stored or (self.attribute,)

    def value_of(self, row: Any) -> Any:
        """The column's value of a model's instance, for exports and comparisons."""
        return self.get(row) if self.get else getattr(row, self.attribute)

    def shown(self, value: Any) -> str:
        """A value of the column for people, in their language."""
        if self.words and value in self.words:
            return str(self.words[value])
        return shown(value)

    def spellings(self) -> set[str]:
        """What a header may say: the name, the aliases, the label in either language."""
        return {fold(text) for text in (self.name, *self.aliases, *in_every_language(self.label))}


def derived(
    name: str,
    label: "str | Promise",
    get: Callable[[Any], Any],
    *,
    words: "Mapping[str, str | Promise] | None" = None,
) -> Column:
    """A column that an export shows and an import passes over."""
    return Column(name=name, label=label, parse=str, derived=True, get=get, words=words)


def person(user: User | None) -> str:
    """Somebody in an export."""
    return user.display_name if user else ""


@dataclass(slots=True)
class Row:
    """A row of the file with its cells read; `faulty` columns could not be."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)

    def __contains__(self, column: str) -> bool:
        """Whether the file has the column and the row's cell could be read."""
        return column in self.values


# What an error file's added column is called; an import passes it over.
ERRORS_HEADER = gettext_lazy("import errors")


def match_header(
    columns: Sequence[Column], sheet: Sheet, problems: Problems
) -> list[Column | None]:
    """Which column each cell of the header means; what is wrong goes into `problems`."""
    known = {spelling: column for column in columns for spelling in column.spellings()}
    passed_over = tuple(fold(text) for text in in_every_language(ERRORS_HEADER))
    matched: list[Column | None] = []
    for header in sheet.header:
        column = known.get(fold(header))
        if fold(header).startswith(passed_over):
            pass
        elif column is None:
            problems.add(
                sheet.header_row,
                header,
                header or _("an empty header"),
                _("one of: %(names)s") % {"names": _names(columns)},
                _remedy_for_unknown(header, known),
            )
        elif column in matched:
            problems.add(
                sheet.header_row,
                column.name,
                header,
                _("each column once"),
                _("Delete or rename one of the two columns."),
            )
        matched.append(column)
    for column in columns:
        if column.required and column not in matched:
            problems.add(
                sheet.header_row,
                column.name,
                _("no such column"),
                _("the column %(name)s") % {"name": column.name},
                _("Add the column and fill it in every row."),
            )
    return matched


def parse_rows(matched: Sequence[Column | None], sheet: Sheet, problems: Problems) -> list[Row]:
    """Read every cell; what cannot be read goes into `problems`."""
    columns = [
        (place, column) for place, column in enumerate(matched) if column and not column.derived
    ]
    rows = []
    for sheet_row in sheet.rows:
        if any(sheet_row.cells[len(matched) :]):
            problems.add(
                sheet_row.number,
                "",
                sheet_row.cells[len(matched) :],
                _("at most %(count)d cells, as in the header") % {"count": len(matched)},
                _(
                    "Put cells that hold the separator in quotation marks, or delete the cells "
                    "beyond the last column."
                ),
            )
        cells = {
            column.name: sheet_row.cells[place] if place < len(sheet_row.cells) else ""
            for place, column in columns
        }
        row = Row(sheet_row.number, cells)
        for _place, column in columns:
            _parse(row, column, problems)
        rows.append(row)
    return rows


def _parse(row: Row, column: Column, problems: Problems) -> None:
    cell = row.cells[column.name]
    if not cell:
        if column.filled:
            row.faulty.add(column.name)
            problems.add(
                row.number, column.name, _("an empty cell"), _("a value"), _("Fill in the cell.")
            )
        else:
            row.values[column.name] = column.empty
        return
    if cell in FORMULA_ERRORS:
        row.faulty.add(column.name)
        problems.add(
            row.number,
            column.name,
            cell,
            _("a value"),
            _("A formula failed here. Replace it by its value."),
        )
        return
    try:
        row.values[column.name] = column.parse(cell)
    except CellError as error:
        row.faulty.add(column.name)
        problems.add(row.number, column.name, cell, error.expected, error.remedy)


def _remedy_for_unknown(header: str, known: dict[str, Column]) -> str:
    close = difflib.get_close_matches(fold(header), known, n=1, cutoff=0.6)
    if close:
        return _("Did you mean %(name)s? Rename the header.") % {"name": known[close[0]].name}
    return _("Rename the header, or delete the column.")


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns)
