"""suppliers.csv"""

from collections.abc import Collection, Hashable, Sequence

from django.utils.translation import gettext_lazy as _

from catalog.models import Supplier, SupplierPart
from core.text import fold
from exchange import parsers
from exchange.columns import Column, Row
from exchange.finder import Finder
from exchange.plan import Plan
from exchange.tables.base import ModelTable, Writes


class SuppliersTable(ModelTable[Finder[Supplier]]):
    """Companies that parts are bought from, by name."""

    name = "suppliers"
    label = _("suppliers")
    model = Supplier
    import_permissions = ("catalog.add_supplier", "catalog.change_supplier")
    view_permission = "catalog.view_supplier"
    columns = (
        Column(
            name="name",
            label=_("name"),
            parse=parsers.text(200),
            identity=True,
            required=True,
            filled=True,
            aliases=("supplier",),
            example="Example Electronics",
        ),
        Column(
            name="currency",
            label=_("currency"),
            parse=parsers.currency,
            empty="JPY",
            help=_("ISO code; empty: JPY."),
            example="JPY",
        ),
        Column(
            name="website",
            label=_("website"),
            parse=parsers.website,
            example="https://www.example.com/",
        ),
        Column(name="email", label=_("e-mail"), parse=parsers.email, example="sales@example.com"),
        Column(name="notes", label=_("notes"), parse=parsers.text()),
        Column(name="active", label=_("active"), parse=parsers.boolean, empty=True, example="true"),
    )

    def load(self, rows: Sequence[Row], *, lock: bool) -> Finder[Supplier]:
        return find_suppliers(lock=lock)

    def find(self, row: Row, references: Finder[Supplier]) -> Supplier | None:
        return references.find(row.values["name"])

    def identity(self, row: Row, found: Supplier | None) -> Hashable:
        return found.pk if found and found.pk else fold(row.values["name"])

    def key(self, row: Row) -> str:
        return str(row.values["name"])

    def new(self, row: Row, references: Finder[Supplier]) -> Supplier:
        return Supplier(name=row.values["name"])

    def parts_concerned(self, plan: Plan) -> Collection[int]:
        """What suppliers sell that sell no more, or again."""
        writes: Writes = plan.payload
        turned = [
            supplier.pk
            for supplier, change in writes.changed
            if any(item.column == "active" for item in change.fields)
        ]
        sold = SupplierPart.objects.filter(supplier__in=turned).values_list("part", flat=True)
        return set(sold) if turned else ()


def find_suppliers(*, lock: bool = False) -> Finder[Supplier]:
    """All suppliers by name."""
    suppliers = Supplier.objects.order_by("pk")
    if lock:
        suppliers = suppliers.select_for_update(no_key=True)
    return Finder((supplier.name, supplier) for supplier in suppliers)
