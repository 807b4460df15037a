"""What a part may be, said in words by the form and guarded by name in the database."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from catalog.models import Part
from catalog.validators import validate_picture
from tests.webapp.database import refused_by
from tests.webapp.factories import (
    CategoryFactory,
    LocationFactory,
    PartFactory,
    issue,
    line,
    stocked,
)

pytestmark = pytest.mark.django_db


def errors_of(part: Part) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        part.full_clean()
    return caught.value.message_dict


class TestNumber:
    @pytest.mark.parametrize("number", ["MT-2207", "mt-2207", "ＭＴ－２２０７", " MT-2207 "])
    def test_is_unique_whatever_its_capitals_and_widths(self, number: str) -> None:
        PartFactory.create(number="MT-2207")

        part = PartFactory.build(number=number, category=CategoryFactory.create())

        assert errors_of(part) == {"__all__": ["A part with this number exists already."]}

    def test_is_unique_in_the_database_too(self) -> None:
        PartFactory.create(number="MT-2207")

        with refused_by("catalog_part_number_unique"):
            PartFactory.create(number="mt-2207")

    def test_is_kept_in_half_width(self) -> None:
        part = PartFactory.build(number="ＭＴ－２２０７ ", category=CategoryFactory.create())

        part.full_clean()

        assert part.number == "MT-2207"

    def test_is_needed(self) -> None:
        with refused_by("catalog_part_number_not_empty"):
            PartFactory.create(number="")

    def test_may_be_kept(self) -> None:
        PartFactory.create().full_clean()


class TestName:
    def test_is_needed_in_one_language(self) -> None:
        with refused_by("catalog_part_has_name"):
            PartFactory.create(name_en="", name_ja="")

    def test_is_shown_in_the_users_language_or_the_other(self) -> None:
        part = PartFactory.build(number="M1", name_en="Motor", name_ja="モーター")
        english = PartFactory.build(name_en="Motor", name_ja="")

        assert str(part) == "M1 Motor"
        with translation.override("ja"):
            assert str(part) == "M1 モーター"
            assert english.name == "Motor"


class TestQuantities:
    @pytest.mark.parametrize(
        ("values", "constraint"),
        [
            ({"reorder_point": -1}, "reorder_point_not_negative"),
            ({"reorder_quantity": -1}, "reorder_quantity_not_negative"),
            ({"reorder_point": 5, "target_quantity": 4}, "target_above_reorder_point"),
        ],
    )
    def test_make_sense(self, values: dict[str, Any], constraint: str) -> None:
        with refused_by(f"catalog_part_{constraint}"):
            PartFactory.create(**values)

    def test_say_what_is_wrong_with_the_target(self) -> None:
        part = PartFactory.build(
            category=CategoryFactory.create(), reorder_point=5, target_quantity=4
        )

        assert errors_of(part) == {
            "__all__": ["The target quantity cannot be below the reorder point."]
        }


class TestUnit:
    def test_stays_once_stock_was_recorded_and_says_what_to_do(self) -> None:
        shelf = LocationFactory.create()
        wire = stocked(PartFactory.create(unit="m"), shelf, 5)
        issue(line(wire, shelf, 5))
        wire.unit = "ft"

        [message] = errors_of(wire)["unit"]

        assert message == (
            "Stock was recorded in m, so the unit stays. "
            "For another unit make a new part, and deactivate this one."
        )

    def test_can_change_before(self) -> None:
        wire = PartFactory.create(unit="m")
        wire.unit = "ft"

        wire.full_clean()


class TestTracking:
    def test_stays_while_stock_is_on_hand_and_says_what_to_do(self) -> None:
        motor = stocked(PartFactory.create(), LocationFactory.create(), 5)
        motor.tracking = "lot"

        [message] = errors_of(motor)["tracking"]

        assert message == (
            "5 are on hand, so the tracking stays. "
            "Issue them first, and receive them again with their lots."
        )


class TestPicture:
    def test_is_of_a_size_that_pages_show(self, settings: Any) -> None:
        settings.PICTURE_MAX_BYTES = 5_000_000
        validate_picture(SimpleNamespace(size=5_000_000))  # type: ignore[arg-type]

        with pytest.raises(ValidationError) as caught:
            validate_picture(SimpleNamespace(size=7_300_000))  # type: ignore[arg-type]

        assert caught.value.messages == [
            "The picture has 7.3 MB; at most 5 MB are taken. Make it smaller."
        ]


class TestSave:
    def test_shows_the_status_that_the_database_computed(self) -> None:
        part = PartFactory.create(reorder_point=Decimal(3))

        assert part.status == "out"

    def test_can_write_a_single_column(self) -> None:
        part = PartFactory.create()
        part.name_en = "Motor"
        part.number = "not saved"

        part.save(update_fields=["name_en"])

        part.refresh_from_db()
        assert part.name_en == "Motor"
        assert part.number != "not saved"

    def test_of_a_copy_loaded_in_part_writes_only_what_was_loaded(
        self, django_assert_num_queries: Any
    ) -> None:
        pk = PartFactory.create(description_en="Long").pk
        part = Part.objects.defer("description_en").get(pk=pk)

        with django_assert_num_queries(1) as queries:
            part.save()

        assert "description_en" not in queries[0]["sql"].partition("RETURNING")[0]
