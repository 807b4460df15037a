"""The proof that levels and totals follow from the movements finds what was tampered with."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from access.models import User
from catalog.models import Part
from purchasing import life
from purchasing.models import PurchaseOrder
from stock.models import LedgerVerification, Location
from stock.verification import MOST_DIFFERENCES_KEPT, verify_ledger
from tests.webapp.cast import ClientOf
from tests.webapp.database import triggers_off
from tests.webapp.factories import (
    PartFactory,
    SupplierPartFactory,
    arrived,
    draft,
    issue,
    line,
    now,
    ordered,
    receive,
    take_back,
    wanted,
)


@pytest.fixture
def battery(shelf: Location) -> Part:
    part = PartFactory.create(number="BT-6S", tracking="lot")
    receive(line(part, shelf, 5, lot="L1"))
    return part


def tamper(table: str, change: str) -> None:
    """As somebody with the owner's password could."""
    with triggers_off(table) as cursor:
        cursor.execute(change)


def run(*words: str) -> str:
    out = StringIO()
    call_command("verify_ledger", *words, stdout=out)
    return out.getvalue()


class TestVerifyLedger:
    def test_passes_over_an_empty_ledger(self, db: None) -> None:
        verification = verify_ledger(by=None)

        assert verification.passed
        assert (verification.movements, verification.levels) == (0, 0)

    def test_passes_when_all_adds_up(
        self, motor: Part, battery: Part, shelf: Location, auditor: User
    ) -> None:
        issue(line(motor, shelf, 10))

        verification = verify_ledger(by=auditor)

        assert verification.passed
        assert (verification.movements, verification.levels) == (3, 2)
        assert verification.actor == auditor
        assert verification.started_at <= verification.finished_at

    def test_finds_a_level_that_is_not_its_movements(self, battery: Part, motor: Part) -> None:
        tamper(
            "stock_stocklevel",
            f"UPDATE stock_stocklevel SET quantity = 7.5 WHERE part_id = {battery.pk}",
        )

        verification = verify_ledger(by=None)

        assert verification.difference_count == 1
        assert verification.differences == [
            {
                "what": "level",
                "part": "BT-6S",
                "location": "Shelf",
                "lot": "L1",
                "serial": "",
                "order": "",
                "stored": "7.500000",
                "added_up": "5.000000",
            }
        ]

    def test_finds_a_total_that_is_not_its_movements(self, battery: Part, motor: Part) -> None:
        tamper("catalog_part", f"UPDATE catalog_part SET on_hand = 11 WHERE id = {motor.pk}")

        [difference] = verify_ledger(by=None).differences

        assert difference["what"] == "total"
        assert (difference["part"], difference["location"]) == ("MT-2207", "")
        assert (difference["stored"], difference["added_up"]) == ("11.000000", "10.000000")

    def test_finds_a_level_that_is_gone(self, motor: Part) -> None:
        tamper("stock_stocklevel", "DELETE FROM stock_stocklevel")

        [difference] = verify_ledger(by=None).differences

        assert (difference["stored"], difference["added_up"]) == ("0", "10.000000")

    def test_finds_a_level_without_movements(self, motor: Part, bench: Location) -> None:
        tamper(
            "stock_stocklevel",
            "INSERT INTO stock_stocklevel (part_id, location_id, quantity) "
            f"VALUES ({motor.pk}, {bench.pk}, 3)",
        )

        [difference] = verify_ledger(by=None).differences

        assert (difference["location"], difference["stored"]) == ("Bench", "3.000000")

    def test_finds_a_movement_that_was_changed_or_removed(self, motor: Part) -> None:
        tamper("stock_stockmovement", "UPDATE stock_stockmovement SET quantity = 9")
        assert {d["what"] for d in verify_ledger(by=None).differences} == {"level", "total"}

        tamper("stock_stockmovement", "DELETE FROM stock_stockmovement")
        assert {d["what"] for d in verify_ledger(by=None).differences} == {"level", "total"}

    def test_is_not_troubled_by_places_where_nothing_is_left(
        self, motor: Part, bench: Location
    ) -> None:
        tamper(
            "stock_stocklevel",
            "INSERT INTO stock_stocklevel (part_id, location_id, quantity) "
            f"VALUES ({motor.pk}, {bench.pk}, 0)",
        )

        assert verify_ledger(by=None).passed

    def test_keeps_the_first_hundred_differences_and_counts_all(self, shelf: Location) -> None:
        parts = PartFactory.create_batch(MOST_DIFFERENCES_KEPT + 1)
        receive(*(line(part, shelf, 1) for part in parts))
        tamper("catalog_part", "UPDATE catalog_part SET on_hand = 2")

        verification = verify_ledger(by=None)

        assert len(verification.differences) == MOST_DIFFERENCES_KEPT
        assert verification.difference_count == MOST_DIFFERENCES_KEPT + 1


