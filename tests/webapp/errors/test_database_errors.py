"""What the database refuses is said at the field, and waiting for somebody ends with a message."""

import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import UniqueConstraint
from django.test import Client
from psycopg import errors as pg

from access.models import User
from catalog.models import Category, Part
from core import database_errors
from core.constraint_messages import MESSAGES
from core.database_errors import BusyError, RefusedByDatabaseError, Trouble
from core.transactions import in_one_transaction
from tests.webapp.cast import ClientOf
from tests.webapp.core.test_editing import address, form_of, opened, text
from tests.webapp.factories import CategoryFactory, PartFactory, SupplierPartFactory
from tests.webapp.threads import at_once

OURS = {"access", "audit", "catalog", "stock", "purchasing", "exchange"}


@pytest.fixture
def refused() -> Any:
    """What a statement is refused with."""

    def run(act: Any) -> database_errors.Refusal:
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            act()
        return database_errors.refusal_of(caught.value)

    return run


@contextmanager
def held(part: Part) -> Iterator[None]:
    """Another connection has the part locked meanwhile."""
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Part.objects.select_for_update().get(pk=part.pk)
                locked.set()
                done.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.fixture
def _waits_briefly() -> Iterator[None]:
    """As web requests do, though not as long."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")


@pytest.mark.django_db
class TestEveryConstraint:
    def test_has_a_message(self) -> None:
        tables = [
            model._meta.db_table
            for model in apps.get_models(include_auto_created=True)
            if model._meta.app_label in OURS
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname, contype, conrelid::regclass::text FROM pg_constraint "
                "WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('c', 'x')"
                " UNION SELECT indexrelid::regclass::text, 'u', indrelid::regclass::text "
                "FROM pg_index WHERE indrelid = ANY (%s::regclass[]) "
                "AND indisunique AND NOT indisprimary",
                [tables, tables],
            )
            constraints = cursor.fetchall()

        silent = [
            name
            for name, kind, table in constraints
            if not database_errors.message_of(name)
            and not (kind == "u" and is_of_one_field(name, table))
        ]

        assert len(constraints) > 70
        assert silent == []

    def test_of_a_trigger_has_a_message(self) -> None:
        """By the names that our functions raise, and the triggers that raise in their own."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
            sources = [source for (source,) in cursor.fetchall()]
            cursor.execute(
                "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND p.prosrc LIKE '%TG_NAME%' "
                "AND t.tgrelid::regclass::text NOT LIKE 'audit_%'"
            )
            triggers = {name for (name,) in cursor.fetchall()}
        raised = {
            name
            for source in sources
            for pattern in (r"CONSTRAINT = '(\w+)'", r"_refuse\(\s*[\w']+,\s*'(\w+)'")
            for name in re.findall(pattern, source)
        }

        assert len(raised) > 30
        assert len(triggers) > 10
        assert [name for name in sorted(raised | triggers) if not known(name)] == []

    def test_of_the_table_of_messages_exists(self) -> None:
        """Nothing is explained that cannot happen any more."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class "
                "WHERE relkind = 'i' UNION SELECT tgname FROM pg_trigger"
            )
            there = {name for (name,) in cursor.fetchall()}
            cursor.execute(
                "SELECT string_agg(prosrc, ' ') FROM pg_proc "
                "WHERE pronamespace = 'public'::regnamespace"
            )
            [sources] = cursor.fetchone()

        assert [name for name in MESSAGES if name not in there and f"'{name}'" not in sources] == []


def known(name: str) -> bool:
    return bool(database_errors.message_of(name))


def is_of_one_field(name: str, table: str) -> bool:
    """What Django makes of ``unique=True`` or a link of many to many."""
    model = database_errors.model_of(table)
    assert model is not None
    named = {c.name for c in model._meta.constraints if isinstance(c, UniqueConstraint)}
    return name not in named


@pytest.mark.django_db
class TestRefusals:
    def test_of_a_models_constraint_speak_its_message_at_its_field(self, refused: Any) -> None:
        PartFactory.create(number="MT-1")

        refusal = refused(lambda: PartFactory.create(number="MT-1"))

        assert refusal.message == "A part with this number exists already."
        assert (refusal.model, refusal.fields) == (Part, ("number",))

    def test_of_a_check_name_its_field(self, refused: Any) -> None:
        part = PartFactory.create()

        refusal = refused(
            lambda: Part.objects.filter(pk=part.pk).update(reorder_point=9, target_quantity=1)
        )

        assert "target quantity" in refusal.message
        assert refusal.fields == ("target_quantity",)

    def test_of_a_trigger_speak_its_message(self, refused: Any) -> None:
        category = CategoryFactory.create()
        below = CategoryFactory.create(parent=category)

        refusal = refused(lambda: Category.objects.filter(pk=category.pk).update(parent=below))

        assert refusal.message == "A branch cannot be moved beneath itself."

    def test_of_a_unique_field_name_it(self, refused: Any) -> None:
        User.objects.create_user("clerk")

        refusal = refused(lambda: User.objects.create_user("clerk"))

        assert refusal.message == "User with this Username exists already."
        assert refusal.fields == ("username",)

    def test_of_a_missing_value_name_the_field(self, refused: Any) -> None:
        part = PartFactory.create()

        refusal = refused(lambda: Part.objects.filter(pk=part.pk).update(name_en=None))

        assert refusal.fields == ("name_en",)

    def test_of_a_link_to_what_is_gone_name_the_field(self, refused: Any) -> None:
        part = PartFactory.create()

        def link_to_nothing() -> None:
            Part.objects.filter(pk=part.pk).update(category_id=999_999)
            connection.check_constraints()

        refusal = refused(link_to_nothing)

        assert "deleted meanwhile" in refusal.message
        assert refusal.fields == ("category",)

    def test_of_a_text_that_is_too_long_say_so(self, refused: Any) -> None:
        part = PartFactory.create()

        refusal = refused(lambda: Part.objects.filter(pk=part.pk).update(number="x" * 500))

        assert "too long" in refusal.message


class TestTroubles:
    @pytest.mark.parametrize(
        ("error", "trouble"),
        [
            (pg.DeadlockDetected, Trouble.DEADLOCK),
            (pg.SerializationFailure, Trouble.DEADLOCK),
            (pg.LockNotAvailable, Trouble.LOCKED),
            (pg.QueryCanceled, Trouble.TOO_SLOW),
            (pg.AdminShutdown, Trouble.UNREACHABLE),
            (pg.TooManyConnections, Trouble.UNREACHABLE),
            (pg.OperationalError, Trouble.UNREACHABLE),
        ],
    )
    def test_are_told_apart(self, error: type[Exception], trouble: Trouble) -> None:
        raised = OperationalError("…")
        raised.__cause__ = error("…")

        assert database_errors.trouble_of(raised) is trouble

    def test_of_a_closed_connection(self) -> None:
        assert database_errors.trouble_of(InterfaceError("closed")) is Trouble.UNREACHABLE

    def test_are_not_seen_in_other_errors(self) -> None:
        assert database_errors.trouble_of(IntegrityError("…")) is None
        assert database_errors.trouble_of(ValueError()) is None


@pytest.mark.django_db(transaction=True)
class TestServices:
    def test_say_what_a_constraint_refuses(self) -> None:
        @in_one_transaction
        def make_twice() -> None:
            PartFactory.create(number="MT-1")
            PartFactory.create(number="mt-1")

        with pytest.raises(RefusedByDatabaseError, match="exists already"):
            make_twice()

        assert not Part.objects.exists()

    @pytest.mark.usefixtures("_waits_briefly")
    def test_wait_for_somebody_only_so_long(self) -> None:
        part = PartFactory.create()

        @in_one_transaction
        def change() -> None:
            Part.objects.filter(pk=part.pk).update(name_en="Engine")

        with held(part), pytest.raises(BusyError, match="Somebody else is just changing"):
            change()

    def test_are_tried_again_after_a_deadlock(self) -> None:
        first, second = PartFactory.create(), PartFactory.create()
        both = threading.Barrier(2)
        runs = []

        def changing(one: Part, other: Part, name: str) -> Any:
            @in_one_transaction
            def change() -> None:
                runs.append(name)
                Part.objects.filter(pk=one.pk).update(name_en=name)
                if len(runs) <= 2:
                    both.wait(10)
                Part.objects.filter(pk=other.pk).update(name_en=name)

            return change

        at_once([changing(first, second, "A"), changing(second, first, "B")]).only_raised()

        assert len(runs) == 3

    def test_inside_of_a_larger_transaction_leave_the_error_to_it(self) -> None:
        @in_one_transaction
        def make() -> None:
            PartFactory.create(number="MT-1")

        make()

        with pytest.raises(IntegrityError), transaction.atomic():
            make()


@pytest.mark.django_db(transaction=True)
class TestForms:
    @pytest.fixture
    def client(self, client_of: ClientOf, administrator: User) -> Client:
        return client_of(administrator)

    def test_keep_what_was_typed_and_say_it_at_the_field(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody made the same part after the form looked whether there is one."""
        PartFactory.create(number="MT-1")
        part = PartFactory.create(number="MT-2")
        form = opened(client, part)
        monkeypatch.setattr(UniqueConstraint, "validate", lambda *args, **kwargs: None)

        response = client.post(address(part), {**form, "number": "MT-1", "name_en": "Engine"})

        assert response.status_code == 200
        assert response.context["adminform"].form.errors["number"] == [
            "A part with this number exists already."
        ]
        assert form_of(response)["name_en"] == "Engine"
        part.refresh_from_db()
        assert part.number == "MT-2"

    def test_to_add_keep_what_was_typed(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        part = PartFactory.create(number="MT-1")
        form = form_of(client.get("/admin/catalog/part/add/"))
        monkeypatch.setattr(UniqueConstraint, "validate", lambda *args, **kwargs: None)

        response = client.post(
            "/admin/catalog/part/add/",
            {**form, "number": "MT-1", "name_en": "Engine", "category": str(part.category_id)},
        )

        assert "A part with this number exists already." in text(response)
        assert form_of(response)["name_en"] == "Engine"

    def test_say_what_an_inline_is_refused_for(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        part = PartFactory.create()
        offer = SupplierPartFactory.create(part=part, sku="TR-1")
        SupplierPartFactory.create(supplier=offer.supplier, sku="TR-2")
        form = opened(client, part)
        monkeypatch.setattr(UniqueConstraint, "validate", lambda *args, **kwargs: None)

        response = client.post(address(part), {**form, "supplier_parts-0-sku": "TR-2"})

        assert response.status_code == 200
        assert "This supplier has this SKU already." in text(response)
        assert form_of(response)["supplier_parts-0-sku"] == "TR-2"

    @pytest.mark.usefixtures("_waits_briefly")
    def test_wait_for_somebody_only_so_long(self, client: Client) -> None:
        part = PartFactory.create()
        form = opened(client, part)

        with held(part):
            response = client.post(address(part), {**form, "name_en": "Engine"})

        assert response.status_code == 200
        assert "Somebody else is just changing the same thing" in text(response)
        assert form_of(response)["name_en"] == "Engine"
        assert client.post(address(part), form_of(response)).status_code == 302

    @pytest.mark.usefixtures("_waits_briefly")
    def test_to_delete_say_so_on_the_page_of_the_thing(self, client: Client) -> None:
        part = PartFactory.create()

        with held(part):
            response = client.post(
                f"/admin/catalog/part/{part.pk}/delete/", {"post": "yes"}, follow=True
            )

        assert response.redirect_chain == [(address(part), 302)]
        assert "Somebody else is just changing the same thing" in text(response)

    @pytest.mark.usefixtures("_waits_briefly")
    def test_of_bulk_actions_say_so_on_the_list(self, client: Client) -> None:
        part = PartFactory.create()

        with held(part):
            response = client.post(
                "/admin/catalog/part/",
                {"action": "delete_selected", "_selected_action": str(part.pk), "post": "yes"},
                follow=True,
            )

        assert "Somebody else is just changing the same thing" in text(response)
        assert Part.objects.filter(pk=part.pk).exists()


@pytest.mark.django_db(transaction=True)
class TestConnectionLost:
    @pytest.fixture
    def client(self, client_of: ClientOf, administrator: User) -> Iterator[Client]:
        client = client_of(administrator)
        client.raise_request_exception = False
        yield client
        connection.close()

    def test_before_anything_was_written(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.admin.InventoryAdmin.save_model", lambda *args: cut_connection())

        response = client.post(
            "/admin/catalog/category/add/", {"name_en": "A", "name_ja": "", "description": ""}
        )

        assert response.status_code == 503
        assert "What you sent was not saved" in text(response)

    def test_within_the_transaction(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def save_and_cut(admin: Any, request: Any, obj: Any, form: Any, change: bool) -> None:
            obj.save()
            cut_connection()

        monkeypatch.setattr("core.admin.InventoryAdmin.save_model", save_and_cut)

        response = client.post(
            "/admin/catalog/category/add/", {"name_en": "A", "name_ja": "", "description": ""}
        )

        assert response.status_code == 503
        assert "What you sent was not saved" in text(response)
        connection.close()
        assert not Category.objects.exists()

    def test_after_the_transaction(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def cut(*args: Any) -> None:
            cut_connection()

        monkeypatch.setattr(
            "django.contrib.messages.middleware.MessageMiddleware.process_response", cut
        )

        response = client.post(
            "/admin/catalog/category/add/", {"name_en": "A", "name_ja": "", "description": ""}
        )

        assert response.status_code == 503
        assert "It is not certain whether" in text(response)
        connection.close()
        assert Category.objects.exists()

    def test_at_a_page_that_is_only_read(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dashboard.views.dashboard_callback", lambda *args: cut_connection())

        response = client.get("/admin/")

        assert response.status_code == 503
        assert "saved" not in text(response)


def cut_connection() -> None:
    """The network breaks in the middle, and the next statement notices."""
    assert connection.connection is not None
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
