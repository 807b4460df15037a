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

from exchange.finder import shown_number
from exchange.xlsx_writer import write_workbook

# What a spreadsheet would take for a formula when it opens a CSV file.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
# What the import would take one apostrophe away from.
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
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


def xlsx_file(title: str, header: Sequence[str], lines: Iterable[Line]) -> IO[bytes]:
    """A temporary workbook, which is gone when it is closed."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    write_workbook(file, title, header, ([_xlsx_cell(cell) for cell in line] for line in lines))
    file.seek(0)
    return file


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


def _xlsx_cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _GUARDED.match(value) else value
