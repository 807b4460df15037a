"""Parts, categories and suppliers in the admin."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from access.models import User
from catalog.models import Part
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

LIST = "admin:catalog_part_changelist"


@pytest.fixture
def admin(administrator: User, client_of: ClientOf) -> Client:
    return client_of(administrator)


def found(client: Client, **query: str | int) -> set[str]:
    response = client.get(reverse(LIST), query)
    assert response.status_code == 200
    return {part.number for part in response.context["cl"].result_list}


def form_of(part: Part, **changes: object) -> dict[str, object]:
    """What the part's page posts."""
    return {
        "number": part.number,
        "category": part.category_id,
        "name_ja": part.name_ja,
        "name_en": part.name_en,
        "description_ja": "",
        "description_en": "",
        "unit": part.unit,
        "tracking": part.tracking,
        "active": "on",
        "reorder_point": "0",
        "target_quantity": "",
        "reorder_quantity": "",
        "lead_time_days": "",
        "supplier_parts-TOTAL_FORMS": 0,
        "supplier_parts-INITIAL_FORMS": 0,
        **changes,
    }


class TestPartList:
    def test_finds_by_number_names_and_sku(self, admin: Client) -> None:
        motor = PartFactory.create(number="MT-1", name_ja="モーター", name_en="Motor")
        SupplierPartFactory.create(part=motor, sku="ACME-77")
        PartFactory.create(number="FR-1", name_ja="フレーム", name_en="Frame")

        for term in ("mt-1", "ﾓｰﾀｰ", "もーた", "ＭＯＴＯＲ", "acme-7"):
            assert found(admin, q=term) == {"MT-1"}, term

    def test_filters_by_everything_at_once(self, admin: Client) -> None:
        root = CategoryFactory.create()
        motor = PartFactory.create(
            category=CategoryFactory.create(parent=root), reorder_point=5, tracking="lot"
        )
        place = LocationFactory.create()
        sold = SupplierPartFactory.create(part=motor)
        stocked(motor, LocationFactory.create(parent=place), 3, lot="L-1")
        PartFactory.create()

        assert found(
            admin, category=root.pk, location=place.pk, supplier=sold.supplier_id,
            status="low", tracking="lot", active__exact="1",
        ) == {motor.number}  # fmt: skip
        assert found(admin, status="out") != {motor.number}

    def test_passes_over_filters_that_make_no_sense(self, admin: Client) -> None:
        PartFactory.create(number="MT-1")

        for value in ("x", "-1", "9" * 40, "½"):
            assert found(admin, category=value, location=value, supplier=value) == {"MT-1"}

    @pytest.mark.parametrize("page", ["²", "x", "-1", "9" * 5000])
    def test_survives_a_page_that_is_none(self, admin: Client, page: str) -> None:
        assert admin.get(reverse(LIST), {"p": page}).status_code in {200, 302}

    def test_counts_no_further_than_it_shows(
        self, admin: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.lists.paginating.ROWS_AHEAD", 10)
        PartFactory.create_batch(60)

        first = admin.get(reverse(LIST))
        second = admin.get(reverse(LIST), {"p": 2})

        assert first.context["cl"].result_count == 35
        assert "more than 35" in first.content.decode()
        assert second.context["cl"].result_count == 60

    @pytest.mark.parametrize(
        ("action", "address"),
        [
            ("issue_selected", "admin:stock_issue"),
            ("order_selected", "admin:purchasing_purchaseorder_add"),
        ],
    )
    def test_opens_the_page_for_the_parts_chosen(
        self, admin: Client, action: str, address: str
    ) -> None:
        part = PartFactory.create()

        response = admin.post(reverse(LIST), {"action": action, "_selected_action": [part.pk]})

        assert response.headers["Location"] == reverse(address) + f"?part={part.pk}"

    def test_offers_to_order_to_those_who_may(
        self, storekeeper: User, buyer: User, client_of: ClientOf
    ) -> None:
        PartFactory.create()

        offered = [
            "order_selected" in client_of(person).get(reverse(LIST)).content.decode()
            for person in (storekeeper, buyer)
        ]

        assert offered == [False, True]


class TestPartPage:
    def test_saves_without_touching_the_totals(self, admin: Client) -> None:
        part = stocked(PartFactory.create(), LocationFactory.create(), 7)

        response = admin.post(
            reverse("admin:catalog_part_change", args=[part.pk]),
            form_of(part, name_en="Renamed", on_hand="99"),
        )

        assert response.status_code == 302
        part.refresh_from_db()
        assert (part.name_en, part.on_hand) == ("Renamed", Decimal(7))

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"number": ""}, "required"),
            ({"number": "ｍｔ－１"}, "exists already"),
            ({"name_ja": "", "name_en": ""}, "in Japanese or in English"),
            ({"reorder_point": "10", "target_quantity": "5"}, "below the reorder point"),
            ({"reorder_point": "-1"}, "greater than or equal to 0"),
        ],
    )
    def test_says_what_is_wrong(self, admin: Client, changes: dict[str, str], message: str) -> None:
        PartFactory.create(number="MT-1")
        part = PartFactory.create(number="FR-1")

        response = admin.post(
            reverse("admin:catalog_part_change", args=[part.pk]), form_of(part, **changes)
        )

        assert response.status_code == 200
        assert message in response.content.decode()

    def test_keeps_the_unit_once_stock_was_recorded(self, admin: Client) -> None:
        part = stocked(PartFactory.create(), LocationFactory.create(), 7)

        response = admin.post(
            reverse("admin:catalog_part_change", args=[part.pk]), form_of(part, unit="m")
        )

        assert "unit" in response.context["errors"].as_data() or response.status_code == 200
        part.refresh_from_db()
        assert part.unit == "pcs"

    def test_is_read_only_for_readers(self, general: User, client_of: ClientOf) -> None:
        part = PartFactory.create()
        client = client_of(general)
        address = reverse("admin:catalog_part_change", args=[part.pk])

        assert client.get(address).status_code == 200
        assert client.post(address, form_of(part, name_en="Renamed")).status_code == 403


