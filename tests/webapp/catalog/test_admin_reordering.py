"""Changes of the catalogue in the admin, and what they mean for re-ordering."""

from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import User
from catalog.models import Part, Supplier, SupplierPart
from purchasing.models import ProposalState, PurchaseOrder, ReorderProposal
from purchasing.reorder import decisions
from purchasing.reorder.evaluation import Changes
from stock.models import Location
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    draft,
    ordered,
    stocked,
    wanted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(administrator: User, client_of: ClientOf) -> Client:
    return client_of(administrator)


@pytest.fixture
def part() -> Part:
    """Five on hand, no reorder point."""
    return stocked(PartFactory.create(number="MT-2207"), LocationFactory.create(), 5)


@pytest.fixture
def offer(part: Part) -> SupplierPart:
    return SupplierPartFactory.create(part=part, sku="TR-1")


@pytest.fixture
def proposal(admin: Client, part: Part, offer: SupplierPart) -> ReorderProposal:
    """By a reorder point of 10."""
    save_part(admin, part, reorder_point="10")
    return ReorderProposal.objects.get()


def save_part(admin: Client, part: Part, **changes: object) -> Any:
    """Post the part's page, with the supplier parts that it has."""
    part.refresh_from_db()
    offers = list(part.supplier_parts.order_by("supplier__name"))
    values: dict[str, object] = {
        "number": part.number,
        "category": part.category_id,
        "name_ja": part.name_ja,
        "name_en": part.name_en,
        "description_ja": "",
        "description_en": "",
        "unit": part.unit,
        "tracking": part.tracking,
        "active": "on",
        "reorder_point": f"{part.reorder_point.normalize():f}",
        "target_quantity": "",
        "reorder_quantity": "",
        "lead_time_days": "",
        "supplier_parts-TOTAL_FORMS": len(offers),
        "supplier_parts-INITIAL_FORMS": len(offers),
    }
    for index, offer in enumerate(offers):
        prefix = f"supplier_parts-{index}-"
        values |= {f"{prefix}{name}": value for name, value in form_of(offer).items()}
        values |= {f"{prefix}id": offer.pk, f"{prefix}part": part.pk}
    values |= changes
    posted = {name: value for name, value in values.items() if value is not None}
    return admin.post(reverse("admin:catalog_part_change", args=[part.pk]), posted)


