"""The people of a load test, what each works on, and what they booked."""

import json
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from access.models import User
from access.services import sync_roles
from demo.load_test.counting import bookings
from demo.load_test.people import PREFIX, Work, username
from purchasing import life
from purchasing.models import PurchaseOrder
from stock.models import Location, StockLevel, StockMovement
from stock.verification import verify_ledger
from tests.webapp.factories import PartFactory, SupplierFactory, SupplierPartFactory

PEOPLE = ("storekeeper=2", "buyer=2", "manager=1", "auditor=1", "general=1")


@pytest.fixture
def catalogue(db: None) -> None:
    """As much as these people need."""
    supplier = SupplierFactory.create()
    for number in range(20):
        part = PartFactory.create(number=f"LT-{number:03d}")
        SupplierPartFactory.create(
            part=part, supplier=supplier, unit_price=Decimal(100), currency="JPY"
        )
    sync_roles()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.json"


@pytest.fixture
def made(catalogue: None, file: Path) -> dict[str, Any]:
    call_command("prepare_load_test", *PEOPLE, "--file", str(file))
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def slice_of(made: dict[str, Any], work: Work, number: int = 1) -> dict[str, Any]:
    named = {person["name"]: person["slice"] for person in made["people"]}
    found: dict[str, Any] = named[username(work, number)]
    return found


class TestPrepareLoadTest:
    def test_makes_an_account_a_user_with_a_password_of_its_own(self, made: dict[str, Any]) -> None:
        people = made["people"]

        assert len({person["name"] for person in people}) == 7
        assert len({person["password"] for person in people}) == 7
        for person in people:
            user = User.objects.get(username=person["name"])
            assert user.check_password(person["password"])
            assert not user.must_change_password

    def test_speaks_both_languages(self, made: dict[str, Any]) -> None:
        assert {person["language"] for person in made["people"]} == {"ja", "en"}

    def test_keeps_the_passwords_from_others(self, made: dict[str, Any], file: Path) -> None:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_writes_no_password_that_all_share(
        self, catalogue: None, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LOADTEST_PASSWORD", "one for everybody")

        call_command("prepare_load_test", "general=2", "--file", str(file))

        assert "one for everybody" not in file.read_text()
        for user in User.objects.filter(username__startswith=PREFIX):
            assert user.check_password("one for everybody")

    def test_gives_storekeepers_shelves_and_parts_that_no_other_has(
        self, made: dict[str, Any]
    ) -> None:
        first, second = (slice_of(made, Work.STOREKEEPER, number) for number in (1, 2))

        ids = [{part["id"] for part in mine["parts"]} for mine in (first, second)]
        assert ids[0].isdisjoint(ids[1])
        assert len({first["shelf"], first["other"], second["shelf"], second["other"]}) == 4

    def test_gives_storekeepers_more_stock_than_they_can_issue(self, made: dict[str, Any]) -> None:
        mine = slice_of(made, Work.STOREKEEPER)

        levels = StockLevel.objects.filter(location=mine["shelf"])
        assert levels.count() == len(mine["parts"])
        assert min(level.quantity for level in levels) >= 10_000

    def test_has_orders_at_every_station(self, made: dict[str, Any]) -> None:
        for number in (1, 2):
            for state, orders in slice_of(made, Work.BUYER, number)["orders"].items():
                found = PurchaseOrder.objects.filter(pk__in=orders)
                assert {order.state for order in found} == {state}
                assert found.count() == len(orders) > 0

    def test_has_orders_approved_by_somebody_else(self, made: dict[str, Any]) -> None:
        approved = PurchaseOrder.objects.exclude(approved_by=None)

        assert approved.exists()
        assert all(order.approved_by != order.created_by for order in approved)

    def test_can_be_repeated(self, made: dict[str, Any], file: Path) -> None:
        before = bookings(), Location.objects.count(), User.objects.count()

        call_command("prepare_load_test", *PEOPLE, "--file", str(file))

        assert (bookings(), Location.objects.count(), User.objects.count()) == before
        again = json.loads(file.read_text())
        assert [person["slice"] for person in again["people"]] == [
            person["slice"] for person in made["people"]
        ]

    def test_lets_them_sign_in(self, made: dict[str, Any]) -> None:
        person = made["people"][0]

        answer = Client().post(
            "/account/login/",
            {"login": person["name"], "password": person["password"], "next": "/admin/"},
        )

        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")

    def test_leaves_a_ledger_that_adds_up(self, made: dict[str, Any]) -> None:
        assert verify_ledger(by=None).passed

    def test_says_when_the_catalogue_is_too_small(self, catalogue: None, file: Path) -> None:
        with pytest.raises(CommandError, match="parts are needed"):
            call_command("prepare_load_test", "storekeeper=50", "--file", str(file))

    @pytest.mark.parametrize("words", ["pilot=3", "buyer", "buyer=some"])
    def test_refuses_what_nobody_is(self, words: str, catalogue: None, file: Path) -> None:
        with pytest.raises(CommandError, match="write for example buyer=20"):
            call_command("prepare_load_test", words, "--file", str(file))


class TestCountLoadTest:
    def test_counts_what_the_people_booked(
        self, made: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        manager = User.objects.get(username=username(Work.MANAGER, 1))
        before = bookings()
        order = PurchaseOrder.objects.get(pk=slice_of(made, Work.BUYER)["orders"]["draft"][0])

        life.approve(order.pk, version=order.version, by=manager, at=timezone.now())

        call_command("count_load_test")
        after = json.loads(capsys.readouterr().out)
        changed = {what: count - before[what] for what, count in after.items()}
        assert {what: count for what, count in changed.items() if count} == {"orders approved": 1}

    def test_does_not_count_what_others_booked(
        self, made: dict[str, Any], storekeeper: User
    ) -> None:
        before = bookings()
        mine = StockMovement.objects.filter(actor__username__startswith=PREFIX).count()

        assert before["movements: receipt"] == mine
        assert User.objects.exclude(username__startswith=PREFIX).exists()
