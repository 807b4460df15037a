"""Orders that other systems made: what a row means, and what it may change."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from access.models import User
from exchange import services
from exchange.plan import Plan
from purchasing.errors import SecondPersonError
from purchasing.models import ApprovalLimit, OrderLine, Origin, PurchaseOrder
from purchasing.states import OrderState
from tests.webapp.exchange.conftest import Importer, places, problems, workbook
from tests.webapp.exchange.test_admin import latest, press_import, text_of, upload
from tests.webapp.factories import PartFactory, approve, draft, now, wanted

HEADER = (
    "reference,supplier,status,description,created_date,issued_date,target_date,completed_date\n"
)
LINES = "reference,part_number,sku,quantity,received,unit_price,currency\n"

pytestmark = pytest.mark.usefixtures("catalogue")


def order(number: str = "PO0001") -> PurchaseOrder:
    return PurchaseOrder.objects.get(number=number)


@pytest.fixture
def import_orders(import_text: Importer) -> Callable[..., None]:
    """``import_orders("PO0001,Wirey,placed,,,,,", "PO0001,CB-1,,3,0,,")``: rows, then lines."""

    def do(rows: str, lines: str) -> None:
        import_text("purchase_orders", HEADER + rows)
        import_text("purchase_order_lines", LINES + lines)

    return do


type ImportOrders = Callable[[str, str], None]


class TestOrders:
    def test_are_drafts_until_their_lines_come(self, import_text: Importer) -> None:
        plan = import_text(
            "purchase_orders",
            HEADER + "PO0001,wirey,Placed,Wire,2022-04-01,2022-04-02,2022-03-01,\n"
            "PO0002,Wirey,pending,,,,,\n",
        )

        imported = order()
        assert (imported.state, imported.origin) == (OrderState.DRAFT, Origin.IMPORTED)
        assert (imported.created_by, imported.notes) == (None, "Wire")
        assert f"{localtime(imported.created_at):%Y-%m-%d}" == "2022-04-01"
        assert imported.expected_on == date(2022, 3, 1)
        [note] = plan.notes
        assert note.startswith("1 order stays a draft until its lines are imported")

    @pytest.mark.parametrize(
        ("words", "received", "state"),
        [
            (("pending", "Draft", "下書き", "ＤＲＡＦＴ", ""), 0, OrderState.DRAFT),
            (("approved", "承認済み"), 0, OrderState.APPROVED),
            (("placed", "ordered", "発注済み", "partial"), 0, OrderState.ORDERED),
            (("placed", "Partially received"), 2, OrderState.PARTIAL),
            (("placed", "complete", "received", "closed"), 3, OrderState.RECEIVED),
            (("complete", "Closed short"), 2, OrderState.CLOSED),
            (("complete",), 0, OrderState.CLOSED),
            (("cancelled", "Canceled", "キャンセル"), 0, OrderState.CANCELLED),
        ],
    )
    def test_come_to_the_state_that_a_word_means_with_their_lines(
        self, import_orders: ImportOrders, words: tuple[str, ...], received: int, state: OrderState
    ) -> None:
        for number, word in enumerate(words):
            import_orders(f"A-{number},Wirey,{word},,,,,\n", f"A-{number},CB-1,,3,{received},,\n")

            assert order(f"A-{number}").state == state, word

    def test_a_second_time_change_nothing(
        self, import_orders: ImportOrders, plan_of: Importer
    ) -> None:
        rows = (
            "PO0001,Wirey,placed,x,2022-04-01,,,\nPO0002,Wirey,complete,,2022-04-01,,,\n"
            "PO0003,Wirey,complete,,2022-04-01,2022-04-03,,2022-04-05\nPO0004,Wirey,,,,,,\n"
            "PO0005,Wirey,cancelled,,2022-04-01,,,\nPO0006,Wirey,approved,,,,,\n"
        )
        lines = (
            "PO0001,CB-1,,3,1,,\nPO0002,CB-1,,3,1,,\nPO0003,CB-1,,3,3,,\nPO0004,CB-1,,3,,,\n"
            "PO0005,CB-1,,3,,,\nPO0006,CB-1,,3,,,\n"
        )
        import_orders(rows, lines)

        again = plan_of("purchase_orders", HEADER + rows)
        lines_again = plan_of("purchase_order_lines", LINES + lines)

        assert (again.changes, again.unchanged, places(again)) == ([], 6, [])
        assert (lines_again.changes, lines_again.unchanged, places(lines_again)) == ([], 6, [])

    def test_that_went_on_since_are_as_they_were_imported(
        self, import_orders: ImportOrders, plan_of: Importer
    ) -> None:
        """The old system's file still says what it said; the order was finished here."""
        rows, lines = "PO0001,Wirey,placed,,,,,\n", "PO0001,CB-1,,3,1,,\n"
        import_orders(rows, lines)
        OrderLine.objects.update(closed=True, closed_at=timezone.now(), close_reason="gone")
        assert order().state == OrderState.CLOSED

        assert plan_of("purchase_orders", HEADER + rows).unchanged == 1
        assert plan_of("purchase_order_lines", LINES + lines).unchanged == 1

    def test_name_their_supplier_only_when_new(
        self, import_orders: ImportOrders, plan_of: Importer
    ) -> None:
        import_orders("PO0001,Wirey,placed,,,,,\n", "PO0001,CB-1,,3,1,,\n")

        plan = plan_of("purchase_orders", "reference,status\npo０００１,placed\nPO0002,placed\n")

        assert (plan.unchanged, places(plan)) == (1, [(3, "supplier")])

    def test_of_a_draft_are_changed(self, import_text: Importer) -> None:
        import_text("purchase_orders", HEADER + "PO0001,Wirey,pending,x,2022-04-01,,,\n")

        plan = import_text(
            "purchase_orders",
            HEADER + "PO0001,Tokyo Rotor,placed,y,2022-04-02,2022-04-03,2022-05-01,\n",
        )

        [change] = plan.changes
        assert [item.column for item in change.fields] == [
            "supplier", "status", "description", "created_date", "issued_date", "target_date",
        ]  # fmt: skip
        changed = order()
        assert (changed.supplier.name, changed.notes) == ("Tokyo Rotor", "y")
        assert changed.version == 2
        import_text("purchase_order_lines", LINES + "PO0001,CB-1,,3,1,,\n")
        assert order().state == OrderState.PARTIAL

    def test_beyond_a_draft_are_not_changed_and_the_problem_says_what_to_do(
        self, import_orders: ImportOrders, plan_of: Importer
    ) -> None:
        import_orders("PO0001,Wirey,complete,,2022-04-01,,,\n", "PO0001,CB-1,,3,3,,\n")

        plan = plan_of(
            "purchase_orders", HEADER + "PO0001,Wirey,pending,new,2022-04-01,,2022-05-01,\n"
        )

        assert places(plan) == [(2, "status"), (2, "description"), (2, "target_date")]
        [first, _, third] = problems(plan)
        assert (first.found, first.expected) == ("pending", "Received")
        assert "PO0001 is Received, and imports change drafts only." in first.remedy
        assert (third.found, third.expected) == ("2022-05-01", "an empty cell")

    def test_that_were_made_here_keep_state_and_days(self, buyer: User, plan_of: Importer) -> None:
        made = draft(wanted(PartFactory.create()), by=buyer, notes="old")
        name = made.supplier.name

        plan = plan_of(
            "purchase_orders",
            HEADER + f"{made.number},{name},placed,new,2022-04-01,2022-04-02,2022-05-01,\n",
        )

        assert places(plan) == [(2, "status"), (2, "created_date"), (2, "issued_date")]
        assert "was made here" in problems(plan)[0].remedy

    def test_that_were_made_here_as_drafts_take_notes_and_days_from_a_file(
        self, buyer: User, administrator: User, plan_of: Importer, import_text: Importer
    ) -> None:
        made = draft(wanted(PartFactory.create()), by=buyer, notes="old")
        text = f"reference,description,target_date\n{made.number},new,2026年5月1日\n"

        import_text("purchase_orders", text)

        changed = now(made)
        assert (changed.notes, changed.expected_on) == ("new", date(2026, 5, 1))
        assert changed.version == made.version + 1
        assert (changed.origin, changed.edited_by) == (Origin.MANUAL, buyer)

    def test_are_judged_cell_by_cell(self, plan_of: Importer) -> None:
        tomorrow = timezone.localdate() + timedelta(days=1)
        plan = plan_of(
            "purchase_orders",
            HEADER + "PO-2026-000001,Wirey,,,,,,\nA,Nobody,,,,,,\nB,Wirey,lost,,,,,\n"
            "C,Wirey,,,01/02/2022,,,\nD,Wirey,,,2022-02-30,,,\n,Wirey,,,,,,\n"
            f"E,Wirey,,,{tomorrow},,,\nF,Wirey,pending,,,2022-01-01,,\n"
            "G,Wirey,placed,,,,,2022-01-01\nH,Wirey,complete,,,2022-01-03,,2022-01-02\n"
            "I,,placed,,,,,\na,Wirey,,,,,,\n",
        )

        assert places(plan) == [
            (2, "reference"), (3, "supplier"), (4, "status"), (5, "created_date"),
            (6, "created_date"), (7, "reference"), (8, "created_date"), (9, "issued_date"),
            (10, "completed_date"), (11, "completed_date"), (12, "supplier"), (13, "reference"),
        ]  # fmt: skip
        by_row = {problem.row: problem for problem in problems(plan)}
        assert "Numbers of this form are given here" in by_row[2].remedy
        assert by_row[4].found == "lost"
        assert "draft, approved, ordered" in by_row[4].expected
        assert by_row[5].expected == "a day that exists, such as 2026-04-01"

    def test_keep_their_supplier_once_they_have_lines(
        self, import_orders: ImportOrders, plan_of: Importer
    ) -> None:
        import_orders("PO0001,Wirey,pending,,,,,\n", "PO0001,CB-1,,3,,,\n")

        plan = plan_of("purchase_orders", "reference,supplier\nPO0001,Tokyo Rotor\n")

        assert places(plan) == [(2, "supplier")]
        assert "the order has lines" in problems(plan)[0].expected

    def test_take_their_state_by_lines_that_are_there_already(
        self, import_orders: ImportOrders, import_text: Importer
    ) -> None:
        import_orders("PO0001,Wirey,pending,,,,,\n", "PO0001,CB-1,,3,,,\n")
        import_text("purchase_orders", "reference,status\nPO0001,placed\n")
        assert order().state == OrderState.DRAFT

        plan = import_text("purchase_order_lines", LINES + "PO0001,CB-1,,3,,,\n")

        assert order().state == OrderState.ORDERED
        [change] = plan.changes
        assert [(item.column, item.old, item.new) for item in change.fields] == [
            ("status", "draft", "ordered")
        ]
        assert (plan.changed, plan.unchanged) == (1, 0)

    def test_name_a_destination(self, import_text: Importer, plan_of: Importer) -> None:
        header = "reference,supplier,destination\n"
        import_text("purchase_orders", header + "PO0001,Wirey,倉庫/棚A\n")

        plan = plan_of("purchase_orders", header + "PO0002,Wirey,Nowhere\n")

        destination = order().destination
        assert destination
        assert destination.path == "Store/Shelf A"
        assert places(plan) == [(2, "destination")]


