"""What the people of a load test have booked, as the database has it."""

from django.db.models import Count, QuerySet

from access.models import User
from audit.kinds import Kind
from audit.models import AuditEntry
from demo.load_test.people import PREFIX
from purchasing.models import EventKind, GoodsReceipt, OrderEvent
from stock.models import StockMovement, Stocktake


def bookings() -> dict[str, int]:
    """Rows by what a request confirmed; the difference of two counts is what was booked between."""
    people = User.objects.filter(username__startswith=PREFIX)
    movements = StockMovement.objects.filter(actor__in=people)
    own = movements.filter(receipt_line=None)
    events = OrderEvent.objects.filter(actor__in=people)
    heard = AuditEntry.objects.filter(actor_id__in=people.values("pk"))
    states = _by(events.filter(kind=EventKind.STATE), "to_state")
    return {
        **{f"movements: {kind}": count for kind, count in _by(own, "kind").items()},
        "movements: order receipt": movements.exclude(receipt_line=None).count(),
        "stocktakes": Stocktake.objects.filter(actor__in=people).count(),
        "orders drafted": events.filter(kind=EventKind.CREATED).count(),
        "orders sent for approval": events.filter(kind=EventKind.REQUESTED).count(),
        "orders approved": states.get("approved", 0),
        "orders placed": states.get("ordered", 0),
        "orders received": GoodsReceipt.objects.filter(actor__in=people).count(),
        "sign-ins in the audit log": heard.filter(kind=Kind.SIGNED_IN).count(),
        "exports in the audit log": heard.filter(kind=Kind.EXPORTED).count(),
    }


def _by(rows: "QuerySet[StockMovement] | QuerySet[OrderEvent]", field: str) -> dict[str, int]:
    return {row[field]: row["n"] for row in rows.order_by().values(field).annotate(n=Count("pk"))}
