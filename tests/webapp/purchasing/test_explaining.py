"""Why a part is ordered again by itself, or why not: every answer, and the arithmetic."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing.models import ProposalState, ReorderProposal
from purchasing.reorder import decisions
from purchasing.reorder.arithmetic import Need, packs_for
from purchasing.reorder.evaluation import reorder
from purchasing.reorder.explaining import (
    Explanation,
    explain,
    packs_shown,
    steps_of,
    why_withdrawn,
)
from purchasing.reorder.judging import WhyNot
from stock.models import Location
from tests.webapp.factories import (
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    draft,
    issue,
    line,
    ordered,
    stocked,
    wanted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(shelf: Location) -> Part:
    """12 on hand, to be ordered at 10 and filled up to 30."""
    made = PartFactory.create(number="SC-0310", reorder_point=10, target_quantity=30)
    return stocked(made, shelf, 12)


@pytest.fixture
def offer(part: Part, rotor: Supplier) -> SupplierPart:
    """In packs of 7."""
    return SupplierPartFactory.create(part=part, supplier=rotor, sku="TR-7", pack_quantity=7)


def take(part: Part, shelf: Location, quantity: int) -> None:
    issue(line(part, shelf, quantity))


def look(part: Part) -> None:
    """After a change by hand of what the tests need."""
    reorder([part.pk], at=timezone.now())


def explained(part: Part) -> Explanation:
    part.refresh_from_db()
    return explain(part)


def change(part: Part, **values: Any) -> None:
    Part.objects.filter(pk=part.pk).update(**values)
    look(part)


def dismiss(by: User, *, days: int, reason: str) -> None:
    """The one open proposal."""
    proposal = ReorderProposal.objects.get(state=ProposalState.OPEN)
    until = timezone.localdate() + timedelta(days=days)
    decisions.dismiss([proposal.pk], until=until, reason=reason, by=by, at=timezone.now())


class TestAnswer:
    def test_says_what_is_proposed_of_whom_and_on_which_draft(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        take(part, shelf, 8)

        found = explained(part)

        proposal = ReorderProposal.objects.get()
        assert proposal.line
        assert found.answer == (
            "Proposed: 4 packs = 28 pcs of Tokyo Rotor: TR-7, on the draft "
            f"{proposal.line.order.number}."
        )
        assert found.proposal == proposal
        assert not found.needs_attention

    def test_says_that_there_is_enough(self, part: Part, offer: SupplierPart) -> None:
        found = explained(part)

        assert found.answer == "There is enough: 12 pcs on hand, above the reorder point 10."
        assert found.steps == [
            "On hand 12 + on order 0 + in drafts 0 = 12 pcs",
            "12 is above the reorder point 10.",
        ]

    def test_says_what_is_on_order_already(
        self, part: Part, offer: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        ordered(wanted(offer, 3), by=buyer)
        draft(wanted(offer, 1), by=buyer)
        take(part, shelf, 8)

        found = explained(part)

        assert found.answer == (
            "It is on order already: 4 pcs on hand are at or below the reorder point 10, "
            "but 28 pcs more are on orders and drafts."
        )
        assert found.steps[0] == "On hand 4 + on order 21 + in drafts 7 = 32 pcs"

    def test_says_that_the_part_is_inactive(self, part: Part) -> None:
        change(part, active=False)

        found = explained(part)

        assert found.answer == "The part is inactive, so it is not ordered again."
        assert found.steps == []

    def test_says_that_there_is_no_reorder_point(self, part: Part) -> None:
        change(part, reorder_point=0)

        found = explained(part)

        assert found.answer.startswith("The part has no reorder point")
        assert found.remedy
        assert not found.needs_attention

    def test_says_until_when_it_was_dismissed_by_whom_and_why(
        self, part: Part, offer: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        take(part, shelf, 8)
        dismiss(buyer, days=10, reason="new model")

        found = explained(part)

        until = timezone.localdate() + timedelta(days=10)
        day = date_format(until, "SHORT_DATE_FORMAT")
        assert found.answer == f"Dismissed until {day} by {buyer.display_name}: new model"

    def test_names_the_dismissal_that_holds_longest(
        self,
        part: Part,
        offer: SupplierPart,
        shelf: Location,
        buyer: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Not the one that was made last."""
        take(part, shelf, 8)
        dismiss(buyer, days=10, reason="long")
        later = timezone.localdate() + timedelta(days=20)
        monkeypatch.setattr(timezone, "localdate", lambda: later)
        look(part)
        monkeypatch.undo()
        dismiss(buyer, days=1, reason="short")

        assert explained(part).answer.endswith(": long")

    def test_says_that_nobody_sells_it_and_what_to_do(self, part: Part, shelf: Location) -> None:
        take(part, shelf, 8)

        found = explained(part)

        assert found.answer == "It should be ordered, but no active supplier sells it."
        assert found.remedy
        assert found.needs_attention

    @pytest.mark.parametrize("what", ["offer", "supplier"])
    def test_counts_no_offer_that_is_inactive(
        self, part: Part, offer: SupplierPart, shelf: Location, what: str
    ) -> None:
        if what == "offer":
            SupplierPart.objects.update(active=False)
        else:
            Supplier.objects.update(active=False)
        take(part, shelf, 8)

        assert "no active supplier" in explained(part).answer

    def test_says_that_none_of_several_is_preferred(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        SupplierPartFactory.create(part=part)
        take(part, shelf, 8)

        found = explained(part)

        assert found.answer == (
            "It should be ordered, but there are 2 offers for it and none is preferred."
        )
        assert found.remedy == "Mark one of its supplier parts as preferred."
        assert found.needs_attention

    def test_says_that_a_pack_is_no_whole_number(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        SupplierPart.objects.update(pack_quantity=Decimal("2.5"))
        take(part, shelf, 8)

        found = explained(part)

        assert found.answer == (
            "It should be ordered, but a pack of Tokyo Rotor: TR-7 is 2.5 pcs and not whole pcs."
        )
        assert found.needs_attention

    def test_says_that_a_pack_cannot_be_counted_in_the_part_s_unit(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        SupplierPart.objects.update(pack_unit="m")
        take(part, shelf, 8)

        found = explained(part)

        assert found.answer == (
            "It should be ordered, but a pack of Tokyo Rotor: TR-7 is 7 m, which cannot be "
            "counted in pcs."
        )

    def test_says_that_it_would_be_too_much(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        Part.objects.update(target_quantity=Decimal(999_999_999_999))
        SupplierPart.objects.update(minimum_order_quantity=Decimal(999_999_999_999))
        take(part, shelf, 8)

        found = explained(part)

        assert "makes an order of more than 999,999,999,999" in found.answer
        assert found.needs_attention

    def test_says_that_it_is_about_to_be_proposed(
        self, part: Part, offer: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        """The day after a dismissal, before the sweep of the night."""
        Part.objects.filter(pk=part.pk).update(reorder_point=15)

        found = explained(part)

        assert found.answer == "It will be proposed at the next check, tonight at the latest."
        assert found.steps[-1] == "3 packs × 7 = 21 pcs"
        assert found.proposal is None

    def test_has_words_for_every_reason_not_to(self, part: Part) -> None:
        """A reason that joins the code joins these."""
        with translation.override("en"):
            words = {reason: why_withdrawn(reason.value) for reason in WhyNot}

        assert len(set(words.values())) == len(WhyNot)
        assert not set(words.values()) & {reason.value for reason in WhyNot}

    def test_keeps_a_reason_that_it_does_not_know(self) -> None:
        assert why_withdrawn("taken over") == "taken over"


class TestSteps:
    def steps(self, part: Part, shelf: Location, issued: int = 8) -> Sequence[str]:
        take(part, shelf, issued)
        proposal = ReorderProposal.objects.select_related("line").get()
        return steps_of(proposal, "pcs")

    def test_are_those_of_a_person_with_a_pencil(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        assert self.steps(part, shelf) == [
            "On hand 4 + on order 0 + in drafts 0 = 4 pcs",
            "4 is at or below the reorder point 10.",
            "Target 30 − 4 = 26 pcs wanted",
            "26 ÷ 7 pcs a pack, rounded up = 4 packs",
            "4 packs × 7 = 28 pcs",
        ]

    def test_say_when_the_division_is_even(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        steps = self.steps(part, shelf, issued=3)

        assert steps[-2:] == ["21 ÷ 7 pcs a pack = 3 packs", "3 packs × 7 = 21 pcs"]

    def test_name_the_minimum_order(self, part: Part, offer: SupplierPart, shelf: Location) -> None:
        SupplierPart.objects.update(minimum_order_quantity=6)

        steps = self.steps(part, shelf)

        assert steps[-2:] == ["The minimum order is 6 packs.", "6 packs × 7 = 42 pcs"]

    def test_name_the_reorder_quantity_where_it_is_more(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        Part.objects.update(reorder_quantity=50)

        steps = self.steps(part, shelf)

        assert steps[2:4] == [
            "Target 30 − 4 = 26 pcs wanted",
            "The reorder quantity is more: 50 pcs wanted",
        ]
        assert steps[-1] == "8 packs × 7 = 56 pcs"

    def test_fill_up_to_the_reorder_point_without_a_target(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        Part.objects.update(target_quantity=None)

        steps = self.steps(part, shelf)

        assert steps[2] == "Without a target up to the reorder point: 10 − 4 = 6 pcs"

    def test_say_when_more_is_needed_to_rise_above_the_point(
        self, part: Part, offer: SupplierPart, shelf: Location
    ) -> None:
        Part.objects.update(target_quantity=None)
        SupplierPart.objects.update(pack_quantity=1)

        steps = self.steps(part, shelf)

        assert steps[-3:] == [
            "6 ÷ 1 pcs a pack = 6 packs",
            "Only 7 packs lift the stock above the reorder point.",
            "7 packs × 1 = 7 pcs",
        ]

    def test_say_what_a_person_made_of_it(
        self, part: Part, offer: SupplierPart, shelf: Location, buyer: User
    ) -> None:
        take(part, shelf, 8)
        pk = ReorderProposal.objects.get().pk
        decisions.change(pk, packs=Decimal(9), by=buyer, at=timezone.now())

        proposal = ReorderProposal.objects.select_related("line").get()

        assert steps_of(proposal, "pcs")[-2:] == [
            "4 packs × 7 = 28 pcs",
            "A person changed it to 9 packs = 63 pcs.",
        ]
        assert explained(part).answer.startswith("Proposed: 9 packs = 63 pcs of")

    def test_convert_packs_into_the_part_s_unit(self, shelf: Location) -> None:
        wire = PartFactory.create(unit="m", reorder_point=20, target_quantity=100)
        offer = SupplierPartFactory.create(part=wire, pack_quantity=100, pack_unit="ft")
        stocked(wire, shelf, 25)

        issue(line(wire, shelf, 10))

        proposal = ReorderProposal.objects.select_related("line").get(supplier_part=offer)
        assert steps_of(proposal, "m")[-2:] == [
            "85 ÷ 30.48 m a pack, rounded up = 3 packs",
            "3 packs × 30.48 = 91.44 m",
        ]

    @given(
        on_hand=st.integers(0, 40),
        point=st.integers(1, 40),
        more=st.none() | st.integers(0, 60),
        reorder_quantity=st.none() | st.integers(0, 60),
        factor=st.sampled_from(["1", "7", "30.48", "0.5"]),
        minimum=st.sampled_from(["1", "2.5", "12"]),
    )
    def test_end_with_the_packs_that_are_ordered(
        self,
        on_hand: int,
        point: int,
        more: int | None,
        reorder_quantity: int | None,
        factor: str,
        minimum: str,
    ) -> None:
        """Explanation and arithmetic cannot part."""
        need = Need(
            on_hand=Decimal(min(on_hand, point)),
            on_order=Decimal(0),
            drafted=Decimal(0),
            reorder_point=Decimal(point),
            target_quantity=None if more is None else Decimal(point + more),
            reorder_quantity=None if reorder_quantity is None else Decimal(reorder_quantity),
        )
        packs = packs_for(need, factor=Decimal(factor), minimum_packs=Decimal(minimum))
        proposal = ReorderProposal(
            **{name: getattr(need, name) for name in need.__dataclass_fields__},
            wanted=need.wanted,
            factor=Decimal(factor),
            minimum_packs=Decimal(minimum),
            packs=packs,
        )

        with translation.override("en"):
            *before, last = steps_of(proposal, "m")
            counted = [step for step in before if step.endswith((f"= {packs_shown(packs)}", "."))]

        assert last.startswith(f"{packs_shown(packs)} × ")
        assert any(packs_shown(packs) in step for step in counted)


class TestLanguages:
    def test_answers_in_the_language_of_the_user(self, part: Part) -> None:
        with translation.override("ja"):
            answer = explained(part).answer

        assert "12" in answer
        assert "10" in answer


def test_one_offer_for_each_supplier_is_all_that_counts(part: Part, shelf: Location) -> None:
    """Two SKUs of one supplier are two offers."""
    supplier = SupplierFactory.create()
    SupplierPartFactory.create_batch(2, part=part, supplier=supplier)
    take(part, shelf, 8)

    assert "there are 2 offers" in explained(part).answer


def test_today_still_belongs_to_a_dismissal(
    part: Part, offer: SupplierPart, shelf: Location, buyer: User
) -> None:
    take(part, shelf, 8)
    dismiss(buyer, days=0, reason="not today")

    assert explained(part).answer.startswith("Dismissed until")
