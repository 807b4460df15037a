"""Whatever happens in whatever order: books, orders and proposals agree, and say what is so."""

from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from access.models import User
from catalog.models import Part, SupplierPart
from core.errors import BusinessError
from purchasing.models import (
    DocumentNumber,
    GoodsReceipt,
    GoodsReceiptLine,
    OrderEvent,
    OrderLine,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.states import BY_DECISION, BY_LINES, COMMITTED, OrderState
from stock.models import StockMovement
from stock.verification import find_differences
from tests.webapp.database import check_now
from tests.webapp.purchasing.world import Step, World

STEPS = [
    *["issue"] * 5,
    "stock",
    *["draft", "edit", "request", "send back", "postpone", "cancel"],
    *["approve"] * 4,
    *["place"] * 4,
    *["receive"] * 6,
    *["reverse", "close", "open"] * 2,
    *["accept", "change", "dismiss", "offers", "sweep"],
]
steps = st.builds(
    Step,
    what=st.sampled_from(STEPS),
    which=st.integers(0, 30),
    how_many=st.integers(1, 6),
    stale=st.sampled_from([False] * 9 + [True]),
    astray=st.sampled_from([False] * 9 + [True]),
)
TABLES = [
    "catalog_part",
    "stock_stockmovement",
    "stock_stocklevel",
    "stock_lot",
    "purchasing_purchaseorder",
    "purchasing_orderline",
    "purchasing_orderevent",
    "purchasing_goodsreceipt",
    "purchasing_goodsreceiptline",
    "purchasing_reorderproposal",
    "purchasing_documentnumber",
]
EVERYTHING = " UNION ALL ".join(
    f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t.id)) FROM {table} t"
    for table in TABLES
)
ALLOWED = {
    (before.value, then.value)
    for table in (BY_DECISION, BY_LINES)
    for before, follow in table.items()
    for then in follow
}


@pytest.fixture
def world(buyer: User, administrator: User) -> World:
    return World((buyer, administrator))


@pytest.mark.slow
@settings(
    max_examples=20,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sequence=st.lists(steps, min_size=5, max_size=20), limits=st.booleans())
def test_any_sequence_keeps_books_orders_and_proposals_true(
    sequence: list[Step], limits: bool, world: World
) -> None:
    """Only named errors, in words, that leave everything as it was."""
    with transaction.atomic():
        if limits:
            world.set_limits()
        before = everything()

        for step in sequence:
            refused = attempt(world, step)
            after = everything()
            if refused:
                event(f"{step.what}: {type(refused).__name__}")
                assert after == before, refused
            else:
                event(step.what)
                check(world)
            before = after

        transaction.set_rollback(True)


def attempt(world: World, step: Step) -> BusinessError | None:
    """Take a step, or be told why not."""
    try:
        with transaction.atomic():
            world.take(step)
            check_deferred()
    except BusinessError as error:
        return error
    return None


def everything() -> list[tuple[str, str]]:
    """A fingerprint of every row that a step could change."""
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING)
        return list(cursor.fetchall())


def check_deferred() -> None:
    """What would be checked at the end of the transaction."""
    with connection.cursor() as cursor:
        check_now(cursor)


def check(world: World) -> None:
    assert find_differences() == ([], 0)
    for part in world.parts:
        part.refresh_from_db()
        check_part(part)
    check_documents()
    check_states()
    check_numbers()


def check_part(part: Part) -> None:
    """Totals and proposal, computed from scratch."""
    lines = list(
        OrderLine.objects.filter(part=part).select_related("order", "proposal", "supplier_part")
    )
    on_order = sum(
        (awaited(line) for line in lines if line.order.state in COMMITTED), start=Decimal(0)
    )
    drafted = sum(
        (awaited(line) for line in lines if line.order.is_draft and not open_proposal(line)),
        start=Decimal(0),
    )
    assert part.on_order == on_order

    event(f"proposal {ReorderProposal.objects.filter(part=part, state='open').count()}")
    expected = expected_order(part, part.on_hand + on_order + drafted)
    proposals = list(
        ReorderProposal.objects.filter(part=part, state="open").select_related("line__order")
    )
    if expected is None:
        assert proposals == []
        return
    offer, packs = expected
    [proposal] = proposals
    assert proposal.line is not None
    assert proposal.line.order.collecting
    assert proposal.line.order.is_draft
    assert proposal.line.order.supplier_id == offer.supplier_id
    assert (proposal.supplier_part, proposal.packs) == (offer, packs)
    assert proposal.position == part.on_hand + on_order + drafted
    if not proposal.fixed:
        assert (proposal.line.supplier_part, proposal.line.quantity) == (offer, packs)


