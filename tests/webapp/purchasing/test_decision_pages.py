"""The buttons and pages on which people decide about an order."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import User
from purchasing.models import ApprovalLimit, PurchaseOrder
from purchasing.pages.decisions import DECISIONS
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    approve,
    arrived,
    draft,
    now,
    ordered,
    wanted,
)

pytestmark = pytest.mark.django_db


def address(order: PurchaseOrder, name: str) -> str:
    return reverse(f"admin:purchasing_order_{name}", args=[order.pk])


def decide(client: Client, order: PurchaseOrder, name: str, **data: Any) -> HttpResponse:
    data.setdefault("version", now(order).version)
    response: HttpResponse = client.post(address(order, name), data, follow=True)  # type: ignore[assignment]
    return response


@pytest.fixture
def order(buyer: User) -> PurchaseOrder:
    return draft(wanted(PartFactory.create(number="MT-1"), 4, 1000), by=buyer)


def test_carries_an_order_from_draft_to_ordered(
    client_of: ClientOf, buyer: User, order: PurchaseOrder
) -> None:
    client = client_of(buyer)

    decide(client, order, "request_approval")
    decide(client, order, "approve")
    response = decide(client, order, "place", reference="S-1", expected_on="2030-01-31")

    assert b"is ordered" in response.content
    placed = now(order)
    assert (placed.state, placed.supplier_reference) == ("ordered", "S-1")
    assert placed.expected_on == date(2030, 1, 31)


def test_suggests_the_day_that_the_lead_times_say(client_of: ClientOf, buyer: User) -> None:
    lines = [wanted(PartFactory.create(lead_time_days=days), 1) for days in (5, 9, None)]
    order = approve(draft(*lines, by=buyer), by=buyer)

    page = BeautifulSoup(client_of(buyer).get(address(order, "place")).content, "html.parser")

    day = page.select_one("#id_expected_on")
    assert day
    assert day["value"] == (timezone.localdate() + timedelta(days=9)).isoformat()


def test_tells_why_one_person_is_not_enough(
    client_of: ClientOf, buyer: User, order: PurchaseOrder
) -> None:
    ApprovalLimit.objects.create(currency="JPY", second_person_above=Decimal(3999))

    response = decide(client_of(buyer), order, "approve")

    assert "¥4,000 is above what one person may order alone" in response.content.decode()
    assert now(order).state == "draft"


def test_tells_who_approved_before(
    client_of: ClientOf, buyer: User, administrator: User, order: PurchaseOrder
) -> None:
    seen = order.version
    approve(order, by=administrator)

    response = decide(client_of(buyer), order, "approve", version=seen)

    told = response.content.decode()
    assert "was changed after you opened this page" in told
    assert f"Approved, {administrator.display_name}" in told


@pytest.mark.parametrize("name", ["send_back", "cancel"])
def test_asks_for_a_reason(
    client_of: ClientOf, buyer: User, order: PurchaseOrder, name: str
) -> None:
    approve(order, by=buyer)
    client = client_of(buyer)

    refused = decide(client, order, name, reason=" ")
    done = decide(client, order, name, reason="No need")

    assert b"required" in refused.content
    assert b"PO-" in done.content
    assert now(order).state in {"draft", "cancelled"}
    assert order.events.latest("pk").reason == "No need"


def test_postpones_and_says_so(client_of: ClientOf, buyer: User) -> None:
    order = ordered(wanted(PartFactory.create(), 1), by=buyer)

    decide(client_of(buyer), order, "postpone", expected_on="2030-02-01", reason="Flood")

    assert now(order).expected_on == date(2030, 2, 1)
    assert now(order).state == "ordered"


def test_closes_the_lines_chosen_and_opens_them_again(client_of: ClientOf, buyer: User) -> None:
    order = ordered(wanted(PartFactory.create(), 2), wanted(PartFactory.create(), 3), by=buyer)
    first, second = order.lines.order_by("position")
    arrived(first, 1, LocationFactory.create())
    client = client_of(buyer)

    decide(client, order, "close_short", lines=[first.pk], reason="Lost")
    half = now(order).state
    decide(client, order, "close_short", lines=[second.pk], reason="Lost too")
    closed = now(order).state
    decide(client, order, "open_again", lines=[second.pk], reason="Found")

    assert (half, closed, now(order).state) == ("partial", "closed", "partial")


def test_says_that_lines_must_be_chosen(client_of: ClientOf, buyer: User) -> None:
    order = ordered(wanted(PartFactory.create(), 2), by=buyer)
    arrived(order.lines.get(), 1, LocationFactory.create())

    response = decide(client_of(buyer), order, "close_short", reason="Lost")

    assert b"required" in response.content


def test_shows_the_order_as_it_is_now_after_a_refusal(
    client_of: ClientOf, buyer: User, order: PurchaseOrder
) -> None:
    approve(order, by=buyer)

    refused = decide(client_of(buyer), order, "cancel", version=1, reason="No need")

    page = BeautifulSoup(refused.content, "html.parser")
    version, reason = page.select_one("#id_version"), page.select_one("#id_reason")
    assert version
    assert reason
    assert version["value"] == str(now(order).version)
    assert reason["value"] == "No need"


def test_gets_of_buttons_lead_to_the_order(
    client_of: ClientOf, buyer: User, order: PurchaseOrder
) -> None:
    response = client_of(buyer).get(address(order, "approve"))

    assert response.headers["Location"].endswith(f"/{order.pk}/change/")
    assert now(order).state == "draft"


@pytest.mark.parametrize("role", ["storekeeper", "general", "auditor", "outsider"])
@pytest.mark.parametrize("name", [decision.slug.replace("-", "_") for decision in DECISIONS])
def test_is_closed_to_those_who_do_not_decide(
    client_of: ClientOf,
    order: PurchaseOrder,
    name: str,
    role: str,
    request: pytest.FixtureRequest,
) -> None:
    client = client_of(request.getfixturevalue(role))

    assert client.post(address(order, name), {"version": 1}).status_code == 403
    assert now(order).version == 1
