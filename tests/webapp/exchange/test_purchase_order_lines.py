"""Lines of orders: which line a row means, what it may name, and what it may change."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing.models import EventKind, GoodsReceipt, OrderLine, Origin, PurchaseOrder
from purchasing.reorder.evaluation import reorder
from purchasing.states import OrderState
from stock.models import StockMovement
from tests.webapp.exchange.conftest import Importer, places, problems
from tests.webapp.factories import SupplierPartFactory, draft, now, wanted

HEADER = "reference,part_number,sku,quantity,received,unit_price,currency\n"


def order(number: str = "A") -> PurchaseOrder:
    return PurchaseOrder.objects.get(number=number)


def lines(number: str = "A") -> list[OrderLine]:
    found = OrderLine.objects.filter(order__number=number).select_related("part")
    return list(found.order_by("position"))


def figures(*values: object) -> tuple[object, ...]:
    """Values to compare, decimals with whole numbers too."""
    return values


@pytest.fixture(autouse=True)
def _orders(catalogue: None, import_text: Importer) -> None:
    """A draft, a placed and a complete order of Wirey, who sells cable by the roll."""
    import_text(
        "supplier_parts",
        "part_number,supplier,sku,pack_quantity,unit_price\nCB-1,Wirey,ROLL,100 ft,40\n"
        "MT-1,Wirey,M-10,10,\nMT-1,Tokyo Rotor,TR-1,,900\n",
    )
    import_text(
        "purchase_orders",
        "reference,supplier,status,created_date\nA,Wirey,pending,2022-04-01\n"
        "B,Wirey,placed,2022-04-01\nC,Wirey,complete,2022-04-01\n",
    )


class TestRows:
    def test_take_the_terms_of_the_supplier_part(self, import_text: Importer) -> None:
        import_text("purchase_order_lines", "reference,sku,quantity\nA,roll,2\n")

        [line] = lines()
        assert figures(line.part.number, line.sku, line.quantity) == ("CB-1", "ROLL", 2)
        assert figures(line.pack_quantity, line.pack_unit) == (100, "ft")
        assert line.factor == Decimal("30.48")
        assert figures(line.unit_price, line.currency) == (40, "USD")

    def test_give_their_own_price_pack_and_tolerance(self, import_text: Importer) -> None:
        import_text(
            "purchase_order_lines",
            "reference,part_number,sku,quantity,pack_quantity,unit_price,currency,"
            "tolerance_percent,description\n"
            "A,CB-1,ROLL,2,50 m,35.5,,2.5,Red\nA,MT-1,,3,,12,eur,,\nA,MT-1,,3,5,,USD,,\n",
        )

        first, second, third = lines()
        assert figures(first.factor, first.unit_price, first.currency) == (
            50,
            Decimal("35.5"),
            "USD",
        )
        assert (first.tolerance_percent, first.description) == (Decimal("2.5"), "Red")
        assert figures(second.supplier_part, second.factor, second.currency) == (None, 1, "EUR")
        assert figures(third.factor, third.unit_price, third.currency) == (5, None, "")

    def test_equal_ones_are_two_lines(self, import_text: Importer, plan_of: Importer) -> None:
        """As in the real PO0007, which has the same line twice."""
        text = HEADER + "A,CB-1,ROLL,2,0,40,USD\nA,CB-1,ROLL,2,0,40,USD\n"

        import_text("purchase_order_lines", text)

        assert [figures(line.position, line.quantity) for line in lines()] == [(1, 2), (2, 2)]
        assert plan_of("purchase_order_lines", text).unchanged == 2

    def test_are_found_by_their_position_where_the_file_has_it(self, import_text: Importer) -> None:
        import_text("purchase_order_lines", HEADER + "A,CB-1,,2,,,\nA,MT-1,,3,,,\n")

        plan = import_text("purchase_order_lines", "reference,position,quantity\nA,2,4\nA,1,2\n")

        assert (plan.changed, plan.unchanged) == (1, 1)
        assert [line.quantity for line in lines()] == [2, 4]

    def test_beyond_the_lines_there_are_new_ones(self, import_text: Importer) -> None:
        header = "reference,position,part_number,quantity\n"
        import_text("purchase_order_lines", header + "A,3,CB-1,2\nA,7,MT-1,3\n")

        plan = import_text(
            "purchase_order_lines",
            "reference,part_number,quantity\nA,CB-1,2\nA,MT-1,3\nA,MT-2,1\n",
        )

        assert (plan.created, plan.unchanged) == (1, 2)
        assert [line.position for line in lines()] == [3, 7, 8]

    def test_give_all_positions_of_an_order_or_none(self, plan_of: Importer) -> None:
        plan = plan_of(
            "purchase_order_lines",
            "reference,position,part_number,quantity\nA,1,CB-1,2\nA,,MT-1,3\nA,1,MT-1,3\n"
            "B,,MT-1,3\nB,0,MT-1,3\n",
        )

        assert places(plan) == [(3, "position"), (4, "reference"), (6, "position")]
        assert "as in other rows" in problems(plan)[0].expected

    def test_are_judged_cell_by_cell(self, plan_of: Importer) -> None:
        plan = plan_of(
            "purchase_order_lines",
            "reference,part_number,sku,quantity,received,unit_price,currency,pack_quantity,"
            "tolerance_percent\n"
            "X,CB-1,,1,,,,,\nA,NO-1,,1,,,,,\nA,,TR-1,1,,,,,\nA,MT-1,ROLL,1,,,,,\nA,,,1,,,,,\n"
            "A,CB-1,,-1,,,,,\nA,CB-1,,0,,,,,\nA,CB-1,,,,,,,\nA,MT-1,,1.5,,,,,\nB,CB-1,,1,-1,,,,\n"
            "B,CB-1,,1,,-1,,,\nA,CB-1,,1,,1,YEN,,\nA,CB-1,,1,,,,5 kg,\nA,CB-1,,1,,,,,101\n",
        )

        assert places(plan) == [
            (2, "reference"), (3, "part_number"), (4, "sku"), (5, "part_number"),
            (6, "part_number"), (7, "quantity"), (8, "quantity"), (9, "quantity"),
            (10, "quantity"), (11, "received"), (12, "unit_price"), (13, "currency"),
            (14, "pack_quantity"), (15, "tolerance_percent"),
        ]  # fmt: skip
        by_row = {problem.row: problem for problem in problems(plan)}
        assert "purchase_orders" in by_row[2].remedy
        assert by_row[4].expected == "an SKU of Wirey"
        assert by_row[5].expected == "CB-1, which Wirey sells as ROLL"
        assert by_row[10].expected == "a whole number of pcs"

    def test_of_more_received_than_ordered_name_the_tolerance(
        self, plan_of: Importer, import_text: Importer
    ) -> None:
        plan = plan_of("purchase_order_lines", HEADER + "B,CB-1,,10,10.5,,\n")

        [problem] = problems(plan)
        assert (problem.column, problem.found, problem.expected) == (
            "received", "10.5", "at most 10",
        )  # fmt: skip
        assert "tolerance_percent" in problem.remedy
        import_text(
            "purchase_order_lines",
            "reference,part_number,quantity,received,tolerance_percent\nB,CB-1,10,10.5,5\n",
        )
        assert order("B").state == OrderState.RECEIVED

    def test_of_a_draft_say_that_nothing_was_received(self, plan_of: Importer) -> None:
        plan = plan_of("purchase_order_lines", HEADER + "A,CB-1,,10,1,,\n")

        [problem] = problems(plan)
        assert (problem.column, problem.expected) == ("received", "0: A is Draft")


class TestReceived:
    def test_is_taken_over_and_moves_no_stock(self, import_text: Importer) -> None:
        import_text("purchase_order_lines", HEADER + "B,CB-1,ROLL,3,1,,\nB,MT-1,,5,5,,\n")

        cable, motor = lines("B")
        assert figures(cable.taken_over, cable.received) == (1, 0)
        assert figures(motor.taken_over, motor.outstanding) == (5, 0)
        assert order("B").state == OrderState.PARTIAL
        on_order = Part.objects.get(number="CB-1").on_order
        assert on_order == Decimal("60.96") == cable.outstanding
        assert not StockMovement.objects.exists()
        assert not GoodsReceipt.objects.exists()

    def test_is_corrected_while_the_order_is_a_draft(self, import_text: Importer) -> None:
        import_text("purchase_order_lines", HEADER + "A,CB-1,,3,0,,\nA,MT-1,,5,0,,\n")
        import_text("purchase_orders", "reference,status\nA,placed\n")

        plan = import_text("purchase_order_lines", HEADER + "A,CB-1,,3,2,,\nA,MT-1,,5,0,,\n")

        [change] = plan.changes
        assert [(item.column, item.new) for item in change.fields] == [
            ("received", 2), ("status", "partial"),
        ]  # fmt: skip
        assert [line.taken_over for line in lines()] == [2, 0]
        assert order().state == OrderState.PARTIAL

    def test_of_a_complete_order_with_something_missing_closes_it_short(
        self, import_text: Importer
    ) -> None:
        import_text("purchase_order_lines", HEADER + "C,CB-1,,3,2,,\nC,MT-1,,5,5,,\n")

        cable, motor = lines("C")
        assert (cable.closed, motor.closed) == (True, False)
        assert cable.close_reason
        assert order("C").state == OrderState.CLOSED
        assert Part.objects.get(number="CB-1").on_order == 0


class TestExisting:
    def test_lines_of_a_draft_change_and_the_time_line_says_so(self, import_text: Importer) -> None:
        import_text("purchase_order_lines", HEADER + "A,CB-1,ROLL,2,0,40,USD\n")
        before = order()

        import_text("purchase_order_lines", HEADER + "A,MT-1,M-10,5,0,40,USD\nA,CB-1,,1,,,\n")

        first, second = lines()
        assert figures(first.part.number, first.sku, first.factor) == ("MT-1", "M-10", 10)
        assert second.part.number == "CB-1"
        assert order().version == before.version + 1
        [edited] = order().events.filter(kind=EventKind.EDITED)
        assert edited.details == {"changed": [["MT-1", "5"]], "added": [["CB-1", "1"]]}

    def test_lines_beyond_a_draft_do_not_change(
        self, import_text: Importer, plan_of: Importer
    ) -> None:
        import_text("purchase_order_lines", HEADER + "B,CB-1,ROLL,2,1,40,USD\n")

        plan = plan_of("purchase_order_lines", HEADER + "B,CB-1,,3,2,41,USD\nB,MT-1,,1,,,\n")

        assert set(places(plan)) == {
            (2, "sku"), (2, "quantity"), (2, "pack_quantity"), (2, "received"), (2, "unit_price"),
            (3, "reference"),
        }  # fmt: skip
        found = {(problem.row, problem.column): problem for problem in problems(plan)}
        assert (found[2, "quantity"].found, found[2, "quantity"].expected) == ("3", "2")
        assert "B is Partially received" in found[2, "quantity"].remedy
        assert "takes no more lines" in found[3, "reference"].remedy

    def test_lines_keep_the_sku_they_were_ordered_by(
        self, import_text: Importer, plan_of: Importer
    ) -> None:
        import_text("purchase_order_lines", HEADER + "B,CB-1,ROLL,2,1,40,USD\n")
        SupplierPart.objects.filter(sku="ROLL").update(sku="ROLL-2", pack_quantity=50)

        plan = plan_of("purchase_order_lines", HEADER + "B,CB-1,ROLL,2,1,40,USD\n")

        assert (plan.unchanged, plan.changes) == (1, [])

    def test_lines_of_a_draft_made_here_change_too(
        self, buyer: User, import_text: Importer
    ) -> None:
        offer = SupplierPartFactory.create()
        made = draft(wanted(offer, 3), by=buyer)

        import_text("purchase_order_lines", f"reference,quantity\n{made.number},4\n")

        assert lines(made.number)[0].quantity == 4
        assert (now(made).version, now(made).state) == (made.version + 1, OrderState.DRAFT)

    def test_lines_of_an_automatic_draft_stay(
        self, import_text: Importer, plan_of: Importer
    ) -> None:
        part = Part.objects.get(number="CB-1")
        Part.objects.filter(pk=part.pk).update(reorder_point=10)
        reorder([part.pk], at=timezone.now())
        automatic = PurchaseOrder.objects.get(origin=Origin.AUTOMATIC)

        plan = plan_of(
            "purchase_order_lines",
            f"reference,part_number,quantity\n{automatic.number},CB-1,7\n{automatic.number},MT-1,1\n",
        )

        assert places(plan) == [(2, "quantity"), (3, "reference")]


def test_many_lines_are_planned_and_written_in_few_queries(
    import_text: Importer,
    plan_of: Importer,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    orders = "".join(f"M-{number},Wirey,placed,2022-04-01\n" for number in range(100))
    import_text("purchase_orders", "reference,supplier,status,created_date\n" + orders)
    text = HEADER + "".join(
        f"M-{number},CB-1,ROLL,3,1,40,USD\nM-{number},MT-1,,5,0,,\n" for number in range(100)
    )

    with django_assert_max_num_queries(40):  # type: ignore[attr-defined]
        import_text("purchase_order_lines", text)
    with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
        plan = plan_of("purchase_order_lines", text)

    assert plan.unchanged == 200
    assert PurchaseOrder.objects.filter(state=OrderState.PARTIAL).count() == 100
    assert Supplier.objects.count() == 2
