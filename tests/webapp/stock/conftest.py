"""Two shelves, a part with 10 on the first of them."""

import pytest

from catalog.models import Part
from stock.models import Location
from tests.webapp.factories import LocationFactory, PartFactory, stocked


@pytest.fixture
def shelf(db: None) -> Location:
    return LocationFactory.create(name_en="Shelf", name_ja="棚")


@pytest.fixture
def bench(db: None) -> Location:
    return LocationFactory.create(name_en="Bench", name_ja="作業台")


@pytest.fixture
def motor(shelf: Location) -> Part:
    return stocked(PartFactory.create(number="MT-2207"), shelf, 10)
