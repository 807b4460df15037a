"""Suppliers and what they sell: prices, currencies, packs."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models.deletion import ProtectedError

from catalog.models import SupplierPart
from tests.webapp.database import refused_by
from tests.webapp.factories import PartFactory, SupplierFactory, SupplierPartFactory

pytestmark = pytest.mark.django_db


class TestSupplier:
    def test_has_a_name_of_its_own(self) -> None:
        SupplierFactory.create(name="Tokyo Rotor")

        with refused_by("catalog_supplier_name_unique"):
            SupplierFactory.create(name="TOKYO ROTOR")

    def test_pays_in_a_currency_that_exists(self) -> None:
        with pytest.raises(ValidationError) as caught:
            SupplierFactory.build(currency="YEN").full_clean()

        assert caught.value.message_dict == {
            "currency": [
                "“YEN” is not a currency. Give its three-letter ISO code, such as JPY or USD."
            ]
        }

    def test_is_not_deleted_with_what_it_sells(self) -> None:
        supplier_part = SupplierPartFactory.create()

        with pytest.raises(ProtectedError):
            supplier_part.supplier.delete()


class TestSupplierPart:
    @pytest.mark.parametrize(
        ("values", "constraint"),
        [
            ({"pack_quantity": 0}, "pack_positive"),
            ({"minimum_order_quantity": 0}, "minimum_positive"),
            ({"price_break_quantity": 0}, "price_break_positive"),
            ({"unit_price": 5, "currency": ""}, "price_has_currency"),
            ({"unit_price": -5, "currency": "JPY"}, "price_has_currency"),
        ],
    )
    def test_makes_sense(self, values: dict[str, Any], constraint: str) -> None:
        with refused_by(f"catalog_supplierpart_{constraint}"):
            SupplierPartFactory.create(**values)

    def test_has_a_sku_of_its_own_at_its_supplier(self) -> None:
        first = SupplierPartFactory.create(sku="TR-1")
        SupplierPartFactory.create(sku="TR-1")

        with refused_by("catalog_supplierpart_sku_unique"):
            SupplierPartFactory.create(sku="tr-1", supplier=first.supplier)

    def test_is_preferred_alone(self) -> None:
        first = SupplierPartFactory.create(preferred=True)
        SupplierPartFactory.create(part=first.part)

        with refused_by("catalog_supplierpart_one_preferred"):
            SupplierPartFactory.create(part=first.part, preferred=True)

    def test_goes_with_a_part_that_never_moved(self) -> None:
        SupplierPartFactory.create().part.delete()

        assert not SupplierPart.objects.exists()

    def test_takes_its_currency_from_the_supplier(self) -> None:
        supplier = SupplierFactory.create(currency="EUR")
        supplier_part = SupplierPartFactory.build(
            part=PartFactory.create(), supplier=supplier, unit_price=Decimal(5), currency=""
        )

        supplier_part.full_clean()

        assert supplier_part.currency == "EUR"


class TestPack:
    @pytest.mark.parametrize(
        ("unit", "quantity", "pack_unit", "in_base_units"),
        [
            ("m", "100", "ft", "30.48"),
            ("m", "250", "m", "250"),
            ("pcs", "100", "pcs", "100"),
            ("ml", "2", "l", "2000"),
            ("l", "1", "gal", "3.785411784"),
            ("g", "1", "lb", "453.59237"),
            ("mm", "1", "in", "25.4"),
            ("m2", "1", "m2", "1"),
        ],
    )
    def test_is_converted_exactly(
        self, unit: str, quantity: str, pack_unit: str, in_base_units: str
    ) -> None:
        part = PartFactory.create(unit=unit)

        pack = SupplierPartFactory.create(
            part=part, pack_quantity=Decimal(quantity), pack_unit=pack_unit
        )

        pack.full_clean()
        assert pack.pack_in_base_units == Decimal(in_base_units)

    @pytest.mark.parametrize(
        ("unit", "pack_unit"), [("kg", "ft"), ("pcs", "m"), ("pcs", "set"), ("m2", "m")]
    )
    def test_of_another_dimension_is_refused(self, unit: str, pack_unit: str) -> None:
        pack = SupplierPartFactory.build(
            part=PartFactory.create(unit=unit),
            supplier=SupplierFactory.create(),
            pack_unit=pack_unit,
        )

        with pytest.raises(ValidationError) as caught:
            pack.full_clean()

        assert caught.value.message_dict == {
            "pack_unit": [f"{pack_unit} cannot be converted into {unit}."]
        }
