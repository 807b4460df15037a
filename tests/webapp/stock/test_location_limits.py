"""People who work at some locations record stock there and nowhere else; they see everything."""

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import User
from catalog.models import Part
from stock import services
from stock.entries import Count
from stock.errors import PlaceNotAllowedError
from stock.models import Location, StockMovement, Stocktake
from stock.opening import Cost, OpeningCount, post_opening_stock
from stock.places import Reach
from tests.webapp.cast import ClientOf
from tests.webapp.database import refused_by
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    correct,
    issue,
    line,
    move,
    receive,
    stocked,
    transfer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(db: None) -> Location:
    return LocationFactory.create(name_en="Hall", name_ja="倉庫")


@pytest.fixture
def inside(hall: Location) -> Location:
    return LocationFactory.create(name_en="Inside", name_ja="中", parent=hall)


@pytest.fixture
def outside(db: None) -> Location:
    """Its path begins with the same letters as the hall's."""
    return LocationFactory.create(name_en="Hall 2", name_ja="倉庫2")


@pytest.fixture
def limited(storekeeper: User, hall: Location) -> User:
    storekeeper.locations.add(hall)
    return storekeeper


@pytest.fixture
def screws(hall: Location, inside: Location, outside: Location) -> Part:
    """Ten at each place."""
    part = PartFactory.create(number="SC-1")
    for place in (hall, inside, outside):
        stocked(part, place, 10)
    return part


def take_stock(part: Part, place: Location, by: User) -> object:
    return services.post_stocktake(
        location=place,
        counts=[Count(part=part, expected=Decimal(10), counted=Decimal(8))],
        reason="",
        by=by,
        at=timezone.now(),
        key=uuid.uuid4(),
    )


def open_stock(part: Part, place: Location, by: User) -> object:
    count = OpeningCount(
        part=part,
        location=place,
        expected=Decimal(10),
        counted=Decimal(12),
        costs=[Cost(quantity=Decimal(2))],
    )
    return post_opening_stock(counts=[count], by=by, at=timezone.now(), key=uuid.uuid4())


def take_back(part: Part, place: Location, by: User) -> object:
    return correct(StockMovement.objects.get(part=part, location=place), by=by)


SERVICES: dict[str, Callable[[Part, Location, User], object]] = {
    "receive": lambda part, place, by: receive(line(part, place, 1), by=by),
    "issue": lambda part, place, by: issue(line(part, place, 1), by=by),
    "stocktake": take_stock,
    "opening stock": open_stock,
    "correct": take_back,
}


class TestServices:
    @pytest.mark.parametrize("what", SERVICES)
    def test_accept_the_places_and_all_beneath(
        self, what: str, limited: User, screws: Part, hall: Location, inside: Location
    ) -> None:
        SERVICES[what](screws, hall, limited)
        SERVICES[what](screws, inside, limited)

        assert StockMovement.objects.filter(actor=limited).count() == 2

    @pytest.mark.parametrize("what", SERVICES)
    def test_refuse_all_others_by_name(
        self, what: str, limited: User, screws: Part, outside: Location
    ) -> None:
        with pytest.raises(PlaceNotAllowedError, match=r"Hall 2 is not among .* only at Hall\."):
            SERVICES[what](screws, outside, limited)

        assert not StockMovement.objects.filter(actor=limited).exists()

    @pytest.mark.parametrize("what", SERVICES)
    def test_do_not_limit_who_is_not(
        self, what: str, storekeeper: User, screws: Part, outside: Location
    ) -> None:
        SERVICES[what](screws, outside, storekeeper)

        assert StockMovement.objects.filter(actor=storekeeper).exists()

    @pytest.mark.parametrize("into", [True, False])
    def test_transfer_neither_out_nor_in(
        self, limited: User, screws: Part, inside: Location, outside: Location, into: bool
    ) -> None:
        ends = (outside, inside) if into else (inside, outside)

        with pytest.raises(PlaceNotAllowedError) as caught:
            transfer(move(screws, *ends, 1), by=limited)

        assert caught.value.field == ("location" if into else "to")
        assert caught.value.line == 0

    def test_transfer_within(
        self, limited: User, screws: Part, hall: Location, inside: Location
    ) -> None:
        assert len(transfer(move(screws, inside, hall, 1), by=limited).movements) == 2

    def test_reverse_no_transfer_of_which_one_end_is_elsewhere(
        self, limited: User, screws: Part, inside: Location, outside: Location
    ) -> None:
        moved = transfer(move(screws, outside, inside, 1)).movements

        with pytest.raises(PlaceNotAllowedError):
            correct(moved[1], by=limited)


