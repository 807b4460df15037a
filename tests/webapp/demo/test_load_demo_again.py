"""Loading the demo once more, at another hour, and after an interruption."""

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from access.models import User
from catalog.models import Part
from demo.loading import load_demo
from demo.story import Story
from purchasing.models import OrderEvent
from stock.models import StockMovement

NOW = datetime(2026, 3, 4, 18, 30, tzinfo=timezone.get_default_timezone())

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("administrator", "buyer", "storekeeper"),
]


def load(now: datetime = NOW) -> bool:
    return load_demo(now=now, write=lambda _line: None)


def story_of(now: datetime) -> list[object]:
    """What was recorded, by what people see; taken back afterwards."""
    with transaction.atomic():
        load(now)
        told: list[object] = list(
            StockMovement.objects.order_by("id").values_list(
                "kind",
                "part__number",
                "location__path",
                "lot__code",
                "lot__serial",
                "quantity",
                "unit_cost",
                "reason",
                "occurred_at",
            )
        )
        # Of each order in turn: which of those that one statement changed comes first says nothing.
        told += OrderEvent.objects.order_by("order__number", "id").values_list(
            "order__number", "kind", "to_state", "actor__username", "occurred_at", "reason"
        )
        transaction.set_rollback(True)
    return told


def test_tells_the_same_story_each_time() -> None:
    assert story_of(NOW) == story_of(NOW)


def test_loads_before_the_day_has_begun() -> None:
    midnight = NOW.replace(hour=0)

    assert load(midnight)
    assert not StockMovement.objects.filter(occurred_at__gt=midnight).exists()


def test_leaves_nothing_behind_when_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_story: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Story, "tell", interrupted)

    with pytest.raises(KeyboardInterrupt):
        load()

    assert not Part.objects.exists()


def test_says_what_it_does_and_the_second_time_that_it_does_nothing() -> None:
    first, second = StringIO(), StringIO()

    call_command("load_demo", stdout=first)
    movements = StockMovement.objects.count()
    call_command("load_demo", stdout=second)

    assert "opening_stock.csv: 1,038 rows" in first.getvalue()
    assert "purchase_order_lines.csv: 30 rows" in first.getvalue()
    assert "60 days of work" in first.getvalue()
    assert "has parts already" in second.getvalue()
    assert StockMovement.objects.count() == movements


def test_says_who_is_missing(administrator: User) -> None:
    User.objects.filter(username="buyer").delete()

    with pytest.raises(CommandError, match=r"There is no user buyer\. Run create_demo_users first"):
        call_command("load_demo")

    assert not Part.objects.exists()
