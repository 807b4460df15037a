"""The log as a file: complete, harmless, and proof by itself."""

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import User
from audit.exporting import csv_of
from audit.kinds import Kind
from audit.models import AuditEntry
from audit.recording import record
from exchange import services
from exchange.models import ImportRun
from tests.webapp.audit.entries import entries_of, newest
from tests.webapp.cast import ClientOf
from tests.webapp.factories import CategoryFactory, PartFactory, SupplierFactory

pytestmark = pytest.mark.django_db
EXPORT = reverse("admin:audit_auditentry_export")

type Rows = list[dict[str, str]]


@pytest.fixture
def client(auditor: User, client_of: ClientOf) -> Client:
    return client_of(auditor)


def download(client: Client, query: str = "") -> Rows:
    response: Any = client.get(EXPORT + query)
    assert response.status_code == 200
    return rows_of(response.streaming_content)


def rows_of(chunks: Iterator[bytes]) -> Rows:
    content = b"".join(chunks).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def said_about(rows: Rows, file: Path) -> tuple[int, list[str]]:
    """What the program says that docs/audit.md gives to those who have nothing but the file."""
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    documented = (Path(__file__).parents[3] / "docs/audit.md").read_text("utf-8")
    program = documented.split("```python\n")[1].split("```")[0]
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
class TestTheFileAlone:
    @pytest.fixture
    def rows(self, auditor: User, client_of: ClientOf) -> Rows:
        with transaction.atomic():
            PartFactory.create(number="MT-1", name_ja="モーター", description_en='"; |\n\t\\x')
            CategoryFactory.create(description="=1+1")
        CategoryFactory.create()
        record(Kind.DENIED, details={"path": "/x/"})
        return download(client_of(auditor))

    def test_proves_every_entry_and_every_link(self, rows: Rows, tmp_path: Path) -> None:
        assert len({row["link_position"] for row in rows}) > 3
        assert said_about(rows, tmp_path / "log.csv") == (0, [f"whole: {len(rows)} entries"])

    def test_seals_what_its_columns_say(self, rows: Rows) -> None:
        for row in rows:
            sealed = json.loads(row["sealed"])
            assert sealed[:4] == [int(row["id"]), int(row["batch"]), row["at"], row["kind"]]
            assert sealed[16] == (json.loads(row["after"]) if row["after"] else None)

    def test_shows_what_was_tampered_with(self, rows: Rows, tmp_path: Path) -> None:
        victim = rows[3]
        victim["sealed"] = victim["sealed"].replace("created", "deleted")

        assert said_about(rows, tmp_path / "log.csv") == (1, [f"entry {victim['id']}"])

    def test_shows_that_a_line_is_missing(self, rows: Rows, tmp_path: Path) -> None:
        several = next(row for row in rows if row["link_entries"] != "1")
        rows.remove(several)

        missing = [f"entries of link {several['link_position']}"]
        assert said_about(rows, tmp_path / "log.csv") == (1, missing)

    def test_shows_that_a_transaction_is_missing(self, rows: Rows, tmp_path: Path) -> None:
        alone = rows[-2]["link_position"]
        rest = [row for row in rows if row["link_position"] != alone]

        _code, said = said_about(rest, tmp_path / "log.csv")
        assert said == [f"link {int(alone) + 1}"]

    def test_holds_all_that_there_was(self, rows: Rows) -> None:
        last = int(rows[-1]["id"])

        numbers = AuditEntry.objects.filter(pk__lte=last).order_by("pk")
        assert [int(row["id"]) for row in rows] == list(numbers.values_list("pk", flat=True))


