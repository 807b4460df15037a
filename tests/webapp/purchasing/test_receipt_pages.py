"""The documents of deliveries, and taking one back."""

import csv
import io
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.models import User
from catalog.models import Part, Supplier, SupplierPart, Tracking
from purchasing.models import GoodsReceipt, PurchaseOrder
from stock.models import Location, StockMovement
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
    arrival,
    arrive,
    arrived,
    issue,
    level,
    line,
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
MAY_SEE = {"administrator", "storekeeper", "buyer", "general", "auditor"}


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


class TestRights:
    @pytest.mark.parametrize("role", ROLES)
    def test_show_receipts_to_those_who_may_see_them(
        self,
        role: str,
        order: PurchaseOrder,
        shelf: Location,
        client_of: ClientOf,
        request: pytest.FixtureRequest,
    ) -> None:
        receipt = arrived(lines_of(order)[0], 4, shelf)
        client = client_of(request.getfixturevalue(role))
        expected = 200 if role in MAY_SEE else 403

        for name, args in (("changelist", []), ("change", [receipt.pk])):
            found = client.get(reverse(f"admin:purchasing_goodsreceipt_{name}", args=args))
            assert found.status_code == expected

    @pytest.mark.parametrize("role", ROLES)
    def test_reverse_for_those_who_may(
        self,
        role: str,
        order: PurchaseOrder,
        shelf: Location,
        client_of: ClientOf,
        request: pytest.FixtureRequest,
    ) -> None:
        receipt = arrived(lines_of(order)[0], 4, shelf)
        client = client_of(request.getfixturevalue(role))
        page = reverse("admin:purchasing_receipt_reverse", args=[receipt.pk])

        expected = 200 if role in MAY_RECEIVE else 403

        assert client.get(page).status_code == expected
        if expected == 403:
            assert client.post(page, {"key": uuid.uuid4(), "reason": "x"}).status_code == 403
            assert GoodsReceipt.objects.count() == 1

    def test_offer_the_reversal_to_nobody_else(
        self,
        order: PurchaseOrder,
        shelf: Location,
        buyer: User,
        keeper: Client,
        client_of: ClientOf,
    ) -> None:
        receipt = arrived(lines_of(order)[0], 4, shelf)
        page = reverse("admin:purchasing_goodsreceipt_change", args=[receipt.pk])
        link = reverse("admin:purchasing_receipt_reverse", args=[receipt.pk])

        assert link in keeper.get(page).content.decode()
        assert link not in client_of(buyer).get(page).content.decode()


