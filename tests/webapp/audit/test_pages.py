"""The list of the audit log: who may see it, what it tells, what it finds."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import User
from audit.context import Context, acting, set_context
from audit.kinds import Kind
from audit.models import AuditEntry
from audit.recording import record
from catalog.models import Part
from tests.webapp.audit.entries import entries_of, newest
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    CategoryFactory,
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    stocked,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:audit_auditentry_changelist")


@pytest.fixture
def client(auditor: User, client_of: ClientOf) -> Client:
    return client_of(auditor)


def text(client: Client, query: str = "") -> str:
    """What the rows of the list say."""
    table = soup(client, query).select_one("#result_list")
    return table.get_text(" ", strip=True) if table else ""


def soup(client: Client, query: str = "") -> BeautifulSoup:
    response = client.get(LIST + query)
    assert response.status_code == 200, response.headers
    return BeautifulSoup(response.content, "html.parser")


def numbers(client: Client, query: str) -> list[int]:
    """The entries that the list shows."""
    rows = client.get(LIST + query).context["cl"].result_list
    return [row.pk for row in rows]


class TestWhoMayLook:
    @pytest.mark.parametrize("person", ["storekeeper", "buyer", "general", "outsider"])
    def test_is_not_everybody(
        self, person: str, client_of: ClientOf, request: pytest.FixtureRequest
    ) -> None:
        part = PartFactory.create()
        entry = entries_of(part)[0]
        client = client_of(request.getfixturevalue(person))

        for address in (
            LIST,
            reverse("admin:audit_auditentry_change", args=[entry.pk]),
            reverse("admin:audit_life", args=["catalog.part", part.pk]),
            reverse("admin:audit_auditentry_export"),
        ):
            assert client.get(address).status_code == 403

    def test_at_the_list_may_not_yet_take_it_along(
        self, outsider: User, client_of: ClientOf
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
        client = client_of(outsider)

        assert "Export (CSV)" not in soup(client).get_text()
        assert client.get(reverse("admin:audit_auditentry_export")).status_code == 403

    def test_finds_the_way_in_the_side_bar_and_others_do_not(
        self, client: Client, storekeeper: User, client_of: ClientOf
    ) -> None:
        index = reverse("admin:index")

        assert f'href="{LIST}"' in client.get(index).content.decode()
        assert f'href="{LIST}"' not in client_of(storekeeper).get(index).content.decode()

    def test_changes_nothing_there(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]

        for name, arguments in (("add", []), ("delete", [entry.pk])):
            address = reverse(f"admin:audit_auditentry_{name}", args=arguments)
            assert client.get(address).status_code == 403


class TestARow:
    def test_says_what_changed_in_the_words_of_the_page(self, client: Client) -> None:
        part = PartFactory.create(number="MT-1", reorder_point=Decimal(10), active=True)

        part.reorder_point, part.active = Decimal(20), False
        part.save(update_fields=["reorder_point", "active"])

        told = text(client, "?model=catalog.part&kind=changed")
        assert "Reorder point: 10 → 20; Active: Yes → No" in told
        assert "Part MT-1" in told

    def test_says_it_in_japanese_too(self, auditor: User, client_of: ClientOf) -> None:
        part = PartFactory.create(reorder_point=Decimal(10))
        Part.objects.filter(pk=part.pk).update(reorder_point=Decimal(1500))

        told = text(client_of(auditor, language="ja"), "?model=catalog.part&kind=changed")

        assert "発注点: 10 → 1,500" in told

    def test_names_three_fields_and_not_more(self, client: Client) -> None:
        part = PartFactory.create(name_en="a", name_ja="b", description_en="c", active=True)

        Part.objects.filter(pk=part.pk).update(
            name_en="d", name_ja="e", description_en="f", active=False
        )

        told = text(client, "?model=catalog.part&kind=changed")
        assert told.count(" → ") == 3
        assert "; …" in told

    def test_names_what_was_made_by_what_its_label_leaves_out(self, client: Client) -> None:
        category = CategoryFactory.create(name_en="Motors", name_ja="")
        PartFactory.create(number="MT-1", name_en="Motor", name_ja="", category=category)

        assert "Category: Motors" in text(client, "?model=catalog.part")

    def test_names_roles_as_the_users_know_them(self, client: Client, buyer: User) -> None:
        told = text(client, "?model=access.user_groups")

        assert "Buyer" in told
        assert "User: " in told

    def test_tells_the_details_of_an_event(self, client: Client) -> None:
        record(Kind.DENIED, label="/admin/x/", details={"path": "/admin/x/", "method": "GET"})

        assert "URL: /admin/x/; Method: GET" in text(client, "?kind=denied")

    def test_leads_to_the_object_while_it_is_there(self, client: Client) -> None:
        part, gone = PartFactory.create(), PartFactory.create()
        there = reverse("admin:catalog_part_change", args=[part.pk])
        nowhere = reverse("admin:catalog_part_change", args=[gone.pk])
        life = reverse("admin:audit_life", args=["catalog.part", gone.pk])
        gone.delete()

        links = [str(link["href"]) for link in soup(client).select("#result_list a")]

        assert there in links
        assert nowhere not in links
        assert life in links

    def test_leads_nowhere_for_who_may_not_see_the_object(
        self, outsider: User, client_of: ClientOf
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
        part = PartFactory.create()

        page = soup(client_of(outsider), "?model=catalog.part")

        assert not page.select(f"a[href='{reverse('admin:catalog_part_change', args=[part.pk])}']")
        assert part.number in page.get_text()

    def test_of_a_part_of_something_leads_to_the_whole(self, client: Client, buyer: User) -> None:
        [role] = AuditEntry.objects.filter(model="access.user_groups", root_id=buyer.pk)

        page = soup(client, f"?q=%23{role.pk}")

        assert page.select(f"a[href='{reverse('admin:access_user_change', args=[buyer.pk])}']")


class TestFilters:
    def test_by_person_find_what_that_person_did(
        self, client: Client, buyer: User, storekeeper: User
    ) -> None:
        with acting(buyer):
            own = entries_of(PartFactory.create())[0]
        with acting(storekeeper):
            PartFactory.create()

        assert set(numbers(client, f"?person={buyer.pk}&model=catalog.part")) == {own.pk}

    def test_by_person_offer_people_whose_account_is_gone(self, client: Client) -> None:
        leaver = User.objects.create_user("leaver")
        with acting(leaver):
            PartFactory.create()
        leaver.delete()

        options = [option.get_text() for option in soup(client).select("[name=person] option")]

        assert "leaver" in options

    def test_by_person_find_what_nobody_did(self, client: Client) -> None:
        with acting(None, source="job"):
            own = entries_of(PartFactory.create())[0]

        found = numbers(client, "?person=none&source=job")

        assert own.pk in found

    def test_by_time_hold_the_whole_of_the_last_day(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]
        today = timezone.localdate()

        def on(first: timedelta, last: timedelta) -> list[int]:
            days = f"?at_from_0={today + first}&at_to_0={today + last}&model=catalog.part"
            return numbers(client, days)

        day = timedelta(days=1)
        assert on(0 * day, 0 * day) == [entry.pk]
        assert on(-2 * day, -1 * day) == []
        assert on(1 * day, 2 * day) == []

    def test_by_time_hold_the_second_that_was_given(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]
        local = timezone.localtime(entry.at)

        def until(moment: Any) -> list[int]:
            query = f"?at_to_0={moment:%Y-%m-%d}&at_to_1={moment:%H:%M:%S}&model=catalog.part"
            return numbers(client, query)

        assert until(local) == [entry.pk]
        assert until(local - timedelta(seconds=1)) == []

    def test_by_time_know_how_japanese_write_a_day(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]

        day = f"{timezone.localdate():%Y/%m/%d}".translate(str.maketrans("0123", "０１２３"))

        assert numbers(client, f"?at_from_0={day}&model=catalog.part") == [entry.pk]

    @pytest.mark.parametrize(
        "query",
        [
            "?at_from_0=yesterday",
            "?at_to_0=2026-02-30",
            "?at_from_0=2026-01-01&at_from_1=25:00",
            "?at_to_0=9999-12-31",
            "?at_from_0=0001-01-01",
            "?address=10.0.0",
        ],
    )
    def test_that_cannot_be_read_show_nothing_rather_than_everything(
        self, client: Client, query: str
    ) -> None:
        PartFactory.create()

        page = client.get(LIST + query)

        assert page.context["cl"].result_list == []
        assert "Write" in page.content.decode()

    @pytest.mark.parametrize("name", ["kind", "model", "source", "request_id", "q", "address"])
    def test_with_what_no_text_can_hold_break_nothing(self, client: Client, name: str) -> None:
        assert client.get(f"{LIST}?{name}=%00", follow=True).status_code == 200

    @pytest.mark.parametrize("query", ["?hash=1", "?before__icontains=x", "?actor_name=x"])
    def test_ask_nothing_that_no_index_answers(self, client: Client, query: str) -> None:
        assert client.get(LIST + query).status_code == 400

    def test_by_address_and_by_program(self, client: Client) -> None:
        set_context(Context(address="192.0.2.7", source="web"))
        own = entries_of(PartFactory.create())[0]
        set_context(Context(source="import"))
        other = entries_of(PartFactory.create())[0]

        assert numbers(client, "?address=192.0.2.7&model=catalog.part") == [own.pk]
        assert numbers(client, "?source=import&model=catalog.part") == [other.pk]

    def test_by_database_user_tell_who_worked_by_hand(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]

        assert entry.pk in numbers(client, f"?db_user={entry.db_user}")
        assert numbers(client, "?db_user=somebody") == []

    def test_combine(self, client: Client, buyer: User) -> None:
        with acting(buyer):
            part = PartFactory.create()
            Part.objects.filter(pk=part.pk).update(active=False)
            CategoryFactory.create()

        today = timezone.localdate()
        found = numbers(
            client, f"?person={buyer.pk}&kind=changed&model=catalog.part&at_from_0={today}"
        )

        assert found == [entries_of(part)[-1].pk]


class TestSearch:
    def test_finds_an_object_by_how_its_name_begins_however_it_is_typed(
        self, client: Client
    ) -> None:
        wanted = entries_of(PartFactory.create(number="MT-2814"))[0]
        PartFactory.create(number="XMT-2814")

        for term in ("MT-28", "mt-28", "ＭＴ－２８"):
            found = numbers(client, f"?q={term}&model=catalog.part")
            assert found == [wanted.pk], term

    def test_takes_no_character_for_a_wildcard(self, client: Client) -> None:
        PartFactory.create(number="MT-1")

        assert numbers(client, "?q=M_-1&model=catalog.part") == []
        assert numbers(client, "?q=%25&model=catalog.part") == []

    def test_finds_what_one_request_did(self, client: Client) -> None:
        set_context(Context(request_id="0a1b2c3d"))
        own = entries_of(PartFactory.create())[0]
        set_context(Context(request_id="0a1b2c3d4e"))
        PartFactory.create()

        assert numbers(client, "?q=0a1b2c3d&model=catalog.part") == [own.pk]

    def test_finds_an_entry_by_its_number(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]

        assert numbers(client, f"?q=%23{entry.pk}") == [entry.pk]


class TestLooking:
    """Who reads the log stands in it."""

    def test_at_the_list_is_recorded_once_with_its_filters(
        self, client: Client, auditor: User
    ) -> None:
        before = AuditEntry.objects.filter(kind=Kind.AUDIT_READ).count()

        client.get(LIST + "?kind=changed&q=MT")

        entry = newest()
        assert AuditEntry.objects.filter(kind=Kind.AUDIT_READ).count() == before + 1
        assert entry.actor_id == auditor.pk
        assert entry.details == {"page": "list", "filters": {"kind": "changed", "q": "MT"}}

    def test_at_an_entry_is_recorded_once(self, client: Client) -> None:
        entry = entries_of(PartFactory.create())[0]
        before = AuditEntry.objects.count()

        client.get(reverse("admin:audit_auditentry_change", args=[entry.pk]))

        assert AuditEntry.objects.count() == before + 1
        assert newest().kind == Kind.AUDIT_READ
        assert newest().details == {"page": "entry", "filters": {"id": str(entry.pk)}}

    def test_at_a_life_is_recorded_once(self, client: Client) -> None:
        part = PartFactory.create()
        before = AuditEntry.objects.count()

        client.get(reverse("admin:audit_life", args=["catalog.part", part.pk]))

        assert AuditEntry.objects.count() == before + 1
        assert newest().kind == Kind.AUDIT_READ
        filters = {"model": "catalog.part", "id": str(part.pk)}
        assert newest().details == {"page": "life", "filters": filters}

    def test_that_is_refused_shows_nothing_and_is_no_reading(
        self, buyer: User, client_of: ClientOf
    ) -> None:
        client_of(buyer).get(LIST)

        assert not AuditEntry.objects.filter(kind=Kind.AUDIT_READ).exists()


class TestTheStatusLine:
    def verified(self, *, whole: bool, first: str = "") -> None:
        details = {"whole": whole, "entries": 1234, "links": 56, "first": first}
        record(Kind.VERIFIED, model="audit.auditentry", details=details)

    def line(self, client: Client) -> Any:
        return soup(client).select_one(".audit-status")

    def test_says_that_nobody_ever_verified(self, client: Client) -> None:
        assert "never verified" in self.line(client).get_text()

    def test_is_green_after_a_proof(self, client: Client) -> None:
        self.verified(whole=True)

        line = self.line(client)
        assert "is-whole" in line["class"]
        assert "1,234 entries in 56 links" in line.get_text()

    def test_is_red_and_names_the_first_difference(self, client: Client) -> None:
        self.verified(whole=True)
        self.verified(whole=False, first="entry 17: the entry was changed")

        line = self.line(client)
        assert "is-broken" in line["class"]
        assert "entry 17: the entry was changed" in line.get_text()
        assert "Change nothing" in line.get_text()

    def test_warns_of_an_old_proof(self, client: Client, settings: Any) -> None:
        self.verified(whole=True)
        settings.AUDIT_VERIFICATION_MAX_AGE_HOURS = 0

        line = self.line(client)
        assert "is-old" in line["class"]
        assert "verify_audit" in line.get_text()


def test_the_list_asks_as_much_for_a_page_full_and_never_counts_all(
    client: Client, storekeeper: User
) -> None:
    def fill(rows: int) -> None:
        for _ in range(rows):
            part = stocked(PartFactory.create(), LocationFactory.create(), 5)
            SupplierPartFactory.create(part=part)
            Part.objects.filter(pk=part.pk).update(category=CategoryFactory.create())
            record(Kind.DENIED, label="/x/", details={"missing": ["catalog.view_part"]})

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            soup(client)
        return [query["sql"] for query in captured]

    fill(3)
    queries()
    few = queries()
    fill(20)
    many = queries()

    assert len(many) <= len(few) <= 22
    assert [sql for sql in many if "COUNT(" in sql and "LIMIT" not in sql] == []
