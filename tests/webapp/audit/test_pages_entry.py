"""The page of one entry, and the life of one object."""

from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from access.models import User
from audit.context import Context, set_context
from audit.kinds import Kind
from audit.models import AuditEntry
from audit.recording import record
from catalog.models import Category, Part, Tracking
from purchasing.models import PurchaseOrder
from tests.webapp.audit.entries import entries_of
from tests.webapp.cast import PASSWORD, ClientOf
from tests.webapp.database import as_owner, check_now, triggers_off
from tests.webapp.factories import (
    CategoryFactory,
    PartFactory,
    SupplierPartFactory,
    draft,
    wanted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(auditor: User, client_of: ClientOf) -> Client:
    return client_of(auditor)


def page(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, response.headers
    return BeautifulSoup(response.content, "html.parser")


def entry_page(client: Client, entry: AuditEntry) -> BeautifulSoup:
    return page(client, reverse("admin:audit_auditentry_change", args=[entry.pk]))


def life(client: Client, model: str, pk: object, query: str = "") -> BeautifulSoup:
    return page(client, reverse("admin:audit_life", args=[model, pk]) + query)


def cells(found: BeautifulSoup) -> list[list[str]]:
    rows = found.select(".audit-changes tbody tr")
    return [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in rows]


def facts(found: BeautifulSoup) -> dict[str, str]:
    return {
        fact.dt.get_text(strip=True): fact.dd.get_text(strip=True)
        for fact in found.select(".audit-facts > div")
        if fact.dt and fact.dd
    }


def close_links() -> None:
    """As a commit would: tests run in one transaction."""
    with connection.cursor() as cursor:
        check_now(cursor)


class TestAnEntry:
    def test_shows_values_as_the_language_writes_them(
        self, auditor: User, client_of: ClientOf
    ) -> None:
        old, new = CategoryFactory.create(name_ja="旧"), CategoryFactory.create(name_ja="新")
        part = PartFactory.create(category=old, reorder_point=Decimal(5), tracking="none")
        part.category, part.reorder_point, part.tracking = new, Decimal("1234.5"), "lot"
        part.save(update_fields=["category", "reorder_point", "tracking"])

        found = entry_page(client_of(auditor, language="ja"), entries_of(part)[-1])

        shown = {row[0]: (row[1], row[2]) for row in cells(found)}
        assert shown["カテゴリー"] == ("旧", "新")
        assert shown["発注点"] == ("5", "1,234.5")
        with translation.override("ja"):
            assert shown["ロット・シリアル管理"][1] == str(Tracking.LOT.label)

    def test_names_what_is_gone_by_its_number(self, client: Client) -> None:
        old, new = CategoryFactory.create(), CategoryFactory.create(name_en="New")
        part = PartFactory.create(category=old)
        Part.objects.filter(pk=part.pk).update(category=new)
        pk = old.pk
        Category.objects.filter(pk=pk).delete()

        found = entry_page(client, entries_of(part)[-1])

        assert ["Category", f"#{pk} (gone)", str(new)] in cells(found)

    def test_keeps_every_digit(self, client: Client) -> None:
        part = PartFactory.create(reorder_point=Decimal(1))
        Part.objects.filter(pk=part.pk).update(reorder_point=Decimal("123456789012.123456"))

        found = entry_page(client, entries_of(part)[-1])

        assert ["Reorder point", "1", "123,456,789,012.123456"] in cells(found)

    def test_tells_of_a_password_only_that_it_changed(self, client: Client, general: User) -> None:
        general.set_password("another " + PASSWORD)
        general.save(update_fields=["password"])

        found = entry_page(client, entries_of(general)[-1])

        assert ["Password", "hidden", "hidden"] in cells(found)
        assert general.password not in str(found)

    def test_leads_to_the_rest_of_its_transaction_and_of_its_request(self, client: Client) -> None:
        set_context(Context(request_id="0a1b2c3d"))
        first = entries_of(CategoryFactory.create(name_en="First"))[0]
        entries_of(CategoryFactory.create(name_en="Together"))
        close_links()
        entries_of(CategoryFactory.create(name_en="Later"))
        close_links()

        found = entry_page(client, first)

        cards = {card.h2.get_text(strip=True): card for card in found.select(".inventory-card")
                 if card.h2}  # fmt: skip
        assert "Together" in cards["In the same transaction"].get_text()
        assert "Later" not in cards["In the same transaction"].get_text()
        assert "Later" in cards["In the same request"].get_text()

    def test_that_does_not_exist_is_not_found(self, client: Client) -> None:
        for number in ("999999999", "0", "999999999999999999999999"):
            address = reverse("admin:audit_auditentry_changelist") + f"{number}/change/"
            assert client.get(address).status_code == 404

    def test_asks_as_much_for_a_large_transaction(self, client: Client) -> None:
        def queries(rows: int) -> int:
            close_links()
            parts = [PartFactory.create(category=CategoryFactory.create()) for _ in range(rows)]
            close_links()
            with CaptureQueriesContext(connection) as captured:
                entry_page(client, entries_of(parts[0])[0])
            return len(captured)

        queries(2)
        assert queries(15) <= queries(2) <= 15


class TestItsProof:
    def test_is_that_entry_and_link_are_whole(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]
        close_links()

        found = entry_page(client, entry)

        assert found.select(".audit-status.is-whole")
        assert len(found.select(".audit-checks .audit-right")) == 4
        assert bytes(AuditEntry.objects.get(pk=entry.pk).hash).hex() in found.get_text()

    def test_fails_for_an_entry_that_was_tampered_with(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]
        with triggers_off("audit_auditentry") as cursor:
            cursor.execute(
                "UPDATE audit_auditentry SET actor_name = 'other' WHERE id = %s", [entry.pk]
            )

        found = entry_page(client, entry)

        assert found.select(".audit-status.is-broken")
        assert "The entry's text gives its hash: No" in found.get_text(" ", strip=True)

    def test_fails_where_an_entry_of_the_transaction_was_taken_out(self, client: Client) -> None:
        close_links()
        entry = entries_of(CategoryFactory.create())[0]
        other = entries_of(CategoryFactory.create())[0]
        close_links()
        with triggers_off("audit_auditentry") as cursor:
            cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [other.pk])

        found = entry_page(client, entry)

        assert found.select(".audit-status.is-broken")
        assert "The entry's text gives its hash: Yes" in found.get_text(" ", strip=True)

    def test_fails_where_the_link_before_was_rewritten(self, client: Client) -> None:
        entries_of(CategoryFactory.create())
        close_links()
        entry = entries_of(CategoryFactory.create())[0]
        close_links()
        with triggers_off("audit_chainlink") as cursor:
            cursor.execute(
                "UPDATE audit_chainlink SET hash = sha256('x') WHERE position = (SELECT "
                "max(position) - 1 FROM audit_chainlink)"
            )

        assert entry_page(client, entry).select(".audit-status.is-broken")

    @pytest.mark.django_db(transaction=True)
    def test_says_that_the_log_was_unlocked_for_it(self, client: Client) -> None:
        with transaction.atomic():
            entry = entries_of(CategoryFactory.create(description="a secret"))[0]
            other = entries_of(CategoryFactory.create(description="a secret"))[0]
        with as_owner() as cursor:
            cursor.execute("SELECT audit_break_glass('a secret was typed into a text')")
            cursor.execute("UPDATE audit_auditentry SET after = NULL WHERE id = %s", [entry.pk])
            cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [other.pk])

        found = entry_page(client, entry)

        assert found.select(".audit-status.is-whole")
        assert "changed with the log unlocked" in found.get_text()


