"""The log only grows, whoever asks; and what was done to it with the log unlocked shows."""

import pytest
from django.db import Error, connection, transaction

from audit.kinds import Kind
from audit.models import AuditEntry
from audit.recording import record
from tests.webapp.audit.entries import newest
from tests.webapp.database import as_owner, denied, refused_by
from tests.webapp.factories import CategoryFactory

pytestmark = pytest.mark.django_db

CHANGES = [
    "UPDATE audit_auditentry SET actor_name = 'somebody else'",
    "UPDATE audit_auditentry SET hash = ''",
    "DELETE FROM audit_auditentry",
    "TRUNCATE audit_auditentry",
    "INSERT INTO audit_chainlink (batch) VALUES (1)",
    "UPDATE audit_chainlink SET entries = 0",
    "DELETE FROM audit_chainlink",
    "TRUNCATE audit_chainlink",
]


@pytest.fixture(autouse=True)
def _something_recorded(db: None) -> None:
    CategoryFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestTheApplication:
    @pytest.mark.parametrize("statement", CHANGES)
    def test_cannot_change_the_log(self, statement: str) -> None:
        with denied(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_cannot_unlock_it(self) -> None:
        with denied(), connection.cursor() as cursor:
            cursor.execute("SELECT audit_break_glass('a reason that is long enough')")

    @pytest.mark.parametrize("kind", ["created", "changed", "deleted", "break_glass", "invented"])
    def test_cannot_write_what_only_triggers_write(self, kind: str) -> None:
        with refused_by("audit_seal_entry"), connection.cursor() as cursor:
            cursor.execute("INSERT INTO audit_auditentry (kind) VALUES (%s)", [kind])


class TestTheOwner:
    @pytest.mark.parametrize(
        ("statement", "guard"),
        list(
            zip(
                CHANGES,
                ["audit_entry_append_only"] * 3
                + ["audit_entry_no_truncate"]
                + ["audit_link_append_only"] * 3
                + ["audit_link_no_truncate"],
                strict=True,
            )
        ),
    )
    def test_cannot_change_the_log_either(self, statement: str, guard: str) -> None:
        with refused_by(guard), as_owner() as cursor:
            cursor.execute(statement)

    def test_cannot_pretend_a_change(self) -> None:
        with refused_by("audit_seal_entry"), as_owner() as cursor:
            cursor.execute("INSERT INTO audit_auditentry (kind) VALUES ('changed')")

    def test_cannot_unlock_it_by_a_setting(self) -> None:
        entry = newest()
        with refused_by("audit_entry_append_only"), as_owner() as cursor:
            cursor.execute(
                "SELECT set_config('audit.batch', pg_current_xact_id() || ':' || %s, true)",
                [entry.pk],
            )
            cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entry.pk])


class TestBreakGlass:
    """Each test is one transaction, as a break-glass is; savepoints are no transactions."""

    @pytest.mark.django_db(transaction=True)
    def test_lets_the_owner_remove_an_entry_and_says_so(self) -> None:
        record(Kind.DENIED, label="somebody's name")
        entry = newest()

        with as_owner() as cursor:
            cursor.execute("SELECT audit_break_glass('asked for by the person named')")
            cursor.execute("DELETE FROM audit_auditentry WHERE id = %s", [entry.pk])

        unlocked, removed = AuditEntry.objects.order_by("-id")[:2][::-1]
        assert unlocked.kind == Kind.BREAK_GLASS
        assert unlocked.details == {"reason": "asked for by the person named"}
        assert (removed.kind, removed.object_id) == (Kind.ENTRY_REMOVED, str(entry.pk))
        assert removed.details == {"hash": bytes(entry.hash).hex(), "batch": entry.batch}
        assert not AuditEntry.objects.filter(pk=entry.pk).exists()

    @pytest.mark.django_db(transaction=True)
    def test_lets_the_owner_change_an_entry_and_says_so(self) -> None:
        record(Kind.DENIED, label="somebody's name")
        entry = newest()

        with as_owner() as cursor:
            cursor.execute("SELECT audit_break_glass('asked for by the person named')")
            cursor.execute(
                "UPDATE audit_auditentry SET object_label = '' WHERE id = %s", [entry.pk]
            )

        changed = newest()
        now = AuditEntry.objects.get(pk=entry.pk)
        assert (changed.kind, changed.object_id) == (Kind.ENTRY_CHANGED, str(entry.pk))
        assert changed.details == {
            "hash": bytes(entry.hash).hex(),
            "new_hash": bytes(now.hash).hex(),
        }
        assert now.object_label == ""

    @pytest.mark.django_db(transaction=True)
    def test_ends_with_its_transaction(self) -> None:
        with as_owner() as cursor:
            cursor.execute("SELECT audit_break_glass('only to look whether it ends')")

        with refused_by("audit_entry_append_only"), as_owner() as cursor:
            cursor.execute("DELETE FROM audit_auditentry")

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_auditentry SET id = id + 1000 WHERE kind = 'denied'",
            "UPDATE audit_auditentry SET batch = batch + 1000 WHERE kind = 'denied'",
            "UPDATE audit_auditentry SET details = '{}' WHERE kind = 'break_glass'",
            "DELETE FROM audit_auditentry WHERE kind = 'break_glass'",
            "TRUNCATE audit_auditentry",
            "DELETE FROM audit_chainlink",
            "UPDATE audit_chainlink SET entries = 7",
        ],
    )
    def test_moves_nothing_and_hides_nothing_of_itself(self, statement: str) -> None:
        record(Kind.DENIED)

        unlocked = "SELECT audit_break_glass('to find out what it permits'); "
        with (
            pytest.raises(Error, match=r"refused|its place|changed itself|pending"),
            as_owner() as cursor,
        ):
            cursor.execute(unlocked + statement)

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("reason", ["", "   ", "too short", None])
    def test_wants_a_reason(self, reason: str | None) -> None:
        with pytest.raises(Error, match="Say in the reason"), transaction.atomic(), as_owner() as c:
            c.execute("SELECT audit_break_glass(%s)", [reason])
