"""Parts are found by anything that a person would type of them."""

import pytest
from django.db import connection

from catalog.models import Part
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


def found(text: str) -> list[str]:
    return sorted(Part.objects.search(text).values_list("number", flat=True))


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

    def test_uses_the_trigram_indexes(self) -> None:
        """A table of two rows is read as a whole, unless the planner is told not to."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")

        plan = Part.objects.search("ブラシレス").explain()

        assert "catalog_part_search" in plan
        assert "catalog_supplierpart_search" in plan


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
