"""Whether a part is to be re-ordered, and of whom; or why not."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.models import Part, SupplierPart
from core.numbers import LARGEST
from purchasing.models import ReorderProposal
from purchasing.reorder import decisions
from purchasing.reorder.judging import Judge, Verdict, WhyNot
from tests.webapp.factories import (
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    draft,
    ordered,
    wanted,
)

type Take = Callable[[int], None]


def verdict_on(part: Part) -> Verdict:
    part.refresh_from_db()
    return Judge([part]).judge(part)


def why_not(part: Part) -> WhyNot | None:
    return verdict_on(part).why_not


@pytest.fixture
def part(motors: SupplierPart) -> Part:
    """Twelve where ten is the point: the change of a test makes it fall short, or not."""
    Part.objects.filter(pk=motors.part_id).update(reorder_point=20)
    return Part.objects.get(pk=motors.part_id)


class TestPart:
    def test_that_falls_short_is_wanted(self, part: Part, motors: SupplierPart) -> None:
        verdict = verdict_on(part)

        assert verdict.why_not is None
        assert verdict.want is not None
        assert verdict.want.supplier_part == motors
        assert (verdict.want.factor, verdict.want.packs) == (Decimal(1), Decimal(18))

    def test_that_is_inactive_is_not(self, part: Part) -> None:
        Part.objects.update(active=False)

        assert why_not(part) == WhyNot.INACTIVE

    def test_without_a_point_is_not(self, part: Part) -> None:
        Part.objects.update(reorder_point=0)

        assert why_not(part) == WhyNot.NO_POINT

    def test_that_has_enough_is_not(self, part: Part) -> None:
        Part.objects.update(reorder_point=11)

        assert why_not(part) == WhyNot.ABOVE

    def test_that_is_coming_is_not(self, part: Part, motors: SupplierPart, buyer: User) -> None:
        ordered(wanted(motors, 9), by=buyer)

        assert why_not(part) == WhyNot.COMING

    def test_that_is_on_a_draft_is_not(self, part: Part, motors: SupplierPart, buyer: User) -> None:
        draft(wanted(motors, 9), by=buyer)

        assert why_not(part) == WhyNot.COMING

    def test_that_was_dismissed_is_not_until_the_day_is_over(
        self, part: Part, take: Take, buyer: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        today = timezone.localdate()
        take(1)
        dismiss(today + timedelta(days=3), buyer)

        for days in (0, 3):
            day = today + timedelta(days=days)
            monkeypatch.setattr(timezone, "localdate", lambda day=day: day)
            assert why_not(part) == WhyNot.DISMISSED
            assert verdict_on(part).dismissed_until == today + timedelta(days=3)

        monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=4))
        assert verdict_on(part).want is not None

    def test_that_was_dismissed_twice_waits_for_the_later_day(
        self, part: Part, take: Take, buyer: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In the meantime somebody looked at it on a later day, or stock came and went."""
        today = timezone.localdate()
        take(1)
        dismiss(today, buyer)
        monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=1))
        take(1)
        dismiss(today + timedelta(days=9), buyer)

        monkeypatch.setattr(timezone, "localdate", lambda: today)

        assert verdict_on(part).dismissed_until == today + timedelta(days=9)

    def test_that_has_enough_is_above_and_not_dismissed(
        self, part: Part, take: Take, buyer: User
    ) -> None:
        take(1)
        dismiss(timezone.localdate(), buyer)

        Part.objects.update(reorder_point=5)

        assert why_not(part) == WhyNot.ABOVE


