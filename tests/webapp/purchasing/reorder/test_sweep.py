"""The look at every part, by night and whenever somebody asks."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from access.models import User
from catalog.models import Part, SupplierPart
from purchasing import life
from purchasing.errors import OrderChangedError
from purchasing.models import (
    ApprovalLimit,
    OrderEvent,
    OrderLine,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.reorder import sweep as sweeping
from purchasing.reorder.evaluation import Changes
from purchasing.reorder.sweep import sweep
from stock.models import Location
from tests.webapp.factories import PartFactory, SupplierPartFactory

type Take = Callable[[int], None]


def rows() -> list[object]:
    """Everything that a sweep might write."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (PurchaseOrder, OrderLine, OrderEvent, ReorderProposal)
    ]


class TestSweep:
    def test_finds_what_nobody_looked_at(self, motors: SupplierPart) -> None:
        Part.objects.filter(pk=motors.part_id).update(reorder_point=12)  # by psql

        assert sweep() == (Changes(proposed=1), 0)

        assert ReorderProposal.objects.get().packs == 18

    def test_withdraws_what_is_needed_no_more(self, take: Take, motors: SupplierPart) -> None:
        take(2)
        Part.objects.filter(pk=motors.part_id).update(active=False)

        assert sweep() == (Changes(withdrawn=1), 0)

    def test_computes_anew(self, take: Take, motors: SupplierPart) -> None:
        take(2)
        Part.objects.filter(pk=motors.part_id).update(target_quantity=40)

        assert sweep() == (Changes(recomputed=1), 0)

        assert OrderLine.objects.get().quantity == 30

    def test_changes_nothing_the_second_time(
        self, take: Take, screws: SupplierPart, shelf: Location
    ) -> None:
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        take(2)
        sweep()
        before = rows()

        assert sweep() == (Changes(), 0)

        assert rows() == before

    def test_looks_at_some_parts_at_a_time(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sweeping, "PARTS_AT_ONCE", 2)
        for _number in range(5):
            SupplierPartFactory.create(part=PartFactory.create(reorder_point=5))

        assert sweep()[0].proposed == 5

        assert sweep() == (Changes(), 0)

    def test_leaves_parts_alone_that_have_enough(self, motors: SupplierPart) -> None:
        assert sweep() == (Changes(), 0)

        assert not PurchaseOrder.objects.exists()

    def test_approves_what_a_limit_allows_since(self, take: Take) -> None:
        take(2)
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=20_000)

        assert sweep() == (Changes(), 1)

        assert PurchaseOrder.objects.get().state == "approved"

    def test_leaves_a_draft_to_whoever_is_changing_it(
        self, take: Take, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take(2)
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=20_000)

        def changed_meanwhile(order_id: int) -> None:
            raise OrderChangedError(f"order {order_id} has another line")

        monkeypatch.setattr(sweeping, "lock_order", changed_meanwhile)

        assert sweep() == (Changes(), 0)

    def test_leaves_drafts_alone_that_were_sent_back(self, take: Take, buyer: User) -> None:
        take(2)
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=20_000)
        sweep()
        order = PurchaseOrder.objects.get()
        life.send_back(order.pk, version=order.version, reason="no", by=buyer, at=timezone.now())

        assert sweep() == (Changes(), 0)

        assert PurchaseOrder.objects.get().state == "draft"


class TestCommand:
    def test_says_what_it_did(self, motors: SupplierPart) -> None:
        Part.objects.filter(pk=motors.part_id).update(reorder_point=12)
        out = StringIO()

        call_command("reorder_sweep", stdout=out)
        call_command("reorder_sweep", stdout=out)

        assert out.getvalue().splitlines() == [
            "1 proposed, 0 computed anew, 0 withdrawn; 0 orders approved themselves.",
            "0 proposed, 0 computed anew, 0 withdrawn; 0 orders approved themselves.",
        ]
