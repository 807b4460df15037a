"""All or nothing, in few queries, also for large files."""

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from catalog.models import Part, Supplier
from exchange import engine
from exchange.exporting import EXPORT_TABLES
from exchange.parsers import in_every_language
from exchange.problems import RefusedError
from exchange.reading import read
from exchange.tables.registry import TABLES
from tests.webapp.exchange.conftest import Importer, places

HEADER = "part_number,name,category_path,minimum_stock\n"
ROWS = 10_000

type Queries = Callable[[int], AbstractContextManager[CaptureQueriesContext]]


def large_file(*, wrong: dict[int, str] | None = None) -> str:
    wrong = wrong or {}
    rows = [
        wrong.get(row, f"P-{row:05},Part {row},Motors/Brushless,{row % 50}")
        for row in range(2, ROWS + 2)
    ]
    return HEADER + "\n".join(rows)


@pytest.mark.slow
@pytest.mark.usefixtures("catalogue")
class TestTenThousandRows:
    def test_with_three_bad_rows_name_each_and_store_nothing(self, plan_of: Importer) -> None:
        wrong = {
            17: "P-17,x,Motors/Brushless,12a",
            5000: "P-5000,x,Nowhere,1",
            9999: "P-00017x,,Motors/Brushless,1",
        }
        started = time.monotonic()

        plan = plan_of("parts", large_file(wrong=wrong))

        assert places(plan) == [(17, "reorder_point"), (5000, "category_path"), (9999, "name_en")]
        assert time.monotonic() - started < 10
        assert not Part.objects.filter(number__startswith="P-").exists()

    def test_are_planned_and_applied_in_few_queries(
        self, import_text: Importer, plan_of: Importer, django_assert_max_num_queries: Queries
    ) -> None:
        with django_assert_max_num_queries(10):
            import_text("parts", large_file())
        with django_assert_max_num_queries(3):
            plan = plan_of("parts", large_file())
        assert (plan.unchanged, plan.changes) == (ROWS, [])

    def test_are_changed_in_a_few_seconds(self, import_text: Importer) -> None:
        import_text("parts", large_file())
        started = time.monotonic()

        plan = import_text("parts", large_file().replace("Part ", "Renamed "))

        assert plan.changed == ROWS
        assert time.monotonic() - started < 10


class TestRefusal:
    def test_of_the_database_is_an_error_in_words(self, db: None) -> None:
        """A constraint that the plan does not know still leaves nothing, and says what it is."""
        twice = [Supplier(name="A"), Supplier(name="a")]

        with pytest.raises(RefusedError) as raised, engine.all_or_nothing():
            Supplier.objects.bulk_create(twice)

        assert "A supplier of this name exists already." in str(raised.value)
        assert "(a)" in str(raised.value)
        assert not Supplier.objects.exists()

    def test_is_no_integrity_error(self, db: None) -> None:
        assert not issubclass(RefusedError, IntegrityError)


class TestPlan:
    def test_has_one_fingerprint_in_every_language(
        self, plan_of: Importer, catalogue: None
    ) -> None:
        text = "part_number,name,active\nMT-1,Renamed,false\n"
        with override("en"):
            english = plan_of("parts", text).fingerprint()
        with override("ja"):
            japanese = plan_of("parts", text).fingerprint()

        assert english == japanese
        assert plan_of("parts", text.replace("Renamed", "Other")).fingerprint() != english

    def test_of_nothing_writes_nothing(self, db: None) -> None:
        plan = engine.make_plan(TABLES["suppliers"], read("x.csv", b"name\nA\n"))
        plan.changes.clear()

        engine.apply_plan(TABLES["suppliers"], plan, by=None, at=timezone.now(), key=uuid.uuid4())

        assert not Supplier.objects.exists()


class TestTables:
    @pytest.mark.parametrize("name", TABLES)
    def test_are_guessed_from_their_own_header(self, name: str) -> None:
        header = ",".join(column.name for column in TABLES[name].columns)

        assert engine.guess_table(read("x.csv", f"{header}\nx\n".encode()), f"{name}-1.csv") == name

    def test_are_not_guessed_from_a_header_that_fits_several(self) -> None:
        sheet = read("x.csv", b"path,description\nA,\n")

        assert engine.guess_table(sheet, "x.csv") is None
        assert engine.guess_table(sheet, "Locations 2026.csv") == "locations"

    @pytest.mark.parametrize("name", EXPORT_TABLES)
    def test_have_labels_that_differ_in_every_language(self, name: str) -> None:
        """A header by label means one column."""
        spellings = [
            spelling for column in EXPORT_TABLES[name].columns for spelling in column.spellings()
        ]
        assert len(spellings) == len(set(spellings))

    @pytest.mark.parametrize("name", TABLES)
    def test_read_their_own_examples(self, name: str, db: None) -> None:
        table = TABLES[name]
        for column in table.columns:
            if column.example:
                column.parse(column.example)
            assert in_every_language(column.label)
