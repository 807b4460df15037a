"""CSV: encodings and separators as spreadsheets write them."""

import codecs
import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from exchange.problems import FileError

SEPARATORS = (",", ";", "\t")
# Larger than any cell of ours; beyond it a quotation mark was left open.
_LONGEST_CELL = 131_072


def rows(content: bytes) -> Iterator[list[str]]:
    """The records of a CSV file, empty ones included.

    :raises FileError: if the bytes are no text, or a quotation mark is left open
    """
    text = decode(content)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise FileError(
            _(
                "Line %(line)d of the file cannot be read (%(error)s). Usually a quotation mark "
                '(") is left open or stands alone inside a cell: double it, or save the file '
                "again from the spreadsheet."
            )
            % {"line": reader.line_num, "error": error}
        ) from error


def decode(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark (Excel's “Unicode text”), or Shift_JIS as Windows has it.

    :raises FileError: if it is none of them, with the place
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _decode_utf16(content)
    else:
        text = _decode_utf8_or_cp932(content)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise FileError(
            _(
                "Line %(line)d holds a NUL byte: this is no text file, or UTF-16 without its "
                "mark. Save it as “CSV UTF-8” or as .xlsx."
            )
            % {"line": line}
        )
    return text


def _decode_utf16(content: bytes) -> str:
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise FileError(
            _(
                "The file begins as UTF-16, but is damaged at byte %(byte)d. Save it again as "
                "“CSV UTF-8” or as .xlsx."
            )
            % {"byte": error.start + 1}
        ) from error


def _decode_utf8_or_cp932(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as not_utf8:
        try:
            return content.decode("cp932")
        except UnicodeDecodeError as error:
            # Where the longer readable beginning ends is where the damage is.
            place = max(not_utf8.start, error.start)
            raise FileError(
                _(
                    "The file is neither UTF-8 nor Shift_JIS: line %(line)d, byte %(byte)d "
                    "(0x%(value)02X) cannot be read. Save it as “CSV UTF-8” or as .xlsx."
                )
                % {
                    "line": content.count(b"\n", 0, place) + 1,
                    "byte": place + 1,
                    "value": content[place],
                }
            ) from error


def separator(text: str) -> str:
    """The separator that the first line with text uses most, outside quotation marks."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=outside.count)
