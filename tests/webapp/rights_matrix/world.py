"""One of everything, in a state in which its pages can be used."""

import uuid
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from access.models import User
from access.roles import Role
from audit.models import AuditEntry
from catalog.models import Part
from exchange import services as imports
from purchasing.models import ApprovalLimit, ReorderProposal
from stock import services
from stock.entries import Count
from stock.models import Lot, StockLevel, StockMovement
from stock.verification import verify_ledger
from tests.webapp.cast import PASSWORD
from tests.webapp.factories import (
    CategoryFactory,
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    approve,
    arrived,
    draft,
    line,
    ordered,
    receive,
    wanted,
)


def build_world(*, by: User) -> dict[str, str]:
    """The keys of the examples, by ``app.model``; `by` did all of it."""
    category, place = CategoryFactory.create(), LocationFactory.create()
    part: Part = PartFactory.create(number="MT-1", category=category, reorder_point=100)
    supplier = SupplierFactory.create()
    offer = SupplierPartFactory.create(
        part=part, supplier=supplier, unit_price=Decimal(10), currency="JPY"
    )
    receive(line(part, place, 5, lot="L-1"), by=by)
    services.post_stocktake(
        location=place,
        counts=[Count(part=part, expected=Decimal(0), counted=Decimal(2))],
        reason="",
        by=by,
        at=timezone.now(),
        key=uuid.uuid4(),
    )
    drafted = draft(wanted(offer, 1), by=by)
    approved = approve(draft(wanted(offer, 1), by=by), by=by)
    placed = ordered(wanted(offer, 5), by=by, expected_on=timezone.localdate() + timedelta(days=1))
    receipt = arrived(placed.lines.get(), 1, place, by=by, lot="L-2")
    limit = ApprovalLimit.objects.create(currency="JPY")
    run = imports.preview(
        table="suppliers", file_name="suppliers.csv", content=b"name\nNew Rotor\n", by=by
    )
    somebody = User.objects.create_user("somebody", password=PASSWORD, is_staff=True)
    somebody.groups.add(Group.objects.get(name=Role.GENERAL.value))
    return {
        "access.user": str(somebody.pk),
        "audit.auditentry": str(AuditEntry.objects.latest("pk").pk),
        "auth.group": str(Group.objects.get(name=Role.GENERAL.value).pk),
        "catalog.category": str(category.pk),
        "catalog.part": str(part.pk),
        "catalog.supplier": str(supplier.pk),
        "catalog.supplierpart": str(offer.pk),
        "content_type": str(ContentType.objects.get_for_model(Part).pk),
        "exchange.importrun": str(run.pk),
        "picture": _picture(),
        "purchasing.approvallimit": str(limit.pk),
        "purchasing.goodsreceipt": str(receipt.pk),
        "purchasing.purchaseorder": str(placed.pk),
        "purchasing.purchaseorder.approved": str(approved.pk),
        "purchasing.purchaseorder.draft": str(drafted.pk),
        "purchasing.reorderproposal": _proposal(place, by=by),
        "stock.ledgerverification": str(verify_ledger(by=by).pk),
        "stock.location": str(place.pk),
        "stock.lot": str(Lot.objects.earliest("pk").pk),
        "stock.stocklevel": str(StockLevel.objects.earliest("pk").pk),
        "stock.stockmovement": str(StockMovement.objects.earliest("pk").pk),
        "stock.stocktake": str(_stocktake(part)),
    }


def _picture() -> str:
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    name = default_storage.save("parts/example.png", ContentFile(file.getvalue()))
    return name.removeprefix("parts/")


def _proposal(place: Any, *, by: User) -> str:
    short = SupplierPartFactory.create(part=PartFactory.create(reorder_point=10))
    receive(line(short.part, place, 1), by=by)
    return str(ReorderProposal.objects.get(part=short.part).pk)


def _stocktake(part: Part) -> int:
    movement = StockMovement.objects.get(part=part, kind=StockMovement.Kind.STOCKTAKE)
    assert movement.stocktake_id is not None
    return movement.stocktake_id
