"""Data of any size: true to the ledger, mixed, and the same for the same seed."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, F, Q
from django.utils import timezone

from access.models import User
from catalog.models import Category, Part, Supplier, SupplierPart
from demo.large.loading import LargeSize, generate_large
from demo.large.present import differences
from purchasing.models import (
    DocumentNumber,
    GoodsReceipt,
    OrderLine,
    Origin,
    ProposalState,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.reorder.sweep import sweep
from purchasing.states import OrderState
from stock.models import (
    LedgerVerification,
    Location,
    Lot,
    StockLevel,
    StockMovement,
    Stocktake,
    StocktakeLine,
)
from tests.webapp.database import refused_by
from tests.webapp.factories import arrived

UNTIL = date(2026, 3, 2)

# Everything that a seed decides, by what people see: keys differ from one database to the next.
DIGESTED = (
    "SELECT path, path_ja FROM catalog_category ORDER BY id",
    "SELECT path, path_ja FROM stock_location ORDER BY id",
    """
    SELECT number, name_ja, name_en, unit, tracking, reorder_point, active, on_hand, last_cost
    FROM catalog_part ORDER BY id
    """,
    """
    SELECT p.number, s.name, o.sku, o.pack_quantity, o.unit_price, o.currency
    FROM catalog_supplierpart o JOIN catalog_part p ON p.id = o.part_id
    JOIN catalog_supplier s ON s.id = o.supplier_id ORDER BY o.id
    """,
    """
    SELECT m.kind, p.number, w.path, l.code, l.serial, m.quantity, m.unit_cost, m.currency,
           m.reason, u.username, m.occurred_at, m.posted_at, m.idempotency_key, m.line
    FROM stock_stockmovement m JOIN catalog_part p ON p.id = m.part_id
    JOIN stock_location w ON w.id = m.location_id JOIN access_user u ON u.id = m.actor_id
    LEFT JOIN stock_lot l ON l.id = m.lot_id ORDER BY m.id
    """,
    """
    SELECT o.number, o.state, o.origin, s.name, o.created_at, o.expected_on, o.finished_at
    FROM purchasing_purchaseorder o JOIN catalog_supplier s ON s.id = o.supplier_id ORDER BY o.id
    """,
    """
    SELECT o.number, l.position, p.number, l.quantity, l.taken_over, l.received, l.closed
    FROM purchasing_orderline l JOIN purchasing_purchaseorder o ON o.id = l.order_id
    JOIN catalog_part p ON p.id = l.part_id ORDER BY l.id
    """,
    """
    SELECT r.number, r.occurred_at, r.posted_at, l.position, l.quantity, w.path
    FROM purchasing_goodsreceipt r JOIN purchasing_goodsreceiptline l ON l.receipt_id = r.id
    JOIN stock_location w ON w.id = l.location_id ORDER BY l.id
    """,
    """
    SELECT o.number, e.kind, e.to_state, e.occurred_at
    FROM purchasing_orderevent e JOIN purchasing_purchaseorder o ON o.id = e.order_id ORDER BY e.id
    """,
    """
    SELECT p.number, r.state, r.packs
    FROM purchasing_reorderproposal r JOIN catalog_part p ON p.id = r.part_id ORDER BY r.id
    """,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("owner_cursor")]


def generate(*, seed: int = 1, batch: int = 1000) -> LedgerVerification:
    size = LargeSize(parts=300, movements=3000, orders=200, seed=seed, until=UNTIL, batch=batch)
    return generate_large(size, write=lambda _line: None)


def digest() -> str:
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for query in DIGESTED:
            cursor.execute(query)
            for row in cursor.fetchall():
                found.update(repr(row).encode())
    return found.hexdigest()


@contextmanager
def undone() -> Iterator[None]:
    """What happens within is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def digest_of(*, seed: int, batch: int = 1000) -> str:
    with undone():
        generate(seed=seed, batch=batch)
        return digest()