class TestPages:
    def test_take_shift_jis_and_then_a_workbook_of_lines(
        self, administrator: User, client_of: Callable[..., Client]
    ) -> None:
        client = client_of(administrator, language="ja")
        rows = "reference,仕入先,status,created_date\nＡ－１,Wirey,発注済み,２０２２／０４／０１\n"
        upload(client, "注文.csv", rows.encode("cp932"))
        press_import(client, latest())

        upload(
            client,
            "purchase_order_lines.xlsx",
            workbook([["reference", "部品番号", "quantity", "received"], ["A-1", "CB-1", 3, 2.5]]),
        )
        press_import(client, latest())

        imported = order("A-1")
        assert imported.state == OrderState.PARTIAL
        assert f"{localtime(imported.created_at):%Y-%m-%d}" == "2022-04-01"
        assert imported.edited_by == administrator

    def test_show_the_state_that_comes_with_the_lines(
        self, administrator: User, client_of: Callable[..., Client]
    ) -> None:
        client = client_of(administrator)
        upload(client, "purchase_orders.csv", (HEADER + "PO0001,Wirey,placed,,,,,\n").encode())
        assert "1 order stays a draft" in text_of(press_import(client, latest()))

        page = upload(client, "purchase_order_lines.csv", (LINES + "PO0001,CB-1,,3,3,,\n").encode())

        assert "PO0001 #1" in text_of(page)
        assert "State Received" in text_of(page)

    @pytest.mark.parametrize("who", ["buyer", "storekeeper", "auditor", "general"])
    @pytest.mark.parametrize("name", ["purchase_orders", "purchase_order_lines"])
    def test_are_for_those_who_may_do_all_of_it_by_hand(
        self,
        request: pytest.FixtureRequest,
        client_of: Callable[..., Client],
        name: str,
        who: str,
    ) -> None:
        """An import approves, places and receives: a buyer does not receive."""
        client = client_of(request.getfixturevalue(who))

        response = upload(client, f"{name}.csv", (HEADER + "PO1,Wirey,,,,,,\n").encode(), name)

        assert response.status_code == 403
        assert not PurchaseOrder.objects.exists()

    def test_do_not_let_the_importer_alone_approve_above_the_limit(
        self, administrator: User, buyer: User, client_of: Callable[..., Client]
    ) -> None:
        ApprovalLimit.objects.create(currency="USD", second_person_above=100)
        client = client_of(administrator)
        upload(client, "purchase_orders.csv", (HEADER + "PO0001,Wirey,pending,,,,,\n").encode())
        press_import(client, latest())
        upload(client, "a.csv", (LINES + "PO0001,CB-1,,3,,99,USD\n").encode())
        press_import(client, latest())

        with pytest.raises(SecondPersonError):
            approve(order(), by=administrator)

        assert approve(order(), by=buyer).state == OrderState.APPROVED