class TestTheLife:
    def test_of_an_order_holds_its_lines_newest_first(self, client: Client, buyer: User) -> None:
        order: PurchaseOrder = draft(wanted(SupplierPartFactory.create().part, 2), by=buyer)

        found = life(client, "purchasing.purchaseorder", order.pk)

        kinds = [head.get_text(" ", strip=True) for head in found.select(".audit-head")]
        assert any("Order line" in kind for kind in kinds)
        assert f"Purchase order {order.number}" in kinds[-1]
        assert order.number in found.title.get_text() if found.title else False

    def test_goes_on_after_the_object_is_gone(self, client: Client) -> None:
        category = CategoryFactory.create(name_en="Rotors", name_ja="")
        pk = category.pk
        category.delete()

        found = life(client, "catalog.category", pk)

        assert "Rotors" in found.title.get_text() if found.title else False
        assert "Open the object" not in found.get_text()
        assert len(found.select(".audit-head")) == 2

    def test_holds_that_its_table_was_emptied(self, client: Client) -> None:
        part = PartFactory.create()
        with as_owner() as cursor:
            cursor.execute(
                "INSERT INTO audit_auditentry (kind, model) SELECT 'emptied', 'x' WHERE false"
            )
            check_now(cursor)
            cursor.execute("TRUNCATE purchasing_approvallimit")

        assert "table emptied" in life(client, "purchasing.approvallimit", 7).get_text()
        assert "table emptied" not in life(client, "catalog.part", part.pk).get_text()

    def test_is_turned_page_by_page(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("audit.pages.life.ROWS", 3)
        part = PartFactory.create(reorder_point=Decimal(0))
        for point in range(1, 6):
            Part.objects.filter(pk=part.pk).update(reorder_point=point)

        seen, address = [], reverse("admin:audit_life", args=["catalog.part", part.pk])
        while address:
            found = page(client, address)
            seen += [str(link["href"]) for link in found.select(".audit-head a")]
            older = found.find("a", string="Older")
            address = str(older["href"]) if older else ""

        assert len(seen) == len(set(seen)) == 6

    def test_is_where_the_history_button_of_the_admin_leads(
        self, client: Client, storekeeper: User, client_of: ClientOf
    ) -> None:
        part = PartFactory.create()
        button = reverse("admin:catalog_part_history", args=[part.pk])
        form = reverse("admin:catalog_part_change", args=[part.pk])

        assert button in client.get(form).content.decode()
        assert client.get(button).headers["Location"] == reverse(
            "admin:audit_life", args=["catalog.part", part.pk]
        )
        other = client_of(storekeeper)
        assert button not in other.get(form).content.decode()
        assert other.get(button).status_code == 403

    def test_is_a_button_on_the_page_of_an_order(
        self, client: Client, buyer: User, client_of: ClientOf
    ) -> None:
        order: PurchaseOrder = draft(wanted(SupplierPartFactory.create().part, 2), by=buyer)
        there = reverse("admin:purchasing_purchaseorder_change", args=[order.pk])
        button = reverse("admin:audit_life", args=["purchasing.purchaseorder", order.pk])

        assert button in client.get(there).content.decode()
        assert button not in client_of(buyer).get(there).content.decode()

    def test_of_what_never_was_is_empty_or_not_found(self, client: Client) -> None:
        assert "tells nothing" in life(client, "catalog.part", 999_999).get_text()
        for model, pk in (("no.model", "1"), ("nonsense", "1"), ("catalog.part", "%00")):
            address = reverse("admin:audit_auditentry_changelist") + f"life/{model}/{pk}/"
            assert client.get(address).status_code == 404

    def test_asks_as_much_for_a_long_one(self, client: Client) -> None:
        def queries(changes: int) -> int:
            part = PartFactory.create()
            for number in range(changes):
                Part.objects.filter(pk=part.pk).update(
                    category=CategoryFactory.create(), reorder_point=number + 1
                )
            with CaptureQueriesContext(connection) as captured:
                life(client, "catalog.part", part.pk)
            return len(captured)

        queries(2)
        assert queries(30) <= queries(2) <= 14


def test_a_broken_entry_and_events_of_every_kind_can_be_looked_at(client: Client) -> None:
    for kind in (Kind.SIGN_IN_FAILED, Kind.EXPORTED, Kind.VERIFIED):
        record(kind, label="x", details={"odd": {"a": [1, {"b": None}]}, "whole": False, "n": 1.5})
        found = entry_page(client, AuditEntry.objects.latest("pk"))
        assert "Whole" in facts(found)
