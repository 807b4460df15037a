"""Orders on the pages of parts and suppliers."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing import life
from purchasing.models import OrderLine, PurchaseOrder, ReorderProposal
from purchasing.panels import part_orders, supplier_orders
from purchasing.panels.delivery_record import DAYS, DeliveryRecord, delivery_record
from stock.models import Location
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    arrival,
    arrive,
    arrived,
    draft,
    issue,
    line,
    now,
    ordered,
    place,
    stocked,
    take_back,
    wanted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(buyer: User, client_of: ClientOf) -> Client:
    return client_of(buyer)


def address(obj: Model) -> str:
    meta = obj._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.pk])


def page_of(client: Client, obj: Model) -> BeautifulSoup:
    answer = client.get(address(obj))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def card(page: BeautifulSoup, title: str) -> Tag:
    for found in page.select(".figures-card"):
        heading = found.select_one("h2")
        if heading and heading.get_text(strip=True) == title:
            return found
    raise AssertionError(title)


def rows(page: BeautifulSoup, title: str) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in card(page, title).select("tbody tr")]


def titles(page: BeautifulSoup) -> set[str]:
    return {heading.get_text(strip=True) for heading in page.select(".figures-card h2")}


def day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def moment(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


def closed(order: PurchaseOrder, *, by: User) -> PurchaseOrder:
    return life.close_short(
        order.pk,
        version=now(order).version,
        lines=list(order.lines.values_list("pk", flat=True)),
        reason="sold out",
        by=by,
        at=timezone.now(),
    )


class TestPart:
    def test_lists_open_orders_by_their_day_and_marks_the_late_ones(
        self, client: Client, buyer: User, motors: SupplierPart
    ) -> None:
        planned = draft(wanted(motors, 1), by=buyer)
        soon = ordered(wanted(motors, 2), by=buyer, expected_on=day(5))
        late = ordered(wanted(motors, 3), by=buyer, expected_on=day(-5))
        ordered(wanted(PartFactory.create(), 9), by=buyer)

        shown = rows(page_of(client, motors.part), "Open orders")

        numbers = [row.split(" ")[0] for row in shown]
        assert numbers == [late.number, soon.number, planned.number]
        assert ["late" in row for row in shown] == [True, False, False]
        assert [row.endswith(f"{n} pcs") for row, n in zip(shown, (3, 2, 1), strict=True)]
        assert "Tokyo Rotor" in shown[0]
        assert "Draft" in shown[2]

    def test_counts_what_is_outstanding_in_the_part_s_unit(
        self, client: Client, buyer: User, screws: SupplierPart, shelf: Location
    ) -> None:
        order = ordered(wanted(screws, 3), by=buyer)
        arrived(order.lines.get(), 1, shelf)

        [row] = rows(page_of(client, screws.part), "Open orders")

        assert row.endswith("200 pcs")
        assert "Partially received" in row

    def test_lists_earlier_orders_with_price_and_what_came(
        self, client: Client, buyer: User, motors: SupplierPart, shelf: Location
    ) -> None:
        full = ordered(wanted(motors, 10), by=buyer)
        arrived(full.lines.get(), 10, shelf)
        short = ordered(wanted(motors, 8, 1250), by=buyer)
        arrived(short.lines.get(), 3, shelf)
        closed(short, by=buyer)

        page = page_of(client, motors.part)
        first, second = rows(page, "Earlier orders")

        assert first.split(" ")[0] == short.number
        assert all(text in first for text in ("Closed short", "8", "3", "closed short", "¥1,250"))
        assert all(text in second for text in (full.number, "Received", "10", "¥1,000"))
        assert "Nothing is on order" in card(page, "Open orders").get_text()

    def test_stops_where_it_gets_long(
        self, buyer: User, motors: SupplierPart, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(part_orders, "MOST_OPEN", 2)
        for _ in range(3):
            draft(wanted(motors, 1), by=buyer)

        shown = part_orders.context(motors.part, user=buyer)

        assert len(shown["open_lines"]) == 2
        assert shown["more_open"]

    def test_links_to_all_its_orders(
        self, client: Client, buyer: User, motors: SupplierPart
    ) -> None:
        ordered(wanted(motors, 1), by=buyer)
        draft(wanted(PartFactory.create(), 1), by=buyer)

        link = card(page_of(client, motors.part), "Open orders").select_one("a.figures-link")

        assert link
        assert client.get(str(link["href"])).context["cl"].result_count == 1

    def test_answers_why_it_is_proposed_and_shows_the_arithmetic(
        self, client: Client, shelf: Location
    ) -> None:
        part = PartFactory.create(reorder_point=10, target_quantity=30)
        SupplierPartFactory.create(part=part, pack_quantity=7)
        stocked(part, shelf, 12)
        issue(line(part, shelf, 8))

        found = card(page_of(client, part), "Automatic re-order")

        proposal = ReorderProposal.objects.get()
        assert found.select_one(f'a[href="{address(proposal)}"]')
        assert "Proposed: 4 packs = 28 pcs" in found.get_text()
        steps = [step.get_text() for step in found.select("li")]
        assert steps[0] == "On hand 4 + on order 0 + in drafts 0 = 4 pcs"
        assert steps[-1] == "4 packs × 7 = 28 pcs"

    def test_warns_where_somebody_has_to_help(self, client: Client) -> None:
        part = PartFactory.create(reorder_point=10)

        found = card(page_of(client, part), "Automatic re-order")

        assert "no active supplier sells it" in found.get_text()
        assert found.select_one(".figures-state.is-warning")

    @pytest.mark.parametrize(
        ("person", "may_order"),
        [
            ("administrator", True),
            ("buyer", True),
            ("storekeeper", False),
            ("general", False),
            ("auditor", False),
        ],
    )
    def test_offers_to_order_to_those_who_may(
        self,
        person: str,
        may_order: bool,
        request: pytest.FixtureRequest,
        client_of: ClientOf,
        motors: SupplierPart,
    ) -> None:
        page = page_of(client_of(request.getfixturevalue(person)), motors.part)

        link = f"{reverse('admin:purchasing_purchaseorder_add')}?part={motors.part_id}"
        assert bool(page.select(f'a[href="{link}"]')) == may_order
        assert {"Automatic re-order", "Open orders", "Earlier orders"} <= titles(page)

    def test_offers_no_order_of_an_inactive_part(self, client: Client, motor: Part) -> None:
        Part.objects.update(active=False)

        page = page_of(client, motor)

        assert not page.select(f'a[href*="{reverse("admin:purchasing_purchaseorder_add")}"]')
        assert "it is not ordered again" in card(page, "Automatic re-order").get_text()

    @pytest.mark.parametrize(
        ("codename", "expected"),
        [
            ("view_reorderproposal", {"Automatic re-order"}),
            ("view_purchaseorder", {"Open orders", "Earlier orders"}),
        ],
    )
    def test_shows_each_by_its_own_right(
        self,
        codename: str,
        expected: set[str],
        outsider: User,
        client_of: ClientOf,
        motors: SupplierPart,
    ) -> None:
        outsider.user_permissions.set(
            Permission.objects.filter(codename__in=["view_part", codename])
        )

        assert titles(page_of(client_of(outsider), motors.part)) == expected

    def test_costs_the_same_for_many_orders(
        self, buyer: User, motors: SupplierPart, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """About the re-order, and the orders."""
        for _ in range(5):
            ordered(wanted(motors, 1), by=buyer)
        person = User.objects.get(pk=buyer.pk)
        person.get_all_permissions()

        with django_assert_num_queries(2):
            shown = part_orders.context(motors.part, user=person)
            assert {item.supplier for item in shown["open_lines"]} == {"Tokyo Rotor"}


class TestSupplier:
    def test_lists_open_orders_with_amounts_and_marks_the_late_ones(
        self, client: Client, buyer: User, rotor: Supplier, motors: SupplierPart
    ) -> None:
        late = ordered(wanted(motors, 3), by=buyer, expected_on=day(-1))
        planned = draft(wanted(motors, 1), by=buyer)
        draft(wanted(SupplierPartFactory.create(), 1), by=buyer)

        page = page_of(client, rotor)
        first, second = rows(page, "Open orders")

        assert late.number in first
        assert "late" in first
        assert "¥3,000" in first
        assert planned.number in second
        links = {link.get_text(): str(link["href"]) for link in page.select("a.figures-link")}
        assert client.get(links["1 is late"]).context["cl"].result_count == 1

    def test_says_that_there_is_nothing_to_judge_by(self, client: Client, rotor: Supplier) -> None:
        page = page_of(client, rotor)

        assert "Nothing to judge by yet" in card(page, "How it delivers").get_text()
        assert "Nothing is on order" in card(page, "Open orders").get_text()

    def test_shows_figures_with_their_counts(
        self, client: Client, buyer: User, rotor: Supplier, motors: SupplierPart, shelf: Location
    ) -> None:
        """One on its day, one two days late and short of half."""
        finished(motors, buyer, shelf, ordered_days=-20, expected=-10, came=-10)
        short = finished(motors, buyer, shelf, ordered_days=-20, expected=-10, came=-8, part_of=5)
        closed(short, by=buyer)

        text = " ".join(card(page_of(client, rotor), "How it delivers").get_text(" ").split())

        for expected in (
            "2 orders finished in the last 12 months",
            "On time 50 % 1 of 2;",
            "Days late on average 2.0 of the 1 that was late",
            "75 % 1 of 2 lines in full; 1 order closed short",
            "Lead time in days (median) 11 2 orders",
            "These are few orders",
        ):
            assert expected in text

    @pytest.mark.parametrize("person", ["administrator", "buyer", "storekeeper", "general"])
    def test_is_shown_to_every_reader_of_orders(
        self,
        person: str,
        request: pytest.FixtureRequest,
        client_of: ClientOf,
        rotor: Supplier,
    ) -> None:
        page = page_of(client_of(request.getfixturevalue(person)), rotor)

        link = f"{reverse('admin:purchasing_purchaseorder_add')}?supplier={rotor.pk}"
        assert "How it delivers" in titles(page)
        assert bool(page.select(f'a[href="{link}"]')) == (person in {"administrator", "buyer"})

    def test_is_kept_from_those_who_may_not_see_orders(
        self, outsider: User, client_of: ClientOf, rotor: Supplier
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="view_supplier"))

        assert titles(page_of(client_of(outsider), rotor)) == set()

    def test_costs_three_queries_and_the_record_only_when_an_order_changed(
        self,
        buyer: User,
        rotor: Supplier,
        motors: SupplierPart,
        shelf: Location,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        """Open orders with the number of late ones, their amounts, what the record rests on."""
        for _ in range(12):
            ordered(wanted(motors, 1), by=buyer)
        finished(motors, buyer, shelf, ordered_days=-5, expected=None, came=-1)
        person = User.objects.get(pk=buyer.pk)
        person.get_all_permissions()

        for queries in (4, 3):
            with django_assert_num_queries(queries):
                shown = supplier_orders.context(rotor, user=person)["supplier_orders"]
            page = BeautifulSoup(shown, "html.parser")
            assert len(rows(page, "Open orders")) == supplier_orders.MOST_OPEN
            assert page.select(f'a[href$="?supplier={rotor.pk}&open=yes"]')

    def test_counts_late_orders_that_are_not_among_the_first(
        self, client: Client, buyer: User, motors: SupplierPart, rotor: Supplier
    ) -> None:
        for days in range(-12, 1):
            ordered(wanted(motors, 1), by=buyer, expected_on=day(days))

        assert "12 are late" in card(page_of(client, rotor), "Open orders").get_text()

    def test_nobody_is_shown_what_was_made_for_somebody_else(
        self,
        buyer: User,
        general: User,
        client_of: ClientOf,
        rotor: Supplier,
        motors: SupplierPart,
    ) -> None:
        """Who may not order sees no button; each reads their own language."""
        number = ordered(wanted(motors, 1), by=buyer).number
        link = f"{reverse('admin:purchasing_purchaseorder_add')}?supplier={rotor.pk}"

        for _again in range(2):
            for person, button in ((buyer, 1), (general, 0)):
                for language, record, title in (
                    ("en", "How it delivers", "Open orders"),
                    ("ja", "納入実績", "未完了の発注"),
                ):
                    page = page_of(client_of(person, language=language), rotor)
                    assert titles(page) == {record, title}
                    assert number in rows(page, title)[0]
                    assert len(page.select(f'a[href="{link}"]')) == button

    def test_shows_at_once_what_was_done_to_an_order(
        self, client: Client, buyer: User, rotor: Supplier, motors: SupplierPart, shelf: Location
    ) -> None:
        """Of what the record is made of nothing can change without its being made anew."""
        order = ordered(wanted(motors, 10), by=buyer, expected_on=day(-10))

        def said() -> str:
            return " ".join(card(page_of(client, rotor), "How it delivers").get_text(" ").split())

        assert "Nothing to judge by yet" in said()
        arrived(order.lines.get(), 4, shelf, at=moment(-12))
        receipt = arrived(order.lines.get(), 2, shelf, at=moment(-8))
        closed(order, by=buyer)
        assert "60 % 0 of 1 lines in full; 1 order closed short" in said()
        assert "Days late on average 2.0" in said()
        take_back(receipt)
        assert "40 % 0 of 1 lines in full; 1 order closed short" in said()
        assert "None was late." in said()
        life.open_again(
            order.pk,
            version=now(order).version,
            lines=[order.lines.get().pk],
            reason="found",
            by=buyer,
            at=timezone.now(),
        )
        assert "Nothing to judge by yet" in said()


def finished(
    offer: SupplierPart,
    by: User,
    shelf: Location,
    *,
    ordered_days: int,
    expected: int | None,
    came: int,
    part_of: int = 10,
) -> PurchaseOrder:
    """Ten were ordered so many days from today, and (part of them) came on another."""
    order = approve(draft(wanted(offer, 10), by=by), by=by)
    place(
        order,
        by=by,
        at=moment(ordered_days),
        expected_on=None if expected is None else day(expected),
    )
    arrived(order.lines.get(), part_of, shelf, at=moment(came))
    return now(order)


class TestDeliveryRecord:
    @pytest.fixture
    def record(self, rotor: Supplier) -> Any:
        return lambda: delivery_record(rotor.pk)

    def test_is_empty_without_orders(self, record: Any) -> None:
        assert record() == DeliveryRecord(0, 0, 0, 0, None, 0, None, 0, 0, None)
        assert record().on_time_percent is None
        assert record().share_percent is None

    def test_counts_a_delivery_on_the_day_itself_as_on_time(
        self, record: Any, motors: SupplierPart, buyer: User, shelf: Location
    ) -> None:
        for came in (-11, -10, -9, -7):
            finished(motors, buyer, shelf, ordered_days=-30, expected=-10, came=came)

        found = record()

        assert (found.timed, found.on_time, found.late) == (4, 2, 2)
        assert found.days_late == 2
        assert found.on_time_percent == 50

    def test_takes_the_last_delivery_of_several(
        self, record: Any, motors: SupplierPart, buyer: User, shelf: Location
    ) -> None:
        order = finished(motors, buyer, shelf, ordered_days=-30, expected=-10, came=-20, part_of=4)
        arrived(order.lines.get(), 6, shelf, at=moment(-5))

        assert (record().days_late, record().lead_time) == (5, 25)

    def test_does_not_count_a_receipt_that_was_reversed(
        self, record: Any, motors: SupplierPart, buyer: User, shelf: Location
    ) -> None:
        """The wrong receipt was the later one; the right one came on time."""
        order = finished(motors, buyer, shelf, ordered_days=-30, expected=-10, came=-15, part_of=4)
        wrong = arrived(order.lines.get(), 6, shelf, at=moment(-2))
        take_back(wrong)
        arrived(order.lines.get(), 6, shelf, at=moment(-12))

        assert (record().timed, record().late) == (1, 0)

    def test_says_nothing_of_time_without_an_expected_date(
        self, record: Any, motors: SupplierPart, buyer: User, shelf: Location
    ) -> None:
        finished(motors, buyer, shelf, ordered_days=-30, expected=None, came=-20)

        found = record()

        assert (found.orders, found.timed, found.late) == (1, 0, 0)
        assert found.days_late is None
        assert (found.lead_times, found.lead_time) == (1, 10)

    def test_says_nothing_of_time_for_orders_received_elsewhere(
        self, record: Any, motors: SupplierPart, rotor: Supplier
    ) -> None:
        """As an import takes them over: received, without a receipt of ours."""
        order = PurchaseOrder.objects.create(number="OLD-1", supplier=rotor, origin="imported")
        OrderLine.objects.create(
            order=order, position=1, part=motors.part, quantity=10, taken_over=10
        )
        order.approve(by=None, at=moment(-20))
        order.place(reference="", expected_on=day(-10), by=None, at=moment(-20))

        found = record()

        assert now(order).state == "received"
        assert (found.orders, found.full_lines, found.share) == (1, 1, 1)
        assert (found.timed, found.lead_times, found.lead_time) == (0, 0, None)

    def test_takes_the_median_of_lead_times(
        self, record: Any, motors: SupplierPart, buyer: User, shelf: Location
    ) -> None:
        """One that took a quarter of a year does not move it."""
        for days in (10, 12, 90):
            finished(motors, buyer, shelf, ordered_days=-days - 1, expected=None, came=-1)

        assert record().lead_time == 12

        finished(motors, buyer, shelf, ordered_days=-14, expected=None, came=-1)
        assert record().lead_time == Decimal("12.5")

    def test_compares_line_by_line_and_counts_no_surplus(
        self,
        record: Any,
        motors: SupplierPart,
        screws: SupplierPart,
        buyer: User,
        shelf: Location,
    ) -> None:
        """Eleven of ten, and one of four boxes: all of the one line, a quarter of the other."""
        order = ordered(
            wanted(motors, 10, tolerance_percent=Decimal(10)), wanted(screws, 4), by=buyer
        )
        first, second = order.lines.order_by("position")
        arrive(order, arrival(first, 11, shelf), arrival(second, 1, shelf))
        closed(order, by=buyer)

        found = record()

        assert (found.lines, found.full_lines, found.closed_short) == (2, 1, 1)
        assert found.share == Decimal("0.625")
        assert found.complete == 0

    def test_leaves_out_what_is_open_cancelled_older_or_of_others(
        self, record: Any, motors: SupplierPart, buyer: User, shelf: Location
    ) -> None:
        ordered(wanted(motors, 1), by=buyer)
        life.cancel(
            (order := draft(wanted(motors, 1), by=buyer)).pk,
            version=order.version,
            reason="no",
            by=buyer,
            at=timezone.now(),
        )
        finished(motors, buyer, shelf, ordered_days=-DAYS - 30, expected=None, came=-DAYS - 1)
        other = SupplierPartFactory.create(part=motors.part, supplier=SupplierFactory.create())
        finished(other, buyer, shelf, ordered_days=-5, expected=None, came=-1)

        assert record().orders == 0
        finished(motors, buyer, shelf, ordered_days=-5, expected=None, came=-1)
        assert record().orders == 1

    @pytest.mark.parametrize(("orders", "small"), [(0, False), (1, True), (4, True), (5, False)])
    def test_says_when_it_rests_on_little(self, orders: int, small: bool) -> None:
        found = DeliveryRecord(orders, 0, 0, 0, None, 0, None, 0, 0, None)

        assert found.is_small == small