class TestSupplier:
    def test_is_the_only_one_also_where_it_is_not_preferred(
        self, part: Part, motors: SupplierPart
    ) -> None:
        verdict = verdict_on(part)

        assert not motors.preferred
        assert verdict.want
        assert verdict.want.supplier_part == motors

    def test_is_the_preferred_one_of_several(self, part: Part) -> None:
        SupplierPartFactory.create_batch(2, part=part)
        preferred = SupplierPartFactory.create(part=part, preferred=True)

        verdict = verdict_on(part)

        assert verdict.want
        assert verdict.want.supplier_part == preferred

    def test_is_nobody_where_none_of_several_is_preferred(self, part: Part) -> None:
        SupplierPartFactory.create(part=part)

        verdict = verdict_on(part)

        assert (verdict.why_not, verdict.offers) == (WhyNot.SEVERAL_SUPPLIERS, 2)

    def test_is_nobody_where_nobody_sells_it(self, part: Part) -> None:
        SupplierPart.objects.all().delete()

        assert why_not(part) == WhyNot.NO_SUPPLIER

    def test_is_the_other_one_while_the_preferred_does_not_sell_it(
        self, part: Part, motors: SupplierPart
    ) -> None:
        SupplierPartFactory.create(part=part, preferred=True, active=False)
        SupplierPartFactory.create(
            part=part, preferred=False, supplier=SupplierFactory.create(active=False)
        )

        verdict = verdict_on(part)

        assert verdict.want
        assert verdict.want.supplier_part == motors


class TestPack:
    def test_is_converted_into_the_unit_of_the_part(self, db: None) -> None:
        wire = PartFactory.create(unit="m", reorder_point=50, target_quantity=70)
        SupplierPartFactory.create(part=wire, pack_quantity=100, pack_unit="ft")

        verdict = verdict_on(wire)

        assert verdict.want
        assert (verdict.want.factor, verdict.want.packs) == (Decimal("30.48"), Decimal(3))

    def test_is_at_least_the_minimum_order(self, part: Part) -> None:
        SupplierPart.objects.update(minimum_order_quantity=25)

        verdict = verdict_on(part)

        assert verdict.want
        assert verdict.want.packs == 25

    @pytest.mark.parametrize("pack", [{"pack_quantity": "0.5"}, {"pack_unit": "m"}])
    def test_that_is_no_whole_number_of_pieces_is_not_ordered(
        self, pack: dict[str, str], part: Part
    ) -> None:
        SupplierPart.objects.update(**pack)

        assert why_not(part) == WhyNot.PACK

    def test_that_makes_more_than_a_column_holds_is_not_ordered(self, part: Part) -> None:
        SupplierPart.objects.update(pack_quantity=LARGEST, minimum_order_quantity=2)

        assert why_not(part) == WhyNot.TOO_MUCH


class TestNeed:
    def test_counts_drafts_without_the_proposal_itself(
        self, part: Part, motors: SupplierPart, take: Take, buyer: User
    ) -> None:
        draft(wanted(motors, 2), by=buyer)
        approve(draft(wanted(motors, 3), by=buyer), by=buyer)
        take(1)

        need = verdict_on(part).need

        assert ReorderProposal.objects.filter(state="open").exists()
        assert (need.on_hand, need.on_order, need.drafted) == (
            Decimal(11),
            Decimal(3),
            Decimal(2),
        )

    def test_counts_an_accepted_proposal(self, part: Part, take: Take, buyer: User) -> None:
        take(1)
        decisions.accept([ReorderProposal.objects.get().pk], by=buyer, at=timezone.now())

        verdict = verdict_on(part)

        assert verdict.need.drafted == 19
        assert verdict.why_not == WhyNot.COMING

    def test_counts_each_part_by_itself(
        self, part: Part, motors: SupplierPart, screws: SupplierPart, buyer: User
    ) -> None:
        draft(wanted(motors, 2), wanted(screws, 3), by=buyer)
        both = [Part.objects.get(pk=motors.part_id), Part.objects.get(pk=screws.part_id)]

        judge = Judge(both)

        assert [judge.judge(each).need.drafted for each in both] == [2, 300]

    def test_of_many_parts_is_asked_for_at_once(
        self, part: Part, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        parts = [part, *PartFactory.create_batch(9, reorder_point=5)]

        with django_assert_num_queries(3):  # drafts, and of who falls short dismissals and offers
            judge = Judge(parts)
            for each in parts:
                judge.judge(each)


def dismiss(until: date, by: User) -> None:
    decisions.dismiss(
        [ReorderProposal.objects.get(state="open").pk],
        until=until,
        reason="enough for now",
        by=by,
        at=timezone.now(),
    )