class TestTheDatabase:
    """Asked past the services, as by psql."""

    def insert(self, by: User, *places: Location, part: Part) -> None:
        StockMovement.objects.bulk_create(
            StockMovement(
                kind="receipt",
                part=part,
                location=place,
                quantity=Decimal(1),
                actor=by,
                occurred_at=timezone.now(),
                idempotency_key=uuid.uuid4(),
                line=number,
            )
            for number, place in enumerate(places, start=1)
        )

    def test_refuses_one_foreign_place_among_many(
        self, limited: User, screws: Part, hall: Location, inside: Location, outside: Location
    ) -> None:
        self.insert(limited, hall, inside, part=screws)
        with refused_by("stock_location_limits"):
            self.insert(limited, hall, inside, outside, part=screws)

    def test_refuses_a_count_without_a_difference(self, limited: User, outside: Location) -> None:
        with refused_by("stock_location_limits"):
            Stocktake.objects.create(
                location=outside,
                actor=limited,
                occurred_at=timezone.now(),
                idempotency_key=uuid.uuid4(),
            )

    def test_follows_a_place_that_is_moved(
        self, limited: User, screws: Part, inside: Location, outside: Location
    ) -> None:
        inside.parent = outside
        inside.save()

        with refused_by("stock_location_limits"):
            self.insert(limited, inside, part=screws)

    def test_takes_percent_and_underline_in_names_as_they_are(
        self, storekeeper: User, screws: Part
    ) -> None:
        odd = LocationFactory.create(name_en="A_%", name_ja="")
        other = LocationFactory.create(
            name_en="x", name_ja="", parent=LocationFactory.create(name_en="AB1", name_ja="")
        )
        storekeeper.locations.add(odd)

        assert not Reach(storekeeper).includes(other)
        with refused_by("stock_location_limits"):
            self.insert(storekeeper, other, part=screws)

    def test_leaves_the_system_alone(self, screws: Part, outside: Location) -> None:
        receive(line(screws, outside, 1), by=None)

    def test_asks_once_however_many_rows(
        self, limited: User, hall: Location, settings: object
    ) -> None:
        lines = [line(part, hall, 1) for part in PartFactory.create_batch(30)]

        with CaptureQueriesContext(connection) as few:
            receive(lines[0], by=limited)
        with CaptureQueriesContext(connection) as many:
            receive(*lines, by=limited)

        assert sum("user_locations" in query["sql"] for query in few) == 1
        assert sum("user_locations" in query["sql"] for query in many) == 1