def awaited(line: OrderLine) -> Decimal:
    """Of one line, in the part's own unit."""
    packs = Decimal(0) if line.closed else line.quantity - line.received - line.taken_over
    return max(packs, Decimal(0)) * line.factor


def open_proposal(line: OrderLine) -> bool:
    return hasattr(line, "proposal") and line.proposal.state == "open"


def expected_order(part: Part, position: Decimal) -> tuple[SupplierPart, Decimal] | None:
    """Of whom and how many packs, found by trying one pack after the other."""
    if position > part.reorder_point:
        return None
    today = timezone.localdate()
    if part.reorder_proposals.filter(state="dismissed", dismissed_until__gte=today).exists():
        return None
    offers = [offer for offer in part.supplier_parts.all() if offer.active]
    offers = [offer for offer in offers if offer.preferred or len(offers) == 1]
    if not offers:
        return None
    [offer] = offers
    wanted = max(
        part.reorder_quantity or 0, (part.target_quantity or part.reorder_point) - position
    )
    packs = Decimal(1)
    while not (
        packs >= offer.minimum_order_quantity
        and packs * offer.pack_in_base_units >= wanted
        and position + packs * offer.pack_in_base_units > part.reorder_point
    ):
        packs += 1
    return offer, packs


def check_documents() -> None:
    """What a line received is what its receipts say, and they what the ledger says."""
    received: dict[int, Decimal] = defaultdict(Decimal)
    for row in GoodsReceiptLine.objects.all():
        received[row.order_line_id] += row.quantity
    for line in OrderLine.objects.all():
        assert line.received == received[line.pk]
        assert line.received_in_all <= line.most
    moved: dict[int, Decimal] = defaultdict(Decimal)
    for movement in StockMovement.objects.exclude(receipt_line=None):
        moved[movement.receipt_line_id or 0] += movement.quantity
    assert moved == {row.pk: row.base_quantity for row in GoodsReceiptLine.objects.all()}


def check_states() -> None:
    """Each recorded change is in the table, and they make one line to where the order is."""
    reached: dict[int, str] = defaultdict(lambda: "draft")
    for change in OrderEvent.objects.filter(kind="state").order_by("pk"):
        assert (change.from_state, change.to_state) in ALLOWED
        assert change.from_state == reached[change.order_id]
        reached[change.order_id] = change.to_state
    for order in PurchaseOrder.objects.prefetch_related("lines"):
        assert order.state == reached[order.pk]
        lines = list(order.lines.all())
        assert {line.order_state for line in lines} <= {order.state}
        if order.state in BY_LINES:
            assert order.state == derived(lines)


def derived(lines: list[OrderLine]) -> str:
    """The state of a placed order, read off its lines."""
    if all(line.closed or not line.missing for line in lines):
        return OrderState.CLOSED if any(line.closed for line in lines) else OrderState.RECEIVED
    return OrderState.PARTIAL if any(line.received for line in lines) else OrderState.ORDERED


def check_numbers() -> None:
    year = timezone.localtime().year
    for prefix, every in [
        ("PO", PurchaseOrder.objects.values_list("number", flat=True)),
        ("GR", GoodsReceipt.objects.values_list("number", flat=True)),
    ]:
        numbers = sorted(every)
        assert numbers == [f"{prefix}-{year}-{n:06}" for n in range(1, len(numbers) + 1)]
    assert set(DocumentNumber.objects.values_list("prefix", flat=True)) <= {"PO", "GR"}
