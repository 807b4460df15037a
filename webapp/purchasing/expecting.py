"""When an order should be here, as far as lead times say."""

from datetime import date, timedelta

from django.utils import timezone

from purchasing.models import PurchaseOrder


def expected_by_lead_times(order: PurchaseOrder) -> date | None:
    """Today and the longest lead time among the lines; None where none is known."""
    days = [
        found
        for line in order.lines.select_related("part", "supplier_part")
        if (
            found := line.supplier_part.lead_time_days
            if line.supplier_part and line.supplier_part.lead_time_days is not None
            else line.part.lead_time_days
        )
        is not None
    ]
    return timezone.localdate() + timedelta(days=max(days)) if days else None
