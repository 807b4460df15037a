"""The order as a file that the supplier opens, read back by another program."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ByteStringObject, ContentStream, TextStringObject

from purchasing.document import pdf
from purchasing.document.content import (
    Columns,
    Company,
    Fact,
    Language,
    Line,
    OrderDocument,
    Stamp,
)
from purchasing.document.pdf import TypesettingError, pdf_of

LINE = Line(
    position="1",
    sku="TR-0001",
    number="MT-2306",
    name="ブラシレスモーター KV1500",
    description="2306 series, CW",
    quantity="3 packs of 100 ft",
    contents="= 91.44 m",
    price="￥1,234,567.5",
    amount="￥3,703,703",
)
DRAFT = Stamp(word="DRAFT", sentence="Not approved: this is not an order yet.")


def paper(*lines: Line, language: Language = "en", **changes: Any) -> OrderDocument:
    """An order with everything on it that an order can have."""
    document = OrderDocument(
        language=language,
        title="注文書" if language == "ja" else "Purchase order",
        number="PO-2026-000123",
        stamp=None,
        request="下記のとおり注文いたします。",
        addressee="株式会社東京ロータ 御中",
        company=Company(name="Sample Inc.", contact=("1-1 Chiyoda, Tokyo", "03-0000-0000")),
        identity=(Fact(label="Number", value="PO-2026-000123"),),
        terms=(Fact(label="Deliver by", value="2026-12-10"),),
        columns=Columns(
            position="No.",
            number="Your / our part number",
            name="Description",
            quantity="Quantity",
            price="Unit price",
            amount="Amount",
        ),
        lines=lines or (LINE,),
        no_lines="",
        totals=(Fact(label="Total (JPY)", value="￥3,703,703"),),
        unpriced="1 line has no price; it is not in the total.",
        notes_label="Notes",
        notes=("搬入は平日9時から16時まで。", "", "Thank you."),
        approval=Fact(label="Approved", value="購買 担当 2026-11-23 01:30"),
    )
    return replace(document, **changes)


def many(count: int) -> tuple[Line, ...]:
    return tuple(
        replace(LINE, position=str(n), sku=f"TR-{n:04}", number=f"MT-{n:04}")
        for n in range(1, count + 1)
    )


def read(document: OrderDocument) -> PdfReader:
    return PdfReader(BytesIO(pdf_of(document)))


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def packed(text: str) -> str:
    """Without the spaces and line ends that the layout put in or took out."""
    return re.sub(r"\s", "", text)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name != "language":
                yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("language", ["ja", "en"])
def test_says_all_that_the_order_says_as_text(language: Language) -> None:
    document = paper(*many(3), language=language, no_lines="Nothing yet.")

    text = packed(text_of(read(document)))

    missing = [said for said in strings(asdict(document)) if packed(said) not in text]
    assert missing == []


def test_carries_its_fonts() -> None:
    document = paper(stamp=DRAFT)

    names = set()
    for page in read(document).pages:
        resources: Any = page["/Resources"]
        for reference in resources["/Font"].values():
            [descendant] = reference.get_object()["/DescendantFonts"]
            assert "/ToUnicode" in reference.get_object()
            assert "/FontFile3" in descendant.get_object()["/FontDescriptor"]
            names.add(reference.get_object()["/BaseFont"].split("+")[1].removesuffix("-Identity-H"))
    assert names == {"NotoSansCJKjp-Regular", "NotoSansCJKjp-Bold"}


def test_carries_of_its_fonts_only_what_it_uses() -> None:
    assert len(pdf_of(paper())) < 100_000


def test_finds_its_fonts_without_those_of_the_system(caplog: pytest.LogCaptureFixture) -> None:
    """Typst warns of a font that it does not have, and takes another."""
    pdf_of(paper(language="ja"))

    assert caplog.records == []


class TestTypesetter:
    def test_says_what_is_wrong_with_a_template(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        template = tmp_path / "broken.typ"
        template.write_text("#nonsense()")
        monkeypatch.setattr(pdf, "TEMPLATE", template)

        with pytest.raises(TypesettingError, match="unknown variable: nonsense"):
            pdf_of(paper())

    def test_has_its_warnings_logged(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        template = tmp_path / "odd.typ"
        template.write_text('#set text(font: "No Such Font")\nx')
        monkeypatch.setattr(pdf, "TEMPLATE", template)

        pdf_of(paper())

        assert "unknown font family" in caplog.text

    def test_is_not_waited_for_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 0.01)

        with pytest.raises(subprocess.TimeoutExpired):
            pdf_of(paper())


def test_names_itself() -> None:
    metadata = read(paper(language="ja")).metadata

    assert metadata is not None
    assert (metadata.title, metadata.author) == ("注文書 PO-2026-000123", "Sample Inc.")


@pytest.mark.slow
class TestPages:
    def test_are_numbered_and_repeat_the_head_of_the_table(self) -> None:
        reader = read(paper(*many(120)))

        pages = [page.extract_text() for page in reader.pages]

        assert len(pages) > 3
        for number, page in enumerate(pages, start=1):
            assert f"{number} / {len(pages)}" in page
            assert "PO-2026-000123" in page
        for page in pages[:-1]:
            assert "Unit price" in page
        assert sum(page.count("TR-") for page in pages) == 120

    def test_carry_the_stamp_each(self) -> None:
        """Across the page, and above the table or in the head of the page."""
        reader = read(paper(*many(120), stamp=DRAFT))

        for page in reader.pages:
            assert page.extract_text().count("DRAFT") == 2

    def test_never_part_a_line(self) -> None:
        tall = replace(LINE, sku="begins", description=f"{'Motor ' * 40} ends")
        reader = read(paper(*(replace(tall, position=str(n)) for n in range(30))))

        pages = [page.extract_text() for page in reader.pages]

        assert len(pages) > 2
        assert [page.count("begins") for page in pages] == [page.count("ends") for page in pages]


def missing_glyphs(reader: PdfReader) -> int:
    """How many times the font's sign for what it does not have is drawn: glyph 0."""
    count = 0
    for page in reader.pages:
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in {b"Tj", b"TJ"}:
                for piece in operands[0] if operator == b"TJ" else operands:
                    if isinstance(piece, TextStringObject | ByteStringObject):
                        codes = piece.original_bytes
                        count += sum(
                            codes[at : at + 2] == b"\0\0" for at in range(0, len(codes), 2)
                        )
    return count