class TestReceipts:
    @pytest.fixture
    def receipt(self, order: PurchaseOrder, shelf: Location, storekeeper: User) -> GoodsReceipt:
        return arrive(
            order,
            arrival(lines_of(order)[1], 2, shelf),
            by=storekeeper,
            delivery_note="DN-2026/11",
        )

    @pytest.mark.parametrize(
        "term", ["GR-20", "PO-20", "dn-2026/11", "ＤＮ-2026", "tokyo rot", "SC-0310", "TR-0310"]
    )
    def test_are_found_by_what_is_on_paper(
        self, term: str, keeper: Client, receipt: GoodsReceipt
    ) -> None:
        response = keeper.get(reverse("admin:purchasing_goodsreceipt_changelist"), {"q": term})

        assert list(response.context["cl"].result_list) == [receipt]

    def test_are_not_found_by_something_else(self, keeper: Client, receipt: GoodsReceipt) -> None:
        response = keeper.get(reverse("admin:purchasing_goodsreceipt_changelist"), {"q": "MT-2207"})

        assert not response.context["cl"].result_list

    def test_are_filtered(
        self, keeper: Client, receipt: GoodsReceipt, order: PurchaseOrder, rotor: Supplier
    ) -> None:
        reversal = take_back(receipt)
        later = arrived(lines_of(order)[0], 1, receipt.lines.get().location)
        page = reverse("admin:purchasing_goodsreceipt_changelist")

        def found(**query: Any) -> set[GoodsReceipt]:
            return set(keeper.get(page, query).context["cl"].result_list)

        assert found(reversal="none") == {later}
        assert found(reversal="reversed") == {receipt}
        assert found(reversal="reversal") == {reversal}
        assert found(supplier=rotor.pk) == {receipt, reversal, later}
        assert found(supplier=rotor.pk + 1) == set()
        assert found(occurred_at_to="2000-01-01") == set()

    def test_go_out_as_a_file_line_by_line(self, keeper: Client, receipt: GoodsReceipt) -> None:
        take_back(receipt)
        address = reverse("admin:purchasing_goodsreceipt_export", args=["csv"])

        response = keeper.get(address, {"reversal": "reversed"})

        [_header, row] = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
        assert row[0] == receipt.number
        assert {"DN-2026/11", "SC-0310", "200"} <= set(row)

    def test_show_packs_factor_place_and_movements(
        self, keeper: Client, receipt: GoodsReceipt, order: PurchaseOrder
    ) -> None:
        page = parsed(
            keeper.get(reverse("admin:purchasing_goodsreceipt_change", args=[receipt.pk]))
        )

        [row] = page.select(".receipt-lines tbody tr")
        cells = [said(cell) for cell in row.select("td")]
        assert cells[2:6] == ["2", "100 pcs × 100", "+200 pcs", "Shelf"]
        links = {tag["href"] for tag in page.select(".inventory-page a")}
        assert reverse("admin:purchasing_purchaseorder_change", args=[order.pk]) in links
        ledger = reverse("admin:stock_stockmovement_changelist")
        movements = f"{ledger}?idempotency_key={receipt.idempotency_key}"
        assert movements in links
        assert keeper.get(movements).context["cl"].result_count == 1

    def test_show_lots_and_serial_numbers(
        self, keeper: Client, battery: Part, controller: Part, shelf: Location, buyer: User
    ) -> None:
        order = ordered(wanted(battery, 5), wanted(controller, 2), by=buyer)
        batteries, controllers = lines_of(order)
        receipt = arrive(
            order,
            arrival(batteries, 5, shelf, lot="L-1"),
            arrival(controllers, 2, shelf, serials=("SN-1", "SN-2")),
        )

        page = parsed(
            keeper.get(reverse("admin:purchasing_goodsreceipt_change", args=[receipt.pk]))
        )

        items = [cell.text.strip() for cell in page.select("td.receipt-items")]
        assert items == ["L-1", "#SN-1, #SN-2"]

    def test_offer_no_change(
        self, administrator: User, client_of: ClientOf, receipt: GoodsReceipt
    ) -> None:
        client = client_of(administrator)

        assert client.get(reverse("admin:purchasing_goodsreceipt_add")).status_code == 403
        for name in ("delete", "history"):
            page = reverse(f"admin:purchasing_goodsreceipt_{name}", args=[receipt.pk])
            assert client.post(page, {"post": "yes"}).status_code in {200, 302, 403, 405}
        assert GoodsReceipt.objects.filter(pk=receipt.pk).exists()


