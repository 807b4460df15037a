"""Files keep to the places of who imports them, too."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from access.models import User
from exchange import services
from exchange.models import ImportRun
from exchange.services import PlanOutdatedError
from stock.models import Location, StockMovement
from tests.webapp.exchange.conftest import Importer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

HEADER = "part_number,location_path,quantity\n"


@pytest.fixture
def importer(storekeeper: User, catalogue: None) -> User:
    """Works at shelf A; may import."""
    storekeeper.user_permissions.add(Permission.objects.get(codename="import_data"))
    storekeeper.locations.add(Location.objects.get(path="Store/Shelf A"))
    return storekeeper


def preview(table: str, text: str, *, by: User) -> ImportRun:
    return services.preview(table=table, file_name=f"{table}.csv", content=text.encode(), by=by)


def errors(run: ImportRun) -> list[tuple[int, str]]:
    return [(error["row"], error["column"]) for error in run.summary["errors"]]


class TestOpeningStock:
    def test_is_imported_at_the_places(self, importer: User) -> None:
        run = preview("opening_stock", f"{HEADER}MT-1,Store/Shelf A,5\n", by=importer)

        services.apply(run=run, by=importer, at=timezone.now())

        assert StockMovement.objects.filter(actor=importer).count() == 1

    def test_says_which_rows_are_of_other_places(self, importer: User) -> None:
        text = f"{HEADER}MT-1,Store/Shelf A,5\nMT-1,Store/Shelf B,5\nCB-1,,5\n"

        run = preview("opening_stock", text, by=importer)

        assert run.state == ImportRun.State.REFUSED
        assert errors(run) == [(3, "location_path"), (4, "location_path")]
        assert "Store / Shelf A" in run.summary["errors"][0]["expected"]

    def test_is_judged_once_more_when_it_is_applied(self, importer: User) -> None:
        importer.locations.clear()
        run = preview("opening_stock", f"{HEADER}MT-1,Store/Shelf B,5\n", by=importer)
        importer.locations.add(Location.objects.get(path="Store/Shelf A"))

        with pytest.raises(PlanOutdatedError):
            services.apply(run=run, by=importer, at=timezone.now())

        assert not StockMovement.objects.exists()

    def test_is_free_for_who_is_not_limited(self, plan_of: Importer) -> None:
        assert not plan_of("opening_stock", f"{HEADER}MT-1,Store/Shelf B,5\nCB-1,,3\n").problems


class TestLocations:
    def test_are_made_and_changed_beneath_the_places_only(self, importer: User) -> None:
        text = (
            "path,description\n"
            "Store/Shelf A/Box 1,new\n"
            "Store/Shelf A/Box 1/Tray,new beneath a new one\n"
            "Store/Shelf A,my own\n"
            "Store/Shelf B,another's\n"
            "Store/Shelf B/Box,new at another's\n"
            "Yard,new at the top\n"
        )

        run = preview("locations", text, by=importer)

        assert errors(run) == [(row, "path") for row in (4, 5, 6, 7)]
