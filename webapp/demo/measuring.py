"""How long the lists take: each as the admin asks for it, with its filters and its count."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from django.contrib import admin
from django.db import connection, models
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import User
from audit.models import AuditEntry
from catalog.models import Category, Part, Supplier, SupplierPart
from purchasing.models import (
    GoodsReceipt,
    Origin,
    ProposalState,
    PurchaseOrder,
    ReorderProposal,
)
from purchasing.states import OrderState
from stock.models import (
    LedgerVerification,
    Location,
    Lot,
    StockLevel,
    StockMovement,
    Stocktake,
)

# What people type: 2, 3 and 6 characters in both scripts, two words, a number, and nothing found.
TERMS = (
    "座金",
    "アルミ",
    "コンデンサー",
    "M3",
    "led",
    "titani",
    "モーター 防水",
    "wir-si-00017",
    "zzzzzz",
)


_MANY = 10_000


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Medians of one list: milliseconds in all and in the slowest query, and the queries."""

    name: str
    milliseconds: float
    queries: int
    slowest: float
    sql: str


def measure(*, repeat: int) -> Iterator[Measured]:
    """Every list, `repeat` times each.

    :raises LookupError: if the database is empty
    """
    for name, model, parameters in every_list():
        yield _measured(name, opening(model, parameters), repeat)


def every_list() -> Iterator[tuple[str, type[models.Model], dict[str, str]]]:
    """Name, model and filters of each.

    :raises LookupError: if the database is empty
    """
    return chain(_lists(), _purchasing_lists(), _audit_lists(), _small_lists())


