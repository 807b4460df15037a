"""What the database refuses of orders and their lines, whoever writes. Each by its name."""

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from access.models import User
from catalog.models import Supplier, SupplierPart
from purchasing.models import (
    ApprovalLimit,
    DocumentNumber,
    Origin,
    PurchaseOrder,
    ReorderProposal,
)
from tests.webapp.database import as_owner, check_now, denied, refused_by, triggers_off
from tests.webapp.factories import (
    SupplierFactory,
    now,
)
from tests.webapp.purchasing.by_hand import (
    add_line,
    approve_by_hand,
    change,
    execute,
    make,
)
from tests.webapp.purchasing.deciding import OrderIn

PLACED = ["ordered", "partial", "received", "closed"]


class TestOrder:
    @pytest.mark.parametrize("state", ["approved", *PLACED, "cancelled", "lost"])
    def test_begins_as_a_draft(self, state: str, rotor: Supplier) -> None:
        with refused_by("purchasing_order_begins_as_draft"):
            make(rotor, state=state)

    @pytest.mark.parametrize("state", ["draft", "ordered", "cancelled"])
    def test_keeps_number_origin_and_author(
        self, state: str, order_in: OrderIn, administrator: User
    ) -> None:
        order = order_in(state)

        for values in (
            {"number": "PO-1"},
            {"origin": "imported"},
            {"created_by": administrator},
            {"created_by": None},
        ):
            with refused_by("purchasing_order_identity_fixed"):
                change(order, **values)
            with refused_by("purchasing_order_identity_fixed"), as_owner():
                change(order, **values)

    @pytest.mark.parametrize("state", ["approved", *PLACED, "cancelled"])
    def test_keeps_its_supplier_from_approval_on(self, state: str, order_in: OrderIn) -> None:
        order = order_in(state)

        with refused_by("purchasing_order_only_drafts_change"):
            change(order, supplier=SupplierFactory.create())

    def test_has_a_number_of_its_own_whatever_the_capitals(self, rotor: Supplier) -> None:
        make(rotor, number="PO-1")

        with refused_by("purchasing_order_number_unique"):
            make(rotor, number="po-1")

    def test_is_made_once_by_one_request(self, rotor: Supplier) -> None:
        key = uuid.uuid4()
        make(rotor, idempotency_key=key)

        with refused_by("purchasing_purchaseorder_idempotency_key_key"):
            make(rotor, idempotency_key=key)

    def test_has_a_known_origin(self, rotor: Supplier) -> None:
        with refused_by("purchasing_order_origin_known"):
            make(rotor, origin="gift")

    def test_has_a_known_state_even_without_triggers(self, order_in: OrderIn) -> None:
        order = order_in("draft")

        def lose() -> None:
            with triggers_off("purchasing_purchaseorder"):
                change(order, state="lost")

        with pytest.raises(IntegrityError, match=r"purchasing_order_(state_known|approved_when)"):
            lose()

    def test_is_approved_when_it_was_approved(self, order_in: OrderIn, buyer: User) -> None:
        with refused_by("purchasing_order_approved_when"):
            change(order_in("draft"), approved_at=timezone.now())
        with refused_by("purchasing_order_approved_when"):
            change(order_in("draft"), state="approved", approved_by=buyer)
        with refused_by("purchasing_order_approved_when"):
            change(order_in("approved"), state="draft", approved_by=None)
        with refused_by("purchasing_order_approved_when"):
            change(order_in("partial"), approved_at=None, approved_by=None)

    def test_has_the_time_of_whoever_approved_it(self, order_in: OrderIn, buyer: User) -> None:
        with refused_by("purchasing_order_approver_has_time"):
            change(order_in("draft"), approved_by=buyer)

    def test_is_ordered_when_it_was_ordered(self, order_in: OrderIn) -> None:
        with refused_by("purchasing_order_ordered_when"):
            change(order_in("approved"), ordered_at=timezone.now())
        with refused_by("purchasing_order_ordered_when"):
            change(order_in("approved"), state="ordered")
        with refused_by("purchasing_order_ordered_when"):
            change(order_in("received"), ordered_at=None)

    @pytest.mark.parametrize("state", ["draft", "ordered", "cancelled"])
    def test_is_never_deleted(self, state: str, order_in: OrderIn) -> None:
        order_in(state)

        with denied():
            execute("DELETE FROM purchasing_purchaseorder")
        with refused_by("purchasing_order_never_deleted"), as_owner() as cursor:
            cursor.execute("DELETE FROM purchasing_purchaseorder")

    @pytest.mark.parametrize(
        ("table", "trigger"),
        [
            ("purchasing_purchaseorder", "purchasing_order_no_truncate"),
            ("purchasing_orderline", "purchasing_orderline_no_truncate"),
        ],
    )
    def test_is_never_swept_away(self, table: str, trigger: str, order_in: OrderIn) -> None:
        order_in("draft")

        with denied():
            execute(f"TRUNCATE {table} CASCADE")
        with refused_by(trigger), as_owner() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")


