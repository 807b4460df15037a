"""What an order says on paper."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from django.conf import LazySettings
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.models import Supplier, SupplierPart
from purchasing import life
from purchasing.document.content import Fact, document_of
from purchasing.models import PurchaseOrder
from tests.webapp import factories
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    now,
    place,
    wanted,
)

# In Tokyo it is the 23rd already.
AT = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)

type Draft = Callable[..., PurchaseOrder]


@pytest.fixture
def supplier(db: None) -> Supplier:
    return SupplierFactory.create(name="株式会社東京ロータ")


@pytest.fixture
def motor(supplier: Supplier) -> SupplierPart:
    part = PartFactory.create(number="MT-2306", name_en="Brushless motor", name_ja="モーター")
    return SupplierPartFactory.create(
        part=part, supplier=supplier, sku="TR-1", unit_price=Decimal(1007), currency="JPY"
    )


@pytest.fixture
def draft(supplier: Supplier, buyer: User) -> Draft:
    """``draft(wanted(…), notes="…")``: the buyer's, of that supplier, of that time."""
    return partial(factories.draft, supplier=supplier, by=buyer, at=AT)


def value(facts: tuple[Fact, ...], label: str) -> str | None:
    return next((fact.value for fact in facts if fact.label == label), None)


class TestOrder:
    def test_names_both_sides_the_number_and_what_is_agreed(
        self, draft: Draft, motor: SupplierPart, buyer: User
    ) -> None:
        store = LocationFactory.create(name_en="Main store", name_ja="本社倉庫")
        shelf = LocationFactory.create(name_en="Shelf A-1", name_ja="棚A-1", parent=store)
        order = approve(
            draft(
                wanted(motor, 2),
                destination=shelf,
                expected_on=date(2026, 12, 10),
                notes="Mornings only.\r\n\r\nThank you.",
            ),
            by=buyer,
            at=AT,
        )
        order = place(order, by=buyer, reference="SO-99812", expected_on=date(2026, 12, 11), at=AT)

        document = document_of(order, language="en")

        assert document.title == "Purchase order"
        assert document.number == order.number
        assert document.addressee == "To: 株式会社東京ロータ"
        assert value(document.identity, "Number") == order.number
        assert value(document.identity, "Date") == "2026-11-23"
        assert value(document.terms, "Deliver by") == "2026-12-11"
        assert value(document.terms, "Deliver to") == "Main store / Shelf A-1"
        assert value(document.terms, "Your reference") == "SO-99812"
        assert document.notes == ("Mornings only.", "", "Thank you.")
        assert document.approval == Fact(label="Approved", value="購買 担当 2026-11-23 01:30")

    def test_is_in_the_language_of_its_reader_and_not_of_its_writer(
        self, draft: Draft, motor: SupplierPart
    ) -> None:
        order = draft(wanted(motor, 1), expected_on=date(2026, 12, 10))

        japanese = document_of(order, language="ja")
        english = document_of(order, language="en")

        assert (japanese.lines[0].name, english.lines[0].name) == ("モーター", "Brushless motor")
        assert "2026/12/10" in {fact.value for fact in japanese.terms}
        assert "2026-12-10" in {fact.value for fact in english.terms}
        assert (japanese.lines[0].price, english.lines[0].price) == ("￥1,007", "¥1,007")

    def test_is_a_chumonsho_in_japanese(self, draft: Draft, motor: SupplierPart) -> None:
        document = document_of(draft(wanted(motor, 1)), language="ja")

        assert document.title == "注文書"
        assert document.addressee == "株式会社東京ロータ 御中"
        assert document.stamp is not None
        assert document.stamp.word == "下書き"
        assert "未承認" in document.stamp.sentence

    def test_leaves_out_what_is_not_known(self, draft: Draft, motor: SupplierPart) -> None:
        document = document_of(draft(wanted(motor, 1)), language="en")

        assert document.terms == ()
        assert document.notes == ()
        assert document.approval is None

    def test_takes_one_query_however_many_lines(
        self,
        draft: Draft,
        supplier: Supplier,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        order = draft(*(wanted(PartFactory.create(), 1, "10") for _ in range(5)))
        order = PurchaseOrder.objects.select_related("supplier", "approved_by").get(pk=order.pk)

        with django_assert_num_queries(1):
            document_of(order, language="en")

    def test_keeps_characters_that_mislead_off_the_paper(
        self, draft: Draft, motor: SupplierPart
    ) -> None:
        document = document_of(
            draft(wanted(motor, 1), notes="a\u202eb\u0007c\td\u2066e"), language="en"
        )

        assert document.notes == ("abc de",)


class TestStamp:
    def test_says_that_a_draft_is_no_order(self, draft: Draft, motor: SupplierPart) -> None:
        document = document_of(draft(wanted(motor, 1)), language="en")

        assert document.stamp is not None
        assert document.stamp.word == "DRAFT"
        assert "not an order" in document.stamp.sentence
        assert document.request == ""

    def test_says_that_an_order_was_cancelled(
        self, draft: Draft, motor: SupplierPart, buyer: User
    ) -> None:
        order = approve(draft(wanted(motor, 1)), by=buyer, at=AT)
        life.cancel(order.pk, version=order.version, reason="not needed", by=buyer, at=AT)

        document = document_of(now(order), language="en")

        assert document.stamp is not None
        assert document.stamp.word == "CANCELLED"
        assert document.request == ""

    def test_is_not_on_an_order_that_holds(
        self, draft: Draft, motor: SupplierPart, buyer: User
    ) -> None:
        order = approve(draft(wanted(motor, 1)), by=buyer, at=AT)

        document = document_of(order, language="en")

        assert document.stamp is None
        assert document.request == "Please supply the following."

    def test_comes_back_with_an_order_sent_back(
        self, draft: Draft, motor: SupplierPart, buyer: User
    ) -> None:
        order = approve(draft(wanted(motor, 1)), by=buyer, at=AT)
        life.send_back(order.pk, version=order.version, reason="price", by=buyer, at=AT)

        document = document_of(now(order), language="en")

        assert document.stamp is not None
        assert document.approval is None


class TestApproval:
    def test_says_when_nobody_but_the_limit_approved(
        self, draft: Draft, motor: SupplierPart, buyer: User
    ) -> None:
        order = approve(draft(wanted(motor, 1)), by=buyer, at=AT)
        order.approved_by, order.origin = None, "automatic"

        document = document_of(order, language="en")

        assert document.approval is not None
        assert document.approval.value == "Automatic, within the limit 2026-11-23 01:30"


class TestLines:
    def test_carry_the_numbers_of_both_sides(self, draft: Draft, motor: SupplierPart) -> None:
        motor.description = "2306 series, CW"
        motor.save()
        own = PartFactory.create(number="OWN-1", name_en="Clamp")

        first, second = document_of(
            draft(wanted(motor, 2), wanted(own, 1, None)), language="en"
        ).lines

        assert (first.position, first.sku, first.number) == ("1", "TR-1", "MT-2306")
        assert (first.name, first.description) == ("Brushless motor", "2306 series, CW")
        assert (second.position, second.sku, second.number) == ("2", "", "OWN-1")

    @pytest.mark.parametrize(
        ("unit", "quantity", "pack", "expected"),
        [
            ("pcs", "5", ("1", "pcs"), ("5 pcs", "")),
            ("pcs", "1200", ("1", "pcs"), ("1,200 pcs", "")),
            ("m", "2.5", ("1", "m"), ("2.5 m", "")),
            ("m", "3", ("1", "ft"), ("3 ft", "= 0.9144 m")),
            ("m", "3", ("100", "ft"), ("3 packs of 100 ft", "= 91.44 m")),
            ("m", "1", ("100", "ft"), ("1 pack of 100 ft", "= 30.48 m")),
            ("pcs", "4", ("500", "pcs"), ("4 packs of 500 pcs", "= 2,000 pcs")),
            ("kg", "1.5", ("2.5", "kg"), ("1.5 packs of 2.5 kg", "= 3.75 kg")),
        ],
    )
    def test_say_the_quantity_in_packs_and_in_our_unit(
        self,
        draft: Draft,
        unit: str,
        quantity: str,
        pack: tuple[str, str],
        expected: tuple[str, str],
    ) -> None:
        part = PartFactory.create(unit=unit)
        order = draft(
            wanted(part, quantity, "1", pack_quantity=Decimal(pack[0]), pack_unit=pack[1])
        )

        [line] = document_of(order, language="en").lines

        assert (line.quantity, line.contents) == expected


class TestTotals:
    def test_add_up_as_printed_and_keep_currencies_apart(
        self, draft: Draft, supplier: Supplier
    ) -> None:
        order = draft(
            wanted(PartFactory.create(), 3, "0.5", "JPY"),
            wanted(PartFactory.create(), 3, "0.5", "JPY"),
            wanted(PartFactory.create(), 3, "0.125", "USD"),
            wanted(PartFactory.create(), 1, "1234567.89", "USD"),
        )

        document = document_of(order, language="en")

        assert [line.amount for line in document.lines] == ["¥2", "¥2", "$0.38", "$1,234,567.89"]
        assert [line.price for line in document.lines[:3]] == ["¥0.5", "¥0.5", "$0.125"]
        assert document.totals == (
            Fact(label="Total (JPY)", value="¥4"),
            Fact(label="Total (USD)", value="$1,234,568.27"),
        )
        assert document.unpriced == ""

    def test_are_exact_where_binary_fractions_are_not(
        self, draft: Draft, supplier: Supplier
    ) -> None:
        order = draft(
            wanted(PartFactory.create(), "999999999", "999999.99", "USD"),
            wanted(PartFactory.create(), 1, "0.01", "USD"),
        )

        [total] = document_of(order, language="en").totals

        assert total.value == "$999,999,989,000,000.02"

    def test_say_which_lines_are_not_in_them(self, draft: Draft, supplier: Supplier) -> None:
        order = draft(
            wanted(PartFactory.create(), 1, "100"),
            wanted(PartFactory.create(), 1, None),
        )

        document = document_of(order, language="en")

        assert (document.lines[1].price, document.lines[1].amount) == ("–", "–")
        assert document.totals == (Fact(label="Total (JPY)", value="¥100"),)
        assert document.unpriced == "1 line has no price; it is not in the total."

    def test_are_missing_where_nothing_has_a_price(self, draft: Draft, supplier: Supplier) -> None:
        document = document_of(draft(wanted(PartFactory.create(), 1, None)), language="en")

        assert document.totals == ()
        assert document.unpriced == "No prices are given."


class TestCompany:
    @pytest.fixture
    def company(self, settings: LazySettings) -> dict[str, str]:
        company = dict.fromkeys(settings.COMPANY, "")
        settings.COMPANY = company
        return company

    def test_comes_from_the_settings(
        self, draft: Draft, motor: SupplierPart, company: dict[str, str]
    ) -> None:
        company.update(
            name_ja="株式会社サンプル",
            name_en="Sample Inc.",
            address_ja="東京都千代田区1-1",
            address_en="1-1 Chiyoda, Tokyo",
            phone="03-0000-0000",
            email="purchasing@example.com",
        )
        order = draft(wanted(motor, 1))

        english = document_of(order, language="en").company
        japanese = document_of(order, language="ja").company

        assert english.name == "Sample Inc."
        assert english.contact == (
            "1-1 Chiyoda, Tokyo",
            "Phone: 03-0000-0000",
            "E-mail: purchasing@example.com",
        )
        assert japanese.name == "株式会社サンプル"
        assert japanese.contact[0] == "東京都千代田区1-1"

    def test_falls_back_on_the_other_language_and_then_on_itself(
        self, draft: Draft, motor: SupplierPart, company: dict[str, str]
    ) -> None:
        order = draft(wanted(motor, 1))

        nameless = document_of(order, language="en").company
        company["name_ja"] = "株式会社サンプル"
        japanese_only = document_of(order, language="en").company

        assert (nameless.name, nameless.contact) == ("Our company", ())
        assert japanese_only.name == "株式会社サンプル"
