"""What the database refuses of re-order proposals, whoever writes. Each by its name."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from access.models import User
from catalog.models import SupplierPart
from purchasing.models import OrderLine, ReorderProposal
from purchasing.reorder import decisions
from tests.webapp.database import as_owner, check_now, denied, refused_by, triggers_off
from tests.webapp.factories import PartFactory, draft, wanted


@pytest.fixture
def line(screws: SupplierPart, buyer: User) -> OrderLine:
    """Of a draft by hand: nothing proposed it."""
    return draft(wanted(screws, 1), by=buyer).lines.get()


def copy(proposal: ReorderProposal, line: OrderLine, **values: Any) -> ReorderProposal:
    """Another proposal, past the services."""
    columns = {
        field.attname: getattr(proposal, field.attname)
        for field in ReorderProposal._meta.concrete_fields
        if not field.primary_key
    }
    return ReorderProposal.objects.create(
        **{**columns, "part_id": line.part_id, "line_id": line.pk, **values}
    )


def change(proposal: ReorderProposal, **values: object) -> None:
    ReorderProposal.objects.filter(pk=proposal.pk).update(**values)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


class TestProposal:
    def test_is_the_only_open_one_of_its_part(
        self, proposal: ReorderProposal, motors: SupplierPart, buyer: User
    ) -> None:
        another = draft(wanted(motors, 1), by=buyer).lines.get()

        with refused_by("purchasing_proposal_one_open"):
            copy(proposal, another)

    def test_is_the_only_one_of_its_line(self, proposal: ReorderProposal, buyer: User) -> None:
        assert proposal.line
        decisions.accept([proposal.pk], by=buyer, at=timezone.now())

        with refused_by("purchasing_reorderproposal_line_id_key"):
            copy(proposal, proposal.line)

    @pytest.mark.parametrize("state", ["accepted", "dismissed", "withdrawn"])
    def test_begins_open(self, state: str, proposal: ReorderProposal, line: OrderLine) -> None:
        with refused_by("purchasing_proposal_begins_open"):
            copy(proposal, line, state=state)

    def test_stays_with_its_part(self, proposal: ReorderProposal) -> None:
        another = PartFactory.create()

        with refused_by("purchasing_proposal_decided"):
            change(proposal, part=another)
        with refused_by("purchasing_proposal_decided"), as_owner():
            change(proposal, part=another)

    def test_stays_as_it_was_decided(self, proposal: ReorderProposal, buyer: User) -> None:
        decisions.accept([proposal.pk], by=buyer, at=timezone.now())

        for values in ({"state": "open", "decided_at": None}, {"packs": 1}, {"reason": "forged"}):
            with refused_by("purchasing_proposal_decided"):
                change(proposal, **values)
            with refused_by("purchasing_proposal_decided"), as_owner():
                change(proposal, **values)

    def test_is_never_deleted(self, proposal: ReorderProposal) -> None:
        with denied():
            execute("DELETE FROM purchasing_reorderproposal")
        with refused_by("purchasing_proposal_never_deleted"), as_owner() as cursor:
            cursor.execute("DELETE FROM purchasing_reorderproposal")

    def test_is_never_swept_away(self, proposal: ReorderProposal) -> None:
        with denied():
            execute("TRUNCATE purchasing_reorderproposal")
        with refused_by("purchasing_proposal_no_truncate"), as_owner() as cursor:
            cursor.execute("TRUNCATE purchasing_reorderproposal")

    def test_keeps_its_line_on_the_order(self, proposal: ReorderProposal) -> None:
        def delete() -> None:
            with as_owner() as cursor:
                cursor.execute("DELETE FROM purchasing_orderline")
                check_now(cursor)

        with pytest.raises(IntegrityError, match="foreign key"):
            delete()

    @pytest.mark.parametrize(
        ("values", "constraint"),
        [
            ({"line_id": None}, "on_order"),
            ({"state": "accepted", "line_id": None, "decided_at": timezone.now()}, "on_order"),
            ({"state": "withdrawn", "decided_at": timezone.now()}, "on_order"),
            ({"decided_at": timezone.now()}, "decided_when"),
            ({"state": "accepted"}, "decided_when"),
            ({"dismissed_until": timezone.now()}, "dismissed_until"),
            (
                {"state": "dismissed", "line_id": None, "decided_at": timezone.now()},
                "dismissed_until",
            ),
            (
                {
                    "state": "dismissed",
                    "line_id": None,
                    "decided_at": timezone.now(),
                    "dismissed_until": timezone.now() + timedelta(days=1),
                    "reason": "",
                },
                "dismissed_until",
            ),
            ({"packs": 0}, "wants_something"),
            ({"wanted": -1}, "wants_something"),
            ({"factor": 0}, "wants_something"),
        ],
    )
    def test_says_what_became_of_it(
        self, values: dict[str, object], constraint: str, proposal: ReorderProposal
    ) -> None:
        with refused_by(f"purchasing_proposal_{constraint}"):
            change(proposal, **values)

    def test_has_a_known_state_even_without_triggers(self, proposal: ReorderProposal) -> None:
        def lose() -> None:
            with triggers_off("purchasing_reorderproposal"):
                change(proposal, state="lost", decided_at=timezone.now())

        with pytest.raises(IntegrityError, match=r"purchasing_proposal_(state_known|on_order)"):
            lose()


class TestOpenProposal:
    """Is about a line of its part, on a draft."""

    def test_is_not_on_a_line_of_another_part(
        self, proposal: ReorderProposal, line: OrderLine
    ) -> None:
        with refused_by("purchasing_proposal_on_draft"):
            copy(proposal, line, part_id=PartFactory.create().pk)
        with refused_by("purchasing_proposal_on_draft"):
            change(proposal, line=line)

    def test_is_not_on_an_order_that_is_no_draft(
        self, proposal: ReorderProposal, line: OrderLine, buyer: User
    ) -> None:
        line.order.approve(by=buyer, at=timezone.now())

        with refused_by("purchasing_proposal_on_draft"):
            copy(proposal, line)
            with connection.cursor() as cursor:
                check_now(cursor)