class TestApproval:
    """Guarded once more behind the services: see also ``test_approval_limits.py``."""

    def test_is_of_an_order_with_lines(self, rotor: Supplier, buyer: User) -> None:
        with refused_by("purchasing_order_not_empty"):
            approve_by_hand(make(rotor), buyer)

    def test_is_by_whoever_changes_the_state(
        self, order_in: OrderIn, buyer: User, administrator: User
    ) -> None:
        order = order_in("draft")

        for approver in (administrator, None):
            with refused_by("purchasing_order_approver"):
                change(
                    order,
                    state="approved",
                    approved_at=timezone.now(),
                    approved_by=approver,
                    changed_by=buyer,
                )

    def test_of_an_order_by_a_person_is_by_a_person(self, order_in: OrderIn) -> None:
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=1_000_000)

        with refused_by("purchasing_order_approved_by_person"):
            approve_by_hand(order_in("draft"), None)

    @pytest.mark.parametrize(
        ("price", "limit", "allowed"),
        [
            (500, Decimal(1000), True),
            (500, Decimal("999.999999"), False),
            (500, None, False),
            (None, Decimal(1000), False),
        ],
    )
    def test_of_an_automatic_order_is_by_itself_where_a_limit_allows_it(
        self, price: int | None, limit: Decimal | None, allowed: bool, motors: SupplierPart
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", automatic_up_to=limit)
        order = make(motors.supplier, origin=Origin.AUTOMATIC)
        add_line(order, motors, quantity=2, unit_price=price, currency="JPY" if price else "")

        if allowed:
            approve_by_hand(order, None)
            assert now(order).state == "approved"
        else:
            with refused_by("purchasing_order_approved_by_person"):
                approve_by_hand(order, None)

    def test_of_an_automatic_order_needs_a_limit_in_its_currency(
        self, motors: SupplierPart
    ) -> None:
        ApprovalLimit.objects.create(currency="USD", automatic_up_to=1000)
        order = make(motors.supplier, origin=Origin.AUTOMATIC)
        add_line(order, motors, unit_price=1, currency="JPY")

        with refused_by("purchasing_order_approved_by_person"):
            approve_by_hand(order, None)

    def test_above_the_limit_is_by_somebody_else(
        self, order_in: OrderIn, buyer: User, administrator: User
    ) -> None:
        ApprovalLimit.objects.create(currency="JPY", second_person_above=9_999)
        order = order_in("draft")

        with refused_by("purchasing_order_second_person"):
            approve_by_hand(order, buyer)
        change(order, edited_by=administrator)
        for person in (buyer, administrator):
            with refused_by("purchasing_order_second_person"), as_owner():
                approve_by_hand(order, person)

    def test_decides_about_the_proposals_on_the_order(
        self, proposal: ReorderProposal, buyer: User
    ) -> None:
        order = order_of(proposal)

        with refused_by("purchasing_order_proposals_decided"):
            change(order, collecting=False)
            approve_by_hand(order, buyer)
            with connection.cursor() as cursor:
                check_now(cursor)


class TestCancellation:
    def test_is_of_an_order_of_which_nothing_came(self, motors: SupplierPart, buyer: User) -> None:
        order = make(motors.supplier, origin=Origin.IMPORTED)
        add_line(order, motors, quantity=5, taken_over=1)

        with refused_by("purchasing_order_cancelled_untouched"):
            change(order, state="cancelled")

    def test_is_of_a_draft_without_open_proposals(self, proposal: ReorderProposal) -> None:
        with refused_by("purchasing_order_no_open_proposals"):
            change(order_of(proposal), state="cancelled", collecting=False)


class TestCollectingDraft:
    def test_is_one_a_supplier(self, rotor: Supplier) -> None:
        make(rotor, origin=Origin.AUTOMATIC, collecting=True)
        make(SupplierFactory.create(), origin=Origin.AUTOMATIC, collecting=True)

        with refused_by("purchasing_order_one_collecting_draft"):
            make(rotor, origin=Origin.AUTOMATIC, collecting=True)

    def test_is_automatic(self, rotor: Supplier) -> None:
        for origin in (Origin.MANUAL, Origin.IMPORTED):
            with refused_by("purchasing_order_only_automatic_drafts_collect"):
                make(rotor, origin=origin, collecting=True)

    def test_waits_for_nobody(self, proposal: ReorderProposal) -> None:
        with refused_by("purchasing_order_only_automatic_drafts_collect"):
            change(order_of(proposal), approval_requested_at=timezone.now())

    def test_is_a_draft(self, proposal: ReorderProposal, buyer: User) -> None:
        with refused_by("purchasing_order_only_automatic_drafts_collect"):
            approve_by_hand(order_of(proposal), buyer)


class TestNumbers:
    def test_are_counted_once_a_year(self, db: None) -> None:
        DocumentNumber.objects.create(prefix="PO", year=2026, last=5)

        with refused_by("purchasing_number_once"):
            DocumentNumber.objects.create(prefix="PO", year=2026)

    def test_have_six_digits(self, db: None) -> None:
        with refused_by("purchasing_number_six_digits"):
            DocumentNumber.objects.create(prefix="PO", year=2026, last=1_000_000)

    def test_are_not_forgotten(self, order_in: OrderIn) -> None:
        order_in("draft")

        with denied():
            DocumentNumber.objects.all().delete()


class TestLimit:
    @pytest.mark.parametrize(
        ("values", "constraint"),
        [
            ({"second_person_above": -1}, "second_person_not_negative"),
            ({"automatic_up_to": -1}, "automatic_below_second_person"),
            (
                {"second_person_above": 10, "automatic_up_to": 11},
                "automatic_below_second_person",
            ),
        ],
    )
    def test_holds_possible_amounts(
        self, values: dict[str, int], constraint: str, db: None
    ) -> None:
        with refused_by(f"purchasing_limit_{constraint}"):
            ApprovalLimit.objects.create(currency="JPY", **values)

    def test_is_one_a_currency(self, db: None) -> None:
        ApprovalLimit.objects.create(currency="JPY")

        with refused_by("purchasing_approvallimit_currency_key"):
            ApprovalLimit.objects.create(currency="JPY")


class TestHistory:
    def test_keeps_what_an_order_names(
        self, order_in: OrderIn, motors: SupplierPart, buyer: User
    ) -> None:
        """Deleting past Django's protection is refused by the foreign keys."""
        order_in("ordered")

        def delete(table: str, pk: int) -> None:
            with as_owner() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])
                check_now(cursor)

        for table, pk in [
            ("catalog_part", motors.part_id),
            ("catalog_supplier", motors.supplier_id),
            ("catalog_supplierpart", motors.pk),
            ("access_user", buyer.pk),
        ]:
            with pytest.raises(IntegrityError, match="foreign key"):
                delete(table, pk)


def order_of(proposal: ReorderProposal) -> PurchaseOrder:
    assert proposal.line
    return proposal.line.order