class TestOrders:
    @pytest.fixture
    def order(self, motor: Part, shelf: Location, buyer: User) -> PurchaseOrder:
        """Ten boxes of two are ordered, and three have come."""
        boxes = SupplierPartFactory.create(part=motor, pack_quantity=2)
        order = ordered(wanted(boxes, 10), by=buyer)
        arrived(order.lines.get(), 3, shelf)
        return order

    def test_pass_when_lines_and_receipts_add_up(self, order: PurchaseOrder) -> None:
        assert Part.objects.get().on_order == 14
        assert verify_ledger(by=None).passed

    def test_drafts_and_orders_that_are_over_are_awaited_no_more(
        self, order: PurchaseOrder, buyer: User
    ) -> None:
        draft(wanted(order.lines.get().part, 5), by=buyer)
        life.close_short(
            order.pk,
            version=now(order).version,
            lines=[order.lines.get().pk],
            reason="sold out",
            by=buyer,
            at=timezone.now(),
        )

        assert Part.objects.get().on_order == 0
        assert verify_ledger(by=None).passed

    def test_find_a_part_that_is_not_on_order_as_its_lines_say(self, order: PurchaseOrder) -> None:
        tamper("catalog_part", "UPDATE catalog_part SET on_order = 20")

        [difference] = verify_ledger(by=None).differences

        assert difference == {
            "what": "on order",
            "part": "MT-2207",
            "location": "",
            "lot": "",
            "serial": "",
            "order": "",
            "stored": "20.000000",
            "added_up": "14.000000",
        }

    def test_find_a_line_that_did_not_receive_what_its_receipts_say(
        self, order: PurchaseOrder
    ) -> None:
        """What is outstanding follows the line, so that the part differs too."""
        tamper("purchasing_orderline", "UPDATE purchasing_orderline SET received = 4")

        on_order, received = verify_ledger(by=None).differences

        assert (on_order["what"], on_order["added_up"]) == ("on order", "12.000000")
        assert (received["what"], received["order"]) == ("received", f"{order.number} #1")
        assert (received["stored"], received["added_up"]) == ("4.000000", "3.000000")

    def test_find_a_receipt_that_was_changed(self, order: PurchaseOrder) -> None:
        tamper(
            "purchasing_goodsreceiptline",
            "UPDATE purchasing_goodsreceiptline SET quantity = 5, base_quantity = 10",
        )

        [difference] = verify_ledger(by=None).differences

        assert (difference["what"], difference["added_up"]) == ("received", "5.000000")

    def test_are_reversed_without_a_difference(self, order: PurchaseOrder) -> None:
        take_back(order.receipts.get())

        assert Part.objects.get().on_order == 20
        assert verify_ledger(by=None).passed

    def test_are_named_on_the_page(
        self, order: PurchaseOrder, auditor: User, client_of: ClientOf
    ) -> None:
        tamper("purchasing_orderline", "UPDATE purchasing_orderline SET received = 4")

        page = client_of(auditor).post(reverse("admin:stock_verify"), follow=True)

        shown = page.content.decode()
        assert f"{order.number} #1" in shown
        assert "received packs of an order line" in shown


class TestCommand:
    def test_says_that_the_ledger_adds_up(self, motor: Part) -> None:
        assert run().startswith("The ledger adds up: 1 movements, 1 levels, 0 differences, ")

    def test_fails_with_part_place_lot_and_both_numbers(self, battery: Part) -> None:
        tamper("stock_stocklevel", "UPDATE stock_stocklevel SET quantity = 7")
        out = StringIO()

        with pytest.raises(CommandError, match=r"does not add up: .* 1 differences") as caught:
            call_command("verify_ledger", stdout=out)

        assert caught.value.returncode != 0
        for expected in ("BT-6S", "Shelf", "L1", "stored 7.000000", "added up 5.000000"):
            assert expected in out.getvalue()
        assert LedgerVerification.objects.get().difference_count == 1

    def test_spares_the_work_while_the_last_proof_is_young(self, motor: Part) -> None:
        run()

        assert run("--max-age", "24h").startswith("verified ")
        assert LedgerVerification.objects.count() == 1
        assert run("--max-age", "0h").startswith("The ledger adds up")
        assert LedgerVerification.objects.count() == 2

    def test_does_the_work_when_the_last_proof_is_old(self, motor: Part) -> None:
        yesterday = timezone.now() - timedelta(hours=25)
        LedgerVerification.objects.create(
            started_at=yesterday, finished_at=yesterday, movements=0, levels=0
        )

        run("--max-age", "24h")

        assert LedgerVerification.objects.count() == 2

    def test_does_the_work_when_the_last_verification_found_differences(self, motor: Part) -> None:
        LedgerVerification.objects.create(
            started_at=timezone.now(),
            finished_at=timezone.now(),
            movements=0,
            levels=0,
            difference_count=1,
        )

        run("--max-age", "24h")

        assert LedgerVerification.objects.count() == 2

    def test_refuses_an_age_it_cannot_read(self, db: None) -> None:
        with pytest.raises(CommandError, match="write hours, such as 24h"):
            run("--max-age", "yesterday")
