"""The list of re-order proposals, the page of one, and the decisions about them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier
from purchasing.models import ApprovalLimit, ProposalState, PurchaseOrder, ReorderProposal
from purchasing.reorder import decisions
from stock.models import Location
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    CategoryFactory,
    PartFactory,
    SupplierPartFactory,
    approve,
    issue,
    line,
    receive,
    stocked,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:purchasing_reorderproposal_changelist")
DISMISS = reverse("admin:purchasing_proposal_dismiss")


@pytest.fixture
def client(buyer: User, client_of: ClientOf) -> Client:
    return client_of(buyer)


@pytest.fixture
def proposal(rotor: Supplier, shelf: Location) -> ReorderProposal:
    """4 motors of 30 are left: four packs of seven."""
    part = PartFactory.create(
        number="MT-2207", name_en="Motor", name_ja="モーター", reorder_point=10, target_quantity=30
    )
    SupplierPartFactory.create(part=part, supplier=rotor, sku="TR-2207", pack_quantity=7)
    return fallen_short(part, shelf)


def fallen_short(part: Part, shelf: Location) -> ReorderProposal:
    """By an issue that leaves 4 on hand."""
    stocked(part, shelf, 12)
    issue(line(part, shelf, 8))
    return ReorderProposal.objects.get(part=part, state=ProposalState.OPEN)


def another(shelf: Location, **values: object) -> ReorderProposal:
    part = PartFactory.create(reorder_point=10, **values)
    SupplierPartFactory.create(part=part)
    return fallen_short(part, shelf)


def page(proposal: ReorderProposal) -> str:
    return reverse("admin:purchasing_reorderproposal_change", args=[proposal.pk])


def action(proposal: ReorderProposal, name: str) -> str:
    return reverse(f"admin:purchasing_proposal_{name}", args=[proposal.pk])


def text(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200
    soup = BeautifulSoup(answer.content, "html.parser")
    return [
        cell.get_text(strip=True).split(" ")[0]
        for cell in soup.select("#result_list .field-part_column")
    ]


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


class TestList:
    def test_shows_what_to_order_why_and_where_it_stands(
        self, client: Client, proposal: ReorderProposal
    ) -> None:
        soup = BeautifulSoup(client.get(LIST).content, "html.parser")

        row = soup.select_one("#result_list tbody tr")
        assert row
        shown = " ".join(row.get_text(" ").split())
        order = PurchaseOrder.objects.get()
        for expected in ("MT-2207 Motor", "Tokyo Rotor", "Open", "4 packs = 28 pcs", order.number):
            assert expected in shown
        address = reverse("admin:purchasing_purchaseorder_change", args=[order.pk])
        assert row.select_one(f'a[href="{address}"]')
        numbers = [cell.get_text(strip=True) for cell in row.select("[class*=field-]")]
        assert "4" in numbers, "the position"
        assert "10" in numbers, "the reorder point"

    def test_begins_with_the_open_ones_and_finds_the_others(
        self, client: Client, proposal: ReorderProposal, buyer: User, shelf: Location
    ) -> None:
        accepted, dismissed = another(shelf, number="A-1"), another(shelf, number="D-1")
        withdrawn = another(shelf, number="W-1")
        decisions.accept([accepted.pk], by=buyer, at=timezone.now())
        decisions.dismiss(
            [dismissed.pk],
            until=timezone.localdate(),
            reason="no",
            by=buyer,
            at=timezone.now(),
        )
        receive(line(withdrawn.part, shelf, 50))

        assert listed(client) == ["MT-2207"]
        assert listed(client, "?state=accepted") == ["A-1"]
        assert listed(client, "?state=dismissed") == ["D-1"]
        assert listed(client, "?state=withdrawn") == ["W-1"]
        assert listed(client, "?state=all") == ["W-1", "D-1", "A-1", "MT-2207"]
        assert listed(client, "?state=nonsense") == []

    def test_filters_by_supplier_and_category_with_what_lies_beneath(
        self, client: Client, proposal: ReorderProposal, rotor: Supplier, shelf: Location
    ) -> None:
        root = CategoryFactory.create()
        below = CategoryFactory.create(parent=root)
        another(shelf, number="C-1", category=below)

        assert listed(client, f"?supplier={rotor.pk}") == ["MT-2207"]
        assert listed(client, f"?category={root.pk}") == ["C-1"]

    @pytest.mark.parametrize("value", ["x", "-1", "9" * 40, "½"])
    def test_passes_over_filters_that_make_no_sense(
        self, client: Client, proposal: ReorderProposal, value: str
    ) -> None:
        assert listed(client, f"?supplier={value}&category={value}") == ["MT-2207"]

    @pytest.mark.parametrize("term", ["mt-22", "ﾓｰﾀｰ", "motor", "tr-2207"])
    def test_finds_by_number_name_and_sku(
        self, client: Client, proposal: ReorderProposal, shelf: Location, term: str
    ) -> None:
        another(shelf, number="XX-1", name_en="Frame", name_ja="フレーム")

        assert listed(client, f"?q={term}") == ["MT-2207"]

    def test_accepts_those_chosen(
        self, client: Client, proposal: ReorderProposal, shelf: Location
    ) -> None:
        other = another(shelf)

        answer = client.post(
            LIST,
            {"action": "accept_selected", "_selected_action": [proposal.pk, other.pk]},
            follow=True,
        )

        assert set(ReorderProposal.objects.values_list("state", flat=True)) == {"accepted"}
        shown = answer.content.decode()
        assert "2 proposals are accepted." in shown
        for order in PurchaseOrder.objects.all():
            assert order.number in shown

    def test_accepts_none_when_one_was_decided_meanwhile(
        self, client: Client, proposal: ReorderProposal, shelf: Location, administrator: User
    ) -> None:
        other = another(shelf)
        decisions.accept([other.pk], by=administrator, at=timezone.now())

        answer = client.post(
            f"{LIST}?state=all",
            {"action": "accept_selected", "_selected_action": [proposal.pk, other.pk]},
            follow=True,
        )

        proposal.refresh_from_db()
        assert proposal.state == ProposalState.OPEN
        assert "is Accepted already" in answer.content.decode()

    def test_opens_the_page_that_dismisses_those_chosen(
        self, client: Client, proposal: ReorderProposal
    ) -> None:
        answer = client.post(
            LIST, {"action": "dismiss_selected", "_selected_action": [proposal.pk]}
        )

        assert answer.headers["Location"] == f"{DISMISS}?proposal={proposal.pk}"

    def test_takes_no_more_than_a_page_of_ours_does(
        self, client: Client, proposal: ReorderProposal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("purchasing.admin.proposals.MOST_CHOSEN", 0)

        answer = client.post(
            LIST, {"action": "accept_selected", "_selected_action": [proposal.pk]}, follow=True
        )

        proposal.refresh_from_db()
        assert proposal.state == ProposalState.OPEN
        assert "At most 0 rows at once" in answer.content.decode()

    def test_is_exported_as_it_is_filtered(
        self, client: Client, proposal: ReorderProposal, buyer: User, shelf: Location
    ) -> None:
        accepted = another(shelf, number="A-1")
        decisions.accept([accepted.pk], by=buyer, at=timezone.now())

        address = reverse("admin:purchasing_reorderproposal_export", args=["csv"])
        exported = [
            b"".join(client.get(f"{address}{query}")).decode() for query in ("", "?state=accepted")
        ]

        assert ["MT-2207" in text for text in exported] == [True, False]
        assert ["A-1" in text for text in exported] == [False, True]


class TestRights:
    @pytest.mark.parametrize(
        ("person", "may_see", "may_decide"),
        [
            ("administrator", True, True),
            ("buyer", True, True),
            ("storekeeper", True, False),
            ("general", True, False),
            ("auditor", True, False),
            ("outsider", False, False),
        ],
    )
    def test_are_those_of_the_role(
        self,
        person: str,
        may_see: bool,
        may_decide: bool,
        request: pytest.FixtureRequest,
        client_of: ClientOf,
        proposal: ReorderProposal,
    ) -> None:
        client = client_of(request.getfixturevalue(person))

        seen = {client.get(address).status_code for address in (LIST, page(proposal))}
        asked = client.get(f"{DISMISS}?proposal={proposal.pk}").status_code
        posted = {
            client.post(address, {}).status_code
            for address in (action(proposal, "packs"), action(proposal, "accept"))
        }

        assert seen == {200 if may_see else 403}
        assert asked == (200 if may_decide else 403)
        assert (403 not in posted) == may_decide
        proposal.refresh_from_db()
        assert proposal.state == ("accepted" if may_decide else "open")

    def test_hide_what_may_not_be_done(
        self, general: User, buyer: User, client_of: ClientOf, proposal: ReorderProposal
    ) -> None:
        reader = client_of(general).get(page(proposal)).content.decode()
        decider = client_of(buyer).get(page(proposal)).content.decode()

        for address in (action(proposal, "accept"), action(proposal, "packs"), DISMISS):
            assert address not in reader
            assert address in decider
        assert "accept_selected" not in client_of(general).get(LIST).content.decode()


class TestPage:
    def test_writes_the_arithmetic_out(self, client: Client, proposal: ReorderProposal) -> None:
        shown = text(client, page(proposal))

        for step in (
            "On hand 4 + on order 0 + in drafts 0 = 4 pcs",
            "4 is at or below the reorder point 10.",
            "Target 30 − 4 = 26 pcs wanted",
            "26 ÷ 7 pcs a pack, rounded up = 4 packs",
            "4 packs × 7 = 28 pcs",
        ):
            assert step in shown

    def test_is_not_there_for_a_proposal_that_is_not(self, client: Client) -> None:
        assert client.get(f"{LIST}1/change/").status_code == 404
        assert client.post(f"{LIST}1/accept/").status_code == 404

    def test_says_who_accepted_it(
        self, client: Client, proposal: ReorderProposal, administrator: User
    ) -> None:
        decisions.accept([proposal.pk], by=administrator, at=timezone.now())

        shown = text(client, page(proposal))

        assert f"Accepted by {administrator.display_name}" in shown
        assert "What may be done now" not in shown
        assert "Change the packs" not in shown

    def test_says_that_the_system_accepted_it(
        self, client: Client, shelf: Location, rotor: Supplier
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=1_000_000)
        part = PartFactory.create(reorder_point=10)
        SupplierPartFactory.create(part=part, supplier=rotor, unit_price=1, currency="JPY")
        stocked(part, shelf, 12)
        issue(line(part, shelf, 8))

        shown = text(client, page(ReorderProposal.objects.get()))

        assert "Accepted by the system" in shown

    def test_says_why_it_was_withdrawn_in_words(
        self, client: Client, proposal: ReorderProposal, shelf: Location
    ) -> None:
        receive(line(proposal.part, shelf, 50))

        shown = text(client, page(proposal))

        assert "Withdrawn by the system" in shown
        assert "There was enough in stock again." in shown

    def test_says_until_when_it_was_dismissed(
        self, client: Client, proposal: ReorderProposal, buyer: User
    ) -> None:
        decisions.dismiss(
            [proposal.pk],
            until=timezone.localdate() + timedelta(days=3),
            reason="new <b>model</b>",
            by=buyer,
            at=timezone.now(),
        )

        answer = client.get(page(proposal)).content.decode()

        assert "Dismissed until" in answer
        assert "new &lt;b&gt;model&lt;/b&gt;" in answer

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_names_the_part_in_the_language_of_the_user(
        self, buyer: User, client_of: ClientOf, proposal: ReorderProposal, language: str
    ) -> None:
        shown = text(client_of(buyer, language=language), page(proposal))

        assert ("モーター" in shown, "Motor" in shown) == (language == "ja", language == "en")


class TestAccept:
    def test_keeps_the_line_and_computes_it_no_more(
        self, client: Client, proposal: ReorderProposal, shelf: Location
    ) -> None:
        answer = client.post(action(proposal, "accept"), follow=True)

        receive(line(proposal.part, shelf, 50))
        proposal.refresh_from_db()
        assert proposal.state == ProposalState.ACCEPTED
        assert proposal.line
        assert proposal.line.quantity == 4
        assert f"It stays on {proposal.line.order.number}" in answer.content.decode()

    def test_says_in_place_who_decided_before(
        self, client: Client, proposal: ReorderProposal, administrator: User
    ) -> None:
        decisions.accept([proposal.pk], by=administrator, at=timezone.now())

        answer = client.post(action(proposal, "accept"))

        assert answer.status_code == 200
        alert = BeautifulSoup(answer.content, "html.parser").select_one(".inventory-alert")
        assert alert
        assert f"is Accepted already ({administrator.display_name})" in alert.get_text()

    def test_by_approving_the_order_it_stands_on_is_final(
        self, client: Client, proposal: ReorderProposal, administrator: User
    ) -> None:
        assert proposal.line
        approve(proposal.line.order, by=administrator)

        shown = client.post(action(proposal, "accept")).content.decode()

        assert "is Accepted already" in shown

    def test_does_nothing_by_a_link(self, client: Client, proposal: ReorderProposal) -> None:
        answer = client.get(action(proposal, "accept"))

        assert answer.headers["Location"] == page(proposal)
        proposal.refresh_from_db()
        assert proposal.state == ProposalState.OPEN


class TestPacks:
    def test_are_ordered_instead_and_stay(
        self, client: Client, proposal: ReorderProposal, shelf: Location
    ) -> None:
        answer = client.post(action(proposal, "packs"), {"packs": "６"}, follow=True)

        issue(line(proposal.part, shelf, 4))
        proposal.refresh_from_db()
        assert proposal.line
        assert (proposal.line.quantity, proposal.packs) == (Decimal(6), Decimal(5))
        assert "The number of packs is changed." in answer.content.decode()
        assert "Set by a person" in text(client, page(proposal))

    @pytest.mark.parametrize(
        ("packs", "message"),
        [
            ("", "This field is required"),
            ("0", "above 0"),
            ("many", "is not a number"),
            ("1000000000000", "too large"),
            ("999999999999", "this quantity is too large"),
            ("0.5", "is counted in whole pcs"),
        ],
    )
    def test_say_what_is_wrong_beside_the_number(
        self, client: Client, proposal: ReorderProposal, packs: str, message: str
    ) -> None:
        answer = client.post(action(proposal, "packs"), {"packs": packs})

        soup = BeautifulSoup(answer.content, "html.parser")
        error = soup.select_one(".inventory-error")
        assert error
        assert message in error.get_text()
        proposal.refresh_from_db()
        assert not proposal.fixed

    def test_say_who_decided_before(
        self, client: Client, proposal: ReorderProposal, administrator: User
    ) -> None:
        decisions.accept([proposal.pk], by=administrator, at=timezone.now())

        shown = client.post(action(proposal, "packs"), {"packs": "6"}).content.decode()

        assert "is Accepted already" in shown

    def test_are_a_form_of_the_page_only(self, client: Client, proposal: ReorderProposal) -> None:
        assert client.get(action(proposal, "packs")).headers["Location"] == page(proposal)


class TestDismiss:
    def test_takes_the_lines_off_and_keeps_the_reason(
        self, client: Client, proposal: ReorderProposal, shelf: Location, buyer: User
    ) -> None:
        other = another(shelf)

        answer = client.post(
            f"{DISMISS}?proposal={proposal.pk}&proposal={other.pk}",
            {"until": in_days(30), "reason": "new model"},
            follow=True,
        )

        for row in ReorderProposal.objects.all():
            assert (row.state, row.reason, row.decided_by) == ("dismissed", "new model", buyer)
            assert row.dismissed_until == timezone.localdate() + timedelta(days=30)
            assert row.line is None
        assert "2 proposals are dismissed." in answer.content.decode()
        assert answer.redirect_chain == [(LIST, 302)]

    def test_of_one_leads_back_to_its_page(self, client: Client, proposal: ReorderProposal) -> None:
        answer = client.post(
            f"{DISMISS}?proposal={proposal.pk}", {"until": in_days(0), "reason": "not today"}
        )

        assert answer.headers["Location"] == page(proposal)

    @pytest.mark.parametrize(
        ("until", "reason", "field"),
        [
            ("", "why", "until"),
            (in_days(-1), "why", "until"),
            ("2999-01-01", "why", "until"),
            ("nonsense", "why", "until"),
            (in_days(1), "", "reason"),
            (in_days(1), "   ", "reason"),
        ],
    )
    def test_asks_for_a_day_to_come_and_a_reason(
        self, client: Client, proposal: ReorderProposal, until: str, reason: str, field: str
    ) -> None:
        answer = client.post(
            f"{DISMISS}?proposal={proposal.pk}", {"until": until, "reason": reason}
        )

        assert field in answer.context["form"].errors
        proposal.refresh_from_db()
        assert proposal.state == ProposalState.OPEN

    def test_says_in_place_that_one_was_decided_meanwhile(
        self, client: Client, proposal: ReorderProposal, shelf: Location, administrator: User
    ) -> None:
        other = another(shelf)
        decisions.accept([other.pk], by=administrator, at=timezone.now())

        answer = client.post(
            f"{DISMISS}?proposal={proposal.pk}&proposal={other.pk}",
            {"until": in_days(1), "reason": "why"},
        )

        assert "is Accepted already" in answer.content.decode()
        proposal.refresh_from_db()
        assert proposal.state == ProposalState.OPEN

    @pytest.mark.parametrize("query", ["", "?proposal=x", "?proposal=1", f"?proposal={'9' * 40}"])
    def test_of_nothing_leads_to_the_list(self, client: Client, query: str) -> None:
        answer = client.get(f"{DISMISS}{query}", follow=True)

        assert answer.redirect_chain == [(LIST, 302)]
        assert "Choose the proposals to dismiss" in answer.content.decode()

    def test_begins_with_thirty_days(self, client: Client, proposal: ReorderProposal) -> None:
        shown = client.get(f"{DISMISS}?proposal={proposal.pk}").content.decode()

        assert f'value="{in_days(30)}"' in shown


class TestApprovalLimits:
    LIST = reverse("admin:purchasing_approvallimit_changelist")
    ADD = reverse("admin:purchasing_approvallimit_add")

    @pytest.mark.parametrize(
        ("person", "may_see", "may_change"),
        [
            ("administrator", True, True),
            ("buyer", True, False),
            ("auditor", True, False),
            ("storekeeper", False, False),
            ("general", False, False),
            ("outsider", False, False),
        ],
    )
    def test_are_changed_by_administrators_only(
        self,
        person: str,
        may_see: bool,
        may_change: bool,
        request: pytest.FixtureRequest,
        client_of: ClientOf,
    ) -> None:
        client = client_of(request.getfixturevalue(person))

        seen = client.get(self.LIST).status_code
        added = client.post(self.ADD, {"currency": "JPY", "second_person_above": "1000"})

        assert seen == (200 if may_see else 403)
        assert added.status_code == (302 if may_change else 403)
        assert ApprovalLimit.objects.exists() == may_change

    def test_are_shown_as_amounts(self, administrator: User, client_of: ClientOf) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=100_000)
        ApprovalLimit.objects.create(currency="USD", automatic_up_to=50)

        shown = text(client_of(administrator), self.LIST)

        assert "¥100,000" in shown
        assert "$50.00" in shown
        assert "never needed" in shown
        assert "a person approves" in shown

    def test_explain_themselves_on_their_page(
        self, administrator: User, client_of: ClientOf
    ) -> None:
        assert "What the limits do" in text(client_of(administrator), self.ADD)

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"currency": "XXX"}, "is not a currency"),
            ({"currency": "JPY", "second_person_above": "-1"}, "greater than or equal to 0"),
            (
                {"currency": "JPY", "second_person_above": "10", "automatic_up_to": "20"},
                "cannot be more than what one person may approve",
            ),
        ],
    )
    def test_refuse_what_makes_no_sense(
        self, administrator: User, client_of: ClientOf, values: dict[str, str], message: str
    ) -> None:
        answer = client_of(administrator).post(self.ADD, values)

        assert message in answer.content.decode()
        assert not ApprovalLimit.objects.exists()