class TestTheFile:
    def test_holds_what_the_list_is_filtered_to(self, client: Client) -> None:
        entry = entries_of(PartFactory.create(number="MT-1"))[0]
        CategoryFactory.create()

        rows = download(client, "?model=catalog.part&q=MT")

        assert [row["id"] for row in rows] == [str(entry.pk)]
        assert json.loads(rows[0]["after"])["number"] == "MT-1"
        assert rows[0]["at"] == f"{entry.at:%Y-%m-%dT%H:%M:%S.%f}Z"

    def test_has_no_formula_in_it(self, client: Client) -> None:
        SupplierFactory.create(name="=1+1")

        [row] = download(client, "?model=catalog.supplier")

        assert row["object_label"] == "'=1+1"
        assert json.loads(row["sealed"])[6] == "=1+1"

    def test_is_recorded_as_a_reading_and_as_an_export(self, client: Client, auditor: User) -> None:
        PartFactory.create()

        download(client, "?model=catalog.part")

        read, exported = AuditEntry.objects.order_by("-pk")[:2][::-1]
        filters = {"model": "catalog.part"}
        assert (read.kind, read.details) == (
            Kind.AUDIT_READ,
            {"page": "export", "filters": filters},
        )
        assert exported.kind == Kind.EXPORTED
        assert exported.actor_id == auditor.pk
        assert exported.details is not None
        assert (exported.details["rows"], exported.details["filters"]) == ("1", filters)

    def test_is_made_while_it_is_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Four times the rows need no more memory."""
        monkeypatch.setattr("audit.exporting.ROWS_AT_ONCE", 50)
        monkeypatch.setattr("exchange.writers._LINES_A_CHUNK", 50)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_auditentry (kind, details) SELECT 'denied', "
                "jsonb_build_object('path', repeat('x', 2000)) FROM generate_series(1, 1200)"
            )
        rows = AuditEntry.objects.filter(kind=Kind.DENIED)
        first = rows.order_by("pk").values_list("pk", flat=True)[0]

        def most(limit: int) -> int:
            tracemalloc.start()
            size = sum(len(chunk) for chunk in csv_of(rows.filter(pk__lt=first + limit)))
            _now, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert size > limit * 4000
            return peak

        most(100)
        assert most(1200) < 1.3 * most(300)


class TestExportsAndImportsOfOthers:
    def test_an_export_of_a_list_is_recorded(self, buyer: User, client_of: ClientOf) -> None:
        PartFactory.create(number="MT-1")
        PartFactory.create(number="XX-1")
        address = reverse("admin:catalog_part_export", args=["csv"])

        client_of(buyer).get(address + "?q=MT")

        entry = newest()
        assert (entry.kind, entry.model, entry.actor_id) == (
            Kind.EXPORTED,
            "catalog.part",
            buyer.pk,
        )
        assert entry.details == {
            "table": "parts",
            "format": "csv",
            "rows": "1",
            "chosen": False,
            "filters": {"q": "MT"},
        }

    def test_a_refused_export_is_none(self, general: User, client_of: ClientOf) -> None:
        client_of(general).get(reverse("admin:catalog_part_export", args=["csv"]))

        assert not AuditEntry.objects.filter(kind=Kind.EXPORTED).exists()

    def test_an_import_is_recorded_with_its_changes(self, buyer: User) -> None:
        run = services.preview(
            table="suppliers",
            file_name="suppliers.csv",
            content=b"Name\nACME\nOther\n",
            by=buyer,
        )
        assert run.state == ImportRun.State.PREVIEWED
        services.apply(run=run, by=buyer, at=timezone.now())
        services.apply(run=run, by=buyer, at=timezone.now())

        [entry] = AuditEntry.objects.filter(kind=Kind.IMPORTED)
        assert (entry.model, entry.object_id) == ("exchange.importrun", str(run.pk))
        assert entry.details is not None
        assert {name: entry.details[name] for name in ("table", "file", "created", "changed")} == {
            "table": "suppliers",
            "file": "suppliers.csv",
            "created": 2,
            "changed": 0,
        }
        made = AuditEntry.objects.filter(model="catalog.supplier", kind=Kind.CREATED)
        assert {row.batch for row in made} == {entry.batch}