class TestOddText:
    @pytest.mark.parametrize(
        "text",
        [
            "🚁👨‍👩‍👧",
            "ภาษาไทย",
            "们简体",
            "𠮷野家 髙﨑",
            "नमस्ते",
            "\ue000",
            "\U000e0001x",
            "e\u0301\u0301",
        ],
        ids=["emoji", "Thai", "Chinese", "rare kanji", "Hindi", "private", "tag", "accents"],
    )
    def test_in_names_and_notes_does_no_harm(self, text: str) -> None:
        reader = read(paper(replace(LINE, name=text), notes=(text,), addressee=text))

        assert "￥3,703,703" in text_of(reader)
        assert len(reader.pages) == 1

    def test_without_glyphs_is_seen_to_be_missing(self) -> None:
        """Each as the font's crossed box, and not as nothing."""
        assert missing_glyphs(read(paper())) == 0
        assert missing_glyphs(read(paper(replace(LINE, name="🚁 ไทย")))) >= 4

    def test_is_never_taken_for_code(self) -> None:
        code = '#panic("x") $x^2$ *bold* _it_ @ref <tag> \\ // /* = -- "q" https://example.com #{'

        text = text_of(read(paper(replace(LINE, name=code), notes=(code,))))

        assert packed(text).count(packed(code)) == 2

    def test_as_long_as_fields_allow_is_all_there(self) -> None:
        document = paper(
            replace(
                LINE,
                sku="S" * 100,
                number="N" * 64,
                name="名" * 200,
                description="long words " * 45,
                quantity="999,999,999,999.999999 packs of 999,999,999,999.999999 pcs",
                contents="= 999,999,999,999.999999 m",
                price="￥9,999,999,999,999.999999",
                amount="￥9,999,999,999,999,999,999",
            ),
            addressee="様" * 200,
            notes=("備" * 2000,),
        )

        text = text_of(read(document))

        for said in strings(asdict(document)):
            assert packed(said) in packed(text)
        # The widest figures leave the names their column.
        assert max(line.count("名") for line in text.splitlines()) > 8

    def test_without_a_place_to_break_stays_in_its_column(self) -> None:
        lines = text_of(read(paper(replace(LINE, number="N" * 64, sku="S" * 100)))).splitlines()

        assert max(line.count("N") for line in lines) < 25
        assert max(line.count("S") for line in lines) < 25


@pytest.mark.slow
def test_is_made_for_several_people_at_once() -> None:
    documents = [paper(*many(10), addressee=f"Supplier {n}") for n in range(4)]

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(read, documents))

    for n, reader in enumerate(made):
        assert f"Supplier {n}" in text_of(reader)


def test_of_an_order_without_lines_says_so() -> None:
    document = replace(paper(), lines=(), no_lines="Nothing is on the order yet.", totals=())

    assert "Nothing is on the order yet." in text_of(read(document))