class TestGenerateLarge:
    def test_makes_exactly_what_is_asked_for_and_the_ledger_adds_up(self) -> None:
        verification = generate()

        assert verification.passed
        assert verification.movements == 3000
        assert Part.objects.count() == 300
        assert StockMovement.objects.count() == 3000

    def test_makes_the_trees_and_the_suppliers(self) -> None:
        generate()

        assert 180 <= Category.objects.count() <= 250
        assert Category.objects.filter(parent__parent__isnull=False).exists()
        assert 280 <= Location.objects.count() <= 320
        assert Supplier.objects.count() == 50
        assert SupplierPart.objects.filter(preferred=True).count() == 300

    def test_mixes_kinds_statuses_and_tracking(self) -> None:
        generate()

        kinds = set(StockMovement.objects.values_list("kind", flat=True).distinct())
        assert kinds == set(StockMovement.Kind.values)
        assert set(Part.objects.values_list("status", flat=True).distinct()) == {
            "out",
            "low",
            "enough",
        }
        assert set(Part.objects.values_list("tracking", flat=True).distinct()) == {
            "none",
            "lot",
            "serial",
        }
        assert Lot.objects.filter(serial="").exists()
        assert Lot.objects.exclude(serial="").exists()

    def test_gives_every_part_a_name_in_both_languages(self) -> None:
        generate()

        assert not Part.objects.filter(Q(name_ja="") | Q(name_en="")).exists()

    def test_never_takes_more_than_was_there(self, owner_cursor: CursorWrapper) -> None:
        """Replayed movement by movement, no level is ever below zero."""
        generate()

        owner_cursor.execute(
            "SELECT count(*) FROM (SELECT sum(quantity) OVER (PARTITION BY part_id, location_id, "
            "lot_id ORDER BY id) AS level FROM stock_stockmovement) replayed WHERE level < 0"
        )
        assert owner_cursor.fetchone() == (0,)
        assert not StockLevel.objects.filter(quantity__lt=0).exists()

    def test_records_in_the_order_of_the_clock_over_three_years(self) -> None:
        generate()

        posted = list(StockMovement.objects.order_by("id").values_list("posted_at", flat=True))
        assert posted == sorted(posted)
        assert (posted[-1] - posted[0]).days > 1000
        assert posted[-1].date() < UNTIL
        assert not StockMovement.objects.filter(occurred_at__gt=F("posted_at")).exists()

    def test_counts_what_the_books_said(self) -> None:
        generate()

        differing = StocktakeLine.objects.exclude(expected=F("counted")).count()
        assert Stocktake.objects.exists()
        assert differing == StockMovement.objects.filter(kind="stocktake").count()

    def test_names_people_who_cannot_sign_in(self) -> None:
        generate()

        actors = User.objects.filter(pk__in=StockMovement.objects.values("actor"))
        assert actors.count() == 12
        assert not any(actor.has_usable_password() or actor.is_staff for actor in actors)

    def test_leaves_the_sequences_behind_the_last_key(self) -> None:
        generate()

        category = Category.objects.order_by("-pk")[0]
        assert Category.objects.create(name_en="Later").pk == category.pk + 1

    def test_corrects_a_movement_once_at_most(self) -> None:
        generate()

        reversed_twice = (
            StockMovement.objects.filter(reverses__isnull=False)
            .values("reverses")
            .annotate(times=Count("pk"))
            .filter(times__gt=1)
        )
        assert StockMovement.objects.filter(kind="correction").exists()
        assert not reversed_twice.exists()