class TestDeleting:
    def test_explains_why_a_part_with_history_stays(self, admin: Client) -> None:
        part = stocked(PartFactory.create(), LocationFactory.create(), 7)

        response = admin.post(
            reverse("admin:catalog_part_delete", args=[part.pk]), {"post": "yes"}, follow=True
        )

        assert "Take the mark “active” from it instead" in response.content.decode()
        assert Part.objects.filter(pk=part.pk).exists()

    def test_explains_it_for_many_at_once(self, admin: Client) -> None:
        part = stocked(PartFactory.create(), LocationFactory.create(), 7)
        free = PartFactory.create()

        response = admin.post(
            reverse(LIST),
            {"action": "delete_selected", "_selected_action": [part.pk, free.pk], "post": "yes"},
        )

        assert "1 movement was recorded" in response.content.decode()
        assert Part.objects.count() == 2

    def test_deletes_a_part_without_history(self, admin: Client) -> None:
        part = PartFactory.create()

        admin.post(reverse("admin:catalog_part_delete", args=[part.pk]), {"post": "yes"})

        assert not Part.objects.exists()

    @pytest.mark.parametrize("name", ["category", "supplier", "location"])
    def test_explains_why_what_is_used_stays(self, admin: Client, name: str) -> None:
        part = PartFactory.create()
        place = LocationFactory.create()
        stocked(part, place, 1)
        sold = SupplierPartFactory.create(part=part, supplier=SupplierFactory.create())
        app, row = {
            "category": ("catalog", part.category),
            "supplier": ("catalog", sold.supplier),
            "location": ("stock", place),
        }[name]

        response = admin.post(
            reverse(f"admin:{app}_{name}_delete", args=[row.pk]), {"post": "yes"}, follow=True
        )

        assert "cannot be deleted" in response.content.decode()
        row.refresh_from_db()


class TestTree:
    def test_refuses_to_move_a_branch_beneath_itself(self, admin: Client) -> None:
        root = CategoryFactory.create()
        leaf = CategoryFactory.create(parent=root)

        response = admin.post(
            reverse("admin:catalog_category_change", args=[root.pk]),
            {
                "name_en": root.name_en,
                "name_ja": root.name_ja,
                "parent": leaf.pk,
                "description": "",
            },
        )

        assert "beneath itself" in response.content.decode()


def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    return file.getvalue()


class TestPictures:
    @pytest.fixture
    def part(self, admin: Client) -> Part:
        part: Part = PartFactory.create()
        picture = BytesIO(png())
        picture.name = "motor.png"
        admin.post(
            reverse("admin:catalog_part_change", args=[part.pk]), form_of(part, picture=picture)
        )
        part.refresh_from_db()
        return part

    def test_is_shown_to_those_who_see_parts(
        self, part: Part, general: User, client_of: ClientOf
    ) -> None:
        response = client_of(general).get(part.picture.url)

        assert b"".join(response) == png()
        assert response.headers["Content-Type"] == "image/png"

    def test_stands_on_the_part_s_page(self, part: Part, admin: Client) -> None:
        page = admin.get(reverse("admin:catalog_part_change", args=[part.pk])).content.decode()

        assert f'src="{part.picture.url}"' in page

    def test_is_kept_from_everybody_else(
        self, part: Part, outsider: User, client_of: ClientOf
    ) -> None:
        assert client_of(outsider).get(part.picture.url).status_code == 403
        assert Client().get(part.picture.url).status_code == 302

    @pytest.mark.parametrize("name", ["nothing.png", "../../../etc/passwd", "..%2f..%2fsecret"])
    def test_leads_nowhere_else(self, admin: Client, name: str) -> None:
        assert admin.get(f"/media/parts/{name}").status_code in {400, 404}

    def test_refuses_what_is_no_picture(self, admin: Client) -> None:
        part = PartFactory.create()
        script = BytesIO(b"<svg onload=alert(1)>")
        script.name = "motor.png"

        response = admin.post(
            reverse("admin:catalog_part_change", args=[part.pk]), form_of(part, picture=script)
        )

        assert "picture" in response.context["adminform"].form.errors
