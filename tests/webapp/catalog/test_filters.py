"""Filters by branches and suppliers find the same, whether they find few rows or many."""

import uuid
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import User
from catalog.admin import filters
from catalog.models import Category, Part, SupplierPart
from core.keys import look_up
from stock import services
from stock.entries import Line
from stock.models import Location, StockLevel, StockMovement
from tests.webapp.factories import (
    CategoryFactory,
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _motors_and_screws(storekeeper: User) -> None:
    """Motors lie on a shelf of the store, screws in the yard; each has a supplier."""
    root = CategoryFactory.create(name_en="Propulsion")
    store = LocationFactory.create(name_en="Store")
    kinds = {
        "M": (CategoryFactory.create(parent=root), LocationFactory.create(parent=store)),
        "S": (CategoryFactory.create(name_en="Screws"), LocationFactory.create(name_en="Yard")),
    }
    for letter, (category, place) in kinds.items():
        supplier = SupplierFactory.create(name=letter)
        for row in range(3):
            part = PartFactory.create(number=f"{letter}-{row}", category=category)
            SupplierPartFactory.create(part=part, supplier=supplier)
            services.receive(
                lines=[Line(part=part, location=place, quantity=Decimal(1))],
                reason="",
                by=storekeeper,
                at=timezone.now(),
                key=uuid.uuid4(),
            )


@pytest.fixture(params=["few", "many"])
def _few_or_many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "many":
        for limit in ("catalog.admin.filters.MOST_ROWS", "stock.admin.filters.MOST_ROWS"):
            monkeypatch.setattr(limit, 1)
        monkeypatch.setattr(filters, "MOST_ROWS_BY_TIME", 1)


def shown(model: type[models.Model], **asked: object) -> list[str]:
    """The numbers of the parts of the rows, in the order of the list."""
    request = RequestFactory().get("/", {name: str(value) for name, value in asked.items()})
    request.user = User(is_active=True, is_staff=True, is_superuser=True)
    rows = admin.site.get_model_admin(model).get_changelist_instance(request).result_list
    return [str(row.number if model is Part else row.part.number) for row in rows]


MOTORS = ["M-0", "M-1", "M-2"]


@pytest.mark.usefixtures("_few_or_many")
class TestBranches:
    @pytest.mark.parametrize("model", [Part, StockLevel])
    def test_of_categories_in_the_order_of_numbers(self, model: type[models.Model]) -> None:
        root = Category.objects.get(name_en="Propulsion")

        assert shown(model, category=root.pk) == MOTORS

    def test_of_categories_newest_first(self) -> None:
        root = Category.objects.get(name_en="Propulsion")
        leaf = Category.objects.get(parent=root)

        assert shown(StockMovement, category=root.pk) == MOTORS[::-1]
        assert shown(StockMovement, category=leaf.pk) == MOTORS[::-1]

    def test_of_supplier_parts(self) -> None:
        root = Category.objects.get(name_en="Propulsion")

        assert shown(SupplierPart, category=root.pk) == MOTORS

    @pytest.mark.parametrize("model", [Part, StockLevel])
    def test_of_locations(self, model: type[models.Model]) -> None:
        store = Location.objects.get(name_en="Store")
        shelf = Location.objects.get(parent=store)

        assert shown(model, location=store.pk) == MOTORS
        assert shown(model, location=shelf.pk) == MOTORS

    def test_of_locations_newest_first(self) -> None:
        store = Location.objects.get(name_en="Store")

        assert shown(StockMovement, location=store.pk) == MOTORS[::-1]

    def test_that_are_empty(self) -> None:
        empty, nowhere = CategoryFactory.create(), LocationFactory.create()
        CategoryFactory.create(parent=empty)
        LocationFactory.create(parent=nowhere)

        assert shown(Part, category=empty.pk) == []
        assert shown(StockMovement, category=empty.pk) == []
        assert shown(StockLevel, location=nowhere.pk) == []
        assert shown(Part, location=nowhere.pk) == []


def test_a_supplier_has_its_parts() -> None:
    offer = SupplierPart.objects.filter(supplier__name="M").earliest("pk")

    assert shown(Part, supplier=offer.supplier_id) == MOTORS


class TestLookingUp:
    def test_says_the_keys_of_few_and_that_many_are_many(self) -> None:
        parts = Part.objects.filter(number__startswith="M").values_list("pk")

        few, many = look_up(parts, most=3), look_up(parts, most=2)

        assert Part.objects.filter(few.condition("pk")).count() == few.count == 3
        assert many.keys is None

    def test_reads_one_row_too_many_at_most(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            look_up(Part.objects.values_list("pk"), most=2)

        assert "LIMIT 3" in asked[0]["sql"]

    def test_asks_nothing_for_nothing(self) -> None:
        found = look_up(Part.objects.filter(number="none").values_list("pk"), most=2)

        with CaptureQueriesContext(connection) as asked:
            assert not Part.objects.filter(found.condition("pk")).exists()

        assert not asked.captured_queries

    def test_takes_a_location_alone_as_it_is(self) -> None:
        """Its index has what lies there in the order of the parts."""
        yard = Location.objects.get(name_en="Yard")

        with CaptureQueriesContext(connection) as asked:
            shown(StockLevel, location=yard.pk)

        assert not any("array_agg" in query["sql"] for query in asked)
