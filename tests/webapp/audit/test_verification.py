"""Whatever is done to the log behind its back is found, and named."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.backends.utils import CursorWrapper
from django.test import override_settings

from audit.heads import UnknownHeadError, check_head, signed_head
from audit.kinds import Kind
from audit.models import AuditEntry, ChainLink
from audit.recording import record
from audit.verification import verify_audit
from tests.webapp.audit.entries import newest
from tests.webapp.database import as_owner, triggers_off
from tests.webapp.factories import CategoryFactory, PartFactory

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def entries() -> list[AuditEntry]:
    """Three events, each in a transaction of its own, among changes of several rows."""
    CategoryFactory.create()
    for name in ("first", "second", "third"):
        record(Kind.DENIED, label=name, details={"path": f"/{name}"})
    PartFactory.create()
    return list(AuditEntry.objects.filter(kind=Kind.DENIED).order_by("id"))


@contextmanager
def tampering() -> Iterator[CursorWrapper]:
    """As somebody who may do everything in the database, guards included."""
    with triggers_off("audit_auditentry", "audit_chainlink") as cursor:
        yield cursor


def test_a_log_that_nobody_touched_is_whole(entries: list[AuditEntry]) -> None:
    report = verify_audit()

    assert report.whole
    assert (report.entries, report.links) == (
        AuditEntry.objects.count(),
        ChainLink.objects.count(),
    )
    assert report.links > 3


def test_an_empty_log_is_whole() -> None:
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_auditentry")
        cursor.execute("DELETE FROM audit_chainlink")

    report = verify_audit()

    assert (report.whole, report.entries, report.head) == (True, 0, "")


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'somebody else'",
        "at = at + interval '1 microsecond'",
        'details = \'{"path": "/elsewhere"}\'',
        "details = NULL",
        "kind = 'exported'",
        "address = '192.0.2.1'",
        "request_id = 'x'",
        "object_id = '1'",
        "db_user = 'x'",
        "before = '{}'",
    ],
)
def test_a_changed_entry_is_named(entries: list[AuditEntry], change: str) -> None:
    with tampering() as cursor:
        cursor.execute(f"UPDATE audit_auditentry SET {change} WHERE id = %s", [entries[1].pk])

    first = verify_audit().first

    assert first is not None
    assert (first.entry, first.what) == (entries[1].pk, "the entry was changed")


def test_the_first_of_several_is_named(entries: list[AuditEntry]) -> None:
    with tampering() as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET actor_name = 'x' WHERE id = ANY (%s)",
            [[entries[2].pk, entries[0].pk]],
        )

    report = verify_audit()

    assert report.first is not None
    assert report.first.entry == entries[0].pk
    assert {problem.entry for problem in report.problems} == {entries[0].pk, entries[2].pk}


def test_a_changed_entry_with_a_new_hash_is_named_by_its_link(entries: list[AuditEntry]) -> None:
    from audit.sql.entries import canonical

    text = canonical("e")
    with tampering() as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET actor_name = 'x' WHERE id = %s", [entries[1].pk]
        )
        cursor.execute(
            f"UPDATE audit_auditentry e SET hash = sha256(convert_to({text}, 'UTF8')) "
            "WHERE id = %s",
            [entries[1].pk],
        )

    first = verify_audit().first

    assert first is not None
    assert first.entry == entries[1].pk
    assert "not those that were sealed" in first.what


def test_a_removed_entry_is_named(entries: list[AuditEntry]) -> None:
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entries[1].pk])

    first = verify_audit().first

    assert first is not None
    assert first.entry == entries[1].pk
    assert first.what == "of 1 entries of its transaction 0 are there"


def test_an_entry_with_its_link_removed_is_named(entries: list[AuditEntry]) -> None:
    link = ChainLink.objects.get(batch=entries[1].batch)
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entries[1].pk])
        cursor.execute("DELETE FROM audit_chainlink WHERE batch = %s", [entries[1].batch])

    first = verify_audit().first

    assert first is not None
    assert first.position == (link.position or 0) + 1
    assert first.what == f"the link before it is missing: {link.position}"


def test_an_entry_put_in_is_named(entries: list[AuditEntry]) -> None:
    with tampering() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditentry SELECT (e).* FROM (SELECT jsonb_populate_record(a, "
            '\'{"id": 9999999, "batch": 9999999}\') AS e FROM audit_auditentry a '
            "WHERE id = %s) AS copies",
            [entries[1].pk],
        )

    report = verify_audit()

    assert {(p.entry, p.what) for p in report.problems} == {
        (9999999, "the entry was changed"),
        (9999999, "the entry is in no link of the chain: it was put in"),
    }


def test_an_entry_put_into_a_transaction_is_named(entries: list[AuditEntry]) -> None:
    with tampering() as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET batch = %s WHERE id = %s",
            [entries[0].batch, entries[1].pk],
        )

    named = {problem.entry for problem in verify_audit().problems}

    assert {entries[0].pk, entries[1].pk} <= named


@pytest.mark.parametrize("change", ["entries = entries + 1", "at = now()", "digest = '\\x00'"])
def test_a_changed_link_is_named(entries: list[AuditEntry], change: str) -> None:
    with tampering() as cursor:
        cursor.execute(f"UPDATE audit_chainlink SET {change} WHERE batch = %s", [entries[1].batch])
    position = ChainLink.objects.get(batch=entries[1].batch).position

    assert (position, "the link was changed") in {
        (problem.position, problem.what) for problem in verify_audit().problems
    }


def test_links_that_changed_places_are_named(entries: list[AuditEntry]) -> None:
    first, second = (ChainLink.objects.get(batch=entry.batch) for entry in entries[:2])
    with tampering() as cursor:
        for position, link in ((-1, first), (first.position, second), (second.position, first)):
            cursor.execute(
                "UPDATE audit_chainlink SET position = %s WHERE batch = %s", [position, link.batch]
            )

    report = verify_audit()

    assert report.first is not None
    assert report.first.position == first.position


class TestWithTheLogUnlocked:
    """What a break-glass did is no tampering, and is counted."""

    def test_a_removed_entry_is_explained(self, entries: list[AuditEntry]) -> None:
        with as_owner() as cursor:
            cursor.execute("SELECT audit_break_glass('asked for by the person')")
            cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entries[1].pk])

        report = verify_audit()

        assert (report.problems, report.explained) == ([], 1)

    def test_an_entry_of_many_removed_is_explained(self) -> None:
        PartFactory.create()
        entry = newest()
        with as_owner() as cursor:
            cursor.execute("SELECT audit_break_glass('asked for by the person')")
            cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entry.pk])

        assert verify_audit().problems == []

    def test_a_changed_entry_is_explained(self, entries: list[AuditEntry]) -> None:
        for name in ("once", "twice"):
            with as_owner() as cursor:
                cursor.execute("SELECT audit_break_glass('asked for by the person')")
                cursor.execute(
                    "UPDATE audit_auditentry SET object_label = %s WHERE id = %s",
                    [name, entries[1].pk],
                )

        report = verify_audit()

        assert (report.problems, report.explained) == ([], 1)

    def test_an_entry_changed_and_then_removed_is_explained(
        self, entries: list[AuditEntry]
    ) -> None:
        with as_owner() as cursor:
            cursor.execute("SELECT audit_break_glass('asked for by the person')")
            cursor.execute(
                "UPDATE audit_auditentry SET object_label = '' WHERE id = %s", [entries[1].pk]
            )
            cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entries[1].pk])

        assert verify_audit().problems == []

    def test_what_is_changed_afterwards_is_named(self, entries: list[AuditEntry]) -> None:
        with as_owner() as cursor:
            cursor.execute("SELECT audit_break_glass('asked for by the person')")
            cursor.execute(
                "UPDATE audit_auditentry SET object_label = '' WHERE id = %s", [entries[1].pk]
            )
        with tampering() as cursor:
            cursor.execute(
                "UPDATE audit_auditentry SET object_label = 'x' WHERE id = %s", [entries[1].pk]
            )

        first = verify_audit().first
        assert first is not None
        assert first.entry == entries[1].pk


class TestHeads:
    def test_prove_a_log_that_goes_on(self, entries: list[AuditEntry]) -> None:
        kept = signed_head()
        record(Kind.DENIED)

        assert check_head(kept)["position"] == ChainLink.objects.count() - 1

    def test_show_a_log_that_was_cut_off(self, entries: list[AuditEntry]) -> None:
        kept = signed_head()
        last = ChainLink.objects.latest("position")
        with tampering() as cursor:
            cursor.execute("DELETE FROM audit_auditentry WHERE batch = %s", [last.batch])
            cursor.execute("DELETE FROM audit_chainlink WHERE batch = %s", [last.batch])

        assert verify_audit().whole  # nothing within the log shows it
        with pytest.raises(UnknownHeadError, match="cut off"):
            check_head(kept)

    def test_show_a_log_that_was_rewritten(self, entries: list[AuditEntry]) -> None:
        kept = signed_head()
        last = ChainLink.objects.latest("position")
        with tampering() as cursor:
            cursor.execute(
                "UPDATE audit_chainlink SET hash = '\\x00' WHERE batch = %s", [last.batch]
            )

        with pytest.raises(UnknownHeadError, match="rewritten"):
            check_head(kept)

    def test_cannot_be_forged(self, entries: list[AuditEntry]) -> None:
        head, signature = signed_head().split("  ")
        forged = json.dumps({**json.loads(head), "hash": "00" * 32})

        with pytest.raises(UnknownHeadError, match="signature"):
            check_head(f"{forged}  {signature}")
        with override_settings(AUDIT_SIGNING_KEY="another"), pytest.raises(UnknownHeadError):
            check_head(f"{head}  {signature}")


class TestCommands:
    def test_say_that_the_log_is_whole_and_record_it(self, entries: list[AuditEntry]) -> None:
        said = StringIO()

        call_command("verify_audit", stdout=said)

        assert said.getvalue().startswith("The audit log is whole: ")
        verified = newest()
        assert verified.kind == Kind.VERIFIED
        assert verified.details is not None
        assert verified.details["whole"] is True

    def test_fail_and_name_the_first_row(self, entries: list[AuditEntry]) -> None:
        with tampering() as cursor:
            cursor.execute(
                "UPDATE audit_auditentry SET actor_name = 'x' WHERE id = %s", [entries[1].pk]
            )
        said = StringIO()

        with pytest.raises(CommandError, match=f"first at entry {entries[1].pk}: the entry was"):
            call_command("verify_audit", stdout=said)

        assert f"entry {entries[1].pk}: the entry was changed" in said.getvalue()
        verified = newest()
        assert verified.details is not None
        assert verified.details["whole"] is False
        assert str(entries[1].pk) in verified.details["first"]

    def test_compare_with_heads_kept_elsewhere(
        self, entries: list[AuditEntry], tmp_path: Path
    ) -> None:
        kept = tmp_path / "heads"
        for _ in range(2):
            said = StringIO()
            call_command("audit_head", stdout=said)
            with kept.open("a") as file:
                file.write(said.getvalue())
            record(Kind.DENIED)
        said = StringIO()

        call_command("verify_audit", head=kept, stdout=said)

        assert "2 heads kept elsewhere" in said.getvalue()

    @pytest.mark.parametrize("content", [b"", b"\n\n", b"no head\n", b"\xff\xfe", None])
    def test_refuse_a_file_that_has_no_heads(
        self, entries: list[AuditEntry], tmp_path: Path, content: bytes | None
    ) -> None:
        file = tmp_path / "heads"
        if content is not None:
            file.write_bytes(content)

        with pytest.raises(CommandError, match="heads"):
            call_command("verify_audit", head=file)

    def test_leave_a_young_proof_alone(self, entries: list[AuditEntry]) -> None:
        call_command("verify_audit", stdout=StringIO())
        said = StringIO()

        call_command("verify_audit", "--max-age", "24h", stdout=said)

        assert said.getvalue().startswith("verified ")
        assert AuditEntry.objects.filter(kind=Kind.VERIFIED).count() == 1

    def test_prove_again_what_was_not_whole(self, entries: list[AuditEntry]) -> None:
        with tampering() as cursor:
            cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entries[1].pk])
        for _ in range(2):
            with pytest.raises(CommandError, match="tampered"):
                call_command("verify_audit", "--max-age", "24h", stdout=StringIO())

        assert AuditEntry.objects.filter(kind=Kind.VERIFIED).count() == 2