class TestPages:
    PAGES = ("stock_receive", "stock_issue", "stock_transfer")

    @pytest.mark.parametrize("name", PAGES)
    def test_say_at_the_field_which_places_are_allowed(
        self, name: str, limited: User, screws: Part, outside: Location, client_of: ClientOf
    ) -> None:
        data = {
            "lines-TOTAL_FORMS": 1,
            "lines-INITIAL_FORMS": 0,
            "lines-0-part": screws.pk,
            "lines-0-quantity": 1,
            "lines-0-location": outside.pk,
            "lines-0-to": outside.pk,
            "key": uuid.uuid4(),
        }

        answer = client_of(limited).post(reverse(f"admin:{name}"), data)

        errors = answer.context["formset"].forms[0].errors
        assert "You work only at Hall." in errors["location"][0]
        assert name != "stock_transfer" or "You work only at Hall." in errors["to"][0]
        assert not StockMovement.objects.filter(actor=limited).exists()

    def test_say_so_too_when_the_places_change_under_the_hands(
        self,
        limited: User,
        screws: Part,
        outside: Location,
        client_of: ClientOf,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(Reach, "limit", lambda *args, **kwargs: None)
        data = {
            "lines-TOTAL_FORMS": 1,
            "lines-INITIAL_FORMS": 0,
            "lines-0-part": screws.pk,
            "lines-0-quantity": 1,
            "lines-0-location": outside.pk,
            "key": uuid.uuid4(),
        }

        answer = client_of(limited).post(reverse("admin:stock_receive"), data)

        assert (
            "Hall 2 is not among your places"
            in (answer.context["formset"].forms[0].errors["location"][0])
        )

    @pytest.mark.parametrize("name", PAGES)
    def test_begin_with_the_only_place(
        self, name: str, storekeeper: User, outside: Location, client_of: ClientOf
    ) -> None:
        storekeeper.locations.add(outside)

        answer = client_of(storekeeper).get(reverse(f"admin:{name}"))

        form = answer.context["formset"].forms[0]
        assert form["location"].value() == outside.pk
        assert f'value="{outside.pk}"' in str(form["location"])
        assert f'value="{outside.pk}"' in str(answer.context["formset"].empty_form["location"])

    def test_do_not_take_the_only_place_alone_for_a_line(
        self, storekeeper: User, outside: Location, client_of: ClientOf
    ) -> None:
        storekeeper.locations.add(outside)
        data = {
            "lines-TOTAL_FORMS": 1,
            "lines-INITIAL_FORMS": 0,
            "lines-0-location": outside.pk,
            "key": uuid.uuid4(),
        }

        answer = client_of(storekeeper).post(reverse("admin:stock_receive"), data)

        assert answer.context["formset"].forms[0].errors == {}
        assert "Enter at least one line" in answer.content.decode()

    def test_leave_the_choice_where_there_are_several(
        self, limited: User, inside: Location, client_of: ClientOf
    ) -> None:
        answer = client_of(limited).get(reverse("admin:stock_receive"))

        assert answer.context["formset"].forms[0]["location"].value() is None

    @pytest.mark.parametrize(
        ("model", "field"),
        [("stockmovement", "location"), ("goodsreceiptline", "location"), ("location", "parent")],
    )
    def test_offer_only_the_places_in_their_search(
        self,
        model: str,
        field: str,
        limited: User,
        inside: Location,
        outside: Location,
        client_of: ClientOf,
    ) -> None:
        app = "purchasing" if model == "goodsreceiptline" else "stock"
        asked = {"app_label": app, "model_name": model, "field_name": field, "term": ""}

        found = client_of(limited).get(reverse("admin:autocomplete"), asked).json()["results"]

        assert {row["text"] for row in found} == {"Hall", "Hall / Inside"}

    def test_offer_every_place_as_the_destination_of_an_order(
        self, administrator: User, hall: Location, outside: Location, client_of: ClientOf
    ) -> None:
        administrator.locations.add(hall)
        asked = {"app_label": "purchasing", "model_name": "purchaseorder",
                 "field_name": "destination", "term": ""}  # fmt: skip

        found = client_of(administrator).get(reverse("admin:autocomplete"), asked).json()

        assert {row["text"] for row in found["results"]} == {"Hall", "Hall 2"}

    def test_hint_at_stock_at_the_places(
        self, limited: User, screws: Part, client_of: ClientOf
    ) -> None:
        answer = client_of(limited).get(reverse("admin:stock_availability", args=[screws.pk]))

        shown = {place["location_shown"] for place in answer.json()["places"]}
        assert shown == {"Hall", "Hall / Inside"}

    def test_of_stocktakes_offer_and_open_only_the_places(
        self, limited: User, hall: Location, inside: Location, outside: Location,
        client_of: ClientOf,
    ) -> None:  # fmt: skip
        client = client_of(limited)

        start = client.get(reverse("admin:stock_stocktake_start"))
        count = reverse("admin:stock_stocktake_count", args=[outside.pk])
        refused = client.get(count, follow=True)
        posted = client.post(count, {"_post": "1"})

        choices = [key for key, _label in start.context["form"].fields["location"].widget.choices]
        assert choices == ["", str(hall.pk), str(inside.pk)]
        assert "Hall 2 is not among your places" in refused.content.decode()
        assert posted.status_code == 302
        assert (
            client.get(reverse("admin:stock_stocktake_count", args=[inside.pk])).status_code == 200
        )

    def test_of_stocktakes_begin_with_the_only_place(
        self, storekeeper: User, outside: Location, client_of: ClientOf
    ) -> None:
        storekeeper.locations.add(outside)

        answer = client_of(storekeeper).get(reverse("admin:stock_stocktake_start"))

        assert f'<option value="{outside.pk}" selected' in answer.content.decode()

    def test_of_corrections_say_which_place_is_foreign(
        self, limited: User, screws: Part, outside: Location, client_of: ClientOf
    ) -> None:
        movement = StockMovement.objects.get(part=screws, location=outside)
        address = f"{reverse('admin:stock_correct')}?movement={movement.pk}"

        answer = client_of(limited).post(address, {"reason": "wrong", "key": uuid.uuid4()})

        assert "Hall 2 is not among your places" in answer.content.decode()

    def test_show_stock_everywhere(
        self, limited: User, screws: Part, outside: Location, client_of: ClientOf
    ) -> None:
        client = client_of(limited)

        for name in ("stock_stocklevel_changelist", "stock_stockmovement_changelist"):
            assert "Hall 2" in client.get(reverse(f"admin:{name}")).content.decode()
        assert (
            client.get(reverse("admin:stock_location_change", args=[outside.pk])).status_code == 200
        )


class TestLocations:
    """Who works at some places does not widen them by moving others into them."""

    def data(self, parent: Location | None, name: str = "New") -> dict[str, object]:
        return {"name_en": name, "parent": parent.pk if parent else "", "active": "on"}

    def test_are_made_beneath_the_places(
        self, limited: User, inside: Location, outside: Location, client_of: ClientOf
    ) -> None:
        client, address = client_of(limited), reverse("admin:stock_location_add")

        client.post(address, self.data(inside))
        elsewhere = client.post(address, self.data(outside, "Else"))
        top = client.post(address, self.data(None, "Top"))

        assert Location.objects.filter(name_en="New", parent=inside).exists()
        assert "You work only at Hall." in elsewhere.context["adminform"].form.errors["parent"][0]
        assert top.context["adminform"].form.errors["parent"]

    def test_of_others_are_neither_changed_nor_deleted_nor_moved_in(
        self, limited: User, hall: Location, outside: Location, client_of: ClientOf
    ) -> None:
        client = client_of(limited)

        for place in (outside, hall):
            changed = client.post(
                reverse("admin:stock_location_change", args=[place.pk]), self.data(hall, "Mine")
            )
            deleted = client.post(
                reverse("admin:stock_location_delete", args=[place.pk]), {"post": "yes"}
            )
            assert (changed.status_code, deleted.status_code) == (403, 403)

        assert not Reach(limited).includes(Location.objects.get(pk=outside.pk))

    def test_of_ones_own_are_changed(
        self, limited: User, hall: Location, inside: Location, client_of: ClientOf
    ) -> None:
        client_of(limited).post(
            reverse("admin:stock_location_change", args=[inside.pk]), self.data(hall, "Renamed")
        )

        assert Location.objects.get(pk=inside.pk).name_en == "Renamed"
