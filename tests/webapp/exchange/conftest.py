"""Importing in tests: text in, plan out."""

import io
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import Workbook

from exchange import engine
from exchange.plan import Plan
from exchange.problems import Problem
from exchange.reading import read
from exchange.tables.registry import TABLES

type Importer = Callable[[str, str], Plan]


@pytest.fixture
def inventree(repository: Path) -> Path:
    """The real catalogue that the demo begins with."""
    return repository / "webapp" / "demo" / "data" / "inventree-demo"


@pytest.fixture
def plan_of() -> Importer:
    """``plan_of("parts", text)``: what importing the text would do."""

    def make(table: str, text: str) -> Plan:
        return engine.make_plan(TABLES[table], read(f"{table}.csv", text.encode()))

    return make


@pytest.fixture
def import_text(db: None) -> Importer:
    """``import_text("parts", text)``: import it; the test fails if it has problems."""

    def do(table: str, text: str) -> Plan:
        with engine.all_or_nothing():
            sheet = read(f"{table}.csv", text.encode())
            plan = engine.make_plan(TABLES[table], sheet, lock=True)
            assert not plan.problems, plan.problems.in_order()
            engine.apply_plan(TABLES[table], plan, by=None, at=timezone.now(), key=uuid.uuid4())
        return plan

    return do


@pytest.fixture
def catalogue(import_text: Importer) -> None:
    """A category, a supplier, a location and two parts."""
    import_text("categories", "path,name_ja\nMotors,モーター\nMotors/Brushless,ブラシレス\nWire,\n")
    import_text("locations", "path,name_ja\nStore,倉庫\nStore/Shelf A,棚A\nStore/Shelf B,棚B\n")
    import_text("suppliers", "name,currency\nTokyo Rotor,JPY\nWirey,USD\n")
    import_text(
        "parts",
        "part_number,name,category_path,unit,tracking\n"
        "MT-1,Motor,Motors/Brushless,,\nMT-2,Motor with number,Motors,,serial\n"
        "CB-1,Cable,Wire,m,\nBT-1,Battery,Motors,,lot\n",
    )


def problems(plan: Plan) -> list[Problem]:
    return plan.problems.in_order()


def places(plan: Plan) -> list[tuple[int, str]]:
    """Row and column of every problem."""
    return [(problem.row, problem.column) for problem in problems(plan)]


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
