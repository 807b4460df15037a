"""What is measured: the pages of the load test's traffic, each asked for by one of its people.

The names are those of loadtest/names.py, which is no part of the application; a test holds the two
against each other. Orders and bookings change what the next round would find, so of the pages that
record something only those are measured that can be repeated for ever.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from catalog.models import Part, Supplier
from core.lists.remembering import RESET
from demo.load_test.people import Work
from purchasing.models import PurchaseOrder, ReorderProposal
from stock.models import LedgerVerification, StockLevel, StockMovement, Stocktake

CHANGES_ORDERS = "changes the state of an order: can be done once"
LEFT_OUT = {
    "stocktake: differences": "the first half of what is recorded next, and half of its fields",
    "stocktake: record": "the shelf has to differ from the books anew in each round",
    "order: draft": "every round would leave an order behind",
    "order: ask for approval": CHANGES_ORDERS,
    "order: approve": CHANGES_ORDERS,
    "order: place": CHANGES_ORDERS,
    "receive an order: record": CHANGES_ORDERS,
}
FULL = 50
# Movements that are exported.
EXPORTED = 10


class MissingError(Exception):
    """The database has nothing to show on one of the pages."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One page, and how to come to it."""

    page: str
    path: str
    who: str  # name of an account; empty: nobody is signed in
    # Asked for just before, outside of the time: what a list remembers decides how it opens.
    before: str = ""
    status: int = 200
    # A list that is made to show so many rows instead of its own number.
    list_of: type[models.Model] | None = None
    rows: int = 0
    # What is sent, beside the fields that the page of the form, fetched before, has filled in.
    form: str = ""
    sends: Mapping[str, str] = field(default_factory=dict)
    signs_in: bool = False


def reset(path: str) -> str:
    return f"{path}?{RESET}=1"


