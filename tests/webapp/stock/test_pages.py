"""The pages that record stock: rights, refusals at the right line, nothing booked twice."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import User
from catalog.models import Part
from stock.models import LedgerVerification, Location, StockLevel, StockMovement, Stocktake
from tests.webapp.cast import ClientOf
from tests.webapp.factories import LocationFactory, PartFactory, level, stocked

pytestmark = pytest.mark.django_db

PAGES = {
    "admin:stock_receive": {"administrator", "storekeeper"},
    "admin:stock_issue": {"administrator", "storekeeper"},
    "admin:stock_transfer": {"administrator", "storekeeper"},
    "admin:stock_stocktake_start": {"administrator", "storekeeper"},
}
ROLES = ["administrator", "storekeeper", "buyer", "general", "auditor", "outsider"]


@pytest.fixture
def motor(shelf: Location) -> Part:
    """A part of which nothing was recorded yet."""
    part: Part = PartFactory.create(number="MT-2207")
    return part


@pytest.fixture
def keeper(storekeeper: User, client_of: ClientOf) -> Client:
    return client_of(storekeeper)


def entry(*lines: dict[str, Any], **header: Any) -> dict[str, Any]:
    """What the form of an entry page posts."""
    posted = {
        "key": header.get("key", uuid.uuid4()),
        "reason": header.get("reason", ""),
        "occurred_at": header.get("occurred_at", ""),
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": 0,
    }
    for index, line in enumerate(lines):
        for name, value in line.items():
            posted[f"lines-{index}-{name}"] = getattr(value, "pk", value)
    return posted


class TestRights:
    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize("role", ROLES)
    def test_opens_for_those_who_may(
        self, page: str, role: str, client_of: ClientOf, request: pytest.FixtureRequest
    ) -> None:
        client = client_of(request.getfixturevalue(role))

        expected = 200 if role in PAGES[page] else 403

        assert client.get(reverse(page)).status_code == expected

    def test_refuses_a_post_without_the_right(
        self, general: User, client_of: ClientOf, motor: Part, shelf: Location
    ) -> None:
        line = {"part": motor, "location": shelf, "quantity": 1}

        response = client_of(general).post(reverse("admin:stock_receive"), entry(line))

        assert response.status_code == 403
        assert not StockMovement.objects.exists()

    def test_sends_a_stranger_to_the_sign_in(self) -> None:
        response = Client().get(reverse("admin:stock_receive"))

        assert response.status_code == 302
        assert "/login/" in response.headers["Location"]


class TestReceive:
    def test_books_and_shows_the_part(self, keeper: Client, motor: Part, shelf: Location) -> None:
        line = {"part": motor, "location": shelf, "quantity": "1,200"}

        response = keeper.post(reverse("admin:stock_receive"), entry(line))

        assert response.headers["Location"] == reverse("admin:catalog_part_change", args=[motor.pk])
        assert level(motor, shelf) == 1200

    def test_books_a_repeated_request_once(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        posted = entry({"part": motor, "location": shelf, "quantity": 5})

        keeper.post(reverse("admin:stock_receive"), posted)
        again = keeper.post(reverse("admin:stock_receive"), posted, follow=True)

        assert level(motor, shelf) == 5
        assert "not recorded a second time" in again.content.decode()

    def test_shows_many_lines_in_the_ledger(self, keeper: Client, shelf: Location) -> None:
        lines = [{"part": PartFactory.create(), "location": shelf, "quantity": 1} for _ in "ab"]

        response = keeper.post(reverse("admin:stock_receive"), entry(*lines), follow=True)

        assert response.context["cl"].result_count == 2

    def test_keeps_both_times_of_a_late_entry(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        line = {"part": motor, "location": shelf, "quantity": 1}

        keeper.post(reverse("admin:stock_receive"), entry(line, occurred_at="2026-01-05T09:30"))

        movement = StockMovement.objects.get()
        assert timezone.localtime(movement.occurred_at).strftime("%Y-%m-%d %H:%M") == (
            "2026-01-05 09:30"
        )
        assert movement.posted_at.date() == timezone.now().date()

    @pytest.mark.parametrize(
        ("line", "field", "message"),
        [
            ({"quantity": "abc"}, "quantity", "is not a number"),
            ({"quantity": "0"}, "quantity", "above 0"),
            ({"quantity": "-3"}, "quantity", "above 0"),
            ({"quantity": ""}, "quantity", "required"),
            ({"quantity": "1.1234567"}, "quantity", "decimals"),
            ({"quantity": "9" * 30}, "quantity", "too large"),
            ({"unit_cost": "5"}, "currency", "needs its currency"),
            ({"unit_cost": "5", "currency": "XXQ"}, "currency", "not a currency"),
            ({"part": "999999"}, "part", "valid choice"),
        ],
    )
    def test_names_the_field_that_is_wrong(
        self,
        keeper: Client,
        motor: Part,
        shelf: Location,
        line: dict[str, str],
        field: str,
        message: str,
    ) -> None:
        posted = entry({"part": motor, "location": shelf, "quantity": "1", **line})

        response = keeper.post(reverse("admin:stock_receive"), posted)

        [form] = response.context["formset"]
        assert message in " ".join(form.errors[field])
        assert not StockMovement.objects.exists()

    def test_refuses_a_time_to_come(self, keeper: Client, motor: Part, shelf: Location) -> None:
        line = {"part": motor, "location": shelf, "quantity": 1}

        response = keeper.post(
            reverse("admin:stock_receive"), entry(line, occurred_at="2999-01-01T00:00")
        )

        assert "future" in str(response.context["header"].errors["occurred_at"])

    def test_asks_for_at_least_one_line(self, keeper: Client) -> None:
        response = keeper.post(reverse("admin:stock_receive"), entry({"quantity": ""}))

        assert "at least one line" in str(response.context["formset"].non_form_errors())

    def test_refuses_more_lines_than_a_page_takes(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        line = {"part": motor, "location": shelf, "quantity": 1}

        response = keeper.post(reverse("admin:stock_receive"), entry(*[line] * 101))

        assert response.status_code == 200
        assert not StockMovement.objects.exists()

    def test_begins_with_the_parts_and_the_location_chosen(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        other = PartFactory.create()
        query = f"?part={motor.pk}&part={other.pk}&location={shelf.pk}&part=nonsense&part={10**30}"

        response = keeper.get(reverse("admin:stock_receive") + query)

        rows = [form.initial for form in response.context["formset"]]
        assert rows == [
            {"part": motor, "location": shelf},
            {"part": other, "location": shelf},
        ]


class TestIssue:
    def test_puts_a_refusal_at_its_line_and_loses_nothing(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        plenty = stocked(PartFactory.create(), shelf, 50)
        stocked(motor, shelf, 3)
        lines = [
            {"part": plenty, "location": shelf, "quantity": 10},
            {"part": motor, "location": shelf, "quantity": 4},
        ]

        response = keeper.post(reverse("admin:stock_issue"), entry(*lines, reason="MO-7"))

        first, second = response.context["formset"]
        assert not first.errors
        assert "4 asked for, 3 there" in str(second.non_field_errors())
        assert 'value="MO-7"' in response.content.decode()
        assert level(plenty, shelf) == 50

    def test_begins_with_the_places_chosen_in_the_list_of_levels(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 3, lot="L-1")
        place = StockLevel.objects.get()

        response = keeper.get(reverse("admin:stock_issue") + f"?level={place.pk}")

        [form] = response.context["formset"]
        assert form.initial == {"part": motor, "location": shelf, "lot": "L-1", "serial": ""}


class TestTransfer:
    def test_moves_and_can_go_on_with_another(
        self, keeper: Client, motor: Part, shelf: Location, bench: Location
    ) -> None:
        stocked(motor, shelf, 3)
        line = {"part": motor, "location": shelf, "to": bench, "quantity": 2}

        response = keeper.post(reverse("admin:stock_transfer"), {**entry(line), "_another": "1"})

        assert response.headers["Location"] == reverse("admin:stock_transfer")
        assert (level(motor, shelf), level(motor, bench)) == (Decimal(1), Decimal(2))


class TestAvailability:
    def test_tells_what_lies_where(self, keeper: Client, motor: Part, shelf: Location) -> None:
        stocked(motor, shelf, "2", lot="L-1")

        found = keeper.get(reverse("admin:stock_availability", args=[motor.pk])).json()

        assert found["tracking"] == "none"
        [place] = found["places"]
        assert (place["location"], place["lot"], place["quantity"]) == (shelf.pk, "L-1", "2")

    def test_names_the_fullest_place_first(
        self, keeper: Client, motor: Part, shelf: Location, bench: Location
    ) -> None:
        stocked(motor, shelf, "2")
        stocked(motor, bench, "30")

        found = keeper.get(reverse("admin:stock_availability", args=[motor.pk])).json()

        assert [place["location_shown"] for place in found["places"]] == [
            bench.path_shown,
            shelf.path_shown,
        ]
        assert (found["on_hand"], found["unit"]) == ("32", motor.get_unit_display())

    def test_tells_of_a_part_that_lies_nowhere(self, keeper: Client) -> None:
        part = PartFactory.create(unit="m", tracking="lot")

        found = keeper.get(reverse("admin:stock_availability", args=[part.pk])).json()

        assert found == {"unit": "m", "tracking": "lot", "on_hand": "0", "places": []}

    def test_knows_no_part_that_is_not_there(self, keeper: Client) -> None:
        assert keeper.get(reverse("admin:stock_availability", args=[99])).status_code == 404


def counting(location: Location, *rows: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """What the page of a stocktake posts."""
    posted: dict[str, Any] = {
        "key": extra.pop("key", uuid.uuid4()),
        "reason": "",
        "occurred_at": "",
        "rows-TOTAL_FORMS": len(rows),
        "rows-INITIAL_FORMS": len(rows),
        "found-TOTAL_FORMS": 1,
        "found-INITIAL_FORMS": 0,
        **extra,
    }
    for index, row in enumerate(rows):
        for name, value in row.items():
            posted[f"rows-{index}-{name}"] = getattr(value, "pk", value)
    return posted


def parts_in(page: Any) -> list[Part]:
    """The parts of a count, in the order of its rows."""
    keys = re.findall(r'name="rows-\d+-part" value="(\d+)"', page.context["rows"])
    return [Part.objects.get(pk=key) for key in keys]


class TestStocktake:
    def address(self, location: Location) -> str:
        return reverse("admin:stock_stocktake_count", args=[location.pk])

    def test_shows_the_differences_before_anything_is_recorded(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 10)
        row = {"part": motor, "expected": 10, "counted": 8}

        response = keeper.post(self.address(shelf), counting(shelf, row, _review="1"))

        [difference] = response.context["differences"]
        assert difference.difference == Decimal(-2)
        assert not Stocktake.objects.exists()

    def test_records_once_what_was_reviewed(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 10)
        posted = counting(shelf, {"part": motor, "expected": 10, "counted": 8}, _post="1")

        keeper.post(self.address(shelf), posted)
        keeper.post(self.address(shelf), posted)

        assert Stocktake.objects.count() == 1
        assert level(motor, shelf) == 8

    def test_asks_again_what_moved_meanwhile(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 10)
        row = {"part": motor, "expected": 12, "counted": 8}

        response = keeper.post(self.address(shelf), counting(shelf, row, _post="1"))

        page = response.content.decode()
        assert "moved while you counted" in page
        assert "changed while you counted" in page
        assert 'name="rows-0-expected" value="10' in page
        assert 'value="8"' in page
        assert not Stocktake.objects.exists()

    def test_takes_what_was_found_beside_the_list(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        found = {"found-0-part": motor.pk, "found-0-counted": "4", "found-0-lot": ""}

        keeper.post(self.address(shelf), counting(shelf, _post="1", **found))

        assert level(motor, shelf) == 4

    def test_leaves_rows_alone_that_were_not_counted(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 10)
        row = {"part": motor, "expected": 10, "counted": ""}

        response = keeper.post(self.address(shelf), counting(shelf, row, _post="1"))

        assert "Nothing was counted yet" in response.content.decode()
        assert level(motor, shelf) == 10

    def test_goes_on_behind_the_last_row_whatever_was_counted_as_gone(
        self, keeper: Client, shelf: Location, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("stock.pages.stocktake.ROWS_A_PAGE", 2)
        parts = [stocked(PartFactory.create(number=f"P-{n}"), shelf, 5) for n in range(5)]
        address, seen = self.address(shelf), []

        while "/change/" not in address:
            page = keeper.get(address)
            on_page = parts_in(page)
            seen += on_page
            rows = [{"part": part, "expected": 5, "counted": 0} for part in on_page]
            posted = keeper.post(address, counting(shelf, *rows, _post="1"))
            address = posted.headers["Location"]

        assert seen == parts
        assert not StockLevel.objects.filter(quantity__gt=0).exists()

    def test_lists_only_the_category_chosen(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 1)
        other = stocked(PartFactory.create(), shelf, 1)

        response = keeper.get(self.address(shelf) + f"?category={other.category_id}")

        assert parts_in(response) == [other]

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_rows_look_the_same_when_they_were_sent(
        self, keeper: Client, shelf: Location, language: str
    ) -> None:
        """A page that is opened makes no forms; the one that answers does."""
        User.objects.update(language=language)
        shaft = PartFactory.create(
            number="<b>&", name_en='Shaft "A"', name_ja='Shaft "A"', unit="m", tracking="lot"
        )
        stocked(shaft, shelf, Decimal("1234.5"), lot="<L>")
        stocked(PartFactory.create(), shelf, 3)
        opened = keeper.get(self.address(shelf))
        fields = re.findall(r'name="((?:rows|found)-[^"]*|key)"(?: value="([^"]*)")?', opened.text)

        sent = keeper.post(self.address(shelf), {**dict(fields), "_review": "1"})

        assert opened.context["rows"] == sent.context["rows"]
        assert "&lt;L&gt;" in opened.context["rows"]
        assert "<b>" not in opened.context["rows"]


class TestCorrect:
    def test_needs_a_reason(self, keeper: Client, motor: Part, shelf: Location) -> None:
        stocked(motor, shelf, 3)
        movement = StockMovement.objects.get()
        address = reverse("admin:stock_correct") + f"?movement={movement.pk}"

        refused = keeper.post(address, {"key": uuid.uuid4(), "reason": ""})
        keeper.post(address, {"key": uuid.uuid4(), "reason": "Wrong part"})

        assert refused.context["form"].errors["reason"]
        assert level(motor, shelf) == 0

    def test_says_what_stands_in_the_way(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 3)
        movement = StockMovement.objects.get()
        address = reverse("admin:stock_correct") + f"?movement={movement.pk}"
        keeper.post(address, {"key": uuid.uuid4(), "reason": "Wrong part"})

        again = keeper.post(address, {"key": uuid.uuid4(), "reason": "Once more"})

        assert "was corrected before" in str(again.context["form"].non_field_errors())

    def test_sends_to_the_list_when_nothing_is_chosen(self, keeper: Client) -> None:
        response = keeper.get(reverse("admin:stock_correct") + "?movement=x")

        assert response.headers["Location"] == reverse("admin:stock_stockmovement_changelist")


class TestLists:
    def test_opens_the_page_for_the_movements_chosen(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 3)
        movement = StockMovement.objects.get()

        response = keeper.post(
            reverse("admin:stock_stockmovement_changelist"),
            {"action": "correct_selected", "_selected_action": [movement.pk]},
        )

        assert response.headers["Location"] == (
            reverse("admin:stock_correct") + f"?movement={movement.pk}"
        )

    def test_a_range_of_days_takes_the_last_day_too(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 3)
        today = timezone.localdate().isoformat()
        address = reverse("admin:stock_stockmovement_changelist")

        response = keeper.get(address, {"occurred_at_from": today, "occurred_at_to": today})

        assert response.context["cl"].result_count == 1

    def test_levels_leave_out_empty_places_until_asked(
        self, keeper: Client, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 3)
        keeper.post(
            reverse("admin:stock_issue"),
            entry({"part": motor, "location": shelf, "quantity": 3}),
        )
        address = reverse("admin:stock_stocklevel_changelist")

        assert keeper.get(address).context["cl"].result_count == 0
        assert keeper.get(address, {"zero": "1"}).context["cl"].result_count == 1

    def test_a_location_takes_what_lies_beneath_it(self, keeper: Client, motor: Part) -> None:
        house = LocationFactory.create()
        box = LocationFactory.create(parent=house)
        stocked(motor, box, 3)
        address = reverse("admin:stock_stocklevel_changelist")

        assert keeper.get(address, {"location": house.pk}).context["cl"].result_count == 1
        assert keeper.get(address, {"location": "nonsense"}).status_code == 200

    def test_the_ledger_offers_no_change(
        self, administrator: User, client_of: ClientOf, motor: Part, shelf: Location
    ) -> None:
        stocked(motor, shelf, 3)
        movement = StockMovement.objects.get()
        client = client_of(administrator)

        for name, code in (("change", 403), ("delete", 403)):
            address = reverse(f"admin:stock_stockmovement_{name}", args=[movement.pk])
            assert client.post(address, {"quantity": 9}).status_code == code
        assert client.get(reverse("admin:stock_stockmovement_add")).status_code == 403

    def test_verifies_the_ledger_for_those_who_may(
        self, auditor: User, general: User, client_of: ClientOf
    ) -> None:
        address = reverse("admin:stock_verify")
        client = client_of(auditor)

        assert client.get(address).status_code == 200
        assert not LedgerVerification.objects.exists()  # looking at the page verifies nothing
        assert "adds up" in client.post(address, follow=True).content.decode()
        assert LedgerVerification.objects.get().actor == auditor
        assert client_of(general).post(address).status_code == 403