class TestReverse:
    @pytest.fixture
    def receipt(self, order: PurchaseOrder, shelf: Location) -> GoodsReceipt:
        return arrived(lines_of(order)[0], 4, shelf)

    def page(self, receipt: GoodsReceipt) -> str:
        return reverse("admin:purchasing_receipt_reverse", args=[receipt.pk])

    def test_takes_the_whole_receipt_back(
        self, keeper: Client, receipt: GoodsReceipt, motor: Part, shelf: Location, storekeeper: User
    ) -> None:
        shown = parsed(keeper.get(self.page(receipt)))

        response = keeper.post(self.page(receipt), {"key": uuid.uuid4(), "reason": "Wrong order"})

        assert "-4 pcs" in " ".join(shown.text.split())
        reversal = GoodsReceipt.objects.get(reverses=receipt)
        assert (reversal.reason, reversal.actor) == ("Wrong order", storekeeper)
        assert level(motor, shelf) == 0
        assert response.headers["Location"] == reverse(
            "admin:purchasing_goodsreceipt_change", args=[reversal.pk]
        )
        assert now(receipt.order).state == "ordered"

    def test_needs_a_reason(self, keeper: Client, receipt: GoodsReceipt) -> None:
        response = keeper.post(self.page(receipt), {"key": uuid.uuid4(), "reason": "  "})

        assert response.context["form"].errors["reason"]
        assert GoodsReceipt.objects.count() == 1

    def test_takes_a_reason_no_longer_than_the_ledger_keeps(
        self, keeper: Client, receipt: GoodsReceipt
    ) -> None:
        refused = keeper.post(self.page(receipt), {"key": uuid.uuid4(), "reason": "x" * 401})
        keeper.post(self.page(receipt), {"key": uuid.uuid4(), "reason": "x" * 400})

        assert refused.context["form"].errors["reason"]
        assert GoodsReceipt.objects.count() == 2

    def test_takes_a_repeated_request_once(
        self, keeper: Client, receipt: GoodsReceipt, motor: Part, shelf: Location
    ) -> None:
        posted = {"key": uuid.uuid4(), "reason": "Wrong order"}

        first = keeper.post(self.page(receipt), posted)
        again = keeper.post(self.page(receipt), posted)

        assert first.headers["Location"] == again.headers["Location"]
        assert GoodsReceipt.objects.count() == 2

    def test_does_not_take_another_receipt_for_a_repeated_request(
        self, keeper: Client, receipt: GoodsReceipt, order: PurchaseOrder, shelf: Location
    ) -> None:
        other = arrived(lines_of(order)[0], 1, shelf)
        posted = {"key": uuid.uuid4(), "reason": "Wrong order"}
        keeper.post(self.page(receipt), posted)

        response = keeper.post(self.page(other), posted)

        assert "used for another entry already" in response.content.decode()
        assert not GoodsReceipt.objects.filter(reverses=other).exists()

    def test_says_that_the_stock_has_left(
        self, keeper: Client, receipt: GoodsReceipt, motor: Part, shelf: Location
    ) -> None:
        issue(line(motor, shelf, 3))

        response = keeper.post(self.page(receipt), {"key": uuid.uuid4(), "reason": "Wrong order"})

        page = parsed(response)
        assert "4 asked for, 1 there" in said(page.select("[role=alert]")[0])
        assert page.select_one("#id_reason")["value"] == "Wrong order"  # type: ignore[index]
        assert GoodsReceipt.objects.count() == 1

    def test_says_by_what_it_was_reversed_before(
        self, keeper: Client, receipt: GoodsReceipt
    ) -> None:
        reversal = take_back(receipt)

        response = keeper.post(self.page(receipt), {"key": uuid.uuid4(), "reason": "Again"})

        page = parsed(response)
        assert f"was reversed before, by {reversal.number}" in page.text
        assert not page.select("#id_reason")
        assert GoodsReceipt.objects.count() == 2

    def test_does_not_reverse_a_reversal(self, keeper: Client, receipt: GoodsReceipt) -> None:
        reversal = take_back(receipt)

        page = parsed(keeper.get(self.page(reversal)))

        assert "Receive the goods anew instead" in page.text
        assert not page.select("#id_reason")

    def test_links_both_documents(self, keeper: Client, receipt: GoodsReceipt) -> None:
        reversal = take_back(receipt)

        def links(shown: GoodsReceipt) -> str:
            page = reverse("admin:purchasing_goodsreceipt_change", args=[shown.pk])
            return str(parsed(keeper.get(page)).select_one(".receipt-note"))

        assert reversal.number in links(receipt)
        assert receipt.number in links(reversal)


class TestLedger:
    def test_names_the_receipt_of_a_movement(
        self, keeper: Client, order: PurchaseOrder, shelf: Location
    ) -> None:
        receipt = arrived(lines_of(order)[0], 4, shelf)
        movement = StockMovement.objects.get()
        link = reverse("admin:purchasing_goodsreceipt_change", args=[receipt.pk])

        for name, args in (("changelist", []), ("change", [movement.pk])):
            page = keeper.get(reverse(f"admin:stock_stockmovement_{name}", args=args))
            assert parsed(page).select_one(f'a[href="{link}"]')

    def test_sends_a_correction_to_the_receipt(
        self, keeper: Client, order: PurchaseOrder, motor: Part, shelf: Location
    ) -> None:
        receipt = arrived(lines_of(order)[0], 4, shelf)
        movement = StockMovement.objects.get()
        page = reverse("admin:stock_correct") + f"?movement={movement.pk}"

        shown = parsed(keeper.get(page))
        posted = keeper.post(page, {"key": uuid.uuid4(), "reason": "Wrong"})

        link = reverse("admin:purchasing_receipt_reverse", args=[receipt.pk])
        assert "reversed with the whole receipt" in shown.text
        assert shown.select_one(f'a[href="{link}"]')
        assert not shown.select("#id_reason")
        assert "Reverse the receipt" in posted.content.decode()
        assert level(motor, shelf) == 4

    def test_corrects_other_movements_as_before(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 3)
        page = reverse("admin:stock_correct") + f"?movement={StockMovement.objects.get().pk}"

        assert parsed(keeper.get(page)).select("#id_reason")
        keeper.post(page, {"key": uuid.uuid4(), "reason": "Wrong"})
        assert level(motor, shelf) == 0
