"""Load the demo: two catalogues through the import, and a history through the services."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import override

from access.models import User
from access.roles import Role
from audit.context import acting
from catalog.models import Part
from core.errors import BusinessError
from demo.story import DAYS, Story, opening
from exchange.services import ImportedFile, import_folder
from purchasing.models import PurchaseOrder

DATA = Path(__file__).resolve().parent / "data"
CATALOGUES = ("inventree-demo", "drone")
_PEOPLE = (Role.ADMINISTRATOR, Role.BUYER, Role.STOREKEEPER)


class PeopleMissingError(BusinessError):
    """The story is told in the names of the demo users."""


@transaction.atomic
def load_demo(*, now: datetime, write: Callable[[str], object]) -> bool:
    """Whether anything was loaded: nothing is where there are parts already.

    One transaction: after an interruption nothing of it is there, and it can be repeated.

    :raises PeopleMissingError: if there are no demo users whom the story can be told of
    """
    if Part.objects.exists():
        return False
    if missing := {*_PEOPLE} - {*User.objects.values_list("username", flat=True)}:
        raise PeopleMissingError(
            f"There is no user {', '.join(sorted(missing))}. Run create_demo_users first."
        )

    def report(file: ImportedFile) -> None:
        write(f"  {file.file_name}: {file.counts['rows']:,} rows in {file.seconds:.1f} s")

    for name in CATALOGUES:
        write(f"{name}:")
        with override("en"):  # the language of the console, and of “Opening stock”
            import_folder(
                folder=DATA / name, by=None, at=opening(now), propose=False, on_file=report
            )
    write(f"{DAYS} days of work:")
    started = time.monotonic()
    imported = PurchaseOrder.objects.count()
    story = Story(now=now, builds=DATA / "drone" / "builds.csv")
    with acting(source="load_demo"):
        movements = story.tell()
    write(
        f"  {movements:,} movements and {PurchaseOrder.objects.count() - imported:,} orders "
        f"in {time.monotonic() - started:.1f} s"
    )
    return True
