"""Orders are received, and receipts reversed, only at the places where one works."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.models import User
from catalog.models import SupplierPart
from purchasing.models import GoodsReceipt, PurchaseOrder
from stock.errors import PlaceNotAllowedError
from stock.models import Location, StockMovement
from stock.places import Reach
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    arrival,
    arrive,
    arrived,
    now,
    ordered,
    stocked,
    take_back,
    wanted,
)
from tests.webapp.purchasing.reading import parsed

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(storekeeper: User, shelf: Location) -> User:
    """Works at the shelf, and not at the bench."""
    storekeeper.locations.add(shelf)
    return storekeeper


@pytest.fixture
def order(
    motors: SupplierPart, screws: SupplierPart, buyer: User, bench: Location
) -> PurchaseOrder:
    """To be delivered to the bench, where most of the motors lie."""
    stocked(motors.part, bench, 50)
    return ordered(wanted(motors, 10), wanted(screws, 5), by=buyer, destination=bench)


def address(order: PurchaseOrder) -> str:
    return reverse("admin:purchasing_order_receive", args=[order.pk])


def post(client: Client, order: PurchaseOrder, place: Location | None, **header: Any) -> Any:
    line = order.lines.earliest("position")
    data = {
        "key": uuid.uuid4(),
        "version": now(order).version,
        "rows-TOTAL_FORMS": 1,
        "rows-INITIAL_FORMS": 1,
        "rows-0-line": line.pk,
        "rows-0-seen": line.received_in_all,
        "rows-0-quantity": 2,
        "rows-0-location": place.pk if place else "",
        **header,
    }
    return client.post(address(order), data)


class TestServices:
    def test_receive_at_the_places_only(
        self, keeper: User, order: PurchaseOrder, shelf: Location, bench: Location
    ) -> None:
        first, second = order.lines.order_by("position")

        with pytest.raises(PlaceNotAllowedError, match="only at Shelf") as caught:
            arrive(order, arrival(first, 1, shelf), arrival(second, 1, bench), by=keeper)
        arrive(order, arrival(first, 1, shelf), arrival(second, 1, shelf), by=keeper)

        assert caught.value.line == 1
        assert GoodsReceipt.objects.count() == 1

    def test_reverse_at_the_places_only(
        self, keeper: User, order: PurchaseOrder, shelf: Location, bench: Location
    ) -> None:
        line = order.lines.earliest("position")
        here, there = arrived(line, 1, shelf), arrived(line, 1, bench)

        take_back(here, by=keeper)
        with pytest.raises(PlaceNotAllowedError, match="Bench is not among your places"):
            take_back(there, by=keeper)

        assert not GoodsReceipt.objects.filter(reverses=there).exists()


class TestThePageOfADelivery:
    def test_offers_the_places_and_begins_with_the_only_one(
        self, keeper: User, order: PurchaseOrder, shelf: Location, client_of: ClientOf
    ) -> None:
        page = parsed(client_of(keeper).get(address(order)))

        rows = page.select('select[name$="-location"]')
        assert len(rows) == 2
        for row in rows:
            assert [option["value"] for option in row.select("option")] == ["", str(shelf.pk)]
            assert row.select_one("option[selected]")["value"] == str(shelf.pk)  # type: ignore[index]
        for_all = page.select('select[name="location"] option')
        assert [option["value"] for option in for_all] == ["", str(shelf.pk)]

    def test_offers_everything_to_who_is_not_limited(
        self, storekeeper: User, order: PurchaseOrder, bench: Location, client_of: ClientOf
    ) -> None:
        page = parsed(client_of(storekeeper).get(address(order)))

        [first, _second] = page.select('select[name$="-location"]')
        assert first.select_one("option[selected]")["value"] == str(bench.pk)  # type: ignore[index]

    def test_says_at_the_field_which_places_are_allowed(
        self, keeper: User, order: PurchaseOrder, bench: Location, client_of: ClientOf
    ) -> None:
        answer = post(client_of(keeper), order, bench)

        [row] = answer.context["rows"].forms
        assert "You work only at Shelf." in row.errors["location"][0]
        assert not GoodsReceipt.objects.exists()

    def test_says_so_at_the_location_for_all_lines(
        self, keeper: User, order: PurchaseOrder, bench: Location, client_of: ClientOf
    ) -> None:
        answer = post(client_of(keeper), order, None, location=bench.pk)

        assert "You work only at Shelf." in answer.context["header"].errors["location"][0]

    def test_says_so_when_the_places_change_under_the_hands(
        self,
        keeper: User,
        order: PurchaseOrder,
        bench: Location,
        client_of: ClientOf,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        check = Reach.check
        monkeypatch.setattr(Reach, "includes", lambda self, location: True)

        def late(self: Reach, location: Location, *, field: str = "location") -> None:
            monkeypatch.undo()
            check(self, location, field=field)

        monkeypatch.setattr(Reach, "check", late)

        answer = post(client_of(keeper), order, bench)

        [row] = answer.context["rows"].forms
        assert "Bench is not among your places" in row.errors["location"][0]

    def test_records_what_arrived_there(
        self, keeper: User, order: PurchaseOrder, shelf: Location, client_of: ClientOf
    ) -> None:
        answer = post(client_of(keeper), order, shelf)

        assert answer.status_code == 302
        assert StockMovement.objects.filter(actor=keeper, location=shelf).exists()


def test_the_page_of_a_reversal_says_which_place_is_foreign(
    keeper: User, order: PurchaseOrder, bench: Location, client_of: ClientOf
) -> None:
    receipt = arrived(order.lines.earliest("position"), 1, bench)
    page = reverse("admin:purchasing_receipt_reverse", args=[receipt.pk])

    answer = client_of(keeper).post(page, {"reason": "wrong", "key": uuid.uuid4()})

    assert "Bench is not among your places" in answer.content.decode()
    assert not GoodsReceipt.objects.filter(reverses=receipt).exists()
