"""The pages that print and download an order."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.models import SupplierPart
from purchasing.document.content import document_of
from purchasing.models import PurchaseOrder
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    draft,
    wanted,
)

PAGE = "admin:purchasing_purchaseorder_document"
PDF = "admin:purchasing_purchaseorder_document_pdf"


@pytest.fixture
def order(buyer: User) -> PurchaseOrder:
    supplier = SupplierFactory.create(name="東京ロータ <b>")
    part = PartFactory.create(number="MT-2306", name_en="Brushless motor", name_ja="モーター")
    offer: SupplierPart = SupplierPartFactory.create(part=part, supplier=supplier, sku="TR-1")
    return draft(
        wanted(offer, 3, "10.50", "USD"),
        wanted(PartFactory.create()),
        by=buyer,
        notes="Mornings only.\n<script>alert(1)</script>",
    )


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


def packed(text: str) -> str:
    return re.sub(r"\s", "", text)


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


class TestPage:
    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_says_what_the_document_says(
        self, client_of: ClientOf, buyer: User, order: PurchaseOrder, language: str
    ) -> None:
        page = client_of(buyer).get(reverse(PAGE, args=[order.pk]), {"language": language})

        soup = BeautifulSoup(page.content, "html.parser")
        text = packed(soup.get_text())
        document = document_of(order, language="ja" if language == "ja" else "en")
        assert [said for said in strings(asdict(document)) if packed(said) not in text] == []
        assert soup.html is not None
        assert soup.html["lang"] == language

    def test_is_in_the_users_language_unless_another_is_asked_for(
        self, client_of: ClientOf, buyer: User, order: PurchaseOrder
    ) -> None:
        address = reverse(PAGE, args=[order.pk])
        japanese = client_of(buyer, language="ja")

        own = japanese.get(address).content.decode()
        other = japanese.get(address, {"language": "en"}).content.decode()
        unknown = japanese.get(address, {"language": "xx"}).content.decode()

        assert '<html lang="ja">' in own
        assert '<html lang="ja">' in unknown
        assert '<html lang="en">' in other
        # Only the paper: the bar above it stays the user's.
        assert '<nav class="bar" lang="ja">' in other

    def test_offers_the_other_language_and_the_file_of_this_one(
        self, client_of: ClientOf, buyer: User, order: PurchaseOrder
    ) -> None:
        page = client_of(buyer).get(reverse(PAGE, args=[order.pk]), {"language": "ja"})

        links = {
            link["href"] for link in BeautifulSoup(page.content, "html.parser").select("nav a")
        }
        assert links == {
            reverse("admin:purchasing_purchaseorder_change", args=[order.pk]),
            "?language=en",
            f"{reverse(PDF, args=[order.pk])}?language=ja",
        }

    def test_runs_no_script_but_its_own_file(
        self, client_of: ClientOf, buyer: User, order: PurchaseOrder
    ) -> None:
        page = client_of(buyer).get(reverse(PAGE, args=[order.pk]))

        soup = BeautifulSoup(page.content, "html.parser")
        assert [script.get("src") for script in soup("script")] == [
            "/static/purchasing/document.js"
        ]
        assert not [tag for tag in soup(True) if any(name.startswith("on") for name in tag.attrs)]
        assert "<script>alert(1)</script>" in soup.get_text()

    def test_takes_few_queries_however_long_the_order(
        self,
        client_of: ClientOf,
        buyer: User,
        order: PurchaseOrder,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        client = client_of(buyer)
        address = reverse(PAGE, args=[order.pk])
        client.get(address)

        # Session, user, two of rights, the order, its lines.
        with django_assert_max_num_queries(6):
            client.get(address)


class TestFile:
    def test_is_a_pdf_named_after_the_order(
        self, client_of: ClientOf, buyer: User, order: PurchaseOrder
    ) -> None:
        response = client_of(buyer).get(reverse(PDF, args=[order.pk]))

        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == f'attachment; filename="{order.number}.pdf"'
        assert response.content.startswith(b"%PDF-")

    def test_speaks_the_language_asked_for(
        self, client_of: ClientOf, buyer: User, order: PurchaseOrder
    ) -> None:
        client, address = client_of(buyer), reverse(PDF, args=[order.pk])

        english = pdf_text(client.get(address, {"language": "en"}).content)
        japanese = pdf_text(client.get(address, {"language": "ja"}).content)

        assert "Brushless motor" in english
        assert "Brushless motor" not in japanese
        assert "モーター" in japanese

    @pytest.mark.parametrize(
        ("number", "name"),
        [
            ("../PO 1/2", "..PO_12.pdf"),
            ("..", "...pdf"),
            ("発注1", "%E7%99%BA%E6%B3%A81.pdf"),
            ('a"\r\nb', "ab.pdf"),
        ],
    )
    def test_of_an_imported_order_has_a_name_that_a_disk_takes(
        self, client_of: ClientOf, buyer: User, order: PurchaseOrder, number: str, name: str
    ) -> None:
        imported = PurchaseOrder.objects.create(
            number=number, supplier=order.supplier, created_by=buyer, changed_by=buyer
        )

        response = client_of(buyer).get(reverse(PDF, args=[imported.pk]))

        assert name in response["Content-Disposition"]
        assert "/" not in response["Content-Disposition"]


@pytest.mark.parametrize("name", [PAGE, PDF])
class TestRights:
    def test_are_those_of_everybody_who_may_see_orders(
        self,
        client_of: ClientOf,
        general: User,
        auditor: User,
        storekeeper: User,
        order: PurchaseOrder,
        name: str,
    ) -> None:
        for user in (general, auditor, storekeeper):
            assert client_of(user).get(reverse(name, args=[order.pk])).status_code == 200

    @pytest.mark.parametrize(
        "lacking", ["view_purchaseorder", "view_supplierpart"], ids=["orders", "prices"]
    )
    def test_need_both_the_order_and_its_prices(
        self, client_of: ClientOf, outsider: User, order: PurchaseOrder, name: str, lacking: str
    ) -> None:
        held = {"view_purchaseorder", "view_supplierpart"} - {lacking}
        outsider.user_permissions.set(Permission.objects.filter(codename__in=held))

        assert client_of(outsider).get(reverse(name, args=[order.pk])).status_code == 403

    def test_find_nothing_where_there_is_nothing(
        self, client_of: ClientOf, buyer: User, order: PurchaseOrder, name: str
    ) -> None:
        assert client_of(buyer).get(reverse(name, args=[order.pk + 1])).status_code == 404