def form_of(offer: SupplierPart, **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "part": offer.part_id,
        "supplier": offer.supplier_id,
        "sku": offer.sku,
        "description": "",
        "pack_quantity": f"{offer.pack_quantity:f}",
        "pack_unit": offer.pack_unit,
        "minimum_order_quantity": "1",
        "price_break_quantity": "1",
        "unit_price": "",
        "currency": "",
        "lead_time_days": "",
        **({"preferred": "on"} if offer.preferred else {}),
        **({"active": "on"} if offer.active else {}),
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def save_offer(admin: Client, offer: SupplierPart, **changes: object) -> Any:
    address = reverse("admin:catalog_supplierpart_change", args=[offer.pk])
    return admin.post(address, form_of(offer, **changes))


def save_supplier(admin: Client, supplier: Supplier, **changes: object) -> Any:
    values = {"name": supplier.name, "currency": "JPY", "active": "on", **changes}
    posted = {name: value for name, value in values.items() if value is not None}
    return admin.post(reverse("admin:catalog_supplier_change", args=[supplier.pk]), posted)


def delete(admin: Client, obj: Any, **query: str) -> str:
    """The answer to "yes, delete it", and what follows."""
    meta = obj._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_delete", args=[obj.pk])
    page = admin.post(address, {"post": "yes"}, query_params=query, follow=True)
    return " ".join(BeautifulSoup(page.content, "html.parser").get_text(" ").split())


def states() -> list[str]:
    return list(ReorderProposal.objects.order_by("pk").values_list("state", flat=True))


class TestPart:
    def test_is_proposed_when_its_reorder_point_rises(
        self, admin: Client, part: Part, offer: SupplierPart
    ) -> None:
        answer = save_part(admin, part, reorder_point="5")

        assert answer.status_code == 302
        proposal = ReorderProposal.objects.get()
        assert (proposal.part, proposal.state) == (part, "open")
        page = admin.get(answer.headers["Location"]).content.decode()
        assert "This change proposed 1 re-order." in page

    def test_is_proposed_no_more_when_it_falls(
        self, admin: Client, part: Part, proposal: ReorderProposal
    ) -> None:
        answer = save_part(admin, part, reorder_point="4")

        assert states() == ["withdrawn"]
        assert not PurchaseOrder.objects.get().lines.exists()
        page = admin.get(answer.headers["Location"]).content.decode()
        assert "This change withdrew 1 re-order proposal." in page

    def test_is_proposed_no_more_when_it_becomes_inactive(
        self, admin: Client, part: Part, proposal: ReorderProposal
    ) -> None:
        save_part(admin, part, active=None)

        assert states() == ["withdrawn"]

    def test_is_computed_anew_when_its_target_changes(
        self, admin: Client, part: Part, proposal: ReorderProposal
    ) -> None:
        save_part(admin, part, target_quantity="50")

        proposal.refresh_from_db()
        assert proposal.packs == 45

    def test_is_proposed_when_it_is_new(self, admin: Client) -> None:
        """Nothing is there of it, so it is short from the beginning."""
        supplier = SupplierFactory.create()
        template = PartFactory.create()

        admin.post(
            reverse("admin:catalog_part_add"),
            {
                "number": "NEW-1",
                "category": template.category_id,
                "name_en": "New",
                "unit": "pcs",
                "tracking": "none",
                "active": "on",
                "reorder_point": "3",
                "supplier_parts-TOTAL_FORMS": 1,
                "supplier_parts-INITIAL_FORMS": 0,
                "supplier_parts-0-supplier": supplier.pk,
                "supplier_parts-0-sku": "S-1",
                "supplier_parts-0-pack_quantity": "1",
                "supplier_parts-0-pack_unit": "pcs",
                "supplier_parts-0-minimum_order_quantity": "1",
                "supplier_parts-0-active": "on",
            },
        )

        assert ReorderProposal.objects.get().part.number == "NEW-1"

    def test_and_its_proposal_are_stored_together_or_not_at_all(
        self, admin: Client, part: Part, offer: SupplierPart, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: object, **kwargs: object) -> Changes:
            raise RuntimeError

        monkeypatch.setattr("catalog.admin.reordering.catalogue.after_change", fail)

        with pytest.raises(RuntimeError):
            save_part(admin, part, reorder_point="10")

        part.refresh_from_db()
        assert part.reorder_point == 0

    def test_is_left_alone_by_a_refused_form(
        self, admin: Client, part: Part, offer: SupplierPart
    ) -> None:
        save_part(admin, part, reorder_point="10", number="")

        assert states() == []


class TestSuppliersOfAPart:
    """The lines on the part's page."""

    def test_give_a_supplier_to_what_needs_one(self, admin: Client, part: Part) -> None:
        save_part(admin, part, reorder_point="10")
        assert states() == []
        supplier = SupplierFactory.create()

        new = {
            "supplier_parts-TOTAL_FORMS": 1,
            "supplier_parts-0-supplier": supplier.pk,
            "supplier_parts-0-sku": "S-1",
            "supplier_parts-0-pack_quantity": "1",
            "supplier_parts-0-pack_unit": "pcs",
            "supplier_parts-0-minimum_order_quantity": "1",
            "supplier_parts-0-active": "on",
        }
        save_part(admin, part, **new)

        assert states() == ["open"]

    def test_change_the_packs(self, admin: Client, part: Part, proposal: ReorderProposal) -> None:
        save_part(admin, part, **{"supplier_parts-0-pack_quantity": "10"})

        proposal.refresh_from_db()
        assert (proposal.packs, proposal.quantity) == (Decimal(1), Decimal(10))

    def test_move_the_proposal_to_the_preferred_one(
        self, admin: Client, part: Part, proposal: ReorderProposal
    ) -> None:
        other = SupplierPartFactory.create(part=part, supplier__name="ZZ last")

        save_part(admin, part, **{"supplier_parts-1-preferred": "on"})

        proposal.refresh_from_db()
        assert proposal.supplier_part == other
        assert proposal.line
        assert proposal.line.order.supplier == other.supplier

    def test_are_deleted_and_the_part_needs_a_supplier(
        self, admin: Client, part: Part, offer: SupplierPart, buyer: User
    ) -> None:
        """One of two goes, so that the other is the one."""
        keep = SupplierPartFactory.create(part=part, supplier__name="ZZ last")
        save_part(admin, part, reorder_point="10")
        assert states() == []

        save_part(admin, part, **{"supplier_parts-0-DELETE": "on"})

        assert not SupplierPart.objects.filter(pk=offer.pk).exists()
        assert ReorderProposal.objects.get().supplier_part == keep

    def test_that_are_on_orders_say_why_they_stay(
        self, admin: Client, part: Part, offer: SupplierPart, buyer: User
    ) -> None:
        order = ordered(wanted(offer, 1), by=buyer)

        answer = save_part(admin, part, **{"supplier_parts-0-DELETE": "on"})

        assert answer.status_code == 200
        shown = answer.content.decode()
        assert f"the order {order.number} refers to it" in shown
        assert "protected" not in shown
        assert SupplierPart.objects.filter(pk=offer.pk).exists()


class TestSupplierPart:
    def test_that_is_inactive_sells_no_more(
        self, admin: Client, offer: SupplierPart, proposal: ReorderProposal
    ) -> None:
        save_offer(admin, offer, active=None)

        assert states() == ["withdrawn"]
        assert ReorderProposal.objects.get().reason == "no supplier"

    def test_that_becomes_active_sells_again(
        self, admin: Client, offer: SupplierPart, proposal: ReorderProposal
    ) -> None:
        save_offer(admin, offer, active=None)
        save_offer(admin, offer, active="on")

        assert states() == ["withdrawn", "open"]

    def test_that_goes_to_another_part_leaves_the_first_without(
        self, admin: Client, offer: SupplierPart, proposal: ReorderProposal
    ) -> None:
        other = PartFactory.create(reorder_point=3)

        save_offer(admin, offer, part=other.pk)

        assert states() == ["withdrawn", "open"]
        assert ReorderProposal.objects.get(state="open").part == other

    def test_that_goes_to_another_supplier_takes_the_proposal_along(
        self, admin: Client, offer: SupplierPart, proposal: ReorderProposal
    ) -> None:
        other = SupplierFactory.create()

        answer = save_offer(admin, offer, supplier=other.pk)

        assert answer.status_code == 302
        proposal.refresh_from_db()
        assert proposal.state == ProposalState.OPEN
        assert proposal.line
        assert proposal.line.order.supplier == other

    def test_that_is_added_in_a_pop_up_counts_too(self, admin: Client, part: Part) -> None:
        save_part(admin, part, reorder_point="10")
        offer = SupplierPartFactory.build(part=part, supplier=SupplierFactory.create())

        admin.post(
            reverse("admin:catalog_supplierpart_add"),
            {**form_of(offer), "_popup": "1"},
        )

        assert states() == ["open"]

    @pytest.mark.parametrize("way", ["its page", "the list"])
    def test_that_is_deleted_leaves_the_choice_to_the_other(
        self, admin: Client, part: Part, offer: SupplierPart, way: str
    ) -> None:
        keep = SupplierPartFactory.create(part=part)
        save_part(admin, part, reorder_point="10")
        assert states() == []

        if way == "its page":
            delete(admin, offer)
        else:
            admin.post(
                reverse("admin:catalog_supplierpart_changelist"),
                {"action": "delete_selected", "_selected_action": [offer.pk], "post": "yes"},
            )

        assert not SupplierPart.objects.filter(pk=offer.pk).exists()
        assert ReorderProposal.objects.get().supplier_part == keep

    def test_that_is_on_orders_says_why_it_stays(
        self, admin: Client, offer: SupplierPart, buyer: User
    ) -> None:
        orders = [draft(wanted(offer, 1), by=buyer) for _ in range(5)]

        shown = delete(admin, offer)

        assert "cannot be deleted" in shown
        assert orders[-1].number in shown
        assert orders[0].number not in shown
        assert "and others" in shown
        assert SupplierPart.objects.filter(pk=offer.pk).exists()

    def test_whose_proposals_are_over_says_why_it_stays(
        self, admin: Client, offer: SupplierPart, part: Part, proposal: ReorderProposal
    ) -> None:
        save_part(admin, part, reorder_point="0")

        assert "its re-order was proposed before" in delete(admin, offer)
        assert SupplierPart.objects.filter(pk=offer.pk).exists()


class TestSupplier:
    def test_that_is_inactive_sells_nothing_any_more(
        self, admin: Client, offer: SupplierPart, proposal: ReorderProposal
    ) -> None:
        save_supplier(admin, offer.supplier, active=None)

        assert states() == ["withdrawn"]

    def test_that_becomes_active_again_sells_everything(
        self, admin: Client, offer: SupplierPart, proposal: ReorderProposal
    ) -> None:
        other = PartFactory.create(reorder_point=3)
        SupplierPartFactory.create(part=other, supplier=offer.supplier)
        save_supplier(admin, offer.supplier, active=None)

        answer = save_supplier(admin, offer.supplier)

        assert sorted(states()) == ["open", "open", "withdrawn"]
        page = admin.get(answer.headers["Location"]).content.decode()
        assert "This change proposed 2 re-orders." in page

    def test_is_looked_at_only_when_that_changes(
        self,
        admin: Client,
        offer: SupplierPart,
        proposal: ReorderProposal,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """All that it sells would be locked."""

        def fail(*args: object) -> Changes:
            raise AssertionError

        monkeypatch.setattr("catalog.admin.supplier.catalogue.after_change_of_supplier", fail)

        save_supplier(admin, offer.supplier, name="Renamed")

        assert Supplier.objects.get().name == "Renamed"

    def test_with_orders_says_why_it_stays(self, admin: Client, part: Part, buyer: User) -> None:
        """Of a part that it does not even sell."""
        supplier = SupplierFactory.create()
        order = draft(wanted(part, 1), by=buyer, supplier=supplier)

        assert f"the order {order.number} refers to it" in delete(admin, supplier)
        assert Supplier.objects.filter(pk=supplier.pk).exists()


class TestDeletingParts:
    def test_names_the_orders_of_a_part(self, admin: Client, buyer: User) -> None:
        part = PartFactory.create()
        order = draft(wanted(part, 1), by=buyer)

        shown = delete(admin, part)

        assert f"the order {order.number} refers to it" in shown
        assert "Take the mark “active” from it instead" in shown
        assert Part.objects.filter(pk=part.pk).exists()

    def test_explains_that_proposals_stay_when_they_are_over(
        self, admin: Client, buyer: User
    ) -> None:
        """Nothing was ever ordered or moved; the proposal is history all the same."""
        part = PartFactory.create(reorder_point=3)
        offer = SupplierPartFactory.create(part=part)
        save_offer(admin, offer)
        proposal = ReorderProposal.objects.get()
        decisions.dismiss(
            [proposal.pk], until=timezone.localdate(), reason="no", by=buyer, at=timezone.now()
        )

        shown = delete(admin, part)

        assert "its re-order was proposed before" in shown
        assert Part.objects.filter(pk=part.pk).exists()

    def test_explains_it_for_many_at_once(self, admin: Client, buyer: User) -> None:
        part, free = PartFactory.create(), PartFactory.create()
        order = draft(wanted(part, 1), by=buyer)

        answer = admin.post(
            reverse("admin:catalog_part_changelist"),
            {"action": "delete_selected", "_selected_action": [part.pk, free.pk], "post": "yes"},
        )

        assert order.number in answer.content.decode()
        assert Part.objects.count() == 2

    def test_goes_on_with_a_part_that_nobody_knows(self, admin: Client) -> None:
        part = PartFactory.create()
        SupplierPartFactory.create(part=part)

        delete(admin, part)

        assert not Part.objects.exists()
        assert not SupplierPart.objects.exists()


class TestDeletingLocations:
    def test_names_the_orders_that_go_there(self, admin: Client, part: Part, buyer: User) -> None:
        place: Location = LocationFactory.create()
        order = draft(wanted(part, 1), by=buyer, destination=place)

        assert f"the order {order.number} refers to it" in delete(admin, place)
        assert Location.objects.filter(pk=place.pk).exists()


class TestUnit:
    def test_stays_once_the_part_was_ordered(self, admin: Client, buyer: User) -> None:
        """Packs on the order are counted in it."""
        part = PartFactory.create(unit="m")
        draft(wanted(part, 1, pack_unit="m"), by=buyer)

        answer = save_part(admin, part, unit="ft")

        assert "It was ordered in m, so the unit stays." in answer.content.decode()

    def test_stays_while_it_is_sold_in_units_that_do_not_convert(self, admin: Client) -> None:
        part = PartFactory.create(reorder_point=3)
        SupplierPartFactory.create(part=part, sku="TR-9")

        answer = save_part(admin, part, unit="kg")

        shown = answer.content.decode()
        assert "TR-9 is sold in pcs, which cannot be converted into kg" in shown
        part.refresh_from_db()
        assert part.unit == "pcs"


class TestFindingParts:
    """The list's filter by what is being done."""

    @pytest.fixture
    def short(self, admin: Client, part: Part) -> Part:
        save_part(admin, part, reorder_point="10")
        return part

    def found(self, admin: Client, value: str) -> set[str]:
        answer = admin.get(reverse("admin:catalog_part_changelist"), {"reorder": value})
        assert answer.status_code == 200
        return {part.number for part in answer.context["cl"].result_list}

    def test_finds_what_is_proposed(
        self, admin: Client, part: Part, proposal: ReorderProposal
    ) -> None:
        PartFactory.create()

        assert self.found(admin, "proposed") == {"MT-2207"}
        save_part(admin, part, reorder_point="0")
        assert self.found(admin, "proposed") == set()

    def test_finds_what_is_on_order_but_not_on_drafts(
        self, admin: Client, offer: SupplierPart, buyer: User
    ) -> None:
        draft(wanted(SupplierPartFactory.create(), 1), by=buyer)
        ordered(wanted(offer, 1), by=buyer)

        assert self.found(admin, "on_order") == {"MT-2207"}

    def test_finds_what_nobody_sells(self, admin: Client, short: Part) -> None:
        PartFactory.create()

        assert self.found(admin, "without_supplier") == {"MT-2207"}

    def test_finds_what_several_sell_until_one_is_preferred(
        self, admin: Client, short: Part
    ) -> None:
        offers = SupplierPartFactory.create_batch(2, part=short)
        assert self.found(admin, "without_supplier") == {"MT-2207"}

        save_offer(admin, offers[0], preferred="on")

        assert self.found(admin, "without_supplier") == set()
        assert self.found(admin, "proposed") == {"MT-2207"}

    def test_finds_what_only_inactive_suppliers_sell(self, admin: Client, short: Part) -> None:
        SupplierPartFactory.create(part=short, active=False)
        SupplierPartFactory.create(part=short, supplier__active=False)

        assert self.found(admin, "without_supplier") == {"MT-2207"}

    def test_leaves_out_what_is_on_a_draft_already(
        self, admin: Client, short: Part, buyer: User
    ) -> None:
        """Six are, by hand, so that the position is 11."""
        draft(wanted(short, 6), by=buyer)

        assert self.found(admin, "without_supplier") == set()

    def test_leaves_out_what_was_dismissed(
        self, admin: Client, part: Part, offer: SupplierPart, proposal: ReorderProposal, buyer: User
    ) -> None:
        decisions.dismiss(
            [proposal.pk], until=timezone.localdate(), reason="no", by=buyer, at=timezone.now()
        )
        save_offer(admin, offer, active=None)

        assert self.found(admin, "without_supplier") == set()

    def test_passes_over_what_makes_no_sense(self, admin: Client, part: Part) -> None:
        assert self.found(admin, "nonsense") == {"MT-2207"}
