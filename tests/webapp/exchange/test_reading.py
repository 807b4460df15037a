"""Files of every make become the same rows; what cannot be read is refused in words."""

import io
import time
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from exchange.problems import FileError
from exchange.reading import Sheet, read
from tests.webapp.exchange.conftest import workbook

TEXT = 'part_number,name\nMT-1,モーター\nMT-2,"a, ""b"""\n'


def cells(sheet: Sheet) -> list[list[str]]:
    return [row.cells for row in sheet.rows]


class TestCsv:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "cp932"]
    )
    def test_is_read_in_the_encodings_that_spreadsheets_write(self, encoding: str) -> None:
        content = (
            ("\ufeff" + TEXT).encode(encoding.removesuffix("-bom"))
            if encoding.endswith("-bom")
            else TEXT.encode(encoding)
        )

        sheet = read("parts.csv", content)

        assert sheet.header == ["part_number", "name"]
        assert cells(sheet) == [["MT-1", "モーター"], ["MT-2", 'a, "b"']]

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_finds_the_separator_in_the_header(self, separator: str) -> None:
        text = separator.join(["path", '"a, b; c"']) + "\r\n" + separator.join(["x", "y"])

        sheet = read("x.csv", text.encode())

        assert (sheet.header, cells(sheet)) == (["path", "a, b; c"], [["x", "y"]])

    def test_counts_rows_as_excel_shows_them(self) -> None:
        sheet = read("x.csv", b'path,name\n"two\nlines",x\n\n,\nlast,y\n')

        assert [row.number for row in sheet.rows] == [2, 5]

    def test_takes_away_space_and_the_apostrophe_before_a_formula(self) -> None:
        sheet = read("x.csv", "a,b,c,d\n　x ,'=1+1,''-2,'quoted'\n".encode())

        assert cells(sheet) == [["x", "=1+1", "'-2", "'quoted'"]]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is empty"),
            (b"\xef\xbb\xbf\r\n \r\n", "is empty"),
            (b"path,name\n", "only a header"),
            (b"path\n\xff\xfe\x81", "line 2"),
            (b"path\nok\nab\x00cd\n", "Line 3 holds a NUL byte"),
            ("path\nx\n".encode("utf-16-le"), "NUL byte"),
            (b'path,name\n"open,x\ny,z\n', "quotation mark"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        ],
    )
    def test_says_why_it_cannot_be_read(self, content: bytes, message: str) -> None:
        with pytest.raises(FileError, match=message):
            read("x.csv", content)

    def test_of_50_mb_is_refused_at_once(self) -> None:
        content = b"x" * (50 * 2**20)
        started = time.monotonic()

        with pytest.raises(FileError, match=r"50\.0 MB; at most 20 MB"):
            read("x.csv", content)

        assert time.monotonic() - started < 1


class TestXlsx:
    def test_shows_numbers_days_and_truth_as_they_look(self) -> None:
        content = workbook(
            [
                ["a", "b", "c", "d", "e", "f"],
                [440.0, 0.1 + 0.2, date(2026, 4, 1), datetime(2026, 4, 1, 9, 30), True, 10**20],  # noqa: DTZ001
                [Decimal("1.50"), -3, None, "text", False, 1e-7],
            ]
        )

        sheet = read("x.xlsx", content)

        assert cells(sheet) == [
            ["440", "0.3", "2026-04-01", "2026-04-01 09:30:00", "true", "100000000000000000000"],
            ["1.5", "-3", "", "text", "false", "0.0000001"],
        ]

    def test_keeps_zeros_that_a_format_shows(self) -> None:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["part_number"])
        sheet.append([42])
        sheet["A2"].number_format = "00000"
        file = io.BytesIO()
        book.save(file)

        assert cells(read("x.xlsx", file.getvalue())) == [["00042"]]

    def test_is_recognised_whatever_its_name(self) -> None:
        assert cells(read("x.csv", workbook([["path"], ["Motors"]]))) == [["Motors"]]

    def test_with_a_formula_without_result_is_refused(self) -> None:
        with pytest.raises(FileError, match=r"Row 2 holds a formula \(=1\+1\)"):
            read("x.xlsx", workbook([["path"], ["=1+1"]]))

    @pytest.mark.parametrize("inside", ["readme.txt", "xl/workbook.xml"])
    def test_that_is_another_zip_is_refused(self, inside: str) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(inside, "no workbook")

        with pytest.raises(FileError, match="is none, or is damaged"):
            read("parts.xlsx", file.getvalue())

    def test_that_is_cut_off_is_refused(self) -> None:
        content = workbook([["path"], ["Motors"]])

        with pytest.raises(FileError, match="damaged"):
            read("parts.xlsx", content[: len(content) // 2])

    def test_that_unpacks_to_too_much_is_refused_unopened(self, settings: Any) -> None:
        settings.IMPORT_MAX_BYTES = 100_000
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", bytes(2_000_000))

        with pytest.raises(FileError, match="Unpacked"):
            read("parts.xlsx", file.getvalue())

    def test_protected_by_a_password_is_refused(self) -> None:
        with pytest.raises(FileError, match="remove the password"):
            read("parts.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"type \.ods"):
        read("parts.ods", b"anything")


def test_time_zone_is_no_part_of_a_shown_time() -> None:
    moment = datetime(2026, 4, 1, 9, 30, tzinfo=UTC).replace(tzinfo=None)

    assert cells(read("x.xlsx", workbook([["a"], [moment]]))) == [["2026-04-01 09:30:00"]]
