"""Parts are found by anything that a person would type of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import search
from catalog.models import Part
from stock.models import StockMovement
from tests.webapp.factories import CategoryFactory, PartFactory, SupplierPartFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def motor() -> Part:
    part = PartFactory.create(
        number="MT-2207",
        name_en="Brushless Motor",
        name_ja="ブラシレスモーター",
        description_en="For racing, 50% lighter",
        description_ja="レース用ﾌﾟﾛﾍﾟﾗ付き",
    )
    SupplierPartFactory.create(part=part, sku="TR_9\\X")
    PartFactory.create(number="SC-0001", name_en="Screw", name_ja="ねじ")
    return part


@pytest.fixture(params=["known by their keys", "looked at row by row"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few parts have the word, or very many."""
    if request.param == "looked at row by row":
        monkeypatch.setattr(search, "MOST_IDS", 0)


def found(text: str) -> list[str]:
    return sorted(Part.objects.search(text).values_list("number", flat=True))


@pytest.mark.usefixtures("_either_way")
class TestSearch:
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("MT-2207", id="number"),
            pytest.param("T-22", id="part of the number"),
            pytest.param("mt-2207", id="lower case"),
            pytest.param("ＭＴ－２２０７", id="full width"),
            pytest.param("brushless", id="English name"),
            pytest.param("シレスモ", id="Japanese name"),
            pytest.param("ぶらしれす", id="hiragana for katakana"),
            pytest.param("ﾌﾞﾗｼﾚｽ", id="half-width katakana"),
            pytest.param("racing", id="English description"),
            pytest.param("プロペラ", id="katakana for half-width"),
            pytest.param("TR_9", id="SKU"),
            pytest.param("motor tr_9", id="words of part and SKU"),
            pytest.param("Motor　ブラシ", id="words of two languages"),
            pytest.param("  motor  ", id="spaces around"),
            pytest.param("50%", id="percent sign as it is"),
            pytest.param("50％", id="full-width percent sign"),
            pytest.param("9\\x", id="backslash as it is"),
            pytest.param("9＼x", id="full-width backslash"),
            pytest.param("mt", id="two letters"),
            pytest.param("モー", id="two kana"),
            pytest.param("もー", id="two hiragana"),
            pytest.param("用", id="one character"),
            pytest.param("0%", id="two characters with a percent sign"),
            pytest.param("_9", id="two characters of the SKU"),
            pytest.param("x \\ 用 mt", id="several short words"),
            pytest.param("b r u s h l e s 用", id="more words than are looked up"),
        ],
    )
    def test_finds(self, text: str) -> None:
        assert found(text) == ["MT-2207"]

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("motor screw", id="not every word"),
            pytest.param("MT%07", id="percent sign is no wildcard"),
            pytest.param("MT_2207", id="underscore is no wildcard"),
            pytest.param("MT＿2207", id="nor in full width"),
            pytest.param("MT\\-2207", id="backslash is no escape"),
            pytest.param("2207 Brush", id="found word by word"),
            pytest.param("2207Brush", id="across two columns"),
            pytest.param("m%", id="short percent sign is no wildcard"),
            pytest.param("m_", id="short underscore is no wildcard"),
            pytest.param("7b", id="two characters across two columns"),
            pytest.param("tm", id="two characters the other way round"),
            pytest.param("b r u s h l e s 甲", id="not the last of many words"),
        ],
    )
    def test_does_not_guess(self, text: str) -> None:
        expected = ["MT-2207"] if text == "2207 Brush" else []

        assert found(text) == expected

    def test_finds_hiragana_by_katakana(self) -> None:
        assert found("ネジ") == ["SC-0001"]

    def test_finds_everything_by_nothing(self) -> None:
        assert found("  ") == ["MT-2207", "SC-0001"]

    def test_finds_a_part_of_two_suppliers_once(self, motor: Part) -> None:
        SupplierPartFactory.create(part=motor, sku="TR_9-B")

        assert found("tr_9") == ["MT-2207"]

    def test_finds_by_words_of_which_many_have_one_and_few_the_other(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        PartFactory.create_batch(3, name_en="Motor mount")
        monkeypatch.setattr(search, "MOST_IDS", 2)

        assert found("motor brushless") == ["MT-2207"]
        assert found("motor tr_9") == ["MT-2207"]


class TestLookingUp:
    @pytest.mark.parametrize(
        ("word", "indexes"),
        [
            ("ブラシレス", {"catalog_part_search", "catalog_supplierpart_search"}),
            ("ブラ", {"catalog_part_grams", "catalog_supplierpart_grams"}),
            ("用", {"catalog_part_grams", "catalog_supplierpart_grams"}),
        ],
    )
    def test_is_done_by_an_index_for_words_of_any_length(
        self, word: str, indexes: set[str]
    ) -> None:
        """A table of two rows is read as a whole, unless the planner is told not to."""
        with CaptureQueriesContext(connection) as asked:
            list(Part.objects.search(word))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute("EXPLAIN " + asked[0]["sql"])
            plan = "\n".join(line for (line,) in cursor.fetchall())

        assert all(index in plan for index in indexes)

    def test_asks_once_for_several_words(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            search.found_by("motor モー tr_9")

        assert len(asked) == 1

    def test_asks_nothing_for_no_word(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            condition = search.found_by(" \u3000 ")

        assert not condition
        assert not asked.captured_queries

    def test_gathers_no_more_than_can_be_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search, "MOST_IDS", 2)
        PartFactory.create_batch(9, name_en="Washer")

        with CaptureQueriesContext(connection) as asked:
            search.found_by("washer")

        assert "LIMIT 3" in asked[0]["sql"]

    @pytest.mark.parametrize("most", [2000, 0])
    def test_serves_lists_in_the_order_of_time(
        self, most: int, motor: Part, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search, "MOST_IDS_BY_TIME", most)
        condition = search.found_by("brushless", part="part", by_time=True)

        plan = str(StockMovement.objects.filter(condition).query)

        assert ("ANY" in plan) is (most > 0)
        assert not StockMovement.objects.filter(condition).exists()


class TestBranch:
    def test_holds_the_category_and_all_beneath(self) -> None:
        root = CategoryFactory.create(name_en="Propulsion")
        child = CategoryFactory.create(name_en="Motors", parent=root)
        grandchild = CategoryFactory.create(name_en="Brushless", parent=child)
        sibling = CategoryFactory.create(name_en="Propulsion systems")
        for number, category in enumerate([root, child, grandchild, sibling]):
            PartFactory.create(number=f"P{number}", category=category)

        def numbers(category: object) -> list[str]:
            parts = Part.objects.in_branch(category)  # type: ignore[arg-type]
            return sorted(parts.values_list("number", flat=True))

        assert numbers(root) == ["P0", "P1", "P2"]
        assert numbers(child) == ["P1", "P2"]
        assert numbers(grandchild) == ["P2"]

    def test_takes_wildcards_in_a_name_literally(self) -> None:
        percent = CategoryFactory.create(name_en="100%", name_ja="")
        other = CategoryFactory.create(name_en="100x", name_ja="")
        PartFactory.create(number="P1", category=CategoryFactory.create(parent=percent))
        PartFactory.create(number="P2", category=CategoryFactory.create(parent=other))

        assert [p.number for p in Part.objects.in_branch(percent)] == ["P1"]


def test_active_parts_are_those_in_use() -> None:
    PartFactory.create(number="OLD", active=False)

    assert "OLD" not in Part.objects.active().values_list("number", flat=True)
