"""Lines of values to CSV and XLSX, one line at a time."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from exchange.finder import shown_number

# What a spreadsheet would take for a formula when it opens a CSV file.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
# A sheet's rows, less the header.
_ROWS_A_SHEET = 1_048_575
# Numbers of more digits would come back from a spreadsheet with the last ones lost.
_EXACT_DIGITS = 15
_LINES_A_CHUNK = 500

type Line = Sequence[Any]


def csv_chunks(header: Line, lines: Iterable[Line]) -> Iterator[bytes]:
    """CSV for spreadsheets: UTF-8 with its mark, lines ended as Windows ends them."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    writer.writerow([_csv_cell(cell) for cell in header])
    for number, line in enumerate(lines, start=1):
        writer.writerow([_csv_cell(cell) for cell in line])
        if number % _LINES_A_CHUNK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def xlsx_file(title: str, header: Line, lines: Iterable[Line]) -> IO[bytes]:
    """A temporary workbook, which is gone when it is closed; further sheets where one is full."""
    book = Workbook(write_only=True)
    sheet: Any = None
    for number, line in enumerate(lines):
        if number % _ROWS_A_SHEET == 0:
            sheet = _new_sheet(book, title, header)
        sheet.append([_xlsx_cell(sheet, cell) for cell in line])
    if sheet is None:
        _new_sheet(book, title, header)
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def _new_sheet(book: Workbook, title: str, header: Line) -> Any:
    sheet: Any = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_xlsx_cell(sheet, cell) for cell in header])
    return sheet


def _csv_cell(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return shown_number(value)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    return str(value)


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, str):
        return _xlsx_text(sheet, value)
    if isinstance(value, Decimal):
        number = shown_number(value)
        exact = len(number.replace(".", "").strip("-0")) <= _EXACT_DIGITS
        return Decimal(number) if exact else number
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    return value


def _xlsx_text(sheet: Any, text: str) -> Any:
    """Text stays text: in a workbook a formula is a type of cell, not a way of beginning."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    if _GUARDED.match(text):
        return f"'{text}"  # the import takes one apostrophe away
    if text.startswith("="):
        cell = WriteOnlyCell(sheet, value=text)
        cell.data_type = "s"
        return cell
    return text or None