class TestExport:
    def test_of_the_list_and_of_its_lines_imports_again_without_a_change(
        self, import_orders: ImportOrders, administrator: User, client_of: Callable[..., Client]
    ) -> None:
        import_orders(
            "PO0001,Wirey,placed,=1,,,,\nPO0002,Wirey,pending,,,,,\n",
            "PO0001,CB-1,,3,1,2.5,\nPO0002,MT-1,,3,,,\n",
        )
        client = client_of(administrator, language="ja")
        for model, table, count in (
            ("purchasing_purchaseorder_export", "purchase_orders", 2),
            ("purchasing_purchaseorder_export_lines", "purchase_order_lines", 2),
        ):
            response = client.get(reverse(f"admin:{model}", args=["csv"]))
            content = b"".join(response.streaming_content)  # type: ignore[attr-defined]

            run = services.preview(
                table=table, file_name=f"{table}.csv", content=content, by=administrator
            )

            assert run.summary["errors"] == []
            assert (run.summary["unchanged"], run.summary["change_count"]) == (count, 0)


def test_orders_are_planned_in_few_queries(
    plan_of: Importer, django_assert_max_num_queries: Callable[..., object]
) -> None:
    rows = "".join(f"A-{number},Wirey,placed,,,,,\n" for number in range(200))

    with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
        plan: Plan = plan_of("purchase_orders", HEADER + rows)

    assert plan.created == 200
