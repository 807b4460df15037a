"""Orders in a state, and decisions about them at the version that they have now."""

from collections.abc import Callable

from django.utils import timezone

from access.models import User
from purchasing.models import PurchaseOrder
from tests.webapp.factories import now

type OrderIn = Callable[[str], PurchaseOrder]
type Decide = Callable[..., PurchaseOrder]


def decide(what: Decide, order: PurchaseOrder, *, by: User, **values: object) -> PurchaseOrder:
    """At the version that the order has now."""
    asked = {"version": now(order).version, "at": timezone.now(), **values}
    what(order.pk, by=by, **asked)
    return now(order)
