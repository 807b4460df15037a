"""Every change of every table is written down, by whatever way it comes."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, models, transaction

from access.models import User
from access.roles import Role
from audit.context import Context, acting, set_context
from audit.kinds import Kind
from audit.models import AuditEntry
from audit.recording import record
from catalog.models import Category, Part
from stock.models import StockMovement
from tests.webapp.audit.entries import entries_of, newest
from tests.webapp.cast import ClientOf
from tests.webapp.database import as_owner
from tests.webapp.factories import (
    CategoryFactory,
    LocationFactory,
    PartFactory,
    SupplierPartFactory,
    issue,
    line,
    stocked,
)

pytestmark = pytest.mark.django_db


class TestAChange:
    def test_of_a_new_row_tells_what_it_holds(self) -> None:
        part = PartFactory.create(number="MT-1", name_en="Motor")

        [entry] = entries_of(part)

        assert entry.kind == Kind.CREATED
        assert entry.object_label.startswith("MT-1 ")
        assert entry.before is None
        assert entry.after is not None
        assert entry.after["name_en"] == "Motor"

    def test_tells_before_and_after_of_what_changed_and_nothing_else(self) -> None:
        part = PartFactory.create(reorder_point=Decimal(10))

        part.reorder_point = Decimal(20)
        part.save(update_fields=["reorder_point"])

        entry = entries_of(part)[-1]
        assert (entry.kind, entry.before, entry.after) == (
            Kind.CHANGED,
            {"reorder_point": 10},
            {"reorder_point": 20},
        )

    def test_to_the_same_value_is_none(self) -> None:
        part = PartFactory.create()

        Part.objects.filter(pk=part.pk).update(name_en=part.name_en)

        assert len(entries_of(part)) == 1

    def test_of_a_deleted_row_keeps_what_it_held(self) -> None:
        category = CategoryFactory.create(name_en="Frames", name_ja="")
        pk = category.pk

        category.delete()

        entry = newest()
        assert (entry.kind, entry.object_id, entry.object_label) == (
            Kind.DELETED,
            str(pk),
            "Frames",
        )
        assert entry.before is not None
        assert entry.before["name_en"] == "Frames"

    def test_in_bulk_is_told_row_by_row(self) -> None:
        parts = [PartFactory.create(name_en="Old") for _ in range(3)]

        Part.objects.filter(pk__in=[part.pk for part in parts]).update(name_en="New")

        for part in parts:
            assert entries_of(part)[-1].after == {"name_en": "New"}

    def test_by_hand_in_psql_is_told_too(self) -> None:
        category = CategoryFactory.create()

        with as_owner() as cursor:
            cursor.execute(
                "UPDATE catalog_category SET description = 'by hand' WHERE id = %s", [category.pk]
            )

        entry = entries_of(category)[-1]
        assert entry.after == {"description": "by hand"}
        assert entry.db_user

    def test_that_is_rolled_back_was_none(self) -> None:
        before = AuditEntry.objects.count()

        with transaction.atomic():
            CategoryFactory.create()
            transaction.set_rollback(True)

        assert AuditEntry.objects.count() == before

    def test_of_the_key_itself_is_told_as_an_end_and_a_beginning(self) -> None:
        category = CategoryFactory.create(name_en="Frames", name_ja="")
        old = category.pk

        with as_owner() as cursor:
            cursor.execute(
                "UPDATE catalog_category SET id = %s WHERE id = %s", [old + 1_000_000, old]
            )

        changed = AuditEntry.objects.filter(model="catalog.category", kind=Kind.CHANGED)
        assert {entry.object_id for entry in changed} == {str(old), str(old + 1_000_000)}

    def test_of_a_whole_table_emptied_is_told(self) -> None:
        with as_owner() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("TRUNCATE purchasing_approvallimit")

        entry = newest()
        assert (entry.kind, entry.model) == (Kind.EMPTIED, "purchasing.approvallimit")


class TestAPart:
    """An order line, a role of a user: rows that belong to a whole."""

    def test_of_something_is_found_with_its_whole(self) -> None:
        offer = SupplierPartFactory.create()

        [entry] = entries_of(offer)

        assert (entry.root_model, entry.root_id) == ("catalog.part", str(offer.part_id))

    def test_of_the_rights_is_found_with_the_user(self, general: User) -> None:
        general.groups.add(Group.objects.get(name=Role.BUYER.value))
        general.user_permissions.add(Permission.objects.get(codename="export_data"))
        general.denied_permissions.add(Permission.objects.get(codename="view_supplier"))
        general.locations.add(LocationFactory.create())

        told = AuditEntry.objects.filter(root_model="access.user", root_id=general.pk)
        assert set(told.values_list("model", flat=True)) == {
            "access.user",
            "access.user_groups",
            "access.user_user_permissions",
            "access.user_denied_permissions",
            "access.user_locations",
        }

    def test_that_is_kept_by_the_ledger_is_told_by_its_movement_alone(self) -> None:
        shelf = LocationFactory.create()
        part = stocked(PartFactory.create(), shelf, 5)
        before = AuditEntry.objects.count()

        issue(line(part, shelf, 2))

        told = AuditEntry.objects.order_by("id")[before:]
        assert [(entry.kind, entry.model) for entry in told] == [
            (Kind.CREATED, "stock.stockmovement")
        ]
        movement = StockMovement.objects.latest("id")
        assert entries_of(movement)[0].after is not None

    def test_that_is_kept_by_the_ledger_is_told_when_somebody_writes_it_himself(self) -> None:
        shelf = LocationFactory.create()
        part = stocked(PartFactory.create(), shelf, 5)

        with as_owner() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "ALTER TABLE stock_stocklevel DISABLE TRIGGER stock_stocklevel_only_by_ledger"
            )
            cursor.execute("UPDATE stock_stocklevel SET quantity = 6 WHERE part_id = %s", [part.pk])

        entry = newest()
        assert (entry.model, entry.before, entry.after) == (
            "stock.stocklevel",
            {"quantity": 5},
            {"quantity": 6},
        )


class TestSecrets:
    def test_are_never_told(self, general: User) -> None:
        general.set_password("a whole new passphrase")
        general.save(update_fields=["password"])

        entry = entries_of(general)[-1]
        assert (entry.before, entry.after) == ({"password": "***"}, {"password": "***"})
        created = entries_of(general)[0]
        assert created.after is not None
        assert created.after["password"] == "***"

    def test_signing_in_is_no_change_of_the_user(self, general: User, client_of: ClientOf) -> None:
        before = len(entries_of(general))

        User.objects.filter(pk=general.pk).update(last_login="2026-01-01T00:00:00Z")

        assert len(entries_of(general)) == before


class TestWho:
    def test_is_the_person_of_the_request(self, storekeeper: User, client_of: ClientOf) -> None:
        client = client_of(storekeeper)

        client.post("/i18n/setlang/", {"language": "ja"}, REMOTE_ADDR="192.0.2.7")

        entry = entries_of(storekeeper)[-1]
        assert entry.after == {"language": "ja"}
        assert (entry.actor_id, entry.actor_name) == (storekeeper.pk, "storekeeper")
        assert (entry.address, entry.source) == ("192.0.2.7", "web")
        assert len(entry.request_id) == 36

    def test_is_nobody_outside_of_a_request(self) -> None:
        set_context(Context())
        category = CategoryFactory.create()

        [entry] = entries_of(category)

        assert (entry.actor_id, entry.actor_name, entry.address) == (None, "", None)

    def test_is_nobody_again_after_acting_for_somebody(self, storekeeper: User) -> None:
        with acting(storekeeper, source="demo"):
            first = CategoryFactory.create()
        second = CategoryFactory.create()

        assert entries_of(first)[0].actor_name == "storekeeper"
        assert entries_of(first)[0].source == "demo"
        assert entries_of(second)[0].actor_name == ""

    def test_survives_what_is_rolled_back_on_the_same_connection(self, storekeeper: User) -> None:
        with acting(storekeeper):
            with transaction.atomic():
                CategoryFactory.create()
                transaction.set_rollback(True)
            category = CategoryFactory.create()

        assert entries_of(category)[0].actor_name == "storekeeper"

    def test_cannot_be_written_into_the_entry(self, storekeeper: User) -> None:
        with acting(storekeeper), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_auditentry (kind, actor_name, actor_id, db_user, at, hash) "
                "VALUES ('denied', 'somebody else', 4711, 'root', '2001-01-01', '')"
            )

        entry = newest()
        assert (entry.actor_name, entry.actor_id) == ("storekeeper", storekeeper.pk)
        assert entry.db_user != "root"
        assert entry.at.year > 2001
        assert len(bytes(entry.hash)) == 32


class TestEvents:
    def test_tell_what_they_are_about(self, storekeeper: User) -> None:
        record(Kind.UNLOCKED, subject=storekeeper, details={"attempts": 5})

        entry = newest()
        assert (entry.kind, entry.model, entry.object_id) == (
            Kind.UNLOCKED,
            "access.user",
            str(storekeeper.pk),
        )
        assert entry.object_label == str(storekeeper)
        assert entry.details == {"attempts": 5}

    def test_cannot_pretend_to_be_changes(self) -> None:
        with pytest.raises(ValueError, match="by the database alone"):
            record(Kind.CREATED)

    def test_keep_long_labels_short(self) -> None:
        record(Kind.DENIED, label="x" * 1000)

        assert newest().object_label == "x" * 300


@pytest.mark.parametrize(
    "text", ["日本語 ½ “quotes” 'single' \\ \t\n", "😀", "\u200b", "'; DROP --"]
)
def test_any_text_can_be_told(text: str) -> None:
    category = CategoryFactory.create(description=text)

    [entry] = entries_of(category)

    assert entry.after is not None
    assert entry.after["description"] == text


def test_models_refuse_to_be_written(general: User) -> None:
    record(Kind.DENIED)
    entry = newest()

    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()
    assert isinstance(entry, models.Model)
    assert Category.objects.count() == 0
