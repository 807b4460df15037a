"""What all tests of the web application share: the database, the cast, the settings."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.test import Client, override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker

from access.models import User
from access.roles import Role
from core.lists.filters import forget_choices
from tests.webapp import database

PASSWORD = "correct horse battery staple"

type ClientOf = Callable[..., Client]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """No pool: a test counts and closes its own connections."""
    for connection in connections.all():
        connection.settings_dict["OPTIONS"].pop("pool", None)


@pytest.fixture(scope="session")
def _flush_by_owner() -> Iterator[None]:
    with database.flush_by_owner():
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    _flush_by_owner: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The owner makes the database; from then on everything runs as the application's user."""
    with django_db_blocker.unblock():
        database.become_application()
    yield
    with django_db_blocker.unblock():
        database.become_owner()


@pytest.fixture(scope="session", autouse=True)
def _settings_for_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
    ):
        yield


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Tests read the messages as they stand in the code, unless they ask for a language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _filters_know_what_is_new() -> None:
    forget_choices()


@pytest.fixture
def owner_cursor(db: None) -> Iterator[CursorWrapper]:
    """The whole test runs as the owner of the database; `database.as_owner` does for a block."""
    with database.as_owner() as cursor:
        yield cursor


# --- The cast: always the same people ---------------------------------------------------------


def _person(username: str, last_name: str, first_name: str, role: Role | None) -> User:
    user = User.objects.create_user(
        username, password=PASSWORD, is_staff=True, last_name=last_name, first_name=first_name
    )
    if role:
        user.groups.add(Group.objects.get(name=role.value))
    return user


@pytest.fixture
def administrator(db: None) -> User:
    return _person("administrator", "管理", "担当", Role.ADMINISTRATOR)


@pytest.fixture
def storekeeper(db: None) -> User:
    return _person("storekeeper", "倉庫", "担当", Role.STOREKEEPER)


@pytest.fixture
def buyer(db: None) -> User:
    return _person("buyer", "購買", "担当", Role.BUYER)


@pytest.fixture
def general(db: None) -> User:
    return _person("general", "User", "General", Role.GENERAL)


@pytest.fixture
def auditor(db: None) -> User:
    return _person("auditor", "監査", "担当", Role.AUDITOR)


@pytest.fixture
def outsider(db: None) -> User:
    """May sign in to the admin, and nothing else."""
    return _person("outsider", "Visitor", "Outside", None)


@pytest.fixture
def client_of(db: None) -> ClientOf:
    """``client_of(storekeeper)``: a browser signed in as that person, in English unless told;
    ``language=""`` leaves the choice to the browser."""

    def sign_in(user: User, *, language: str = "en") -> Client:
        User.objects.filter(pk=user.pk).update(language=language)
        user.language = language
        client = Client()
        client.force_login(user)
        return client

    return sign_in
