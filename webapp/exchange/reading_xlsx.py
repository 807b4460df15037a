"""XLSX: the first sheet, cells as they look."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from exchange.problems import FileError

# Unpacked, a workbook may have this many times the bytes that a file may have.
_MOST_UNPACKED = 10
_ZERO_PADDED = re.compile(r"0+")
_FORMULA = re.compile(rb"<f[ >/]")
_UNREADABLE = (
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    ParseError,
    OSError,
    EOFError,
    NotImplementedError,
)


def rows(content: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet as text.

    :raises FileError: if it is no workbook, or would unpack to more than is taken
    """
    has_formulas = _check(content)
    try:
        if has_formulas:
            _check_formulas(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is not to be trusted
        for cells in sheet.iter_rows():
            yield [_shown(cell) for cell in cells]
    except _UNREADABLE as error:
        raise _not_a_workbook() from error


def _check(content: bytes) -> bool:
    """Judge the archive before anything is unpacked; whether there are formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            limit = settings.IMPORT_MAX_BYTES * _MOST_UNPACKED
            if unpacked > limit:
                raise FileError(
                    _(
                        "Unpacked, the workbook has %(size).0f MB; at most %(limit).0f MB are "
                        "taken. Remove sheets, pictures and formatted empty rows, or save the "
                        "sheet as CSV."
                    )
                    % {"size": unpacked / 2**20, "limit": limit / 2**20}
                )
            names = {entry.filename for entry in entries}
            if "xl/workbook.xml" not in names:
                raise _not_a_workbook()
            return any(
                _FORMULA.search(archive.read(name))
                for name in sorted(names)
                if name.startswith("xl/worksheets/sheet")
            )
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise _not_a_workbook() from error


def _check_formulas(content: bytes) -> None:
    """Refuse formulas whose results are not in the file: they would read as empty cells."""
    formulas = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    results = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    formulas.reset_dimensions()
    results.reset_dimensions()
    for number, (formula_row, result_row) in enumerate(
        zip(formulas.iter_rows(), results.iter_rows(), strict=False), start=1
    ):
        for formula, result in zip(formula_row, result_row, strict=False):
            if formula.data_type == "f" and result.value is None:
                raise FileError(
                    _(
                        "Row %(row)d holds a formula (%(formula)s) without its result. Open the "
                        "workbook in Excel, save it, and upload it again."
                    )
                    % {"row": number, "formula": str(formula.value)[:60]}
                )


def _not_a_workbook() -> FileError:
    return FileError(
        _(
            "The file is named like an Excel workbook, but is none, or is damaged. Open it in "
            "Excel and save it as “Excel Workbook (.xlsx)”, or save the sheet as CSV."
        )
    )


def _shown(cell: Any) -> str:
    """A cell's value as a person sees it: 440.0 as 440, a day as 2026-04-01."""
    value = cell.value
    if value is None or isinstance(value, str):
        return unescape(value) if value and "_x" in value else value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value, cell)
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value.replace(microsecond=0))
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _number(value: float, cell: ReadOnlyCell) -> str:
    if isinstance(value, int):
        text = str(value)
    else:
        # 15 digits are what a spreadsheet computes with and shows.
        text = f"{Decimal(f'{value:.15g}'):f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    padding = str(cell.number_format or "")
    if _ZERO_PADDED.fullmatch(padding) and text.isdigit():
        return text.zfill(len(padding))
    return text
