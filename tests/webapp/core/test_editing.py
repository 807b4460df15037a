"""Two people edit one thing: the second is told, and nobody's work is lost."""

from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from access.models import User
from catalog.models import Category, Part, Supplier, SupplierPart
from core.editing import seen
from purchasing.models import ApprovalLimit
from stock.models import Location
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    CategoryFactory,
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    stocked,
)

pytestmark = pytest.mark.django_db

type Form = dict[str, Any]


def text(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def form_of(response: Any) -> Form:
    """What a browser would send of the change form, untouched."""
    soup = BeautifulSoup(response.content, "html.parser")
    form = soup.find("form", id=lambda value: bool(value) and str(value).endswith("_form"))
    assert form is not None
    data: Form = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        name = str(field["name"])
        if "__prefix__" in name or field.get("type") in {"submit", "file"}:
            continue
        if field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.name == "select":
            data[name] = [str(o.get("value", "")) for o in field.select("option[selected]")]
        elif field.name == "textarea":
            data[name] = field.get_text().lstrip("\n")
        else:
            data[name] = field.get("value", "on" if field.get("type") == "checkbox" else "")
    return data


def opened(client: Client, thing: Any) -> Form:
    return form_of(client.get(address(thing)))


def address(thing: Any) -> str:
    meta = thing._meta
    return f"/admin/{meta.app_label}/{meta.model_name}/{thing.pk}/change/"


def rows(response: Any) -> dict[str, list[str]]:
    """The table of differences: was, now, yours, by whom."""
    soup = BeautifulSoup(response.content, "html.parser")
    return {
        row.th.get_text(strip=True): [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        for row in soup.select("#conflict tbody tr")
        if row.th is not None
    }


@pytest.fixture
def part(db: None) -> Part:
    made: Part = PartFactory.create(
        number="MT-1", name_en="Motor", name_ja="モーター", reorder_point=5, target_quantity=50
    )
    return made


@pytest.fixture
def first(client_of: ClientOf, administrator: User) -> Client:
    return client_of(administrator)


@pytest.fixture
def second(client_of: ClientOf, buyer: User) -> Client:
    return client_of(buyer)


class TestNothingChanged:
    def test_a_form_is_saved(self, first: Client, part: Part) -> None:
        form = opened(first, part)

        response = first.post(address(part), {**form, "name_en": "Engine"})

        assert response.status_code == 302, text(response)
        part.refresh_from_db()
        assert part.name_en == "Engine"

    def test_a_form_of_before_the_release_is_saved(self, first: Client, part: Part) -> None:
        form = opened(first, part)
        del form[seen.FIELD]

        response = first.post(address(part), {**form, "name_en": "Engine"})

        assert response.status_code == 302

    def test_totals_that_the_database_keeps_do_not_count(self, first: Client, part: Part) -> None:
        form = opened(first, part)
        stocked(part, LocationFactory.create(), 7)

        response = first.post(address(part), {**form, "name_en": "Engine"})

        assert response.status_code == 302, text(response)
        part.refresh_from_db()
        assert (part.name_en, part.on_hand) == ("Engine", Decimal(7))


class TestSomebodyElseChanged:
    def test_nothing_is_saved_and_the_form_says_what_by_whom(
        self, first: Client, second: Client, part: Part, administrator: User
    ) -> None:
        form = opened(second, part)
        first.post(address(part), {**opened(first, part), "name_en": "Engine"})

        response = second.post(address(part), {**form, "name_en": "Drive", "lead_time_days": "9"})

        part.refresh_from_db()
        assert (response.status_code, part.name_en) == (200, "Engine")
        assert "Somebody else changed this after you opened it" in text(response)
        [(label, cells)] = rows(response).items()
        assert label == "Name (English)"
        assert cells[:3] == ["Motor", "Engine", "Drive"]
        assert administrator.display_name in cells[3]

    def test_untouched_fields_take_what_is_stored_and_touched_ones_keep_the_entry(
        self, first: Client, second: Client, part: Part
    ) -> None:
        form = opened(second, part)
        first.post(
            address(part),
            {**opened(first, part), "name_en": "Engine", "reorder_point": "8", "active": "on"},
        )

        response = second.post(address(part), {**form, "name_ja": "原動機", "name_en": "Drive"})

        returned = form_of(response)
        assert returned["name_en"] == "Drive"
        assert returned["name_ja"] == "原動機"
        assert returned["reorder_point"] == "8"
        assert rows(response)["Reorder point"][2] == "not touched"

    def test_the_field_that_both_want_is_marked(
        self, first: Client, second: Client, part: Part
    ) -> None:
        form = opened(second, part)
        first.post(address(part), {**opened(first, part), "name_en": "Engine"})

        response = second.post(address(part), {**form, "name_en": "Drive"})

        assert "Changed meanwhile to “Engine”" in text(response)
        assert response.context["adminform"].form.errors["name_en"]
        assert "reorder_point" not in response.context["adminform"].form.errors

    def test_saving_again_works(self, first: Client, second: Client, part: Part) -> None:
        form = opened(second, part)
        first.post(address(part), {**opened(first, part), "reorder_point": "8"})
        returned = form_of(second.post(address(part), {**form, "name_en": "Drive"}))

        response = second.post(address(part), returned)

        part.refresh_from_db()
        assert response.status_code == 302, text(response)
        assert (part.name_en, part.reorder_point) == ("Drive", Decimal(8))

    def test_a_third_person_is_noticed_as_well(
        self, first: Client, second: Client, part: Part
    ) -> None:
        form = opened(second, part)
        first.post(address(part), {**opened(first, part), "reorder_point": "8"})
        returned = form_of(second.post(address(part), {**form, "name_en": "Drive"}))
        first.post(address(part), {**opened(first, part), "reorder_point": "9"})

        response = second.post(address(part), returned)

        assert response.status_code == 200
        assert rows(response)["Reorder point"][:2] == ["8", "9"]

    def test_both_may_want_the_same(self, first: Client, second: Client, part: Part) -> None:
        form = opened(second, part)
        first.post(address(part), {**opened(first, part), "name_en": "Engine"})

        response = second.post(address(part), {**form, "name_en": "Engine"})

        assert rows(response)["Name (English)"][2] == "not touched"
        assert not response.context["adminform"].form.errors.get("name_en")

    def test_choices_are_shown_by_their_names(
        self, first: Client, second: Client, part: Part
    ) -> None:
        form = opened(second, part)
        other = CategoryFactory.create(name_en="Frames")
        Part.objects.filter(pk=part.pk).update(category=other, active=False)

        response = second.post(address(part), {**form, "name_en": "Drive"})

        assert rows(response)["Category"][1] == "Frames"
        assert rows(response)["Active"][:2] == ["Yes", "No"]
        assert form_of(response)["category"] == [str(other.pk)]
        assert "active" not in form_of(response)


class TestInlines:
    @pytest.fixture
    def offer(self, part: Part) -> SupplierPart:
        made: SupplierPart = SupplierPartFactory.create(part=part, sku="TR-1", pack_quantity=10)
        return made

    def test_a_row_that_both_changed_is_compared_field_by_field(
        self, second: Client, part: Part, offer: SupplierPart
    ) -> None:
        form = opened(second, part)
        SupplierPart.objects.filter(pk=offer.pk).update(sku="TR-2", pack_quantity=20)

        response = second.post(address(part), {**form, "supplier_parts-0-sku": "TR-9"})

        found = rows(response)
        sku = next(cells for label, cells in found.items() if "SKU" in label)
        pack = next(cells for label, cells in found.items() if "ack" in label)
        assert sku[:3] == ["TR-1", "TR-2", "TR-9"]
        assert pack[:3] == ["10", "20", "not touched"]
        returned = form_of(response)
        assert returned["supplier_parts-0-sku"] == "TR-9"
        assert returned["supplier_parts-0-pack_quantity"] == "20"

    def test_a_row_added_by_somebody_else_appears(
        self, second: Client, part: Part, offer: SupplierPart
    ) -> None:
        form = opened(second, part)
        added = SupplierPartFactory.create(part=part, sku="NEW-1")

        response = second.post(address(part), {**form, "supplier_parts-0-sku": "TR-9"})

        returned = form_of(response)
        assert returned["supplier_parts-INITIAL_FORMS"] == "2"
        assert {returned["supplier_parts-0-sku"], returned["supplier_parts-1-sku"]} == {
            "TR-9",
            "NEW-1",
        }
        assert second.post(address(part), returned).status_code == 302
        added.refresh_from_db()
        offer.refresh_from_db()
        assert (added.sku, offer.sku) == ("NEW-1", "TR-9")

    def test_a_row_deleted_by_somebody_else_is_said_with_what_was_entered(
        self, second: Client, part: Part, offer: SupplierPart
    ) -> None:
        form = opened(second, part)
        offer.delete()

        response = second.post(address(part), {**form, "supplier_parts-0-sku": "TR-9"})

        [cells] = rows(response).values()
        assert cells[1] == "deleted"
        assert "TR-9" in cells[2]
        assert form_of(response)["supplier_parts-TOTAL_FORMS"] == "0"

    def test_a_row_of_ones_own_stays(self, second: Client, part: Part, offer: SupplierPart) -> None:
        supplier: Supplier = SupplierFactory.create()
        form = opened(second, part)
        own = {
            key.replace("-0-", "-1-"): value
            for key, value in form.items()
            if key.startswith("supplier_parts-0-")
        }
        own |= {
            "supplier_parts-1-id": "",
            "supplier_parts-1-sku": "OWN-1",
            "supplier_parts-1-supplier": str(supplier.pk),
            "supplier_parts-TOTAL_FORMS": "2",
        }
        Part.objects.filter(pk=part.pk).update(name_en="Engine")

        returned = form_of(second.post(address(part), {**form, **own}))
        response = second.post(address(part), returned)

        assert response.status_code == 302, text(response)
        assert SupplierPart.objects.filter(part=part, sku="OWN-1", supplier=supplier).exists()


class TestDeletedMeanwhile:
    def test_is_said_with_what_was_typed(
        self, first: Client, second: Client, part: Part, administrator: User
    ) -> None:
        form = opened(second, part)
        first.post(f"/admin/catalog/part/{part.pk}/delete/", {"post": "yes"})

        response = second.post(address(part), {**form, "name_en": "Drive"})

        assert response.status_code == 409
        assert "Somebody else deleted this" in text(response)
        assert administrator.display_name in text(response)
        assert "Drive" in text(response)


class TestEveryForm:
    @pytest.mark.parametrize(
        ("make", "change", "mine"),
        [
            (CategoryFactory.create, {"description": "theirs"}, {"description": "mine"}),
            (LocationFactory.create, {"description": "theirs"}, {"description": "mine"}),
            (SupplierFactory.create, {"email": "a@example.org"}, {"email": "b@example.org"}),
            (SupplierPartFactory.create, {"sku": "THEIRS"}, {"sku": "MINE"}),
            (
                lambda: ApprovalLimit.objects.create(currency="JPY", second_person_above=1),
                {"second_person_above": 2},
                {"second_person_above": "3"},
            ),
            (
                lambda: User.objects.create_user("clerk", last_name="A"),
                {"last_name": "B"},
                {"last_name": "C"},
            ),
        ],
        ids=["category", "location", "supplier", "supplier part", "approval limit", "user"],
    )
    def test_notices_and_saves_the_second_time(
        self, first: Client, make: Any, change: dict[str, Any], mine: dict[str, str]
    ) -> None:
        thing = make()
        form = opened(first, thing)
        type(thing)._default_manager.filter(pk=thing.pk).update(**change)

        refused = first.post(address(thing), {**form, **mine})
        saved = first.post(address(thing), form_of(refused))

        [name] = mine
        thing.refresh_from_db()
        assert refused.status_code == 200
        assert len(rows(refused)) == 1
        assert saved.status_code == 302, text(saved)
        assert str(getattr(thing, name)).removesuffix(".000000") == mine[name]


class TestTheHiddenField:
    def test_holds_no_password(self, first: Client, general: User) -> None:
        carried = seen.read(opened(first, general)[seen.FIELD], model=User, pk=general.pk)

        assert carried is not None
        assert "password" not in carried.values

    def test_of_another_object_is_not_taken(self, first: Client, part: Part) -> None:
        other = PartFactory.create()

        response = first.post(
            address(part), {**opened(first, part), seen.FIELD: opened(first, other)[seen.FIELD]}
        )

        assert response.status_code == 200
        assert "It cannot be told" in text(response)

    def test_that_was_tampered_with_is_not_taken(self, first: Client, part: Part) -> None:
        response = first.post(address(part), {**opened(first, part), seen.FIELD: "{}"})

        assert response.status_code == 200
        assert first.post(address(part), form_of(response)).status_code == 302

    def test_is_small(self, first: Client, part: Part) -> None:
        SupplierPartFactory.create_batch(5, part=part)

        assert len(opened(first, part)[seen.FIELD]) < 2000

    def test_is_not_in_the_form_of_who_may_only_look(
        self, client_of: ClientOf, general: User, part: Part
    ) -> None:
        assert seen.FIELD not in client_of(general).get(address(part)).content.decode()


def test_moving_a_branch_is_noticed(first: Client) -> None:
    shelf: Location = LocationFactory.create()
    hall: Location = LocationFactory.create(name_en="Hall", name_ja="")
    form = opened(first, shelf)
    Location.objects.filter(pk=shelf.pk).update(parent=hall)

    response = first.post(address(shelf), {**form, "description": "x"})

    assert rows(response)["Parent"][:2] == ["–", "Hall"]
    assert Category.objects.count() == 0
