"""Proposals follow stock, orders and master data: made once, computed anew, taken back."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing.models import (
    OrderLine,
    Origin,
    ProposalState,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.reorder import decisions
from purchasing.reorder.evaluation import Changes, in_question, is_short, reorder
from stock.errors import NotEnoughStockError
from stock.models import Location
from tests.webapp.factories import (
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    draft,
    issue,
    line,
    now,
    ordered,
    receive,
    stocked,
    wanted,
)
from tests.webapp.purchasing.reorder.proposals import none_proposed, proposed, proposed_line

type Take = Callable[[int], None]


def look(part: Part) -> Changes:
    return reorder([part.pk], at=timezone.now())


def decimals(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers)


class TestIssue:
    def test_that_reaches_the_point_proposes_an_order(
        self, take: Take, motors: SupplierPart
    ) -> None:
        take(2)

        proposal, line = proposed(), proposed_line()
        assert (proposal.part, proposal.supplier_part) == (motors.part, motors)
        assert (line.part, line.supplier_part) == (motors.part, motors)
        assert (line.quantity, line.unit_price) == decimals(20, 1000)
        assert line.currency == "JPY"
        order = line.order
        assert (order.origin, order.state, order.collecting) == (Origin.AUTOMATIC, "draft", True)
        assert order.supplier == motors.supplier
        assert order.created_by is None

    def test_that_stays_above_the_point_proposes_nothing(self, take: Take) -> None:
        take(1)

        assert none_proposed()
        assert not PurchaseOrder.objects.exists()

    def test_keeps_the_arithmetic_with_the_proposal(
        self, take: Take, motors: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        SupplierPart.objects.update(pack_quantity=4, minimum_order_quantity=3)
        Part.objects.update(reorder_quantity=15)
        motors.refresh_from_db()
        ordered(wanted(motors, 1), by=buyer)
        draft(wanted(motors, "0.25"), by=buyer)

        take(10)

        proposal = proposed()
        assert (proposal.on_hand, proposal.on_order, proposal.drafted) == decimals(2, 4, 1)
        assert (proposal.reorder_point, proposal.target_quantity) == decimals(10, 30)
        assert (proposal.reorder_quantity, proposal.wanted) == decimals(15, 23)
        assert (proposal.factor, proposal.minimum_packs, proposal.packs) == decimals(4, 3, 6)
        assert (proposal.position, proposal.quantity) == decimals(7, 24)
        assert not proposal.fixed

    def test_computes_anew_and_never_adds(self, take: Take) -> None:
        take(2)
        first = proposed()

        take(3)
        take(3)

        assert proposed() == first
        assert proposed_line().quantity == proposed().wanted == 26
        assert OrderLine.objects.count() == 1

    def test_tells_the_draft_what_came_changed_and_went(
        self, take: Take, motors: SupplierPart, shelf: Location
    ) -> None:
        take(2)
        order = proposed_line().order
        take(3)
        receive(line(motors.part, shelf, 20))

        assert list(order.events.order_by("pk").values_list("kind", "details")) == [
            ("created", {}),
            ("edited", {"added": [["MT-2207", "20"]]}),
            ("edited", {"changed": [["MT-2207", "23"]]}),
            ("edited", {"removed": [["MT-2207", "23"]]}),
        ]
        assert not order.events.exclude(actor=None).exists()
        assert now(order).version == 3

    def test_that_is_refused_proposes_nothing(self, take: Take) -> None:
        with pytest.raises(NotEnoughStockError):
            take(13)

        assert none_proposed()
        assert not PurchaseOrder.objects.exists()

    def test_costs_one_question_where_there_is_enough(
        self, take: Take, motors: SupplierPart
    ) -> None:
        with CaptureQueriesContext(connection) as queries:
            look(motors.part)

        asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        assert len(asked) == 2  # the lock of the part, and whether there is anything to do


class TestQuickLook:
    @pytest.mark.parametrize("active", [True, False])
    @pytest.mark.parametrize(
        ("on_hand", "point"), [(0, 0), (12, 0), (12, 11), (12, 12), (12, 13), (0, 1)]
    )
    def test_is_the_same_at_a_part_that_is_known(
        self, shelf: Location, active: bool, on_hand: int, point: int
    ) -> None:
        part = PartFactory.create()
        if on_hand:
            stocked(part, shelf, on_hand)
        Part.objects.filter(pk=part.pk).update(active=active, reorder_point=point)
        part.refresh_from_db()

        asked = in_question(Part.objects.filter(pk=part.pk)).exists()

        assert is_short(part, on_hand=part.on_hand) is asked

    def test_counts_what_is_on_order(
        self, motors: SupplierPart, buyer: User, shelf: Location
    ) -> None:
        ordered(wanted(motors, 5), by=buyer)
        part = Part.objects.get(pk=motors.part_id)
        quantities = [Decimal(quantity) for quantity in range(13)]

        short = [quantity for quantity in quantities if is_short(part, on_hand=quantity)]

        assert part.on_order > 0
        assert short == [q for q in quantities if q + part.on_order <= part.reorder_point]


class TestDraft:
    def test_is_one_a_supplier(
        self, take: Take, motors: SupplierPart, screws: SupplierPart, shelf: Location
    ) -> None:
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        wire = PartFactory.create(unit="m", reorder_point=5)
        SupplierPartFactory.create(part=wire, pack_quantity=100, pack_unit="ft")

        take(2)
        stocked(screws.part, shelf, 30)
        stocked(wire, shelf, 2)

        drafts = PurchaseOrder.objects.order_by("pk")
        assert [order.supplier for order in drafts] == [
            motors.supplier,
            wire.supplier_parts.get().supplier,
        ]
        assert list(
            OrderLine.objects.order_by("order", "position").values_list(
                "order__number", "position", "part__number", "quantity", "factor"
            )
        ) == [
            (drafts[0].number, 1, "MT-2207", *decimals(20, 1)),
            (drafts[0].number, 2, "SC-0310", *decimals(1, 100)),
            (drafts[1].number, 1, wire.number, *decimals(1, "30.48")),
        ]

    def test_of_one_movement_takes_all_its_parts(
        self, take: Take, motors: SupplierPart, screws: SupplierPart, shelf: Location
    ) -> None:
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        stocked(screws.part, shelf, 60)

        issue(line(motors.part, shelf, 5), line(screws.part, shelf, 20))

        [order] = PurchaseOrder.objects.all()
        assert list(order.lines.order_by("position").values_list("part__number", "quantity")) == [
            ("MT-2207", Decimal(23)),
            ("SC-0310", Decimal(1)),
        ]

    def test_is_a_new_one_once_the_last_was_approved(
        self, take: Take, buyer: User, shelf: Location
    ) -> None:
        take(2)
        first = proposed_line().order
        approve(first, by=buyer)

        take(10)
        assert none_proposed()  # twenty are coming

        Part.objects.update(target_quantity=60, reorder_point=40)
        look(Part.objects.get())

        assert proposed_line().order != first
        assert proposed_line().quantity == 40

    def test_numbers_its_lines_without_gaps(
        self, take: Take, motors: SupplierPart, screws: SupplierPart, shelf: Location
    ) -> None:
        Part.objects.filter(pk=screws.part_id).update(reorder_point=50)
        take(2)
        stocked(screws.part, shelf, 30)

        receive(line(motors.part, shelf, 50))

        assert proposed_line().part == screws.part
        assert proposed_line().position == 1


class TestProposal:
    """Is taken back, or moves, when what it rests on changes."""

    def test_is_withdrawn_when_stock_comes_in(
        self, take: Take, motors: SupplierPart, shelf: Location
    ) -> None:
        take(2)
        order = proposed_line().order

        receive(line(motors.part, shelf, 1))

        proposal = ReorderProposal.objects.get()
        assert (proposal.state, proposal.reason) == (ProposalState.WITHDRAWN, "above")
        assert (proposal.line, proposal.decided_by) == (None, None)
        assert proposal.decided_at is not None
        assert order.lines.count() == 0
        assert now(order).collecting

    def test_is_withdrawn_when_somebody_else_orders(
        self, take: Take, motors: SupplierPart, buyer: User
    ) -> None:
        take(2)

        draft(wanted(motors, 1), by=buyer)

        assert none_proposed()
        assert ReorderProposal.objects.get().reason == "coming"

    @pytest.mark.parametrize(
        ("model", "values", "reason"),
        [
            (Part, {"active": False}, "inactive"),
            (Part, {"reorder_point": 0}, "no point"),
            (Part, {"reorder_point": 9}, "above"),
            (SupplierPart, {"active": False}, "no supplier"),
            (Supplier, {"active": False}, "no supplier"),
            (SupplierPart, {"pack_quantity": Decimal("1.5")}, "pack"),
            (SupplierPart, {"pack_unit": "m"}, "pack"),
            (
                SupplierPart,
                {"minimum_order_quantity": 999_999_999_999, "pack_quantity": 2},
                "too much",
            ),
        ],
    )
    def test_is_withdrawn_when_the_catalogue_changes(
        self,
        model: type[Part] | type[SupplierPart] | type[Supplier],
        values: dict[str, object],
        reason: str,
        take: Take,
        motors: SupplierPart,
    ) -> None:
        take(2)

        model.objects.update(**values)
        changes = look(motors.part)

        assert changes == Changes(withdrawn=1)
        assert ReorderProposal.objects.get().reason == reason
        assert not OrderLine.objects.exists()

    def test_is_withdrawn_when_none_of_several_suppliers_is_preferred(
        self, take: Take, motors: SupplierPart
    ) -> None:
        take(2)

        SupplierPartFactory.create(part=motors.part)
        look(motors.part)

        assert ReorderProposal.objects.get().reason == "several suppliers"

    def test_moves_to_the_supplier_that_is_preferred_now(
        self, take: Take, motors: SupplierPart
    ) -> None:
        take(2)
        proposal, before = proposed(), proposed_line().order

        other = SupplierPartFactory.create(part=motors.part, preferred=True, pack_quantity=8)
        changes = look(motors.part)

        assert changes == Changes(recomputed=1)
        assert proposed() == proposal
        assert proposed().supplier_part == other
        assert proposed_line().order.supplier == other.supplier
        assert (proposed_line().quantity, proposed_line().factor) == decimals(3, 8)
        assert before.lines.count() == 0

    def test_moves_when_its_supplier_sells_no_more(self, take: Take, motors: SupplierPart) -> None:
        other = SupplierPartFactory.create(part=motors.part)
        SupplierPart.objects.filter(pk=motors.pk).update(preferred=True)
        take(2)
        assert proposed().supplier_part == motors

        Supplier.objects.filter(pk=motors.supplier_id).update(active=False)
        look(motors.part)

        assert proposed().supplier_part == other

    def test_moves_with_a_supplier_part_that_another_supplier_took_over(
        self, take: Take, motors: SupplierPart
    ) -> None:
        take(2)
        heir = SupplierFactory.create()

        SupplierPart.objects.update(supplier=heir)
        take(1)

        assert proposed_line().order.supplier == heir
        assert OrderLine.objects.count() == 1

    def test_takes_the_terms_of_today(self, take: Take, motors: SupplierPart) -> None:
        take(2)

        SupplierPart.objects.update(
            pack_quantity=10, minimum_order_quantity=4, unit_price=9000, sku="TR-X"
        )
        look(motors.part)

        line = proposed_line()
        assert (line.quantity, line.factor, line.unit_price) == decimals(4, 10, 9000)
        assert line.sku == "TR-X"

    def test_is_not_touched_where_nothing_changed(self, take: Take, motors: SupplierPart) -> None:
        take(2)
        before = (now(proposed_line().order).version, proposed().computed_at)

        assert look(motors.part) == Changes()

        assert (now(proposed_line().order).version, proposed().computed_at) == before

    def test_is_not_touched_where_a_pack_has_endless_decimals(self, shelf: Location) -> None:
        cable = PartFactory.create(unit="ft", reorder_point=100, target_quantity=200)
        SupplierPartFactory.create(part=cable, pack_quantity=7, pack_unit="m")
        stocked(cable, shelf, 50)
        before = now(proposed_line().order).version

        assert look(cable) == Changes()

        assert now(proposed_line().order).version == before

    def test_keeps_a_quantity_that_a_person_set(
        self, take: Take, motors: SupplierPart, buyer: User
    ) -> None:
        take(2)
        decisions.change(proposed().pk, packs=Decimal(50), by=buyer, at=timezone.now())

        take(3)

        assert (proposed().packs, proposed_line().quantity) == decimals(23, 50)
        assert proposed().fixed
        assert proposed().on_hand == 7

    def test_loses_a_quantity_that_a_person_set_when_it_moves(
        self, take: Take, motors: SupplierPart, buyer: User
    ) -> None:
        take(2)
        decisions.change(proposed().pk, packs=Decimal(50), by=buyer, at=timezone.now())

        SupplierPartFactory.create(part=motors.part, preferred=True)
        look(motors.part)

        assert not proposed().fixed
        assert proposed_line().quantity == 20


class TestReceiptOfStockThatIsNotInAnyOrder:
    """Whatever the units of a part came to be, its stock can be recorded."""

    def test_goes_on_when_no_pack_can_be_converted(self, shelf: Location) -> None:
        part = PartFactory.create(reorder_point=10)
        SupplierPartFactory.create(part=part)
        Part.objects.update(unit="m")

        stocked(Part.objects.get(), shelf, "2.5")

        assert none_proposed()
