"""Questions to the log that the pages ask."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.models import User
from audit import reading
from audit.context import acting
from audit.models import AuditEntry
from tests.webapp.audit.entries import entries_of
from tests.webapp.database import triggers_off
from tests.webapp.factories import CategoryFactory, PartFactory

pytestmark = pytest.mark.django_db


def backdate(entry: AuditEntry, days: float) -> None:
    with triggers_off("audit_auditentry") as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET at = at - make_interval(secs => %s) WHERE id <= %s",
            [days * 86_400, entry.pk],
        )


class TestASpan:
    def test_holds_its_beginning_and_not_its_end(self) -> None:
        entry = entries_of(CategoryFactory.create())[0]
        instant = timedelta(microseconds=1)

        def found(begin: timedelta, end: timedelta) -> bool:
            rows = reading.between(AuditEntry.objects.all(), entry.at + begin, entry.at + end)
            return rows.filter(pk=entry.pk).exists()

        assert found(0 * instant, instant)
        assert not found(-instant, 0 * instant)
        assert not found(instant, 2 * instant)

    def test_finds_the_same_among_entries_of_many_days(self) -> None:
        made = []
        for _ in range(6):
            made.append(entries_of(CategoryFactory.create())[0].pk)
            backdate(AuditEntry.objects.get(pk=made[-1]), 2)
        now = timezone.now()

        for first in range(12):
            for last in range(first, 13):
                begin, end = now - timedelta(days=13 - first), now - timedelta(days=13 - last)
                expected = set(
                    AuditEntry.objects.filter(at__gte=begin, at__lt=end).values_list(
                        "pk", flat=True
                    )
                )
                rows = reading.between(AuditEntry.objects.all(), begin, end)
                assert set(rows.values_list("pk", flat=True)) == expected

    def test_misses_nothing_though_a_clock_was_put_back(self) -> None:
        """Numbers and times then follow different orders."""
        early = entries_of(CategoryFactory.create())[0]
        late = entries_of(CategoryFactory.create())[0]
        with triggers_off("audit_auditentry") as cursor:
            cursor.execute(
                "UPDATE audit_auditentry SET at = at + interval '5 hours' WHERE id = %s",
                [early.pk],
            )

        rows = reading.between(
            AuditEntry.objects.all(), late.at - timedelta(hours=1), late.at + timedelta(hours=1)
        )

        assert late.pk in rows.values_list("pk", flat=True)


class TestPeople:
    def test_are_those_in_the_log_under_their_last_name(self, buyer: User) -> None:
        with acting(buyer):
            CategoryFactory.create()
            CategoryFactory.create()
        User.objects.filter(pk=buyer.pk).update(username="purchaser")
        buyer.refresh_from_db()
        with acting(buyer):
            CategoryFactory.create()

        assert reading.people() == [(buyer.pk, "購買 担当 (purchaser)")]

    def test_are_each_named_once_among_many(self) -> None:
        people = [User.objects.create_user(f"person{number}") for number in range(5)]
        for person in people * 2:
            with acting(person):
                CategoryFactory.create()

        assert [number for number, _name in reading.people()] == [person.pk for person in people]


def test_programs_are_each_named_once() -> None:
    for source in ("web", "job", "web", "psql"):
        with acting(source=source):
            CategoryFactory.create()

    assert {"job", "psql", "web"} <= set(reading.sources())
    assert len(reading.sources()) == len(set(reading.sources()))


def test_an_object_is_called_what_it_was_called_last() -> None:
    part = PartFactory.create(number="OLD", name_en="", name_ja="x")
    part.number = "NEW"
    part.save(update_fields=["number"])
    pk = str(part.pk)
    part.delete()

    assert reading.last_label("catalog.part", pk) == "NEW x"
    assert reading.last_label("catalog.part", "0") == ""
