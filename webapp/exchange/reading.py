"""Reading a file into rows of text, whatever program wrote it.

CSV in the encodings and with the separators that spreadsheets write, and XLSX. Everything is
bounded before it is opened: bytes, unpacked bytes, rows.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.utils.translation import gettext as _

from exchange.problems import FileError

MOST_ROWS = 200_000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A text cell that begins like a formula is exported behind an apostrophe (see exporting).
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not empty, with its number as Excel shows it."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A header and the rows beneath it."""

    header: list[str]
    header_row: int
    rows: list[SheetRow]


def read(name: str, content: bytes) -> Sheet:
    """The rows of a CSV or XLSX file.

    :raises FileError: if it cannot be read, with what to do about it
    """
    from exchange import reading_csv, reading_xlsx  # noqa: PLC0415 - they build on this module

    check_size(len(content))
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileError(_("The file is empty. Choose a file with a header row and data."))
    suffix = PurePath(name).suffix.lower()
    if content.startswith(_OLE):
        raise FileError(
            _(
                "The file is protected by a password, or is in Excel's old format (.xls). In "
                "Excel, remove the password and save it as “Excel Workbook (.xlsx)”."
            )
        )
    if suffix == ".xlsx" or content.startswith(_ZIP):
        return to_sheet(reading_xlsx.rows(content))
    if suffix in {".xls", ".ods", ".numbers", ".pdf"}:
        raise FileError(
            _("Files of type %(type)s cannot be read. Save the sheet as .xlsx or .csv.")
            % {"type": suffix}
        )
    return to_sheet(reading_csv.rows(content))


def check_size(size: int) -> None:
    """Refuse before reading what is larger than the settings allow.

    :raises FileError: with the size and the limit
    """
    limit = settings.IMPORT_MAX_BYTES
    if size > limit:
        raise FileError(
            _(
                "The file has %(size).1f MB; at most %(limit).0f MB are taken. Split it into "
                "several files, each with the header row."
            )
            % {"size": size / 2**20, "limit": limit / 2**20}
        )


def to_sheet(rows: Iterable[list[str]]) -> Sheet:
    """Header and data; rows without any text are left out but counted.

    :raises FileError: if there is no header, or nothing beneath it
    """
    header: list[str] | None = None
    header_row = 0
    data: list[SheetRow] = []
    for number, raw in enumerate(rows, start=1):
        cells = [clean(cell) for cell in raw]
        if not any(cells):
            continue
        if header is None:
            header, header_row = _trimmed(cells), number
            continue
        data.append(SheetRow(number, cells))
        if len(data) > MOST_ROWS:
            raise FileError(
                _(
                    "The file has more than %(limit)d rows. Split it into several files, each "
                    "with the header row."
                )
                % {"limit": MOST_ROWS}
            )
    if header is None:
        raise FileError(_("The file is empty. Choose a file with a header row and data."))
    if not data:
        raise FileError(
            _("The file holds only a header row (%(header)s). Add the rows to import beneath it.")
            % {"header": ", ".join(header)}
        )
    return Sheet(header, header_row, data)


def clean(text: str) -> str:
    """Without surrounding space and control characters, lines ended by line feeds."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _GUARDED.match(text):
        text = text[1:]
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return text.strip()


def _trimmed(header: list[str]) -> list[str]:
    """Without the empty cells that spreadsheets leave at the end."""
    while header and not header[-1]:
        header.pop()
    return header