def list_of(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(model: type[models.Model], pk: int) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def search_word(name: str) -> str:
    """What somebody types to find a name: its first word, or four characters without a space."""
    first = name.split(maxsplit=1)[0]
    return first if first.isascii() else first[:4]


class Traffic:
    """The visits of the people whom `prepare_load_test` made."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.people = {Work(p["work"]): p for p in reversed(content["people"])}
        if missing := set(Work) - set(self.people):
            raise MissingError(f"There is no {', '.join(sorted(missing))} among the people.")
        self.everybody = content["everybody"]
        parts = self.everybody["parts"]
        self.part: Mapping[str, Any] = parts[len(parts) // 2]

    def visits(self) -> Iterator[Visit]:
        yield from self._signing_in()
        yield from self._parts()
        yield from self._stock()
        yield from self._bookings()
        yield from self._orders()
        yield from self._audit()

    def name(self, work: Work) -> str:
        return str(self.people[work]["name"])

    @property
    def name_of_anybody(self) -> str:
        return self.name(Work.GENERAL)

    def slice(self, work: Work) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.people[work]["slice"]
        return found

    # --- A kind of page each ----------------------------------------------------------------

    def _page(self, page: str, work: Work, path: str) -> Visit:
        return Visit(page=page, path=path, who=self.name(work))

    def _list(
        self, page: str, work: Work, model: type[models.Model], rows: int = 0, **query: Any
    ) -> Visit:
        path = list_of(model)
        return Visit(
            page=page,
            path=f"{path}?{urlencode(query)}" if query else path,
            who=self.name(work),
            before=reset(path),
            list_of=model,
            rows=rows,
        )

    def _full(self, page: str, work: Work, model: type[models.Model], **query: Any) -> Visit:
        return self._list(f"{page}, {FULL} rows", work, model, FULL, **query)

    # --- The pages --------------------------------------------------------------------------

    def _signing_in(self) -> Iterator[Visit]:
        path, first = reverse("account_login"), reverse("admin:index")
        person = self.people[Work.GENERAL]
        yield Visit(page="sign in: form", path=f"{path}?next={first}", who="")
        if person.get("password"):
            yield Visit(
                page="sign in: send",
                path=path,
                who="",
                form=path,
                sends={"login": person["name"], "password": person["password"], "next": first},
                status=302,
                signs_in=True,
            )
        yield self._page("dashboard", Work.STOREKEEPER, first)

    def _parts(self) -> Iterator[Visit]:
        keeper, part = Work.STOREKEEPER, self.part
        word = search_word(part["ja"] or part["en"])
        yield self._list("parts: list", keeper, Part)
        yield self._full("parts: list", keeper, Part)
        yield self._list("parts: later page", keeper, Part, p=2)
        yield self._list("parts: search number", keeper, Part, q=part["number"])
        yield self._list("parts: search word", keeper, Part, q=word)
        yield self._list("parts: of a category", keeper, Part, category=part["category"])
        # Of the others there may be fewer than a list shows, where little was moved.
        yield self._list("parts: of a status", keeper, Part, status="out")
        whole, narrowed = list_of(Part), f"{list_of(Part)}?status=out"
        for page, path in (
            ("list: back as it was left", whole),
            ("list: without filters again", reset(whole)),
        ):
            yield Visit(page=page, path=path, who=self.name(keeper), before=narrowed, status=302)
        mine = self.slice(keeper)["parts"][0]
        yield self._page("part", keeper, page_of(Part, mine["id"]))
        field = {"app_label": "stock", "model_name": "stockmovement", "field_name": "part"}
        query = urlencode({"term": part["number"], **field})
        yield self._page("search field: part", keeper, f"{reverse('admin:autocomplete')}?{query}")
        path = reverse("admin:stock_availability", args=[mine["id"]])
        yield self._page("availability of a part", keeper, path)
        whole = f"{reverse('admin:catalog_part_export', args=['csv'])}?"
        query = urlencode({"category": part["category"], "q": part["number"]})
        yield self._page("export: parts", Work.BUYER, whole + query)

    def _stock(self) -> Iterator[Visit]:
        keeper, mine = Work.STOREKEEPER, self.slice(Work.STOREKEEPER)
        month = timezone.localdate() - timedelta(days=30)
        moved = self._moved_a_little()
        yield self._list("stock levels: of a location", keeper, StockLevel, location=mine["shelf"])
        yield self._full("stock levels: list", keeper, StockLevel)
        yield self._list("movements: list", keeper, StockMovement)
        yield self._full("movements: list", keeper, StockMovement)
        yield self._list("movements: of some days", Work.AUDITOR, StockMovement,
                         occurred_at_from=month)  # fmt: skip
        number = mine["parts"][0]["number"]
        yield self._list("movements: of a part", keeper, StockMovement, q=number)
        yield self._list("ledger verifications", Work.AUDITOR, LedgerVerification)
        whole = f"{reverse('admin:stock_stocklevel_export', args=['csv'])}?"
        yield self._page("export: stock levels", keeper, f"{whole}location={mine['shelf']}")
        whole = f"{reverse('admin:stock_stockmovement_export', args=['csv'])}?"
        yield self._page("export: movements", Work.AUDITOR, whole + urlencode({"q": moved}))

    def _moved_a_little(self) -> str:
        """A part whose movements are as many on little data as on much, and none of them ours."""
        ours = [
            part["number"]
            for person in self.people.values()
            for part in person["slice"].get("parts", ())
        ]
        counted = list(
            Part.objects.filter(number__in=self.everybody["moved"])
            .exclude(number__in=ours)
            .annotate(moved=Count("movements"))
            .values_list("number", "moved")
        )
        if not counted:
            raise MissingError("There is no part that others moved: there are too few movements.")
        return min(counted, key=lambda found: (abs(found[1] - EXPORTED), found[0]))[0]

    def _bookings(self) -> Iterator[Visit]:
        keeper, mine = Work.STOREKEEPER, self.slice(Work.STOREKEEPER)
        shelf, other = str(mine["shelf"]), str(mine["other"])
        places = {"lines-0-location": shelf}
        for entry, extra in (("receive", {}), ("issue", {}), ("transfer", {"lines-0-to": other})):
            form = reverse(f"admin:stock_{entry}")
            yield self._page(f"{entry}: form", keeper, form)
            line = {"lines-0-part": str(mine["parts"][0]["id"]), "lines-0-quantity": "1"}
            yield Visit(
                page=f"{entry}: record",
                path=form,
                who=self.name(keeper),
                form=form,
                sends={**line, **places, **extra, "reason": "Bench", "_save": "1"},
                status=302,
            )
        form = reverse("admin:stock_stocktake_count", args=[mine["shelf"]])
        yield self._page("stocktake: form", keeper, form)
        counted = _newest(Stocktake)
        yield self._page("stocktake", keeper, page_of(Stocktake, counted))

    def _orders(self) -> Iterator[Visit]:
        keeper, buyer, manager = Work.STOREKEEPER, Work.BUYER, Work.MANAGER
        mine = self.slice(buyer)
        waiting = {station: orders[0] for station, orders in mine["orders"].items()}
        numbers = self.everybody["orders"]
        number = numbers[len(numbers) // 2]
        yield self._list("orders: list", keeper, PurchaseOrder)
        yield self._full("orders: list", keeper, PurchaseOrder)
        yield self._list("orders: search number", buyer, PurchaseOrder, q=number)
        yield self._list("orders: of a state", buyer, PurchaseOrder, state="ordered")
        yield self._list("orders: waiting for approval", manager, PurchaseOrder, waiting="yes")
        yield self._page("order", buyer, page_of(PurchaseOrder, waiting["ordered"]))
        parts = [("part", offer["part"]) for offer in mine["offers"][:3]]
        filled = urlencode([("supplier", mine["supplier"]), *parts])
        yield self._page(
            "order: form", buyer, f"{reverse('admin:purchasing_purchaseorder_add')}?{filled}"
        )
        path = reverse("admin:purchasing_order_place", args=[waiting["approved"]])
        yield self._page("order: place, form", buyer, path)
        path = reverse("admin:purchasing_order_receive", args=[waiting["ordered"]])
        yield self._page("receive an order: form", keeper, path)
        yield self._list("re-order proposals", buyer, ReorderProposal, state="all")
        supplier = page_of(Supplier, self.everybody["suppliers"][0])
        yield self._page("supplier", buyer, supplier)
        whole = reverse("admin:purchasing_purchaseorder_export", args=["csv"])
        yield self._page("export: orders", manager, f"{whole}?{urlencode({'q': number})}")

    def _audit(self) -> Iterator[Visit]:
        auditor = Work.AUDITOR
        yield self._list("audit: list", auditor, AuditEntry)
        yield self._list("audit: search", auditor, AuditEntry, q=self.part["number"])
        yield self._list("audit: of a person", auditor, AuditEntry, person=self.name(auditor))
        yield self._page("audit: entry", auditor, page_of(AuditEntry, _newest(AuditEntry)))


def _newest(model: type[models.Model]) -> int:
    key: int | None = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    if key is None:
        raise MissingError(
            f"There is no {model._meta.verbose_name}: measure on the data of a load test."
        )
    return key


def chosen(visits: Sequence[Visit], only: Sequence[str]) -> list[Visit]:
    """Those whose names contain one of the words; all if there is no word."""
    return [v for v in visits if not only or any(word in v.page for word in only)]


def model_admin_of(model: type[models.Model]) -> Any:
    return admin.site.get_model_admin(model)