class TestOrders:
    @pytest.fixture(autouse=True)
    def _generated(self, owner_cursor: CursorWrapper) -> None:
        generate()

    def test_are_as_many_as_asked_for_and_stand_everywhere(self) -> None:
        orders = PurchaseOrder.objects.exclude(collecting=True)
        assert 190 <= orders.count() <= 200  # what is on its way has a line that is short
        assert 2.5 < OrderLine.objects.filter(order__in=orders).count() / orders.count() < 3.5
        states = set(orders.values_list("state", flat=True))
        assert {"ordered", "received", "closed", "cancelled"} <= states
        assert set(orders.values_list("origin", flat=True)) == set(Origin.values)

    def test_are_received_by_documents_with_their_movements(self) -> None:
        assert GoodsReceipt.objects.count() > 100
        assert differences() == {}

    def test_begin_with_those_of_the_system_before(self) -> None:
        imported = PurchaseOrder.objects.filter(origin=Origin.IMPORTED)
        lines = OrderLine.objects.filter(order__in=imported)
        assert not lines.exclude(taken_over=F("quantity")).exists()
        assert not GoodsReceipt.objects.filter(order__in=imported).exists()
        own = PurchaseOrder.objects.exclude(origin=Origin.IMPORTED)
        assert imported.latest("created_at").created_at < own.earliest("created_at").created_at

    def test_are_numbered_without_gaps_in_the_order_of_their_days(self) -> None:
        own = PurchaseOrder.objects.exclude(origin=Origin.IMPORTED).order_by("number")
        created = [order.created_at for order in own]
        assert created == sorted(created)
        for prefix, documents in (("PO", own), ("GR", GoodsReceipt.objects.all())):
            numbers = documents.values_list("number", flat=True)
            for counter in DocumentNumber.objects.filter(prefix=prefix):
                given = [number for number in numbers if f"-{counter.year}-" in number]
                assert len(given) <= counter.last
                assert max(given) == str(counter)

    def test_leave_few_proposals_and_the_next_sweep_none(self) -> None:
        """Chance alone would leave a fifth of the parts short."""
        proposals = ReorderProposal.objects.filter(state=ProposalState.OPEN)
        assert 1 <= proposals.count() <= 3
        assert ReorderProposal.objects.filter(state=ProposalState.ACCEPTED).exists()

        assert sweep(at=timezone.now())[0].proposed == 0

    def test_go_on_through_the_services(self, administrator: User) -> None:
        """The guards are on again, and what is on its way can be received."""
        awaited = PurchaseOrder.objects.filter(state=OrderState.ORDERED)
        line = OrderLine.objects.filter(order__in=awaited, part__tracking="none")[0]

        receipt = arrived(line, line.quantity, Location.objects.filter(children=None)[0])

        assert receipt.number.endswith(
            f"{DocumentNumber.objects.get(prefix='GR', year=timezone.localdate().year).last:06}"
        )
        assert differences() == {}
        with refused_by("purchasing_order_begins_as_draft"):
            PurchaseOrder.objects.create(
                number="X", supplier=line.order.supplier, state=OrderState.APPROVED
            )


class TestSeed:
    def test_same_seed_gives_the_same_data_whatever_the_batch(self) -> None:
        assert digest_of(seed=7) == digest_of(seed=7, batch=170)

    def test_another_seed_gives_other_data(self) -> None:
        assert digest_of(seed=7) != digest_of(seed=8)


class TestCommand:
    def test_says_how_far_it_is_and_what_it_made(self) -> None:
        out = StringIO()

        call_command("generate_large", "--parts", "50", "--movements", "1,000", stdout=out)

        assert "movements: 1,000 in" in out.getvalue()
        assert "50 parts, 1,000 movements" in out.getvalue()
        assert "orders proposed for what is short" in out.getvalue()
        assert "the ledger adds up" in out.getvalue()

    def test_refuses_a_database_with_parts_and_says_the_way_out(self) -> None:
        category = Category.objects.create(name_en="Motors")
        Part.objects.create(number="M-1", name_en="Motor", category=category)

        with pytest.raises(CommandError, match=r"\./dev reset --size large"):
            call_command("generate_large", "--parts", "50")

    @pytest.mark.parametrize("number", ["0", "-3", "many"])
    def test_refuses_what_is_no_number(self, number: str) -> None:
        with pytest.raises(CommandError, match="whole number above 0"):
            call_command("generate_large", f"--parts={number}")


class TestMeasureLists:
    def test_times_every_list(self) -> None:
        generate()
        out = StringIO()

        call_command("measure_lists", "--repeat", "1", "--over", "0", stdout=out)

        assert "stockmovement, location branch" in out.getvalue()
        assert "purchaseorder, late" in out.getvalue()
        assert "goodsreceipt, supplier" in out.getvalue()
        assert "reorderproposal, open" in out.getvalue()
        assert "← slow" in out.getvalue()
        assert "slower than 0 ms" in out.getvalue()

    def test_says_how_to_fill_an_empty_database(self) -> None:
        with pytest.raises(CommandError, match=r"\./dev reset --size large"):
            call_command("measure_lists")


class TestQueryPlans:
    def test_are_written_for_the_lists_of_all_models(self, tmp_path: Path) -> None:
        generate()
        file, out = tmp_path / "plans.md", StringIO()

        call_command("write_query_plans", "--file", str(file), stdout=out)

        written = file.read_text()
        assert written.count("\n## ") == 14
        assert "part, category branch: " in written
        assert "Index Only Scan backward stock_stockmovement_pkey" in written
        assert "manage write_query_plans --file" in written
        assert "lists; the slowest: " in out.getvalue()
        assert len(written.splitlines()) < 400

    def test_are_not_written_of_an_empty_database(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"\./dev reset --size large"):
            call_command("write_query_plans", "--file", str(tmp_path / "plans.md"))

        assert not list(tmp_path.iterdir())
