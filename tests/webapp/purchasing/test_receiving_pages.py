"""Receiving an order through the page."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse

from access.models import User
from catalog.models import Part, Supplier, SupplierPart, Tracking
from purchasing import life
from purchasing.models import GoodsReceipt, PurchaseOrder
from purchasing.receiving_forms import parse_serials
from stock.models import Location, StockMovement
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    arrival,
    arrive,
    arrived,
    level,
    now,
    ordered,
    stocked,
    take_back,
    wanted,
)
from tests.webapp.purchasing.reading import lines_of, parsed, said

pytestmark = pytest.mark.django_db

ROLES = ["administrator", "storekeeper", "buyer", "general", "auditor", "outsider"]
MAY_RECEIVE = {"administrator", "storekeeper"}


@pytest.fixture
def keeper(storekeeper: User, client_of: ClientOf) -> Client:
    return client_of(storekeeper)


@pytest.fixture
def order(motors: SupplierPart, screws: SupplierPart, buyer: User) -> PurchaseOrder:
    """Ten motors, and five boxes of a hundred screws."""
    return ordered(wanted(motors, 10), wanted(screws, 5), by=buyer)


@pytest.fixture
def battery(rotor: Supplier) -> Part:
    part: Part = PartFactory.create(number="BT-6S", tracking=Tracking.LOT)
    SupplierPartFactory.create(part=part, supplier=rotor)
    return part


@pytest.fixture
def controller(rotor: Supplier) -> Part:
    part: Part = PartFactory.create(number="FC-H7", tracking=Tracking.SERIAL)
    SupplierPartFactory.create(part=part, supplier=rotor)
    return part


def address(order: PurchaseOrder) -> str:
    return reverse("admin:purchasing_order_receive", args=[order.pk])


def delivery(order: PurchaseOrder, *rows: dict[str, Any], **header: Any) -> dict[str, Any]:
    """What the page posts: a row is ``{"line": line, "quantity": 3, "location": shelf}``."""
    posted = {
        "key": uuid.uuid4(),
        "version": now(order).version,
        "delivery_note": "",
        "reason": "",
        "occurred_at": "",
        "location": "",
        "rows-TOTAL_FORMS": len(rows),
        "rows-INITIAL_FORMS": len(rows),
        **header,
    }
    for index, row in enumerate(rows):
        posted[f"rows-{index}-seen"] = row["line"].received_in_all
        for name, value in row.items():
            posted[f"rows-{index}-{name}"] = getattr(value, "pk", value)
    return posted


def post(client: Client, order: PurchaseOrder, *rows: dict[str, Any], **header: Any) -> Any:
    return client.post(address(order), delivery(order, *rows, **header))


def shown_lines(page: BeautifulSoup) -> dict[str, Tag]:
    """The lines of the page by part number."""
    return {
        number.text: shown
        for shown in page.select("[data-line]")
        if (number := shown.select_one(".inventory-strong"))
    }


def field(row: Tag | BeautifulSoup, name: str) -> Tag:
    found = row.select_one(f'[name$="-{name}"]')
    assert found is not None
    return found


def chosen(row: Tag) -> str:
    option = field(row, "location").select_one("option[selected]")
    return option.text if option else ""


def as_it_stands(page: BeautifulSoup) -> dict[str, str]:
    """What the browser posts of the page."""
    typed = {tag["name"]: tag.get("value", "") for tag in page.select("#receiving input[name]")}
    chosen = {
        tag["name"]: option["value"]
        for tag in page.select("#receiving select")
        if (option := tag.select_one("option[selected]"))
    }
    return {str(name): str(value) for name, value in {**typed, **chosen}.items()}


class TestEscaping:
    """The lines are put together without templates, which would see to it."""

    ODD = "<i>\"'&"

    @pytest.mark.parametrize("tracking", Tracking)
    def test_of_whatever_people_wrote(
        self, tracking: Tracking, rotor: Supplier, keeper: Client, buyer: User
    ) -> None:
        part = PartFactory.create(
            number=f"{self.ODD}1", name_en=f"{self.ODD}2", name_ja="x", unit="m", tracking=tracking
        )
        offer = SupplierPartFactory.create(
            part=part, supplier=rotor, sku=f"{self.ODD}3", description=f"{self.ODD}4",
            pack_quantity=100, pack_unit="ft",
        )  # fmt: skip
        order = ordered(wanted(offer, 2, tolerance_percent=Decimal(10)), by=buyer)
        row = {"line": order.lines.get(), "quantity": self.ODD, "lot": self.ODD}

        opened, sent = keeper.get(address(order)), post(keeper, order, {**row, "seen": "1.5"})

        for response in (opened, sent):
            page = parsed(response)
            assert "<i>" not in response.text
            for number in range(1, 5):
                assert f"{self.ODD}{number}" in page.text
        assert "Received was 1.5 when you opened the page" in parsed(sent).text
        assert field(parsed(sent), "quantity")["value"] == self.ODD


class TestRights:
    @pytest.mark.parametrize("role", ROLES)
    def test_receive_for_those_who_may(
        self,
        role: str,
        order: PurchaseOrder,
        client_of: ClientOf,
        request: pytest.FixtureRequest,
    ) -> None:
        client = client_of(request.getfixturevalue(role))

        expected = 200 if role in MAY_RECEIVE else 403

        assert client.get(address(order)).status_code == expected

    @pytest.mark.parametrize("role", ["buyer", "general", "auditor"])
    def test_refuse_a_delivery_without_the_right(
        self,
        role: str,
        order: PurchaseOrder,
        shelf: Location,
        client_of: ClientOf,
        request: pytest.FixtureRequest,
    ) -> None:
        row = {"line": lines_of(order)[0], "quantity": 1, "location": shelf}

        response = post(client_of(request.getfixturevalue(role)), order, row)

        assert response.status_code == 403
        assert not GoodsReceipt.objects.exists()


class TestPage:
    def test_lists_what_is_awaited_in_packs_and_in_the_unit_of_the_part(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        arrived(lines_of(order)[1], 2, shelf)

        shown = shown_lines(parsed(keeper.get(address(order))))

        assert list(shown) == ["MT-2207", "SC-0310"]
        assert "SKU: TR-0310 1 pack: 100 pcs Ordered 5 = 500 pcs Received 2" in said(
            shown["SC-0310"]
        )
        assert "Missing 3 = 300 pcs" in said(shown["SC-0310"])
        assert "1 pack" not in said(shown["MT-2207"])

    def test_explains_packs_of_another_unit(
        self, keeper: Client, rotor: Supplier, buyer: User
    ) -> None:
        wire = PartFactory.create(number="WR-18", unit="m")
        roll = SupplierPartFactory.create(
            part=wire, supplier=rotor, pack_quantity=100, pack_unit="ft"
        )
        order = ordered(wanted(roll, 3), by=buyer)

        shown = shown_lines(parsed(keeper.get(address(order))))["WR-18"]

        assert "1 pack: 100 ft = 30.48 m Ordered 3 = 91.44 m" in said(shown)
        assert shown["data-factor"].startswith("30.48")  # type: ignore[union-attr]

    def test_leaves_out_complete_and_closed_lines(
        self, keeper: Client, order: PurchaseOrder, shelf: Location, buyer: User
    ) -> None:
        motors, screws = lines_of(order)
        arrive(order, arrival(motors, 10, shelf), arrival(screws, 1, shelf))
        other = ordered(wanted(motors.part, 1), wanted(screws.part, 1), by=buyer)
        life.close_short(
            other.pk,
            version=now(other).version,
            lines=[lines_of(other)[0].pk],
            reason="sold out",
            by=buyer,
            at=other.created_at,
        )

        complete = parsed(keeper.get(address(order)))
        closed = parsed(keeper.get(address(other)))

        assert list(shown_lines(complete)) == ["SC-0310"]
        assert list(shown_lines(closed)) == ["SC-0310"]
        assert "1 line was closed short" in closed.text

    def test_shows_complete_lines_that_may_take_more(
        self, keeper: Client, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(motors, 10, tolerance_percent=Decimal(10)), by=buyer)
        arrived(lines_of(order)[0], 10, shelf)

        page = parsed(keeper.get(address(order)))

        assert "1 line is complete" in page.text
        assert "At most (tolerance 10 %) 1" in said(shown_lines(page)["MT-2207"])
        post(keeper, order, {"line": lines_of(order)[0], "quantity": 1, "location": shelf})
        assert level(motors.part, shelf) == 11

    def test_begins_with_the_destination(
        self, keeper: Client, motors: SupplierPart, shelf: Location, bench: Location, buyer: User
    ) -> None:
        stocked(motors.part, shelf, 3)
        order = ordered(wanted(motors, 10), by=buyer, destination=bench)

        shown = shown_lines(parsed(keeper.get(address(order))))["MT-2207"]

        assert chosen(shown) == "Bench"

    def test_begins_without_one_where_most_of_the_part_lies(
        self, keeper: Client, order: PurchaseOrder, motor: Part, shelf: Location, bench: Location
    ) -> None:
        stocked(motor, shelf, 3)
        stocked(motor, bench, 2, lot="A")
        stocked(motor, bench, 2, lot="B")

        shown = shown_lines(parsed(keeper.get(address(order))))

        assert chosen(shown["MT-2207"]) == "Bench"
        offered = [option.text for option in field(shown["MT-2207"], "location").select("option")]
        assert offered == ["", "Bench", "Shelf"]
        assert chosen(shown["SC-0310"]) == ""

    def test_does_not_begin_with_a_location_that_is_closed(
        self, keeper: Client, motors: SupplierPart, shelf: Location, bench: Location, buyer: User
    ) -> None:
        stocked(motors.part, shelf, 3)
        order = ordered(wanted(motors, 10), by=buyer, destination=bench)
        Location.objects.update(active=False)

        assert chosen(shown_lines(parsed(keeper.get(address(order))))["MT-2207"]) == ""

    def test_asks_for_lots_and_serial_numbers_where_the_part_is_tracked(
        self, keeper: Client, motor: Part, battery: Part, controller: Part, buyer: User
    ) -> None:
        parts = (motor, battery, controller)
        order = ordered(*[wanted(part, 2) for part in parts], by=buyer)

        shown = shown_lines(parsed(keeper.get(address(order))))

        asked = {
            number: [name for name in ("lot", "serials") if row.select(f'[name$="-{name}"]')]
            for number, row in shown.items()
        }
        assert asked == {"MT-2207": [], "BT-6S": ["lot"], "FC-H7": ["serials"]}

    @pytest.mark.parametrize("state", ["draft", "approved", "received", "closed", "cancelled"])
    def test_sends_back_to_an_order_that_is_not_received(
        self, state: str, keeper: Client, order_in: Any
    ) -> None:
        order = order_in(state)

        response = keeper.get(address(order), follow=True)

        assert response.redirect_chain[0][0] == reverse(
            "admin:purchasing_purchaseorder_change", args=[order.pk]
        )
        [message] = map(str, response.context["messages"])
        assert ("was received" if state == "received" else "that were placed") in message

    def test_is_not_there_for_no_order(self, keeper: Client) -> None:
        assert keeper.get(reverse("admin:purchasing_order_receive", args=[99])).status_code == 404


class TestReceive:
    def test_records_what_was_entered_and_nothing_else(
        self, keeper: Client, order: PurchaseOrder, shelf: Location, storekeeper: User
    ) -> None:
        motors, screws = lines_of(order)

        response = post(
            keeper,
            order,
            {"line": motors, "quantity": "", "location": shelf},
            {"line": screws, "quantity": "２", "location": shelf},
            delivery_note="DN-77",
            reason="one box is dented",
            occurred_at="2026-11-05T09:30",
        )

        receipt = GoodsReceipt.objects.get()
        assert response.headers["Location"] == reverse(
            "admin:purchasing_purchaseorder_change", args=[order.pk]
        )
        assert (receipt.delivery_note, receipt.reason, receipt.actor) == (
            "DN-77",
            "one box is dented",
            storekeeper,
        )
        [recorded] = receipt.lines.all()
        assert recorded.order_line == screws
        assert (recorded.quantity, recorded.base_quantity) == (Decimal(2), Decimal(200))
        assert level(screws.part, shelf) == 200
        assert now(order).state == "partial"

    def test_says_the_number_and_where_the_order_stands(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        rows = [{"line": line, "quantity": line.quantity, "location": shelf}
                for line in lines_of(order)]  # fmt: skip

        response = keeper.post(address(order), delivery(order, *rows), follow=True)

        [message] = map(str, response.context["messages"])
        number = GoodsReceipt.objects.get().number
        assert message == f"{number} is recorded: 2 lines. {order.number}: Received."

    def test_takes_a_repeated_request_once(
        self, keeper: Client, order: PurchaseOrder, shelf: Location, motor: Part
    ) -> None:
        posted = delivery(order, {"line": lines_of(order)[0], "quantity": 10, "location": shelf})

        keeper.post(address(order), posted)
        again = keeper.post(address(order), posted, follow=True)

        assert GoodsReceipt.objects.count() == 1
        assert level(motor, shelf) == 10
        assert "not recorded a second time" in str(list(again.context["messages"])[-1])

    def test_does_not_take_another_delivery_for_a_repeated_request(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        """The page of before, by the browser's button, with other quantities."""
        motors = lines_of(order)[0]
        posted = delivery(order, {"line": motors, "quantity": 4, "location": shelf})
        keeper.post(address(order), posted)

        response = keeper.post(address(order), {**posted, "rows-0-quantity": 5})

        assert "used for another entry already" in response.content.decode()
        assert GoodsReceipt.objects.count() == 1

    def test_splits_a_line_into_lots(
        self, keeper: Client, battery: Part, shelf: Location, bench: Location, buyer: User
    ) -> None:
        order = ordered(wanted(battery, 5), by=buyer)
        [batteries] = lines_of(order)

        post(
            keeper,
            order,
            {"line": batteries, "quantity": 3, "location": shelf, "lot": "L-1"},
            {"line": batteries, "quantity": 2, "location": bench, "lot": "Ｌ-2"},
        )

        assert level(battery, shelf, "L-1") == 3
        assert level(battery, bench, "L-2") == 2
        assert now(order).state == "received"

    def test_reads_serial_numbers_however_they_were_pasted(
        self, keeper: Client, controller: Part, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(controller, 5), by=buyer)
        pasted = "SN-1, SN-2\tＳＮ-3、SN-4\r\n\r\n SN-5 \n"

        post(
            keeper,
            order,
            {"line": lines_of(order)[0], "quantity": 5, "location": shelf, "serials": pasted},
        )

        serials = StockMovement.objects.order_by("line").values_list("lot__serial", flat=True)
        assert list(serials) == ["SN-1", "SN-2", "SN-3", "SN-4", "SN-5"]

    def test_puts_every_line_without_a_location_into_the_one_for_all(
        self, keeper: Client, order: PurchaseOrder, shelf: Location, bench: Location
    ) -> None:
        motors, screws = lines_of(order)

        post(
            keeper,
            order,
            {"line": motors, "quantity": 1, "location": ""},
            {"line": screws, "quantity": 1, "location": bench},
            location=shelf.pk,
        )

        assert level(motors.part, shelf) == 1
        assert level(screws.part, bench) == 100

    def test_takes_a_location_that_was_searched_for(
        self, keeper: Client, order: PurchaseOrder
    ) -> None:
        far = LocationFactory.create(name_en="Far away")
        motors = lines_of(order)[0]

        post(keeper, order, {"line": motors, "quantity": 1, "location": far})

        assert level(motors.part, far) == 1

    def test_passes_over_rows_that_the_page_took_away(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        row = {"line": lines_of(order)[0], "quantity": 1, "location": shelf}
        posted = delivery(order, row) | {"rows-TOTAL_FORMS": 4}

        keeper.post(address(order), posted)

        assert GoodsReceipt.objects.get().lines.count() == 1


class TestEverythingArrived:
    def test_fills_in_what_is_missing_and_records_nothing(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        motors, screws = lines_of(order)
        arrived(motors, 4, shelf)
        rows = [
            {"line": lines_of(order)[0], "quantity": "", "location": shelf},
            {"line": screws, "quantity": "2", "location": shelf},
            {"line": screws, "quantity": "", "location": ""},
        ]
        posted = delivery(order, *rows, delivery_note="DN-9")

        response = keeper.post(address(order), {**posted, "_everything": "1"})

        page = parsed(response)
        quantities = [tag.get("value", "") for tag in page.select('[name$="-quantity"]')]
        assert quantities[:3] == ["6", "2", "3"]
        assert page.select_one('[name="delivery_note"]')["value"] == "DN-9"  # type: ignore[index]
        assert page.select_one('[name="key"]')["value"] == str(posted["key"])  # type: ignore[index]
        assert GoodsReceipt.objects.count() == 1
        assert not page.select(".inventory-error")

    def test_leaves_alone_what_cannot_be_read(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        row = {"line": lines_of(order)[0], "quantity": "ten", "location": shelf}

        response = keeper.post(address(order), delivery(order, row, _everything="1"))

        assert field(parsed(response), "quantity")["value"] == "ten"


class TestRefusals:
    def test_has_the_numbers_of_an_over_receipt_at_its_row(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        motors, screws = lines_of(order)

        response = post(
            keeper,
            order,
            {"line": screws, "quantity": 5, "location": shelf},
            {"line": motors, "quantity": 11, "location": shelf},
            delivery_note="DN-1",
        )

        shown = shown_lines(parsed(response))
        alert = said(shown["MT-2207"].select("[role=alert]")[0])
        assert "11 arrived, which is too much. Ordered 10" in alert
        assert "at most 10 more" in alert
        assert not shown["SC-0310"].select("[role=alert]")
        assert field(shown["MT-2207"], "quantity")["value"] == "11"
        assert field(shown["SC-0310"], "quantity")["value"] == "5"
        assert chosen(shown["SC-0310"]) == "Shelf"
        assert 'value="DN-1"' in response.content.decode()
        assert not GoodsReceipt.objects.exists()

    def test_keeps_both_rows_of_a_split_line(
        self, keeper: Client, battery: Part, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(battery, 5), by=buyer)
        [batteries] = lines_of(order)

        response = post(
            keeper,
            order,
            {"line": batteries, "quantity": 3, "location": shelf, "lot": "L-1"},
            {"line": batteries, "quantity": 2, "location": shelf, "lot": ""},
        )

        rows = shown_lines(parsed(response))["BT-6S"].select("[data-row]")
        assert [field(row, "quantity")["value"] for row in rows] == ["3", "2"]
        assert "Enter the lot" in rows[1].text
        assert "Enter the lot" not in rows[0].text

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ({"quantity": "many"}, "is not a number"),
            ({"quantity": "-1"}, "above 0"),
            ({"quantity": "", "lot": "L-1"}, "Enter how many packs arrived"),
            ({"location": ""}, "Choose where it was put"),
            ({"location": "999999"}, "Select a valid choice"),
            ({"lot": "L" * 101}, "at most 100"),
            ({"lot": "㌔" * 60}, "too long"),
        ],
    )
    def test_names_the_field_that_is_wrong(
        self,
        typed: dict[str, str],
        message: str,
        keeper: Client,
        battery: Part,
        shelf: Location,
        buyer: User,
    ) -> None:
        order = ordered(wanted(battery, 5), by=buyer)
        row = {"line": lines_of(order)[0], "quantity": 1, "location": shelf, "lot": "L-1", **typed}

        response = post(keeper, order, row)

        [error] = shown_lines(parsed(response))["BT-6S"].select(".inventory-error")
        assert message in error.text
        assert not GoodsReceipt.objects.exists()

    @pytest.mark.parametrize(
        ("serials", "message"),
        [
            ("SN-1", "2 items arrived, and 1 serial numbers were entered"),
            ("SN-1\nsn-1", "is entered twice"),
            ("SN-1\n" + "9" * 101, "is too long for a serial number"),
        ],
    )
    def test_says_what_is_wrong_with_serial_numbers(
        self,
        serials: str,
        message: str,
        keeper: Client,
        controller: Part,
        shelf: Location,
        buyer: User,
    ) -> None:
        order = ordered(wanted(controller, 2), by=buyer)
        row = {
            "line": lines_of(order)[0], "quantity": 2, "location": shelf, "serials": serials
        }  # fmt: skip

        response = post(keeper, order, row)

        shown = shown_lines(parsed(response))["FC-H7"]
        assert message in shown.text
        assert field(shown, "serials").text.strip() == serials
        assert not GoodsReceipt.objects.exists()

    def test_asks_for_something(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        row = {"line": lines_of(order)[0], "quantity": "", "location": shelf}

        response = post(keeper, order, row)

        assert "Nothing was entered" in said(parsed(response).select("[role=alert]")[0])

    def test_refuses_a_time_to_come(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        row = {"line": lines_of(order)[0], "quantity": 1, "location": shelf}

        response = post(keeper, order, row, occurred_at="2999-01-01T00:00")

        assert "lies in the future" in response.content.decode()
        assert not GoodsReceipt.objects.exists()

    def test_refuses_a_line_of_another_order(
        self,
        keeper: Client,
        order: PurchaseOrder,
        motors: SupplierPart,
        shelf: Location,
        buyer: User,
    ) -> None:
        other = ordered(wanted(motors, 3), by=buyer)
        row = {"line": lines_of(other)[0], "quantity": 1, "location": shelf}

        response = post(keeper, order, row)

        assert response.status_code == 200
        assert "not on this order" in response.content.decode()
        assert not GoodsReceipt.objects.exists()

    @pytest.mark.parametrize(
        "broken", [{"rows-TOTAL_FORMS": "x"}, {"key": "x"}, {"version": "x"}, {"rows-0-line": "x"}]
    )
    def test_survives_a_page_that_was_tampered_with(
        self, broken: dict[str, str], keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        row = {"line": lines_of(order)[0], "quantity": 1, "location": shelf}

        response = keeper.post(address(order), delivery(order, row) | broken)

        assert response.status_code == 200
        assert not GoodsReceipt.objects.exists()


class TestOrderChangedMeanwhile:
    def test_shows_what_happened_and_takes_it_after_a_look(
        self, keeper: Client, order: PurchaseOrder, shelf: Location, administrator: User
    ) -> None:
        motors, screws = lines_of(order)
        typed = delivery(
            order,
            {"line": motors, "quantity": 4, "location": shelf},
            {"line": screws, "quantity": "", "location": shelf},
            delivery_note="DN-5",
        )
        arrive(order, arrival(motors, 3, shelf), by=administrator)

        response = keeper.post(address(order), typed)

        page = parsed(response)
        alert = said(page.select("[role=alert]")[0])
        assert "was changed after you opened this page" in alert
        assert "Goods received" in alert
        assert str(administrator) in alert
        shown = shown_lines(page)["MT-2207"]
        assert "Received was 0 when you opened the page, and is 3 now" in shown.text
        assert field(shown, "quantity")["value"] == "4"
        assert GoodsReceipt.objects.count() == 1

        again = {
            tag["name"]: tag.get("value", "") for tag in page.select("form#receiving input[name]")
        }
        selected = {
            tag["name"]: option["value"]
            for tag in page.select("form#receiving select")
            if (option := tag.select_one("option[selected]"))
        }
        keeper.post(address(order), {**again, **selected})

        assert level(motors.part, shelf) == 7
        assert GoodsReceipt.objects.latest("pk").delivery_note == "DN-5"

    def test_shows_a_line_that_waits_again(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        motors, screws = lines_of(order)
        receipt = arrive(order, arrival(motors, 10, shelf))
        typed = delivery(order, {"line": screws, "quantity": 1, "location": shelf})
        take_back(receipt)

        response = keeper.post(address(order), typed)

        shown = shown_lines(parsed(response))
        assert list(shown) == ["MT-2207", "SC-0310"]
        assert field(shown["SC-0310"], "quantity")["value"] == "1"

    def test_keeps_what_was_typed_for_a_line_that_is_complete_by_now(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        motors, screws = lines_of(order)
        typed = delivery(
            order,
            {"line": motors, "quantity": 10, "location": shelf},
            {"line": screws, "quantity": "", "location": shelf},
        )
        arrive(order, arrival(motors, 10, shelf))

        shown = shown_lines(parsed(keeper.post(address(order), typed)))

        assert field(shown["MT-2207"], "quantity")["value"] == "10"
        assert "is 10 now" in shown["MT-2207"].text

    def test_says_that_it_was_cancelled(
        self, keeper: Client, order: PurchaseOrder, shelf: Location, buyer: User
    ) -> None:
        typed = delivery(order, {"line": lines_of(order)[0], "quantity": 1, "location": shelf})
        life.cancel(
            order.pk,
            version=now(order).version,
            reason="wrong supplier",
            by=buyer,
            at=order.created_at,
        )

        response = keeper.post(address(order), typed)

        assert "Cancelled" in said(parsed(response).select("[role=alert]")[0])
        assert not GoodsReceipt.objects.exists()


@pytest.mark.parametrize(
    ("pasted", "serials"),
    [
        ("", []),
        ("A1\nA2", ["A1", "A2"]),
        ("A1,A2；A3;A4", ["A1", "A2", "A3", "A4"]),
        ("A1\tA2\r\nA3", ["A1", "A2", "A3"]),
        ("Ａ１、Ａ２，Ａ３､Ａ４", ["A1", "A2", "A3", "A4"]),
        ("\n ,, A 1 \n\n", ["A 1"]),
    ],
)
def test_serial_numbers_are_read_from_lists_of_any_kind(pasted: str, serials: list[str]) -> None:
    assert parse_serials(pasted) == serials
