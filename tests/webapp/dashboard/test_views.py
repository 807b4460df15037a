"""The first page, as each of the cast sees it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.models import Part
from stock.models import LedgerVerification, Location
from stock.verification import verify_ledger
from tests.webapp.cast import ClientOf
from tests.webapp.factories import LocationFactory, PartFactory, issue, line, receive, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Location:
    return LocationFactory.create(name_en="Shelf", name_ja="棚")


@pytest.fixture
def motor(shelf: Location) -> Part:
    return stocked(
        PartFactory.create(number="MT-2207", name_en="Motor", name_ja="モーター", reorder_point=20),
        shelf,
        10,
        unit_cost=Decimal(1250),
        currency="JPY",
    )


@pytest.fixture
def page_of(client_of: ClientOf) -> Any:
    """``page_of(user)``: the dashboard as that person sees it."""

    def page(user: User, *, language: str = "en") -> BeautifulSoup:
        answer = client_of(user, language=language).get(reverse("admin:index"))
        assert answer.status_code == 200
        return BeautifulSoup(answer.content, "html.parser")

    return page


def cards(page: BeautifulSoup) -> list[str]:
    return [heading.get_text(strip=True) for heading in page.select(".figures-card-head h2")]


def actions(page: BeautifulSoup) -> list[str]:
    return [
        link.get_text(" ", strip=True).split(" ", 1)[1]
        for link in page.select(".figures-actions a")
    ]


def shown(page: BeautifulSoup) -> str:
    content = page.select_one(".figures")
    assert content
    return " ".join(content.get_text(" ", strip=True).split())


ALL_CARDS = [
    "What moved in the last 30 days",
    "Next deliveries",
    "Value of stock",
    "Ledger verified",
    "Low or out",
    "Latest movements",
]


class TestRights:
    @pytest.mark.parametrize(
        ("person", "expected"),
        [
            ("administrator", ["Receive", "Issue", "Transfer", "Stocktake", "Order", "Import"]),
            ("storekeeper", ["Receive", "Issue", "Transfer", "Stocktake"]),
            ("buyer", ["Order", "Import"]),
            ("general", []),
            ("auditor", []),
        ],
    )
    def test_offers_each_role_the_work_it_may_do(
        self,
        person: str,
        expected: list[str],
        request: pytest.FixtureRequest,
        page_of: Any,
        motor: Part,
    ) -> None:
        page = page_of(request.getfixturevalue(person))

        assert actions(page) == expected
        assert cards(page) == ALL_CARDS

    def test_tells_somebody_without_rights_whom_to_ask(
        self, outsider: User, administrator: User, page_of: Any, motor: Part
    ) -> None:
        User.objects.filter(pk=administrator.pk).update(email="administrator@example.com")

        page = page_of(outsider)

        assert "You have no rights here yet" in shown(page)
        assert "管理 担当" in shown(page)
        assert page.select_one('a[href="mailto:administrator@example.com"]')
        assert cards(page) == []
        assert page.select(".figures-tile") == []
        assert "MT-2207" not in str(page)

    @pytest.mark.parametrize(
        ("codenames", "expected"),
        [
            (["view_part"], ["Low or out"]),
            (["view_part", "view_supplierpart"], ["Value of stock", "Low or out"]),
            (["view_stockmovement"], ["What moved in the last 30 days", "Latest movements"]),
            (["view_ledgerverification"], ["Ledger verified"]),
            (["view_purchaseorder"], ["Next deliveries"]),
            (["view_reorderproposal"], []),
            (["receive_stock"], []),
        ],
    )
    def test_shows_only_the_cards_that_single_rights_allow(
        self, codenames: list[str], expected: list[str], outsider: User, page_of: Any, motor: Part
    ) -> None:
        outsider.user_permissions.set(Permission.objects.filter(codename__in=codenames))

        page = page_of(outsider)

        assert cards(page) == expected
        assert "You have no rights" not in shown(page)

    def test_links_no_part_for_who_may_not_open_it(
        self, outsider: User, page_of: Any, motor: Part
    ) -> None:
        outsider.user_permissions.add(Permission.objects.get(codename="view_stockmovement"))

        page = page_of(outsider)

        assert "MT-2207" in shown(page)
        assert not page.select('a[href*="/catalog/part/"]')


class TestTiles:
    def test_count_and_link_to_the_lists_they_count(
        self, storekeeper: User, client_of: ClientOf, page_of: Any, motor: Part, shelf: Location
    ) -> None:
        PartFactory.create_batch(2)
        PartFactory.create(active=False)
        receive(line(motor, shelf, 1), at=timezone.now() - timedelta(days=1))

        tiles = page_of(storekeeper).select("a.figures-tile")

        numbers = [tile.select_one(".figures-tile-number").get_text() for tile in tiles]
        assert numbers == ["2", "1", "3", "1", "0", "0", "0"]
        client = client_of(storekeeper)
        listed = [
            len(BeautifulSoup(client.get(tile["href"]).content, "html.parser").select(
                "#result_list tbody tr, #result_list tr.data-row"
            ))
            for tile in tiles
        ]  # fmt: skip
        assert [str(count) for count in listed] == numbers


class TestValue:
    def test_is_by_currency_and_names_what_has_no_price(
        self, general: User, page_of: Any, motor: Part, shelf: Location
    ) -> None:
        stocked(PartFactory.create(), shelf, 3, unit_cost=Decimal("0.335"), currency="USD")
        stocked(PartFactory.create(), shelf, 1)

        text = shown(page_of(general))

        assert "JPY 1 ¥12,500" in text
        assert "USD 1 $1.01" in text
        assert "1 part in stock has no price and is not included." in text


class TestLedger:
    def test_warns_that_it_was_never_verified(
        self, general: User, page_of: Any, motor: Part
    ) -> None:
        assert "Never verified" in shown(page_of(general))

    def test_says_when_and_how_many(self, general: User, page_of: Any, motor: Part) -> None:
        verify_ledger(by=None)

        text = shown(page_of(general))

        assert "Levels equal the sums of the movements" in text
        assert "1 movement checked" in text

    def test_warns_of_differences(self, general: User, page_of: Any, motor: Part) -> None:
        now = timezone.now()
        last = LedgerVerification.objects.create(
            started_at=now, finished_at=now, movements=1234, levels=1, difference_count=2
        )

        page = page_of(general)

        assert "2 differences from what was recorded" in shown(page)
        assert "1,234 movements checked" in shown(page)
        address = reverse("admin:stock_ledgerverification_change", args=[last.pk])
        assert page.select_one(f'a[href="{address}"]')

    def test_warns_of_an_old_proof(self, general: User, page_of: Any, motor: Part) -> None:
        then = timezone.now() - timedelta(hours=49)
        LedgerVerification.objects.create(started_at=then, finished_at=then, movements=1, levels=1)

        text = shown(page_of(general))

        assert "The last proof is too old" in text
        assert "A verification is due every 48 hours." in text


class TestPage:
    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_is_made_in_both_languages(
        self, storekeeper: User, page_of: Any, motor: Part, shelf: Location, language: str
    ) -> None:
        issue(line(motor, shelf, 1), by=storekeeper, reason="DR-7")

        text = shown(page_of(storekeeper, language=language))

        assert ("モーター" in text, "棚" in text) == (language == "ja",) * 2
        assert "Motor" in text if language == "en" else "Motor" not in text

    def test_says_the_chart_in_words(self, general: User, page_of: Any, motor: Part) -> None:
        canvas = page_of(general).select_one("canvas")

        assert canvas["aria-label"] == "Movements in the last 30 days: Receipt 1"

    def test_has_no_script_that_the_content_security_policy_forbids(
        self, storekeeper: User, page_of: Any, motor: Part
    ) -> None:
        content = page_of(storekeeper).select_one(".figures")

        assert all(script["type"] == "application/json" for script in content.select("script"))
        assert not [
            tag for tag in content.find_all() if any(name[:2] == "on" for name in tag.attrs)
        ]

    def test_helps_to_begin_where_nothing_is_there_yet(
        self, administrator: User, page_of: Any
    ) -> None:
        page = page_of(administrator)

        assert "There are no parts yet" in shown(page)
        assert page.select_one(f'.figures a[href="{reverse("admin:catalog_part_add")}"]')

    def test_says_so_where_nothing_moved(self, general: User, page_of: Any) -> None:
        PartFactory.create()

        text = shown(page_of(general))

        assert "Nothing moved in the last 30 days" in text
        assert "Nothing is in stock." in text


class TestSpeed:
    def test_costs_few_queries_and_fewer_while_figures_are_fresh(
        self,
        storekeeper: User,
        client_of: ClientOf,
        motor: Part,
        shelf: Location,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        """Session, user, rights (2); all tiles, needed (2) and their proposals; deliveries,
        latest, ledger; chart, value, and how many parts there are, each looked for among what
        other processes computed, and left for them."""
        for part in PartFactory.create_batch(15, reorder_point=5):
            receive(line(part, shelf, 1), by=storekeeper)
        client = client_of(storekeeper)

        with django_assert_max_num_queries(20):
            client.get(reverse("admin:index"))
        with django_assert_max_num_queries(11):
            client.get(reverse("admin:index"))