def explain(sql: str) -> str:
    """The plan of a query that was measured, with its times."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + sql)
        return "\n".join(line for (line,) in cursor.fetchall())


def _lists() -> Iterator[tuple[str, type[models.Model], dict[str, str]]]:
    category = _some(Category.objects.filter(parent=None))
    leaf = _some(Category.objects.filter(children=None))
    site = _some(Location.objects.filter(parent=None))
    shelf = _some(Location.objects.filter(children=None))
    supplier = _some(Supplier.objects.all())
    lists: tuple[type[models.Model], ...] = (Part, StockLevel, StockMovement)
    for model in lists:
        name = model._meta.model_name or ""
        yield name, model, {}
        if model._default_manager.order_by("pk")[_MANY:].exists():
            yield f"{name}, page 30", model, {"p": "30"}
        for term in TERMS:
            yield f"{name} “{term}”", model, {"q": term}
        yield f"{name}, category branch", model, {"category": category}
        yield f"{name}, category", model, {"category": leaf}
        yield f"{name}, location branch", model, {"location": site}
        yield f"{name}, location", model, {"location": shelf}
    for status in ("out", "low", "enough"):
        yield f"part, {status}", Part, {"status": status}
        yield f"stocklevel, {status}", StockLevel, {"status": status}
    yield "part, supplier", Part, {"supplier": supplier}
    yield (
        "part, low in branch of site",
        Part,
        {"status": "low", "category": category, "location": site},
    )
    for column in range(1, 9):
        yield f"part, by column {column}", Part, {"o": str(column)}
    for kind in StockMovement.Kind.values:
        yield f"stockmovement, {kind}", StockMovement, {"kind": kind}
    yield (
        "stockmovement, correction on shelf",
        StockMovement,
        {"kind": "correction", "location": shelf},
    )
    for days in (1, 30, 365):
        yield f"stockmovement, {days} days", StockMovement, {"occurred_at_from": _ago(days)}
    yield (
        "stockmovement, a month of two years ago",
        StockMovement,
        {
            "occurred_at_from": _ago(760),
            "occurred_at_to": _ago(730),
        },
    )


def _purchasing_lists() -> Iterator[tuple[str, type[models.Model], dict[str, str]]]:
    supplier, part = _some(Supplier.objects.all()), _some(Part.objects.all())
    lists: tuple[type[models.Model], ...] = (PurchaseOrder, GoodsReceipt, ReorderProposal)
    for model in lists:
        name = model._meta.model_name or ""
        yield name, model, {}
        if model._default_manager.order_by("pk")[_MANY:].exists():
            everything = {"state": "all"} if model is ReorderProposal else {}
            yield f"{name}, page 30", model, {"p": "30", **everything}
        for term in (*TERMS, "PO-2026-0001", "SO2500012"):
            yield f"{name} “{term}”", model, {"q": term}
        yield f"{name}, supplier", model, {"supplier": supplier}
    for state in OrderState.values:
        yield f"purchaseorder, {state}", PurchaseOrder, {"state": state}
    for question in ("open", "late", "waiting"):
        yield f"purchaseorder, {question}", PurchaseOrder, {question: "yes"}
    for origin in Origin.values:
        yield f"purchaseorder, {origin}", PurchaseOrder, {"origin": origin}
    yield "purchaseorder, of a part", PurchaseOrder, {"part": part}
    for column in range(1, 8):
        yield f"purchaseorder, by column {column}", PurchaseOrder, {"o": str(column)}
    for days in (30, 365):
        yield f"goodsreceipt, {days} days", GoodsReceipt, {"occurred_at_from": _ago(days)}
    for state in (*ProposalState.values, "all"):
        yield f"reorderproposal, {state}", ReorderProposal, {"state": state}
    category = _some(Category.objects.filter(parent=None))
    yield "reorderproposal, category branch", ReorderProposal, {"category": category}


def _audit_lists() -> Iterator[tuple[str, type[models.Model], dict[str, str]]]:
    part = Part.objects.get(pk=_some(Part.objects.all()))
    newest = AuditEntry.objects.exclude(actor_id=None).order_by("-pk").first()
    person = str(newest.actor_id) if newest else ""
    yield "auditentry", AuditEntry, {}
    yield "auditentry, page 30", AuditEntry, {"p": "30"}
    yield "auditentry, of a part", AuditEntry, {"q": part.number}
    yield "auditentry, of a person", AuditEntry, {"person": person}
    yield "auditentry, signed in", AuditEntry, {"kind": "signed_in"}
    yield "auditentry, changed parts", AuditEntry, {"kind": "changed", "model": "catalog.part"}
    yield "auditentry, 30 days", AuditEntry, {"at_from_0": _ago(30)}


def _small_lists() -> Iterator[tuple[str, type[models.Model], dict[str, str]]]:
    for model in (Supplier, SupplierPart, Category, Location, Lot, Stocktake, LedgerVerification):
        yield model._meta.model_name or "", model, {}
    for model in (SupplierPart, Lot):
        yield f"{model._meta.model_name} “{TERMS[1]}”", model, {"q": TERMS[1]}


def _some(nodes: models.QuerySet[Any]) -> str:
    """The key of the one in the middle, so that it is neither the first nor made up."""
    keys = list(nodes.order_by("pk").values_list("pk", flat=True))
    if not keys:
        raise LookupError(nodes.model._meta.verbose_name)
    return str(keys[len(keys) // 2])


def _ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def opening(model: type[models.Model], parameters: dict[str, str]) -> Callable[[], object]:
    """What the admin does to open the list, without the making of the page."""
    model_admin = admin.site.get_model_admin(model)
    request = RequestFactory().get("/", parameters)
    request.user = User(is_active=True, is_staff=True, is_superuser=True)
    return lambda: list(model_admin.get_changelist_instance(request).result_list)


def _measured(name: str, opening: Callable[[], object], repeat: int) -> Measured:
    totals, slowest, sql, queries = [], [], "", 0
    for _round in range(repeat):
        with CaptureQueriesContext(connection) as captured:
            started = time.perf_counter()
            opening()
            totals.append((time.perf_counter() - started) * 1000)
        if not captured.captured_queries:
            continue  # it is known beforehand that there is nothing
        worst = max(captured.captured_queries, key=lambda query: float(query["time"]))
        slowest.append(float(worst["time"]) * 1000)
        sql, queries = worst["sql"], len(captured)
    return Measured(
        name=name,
        milliseconds=statistics.median(totals),
        queries=queries,
        slowest=statistics.median(slowest or [0]),
        sql=sql,
    )
