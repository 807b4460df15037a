"""Every text a user can meet is there in Japanese, ours and the packages'."""

import ast
import gettext as python_gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from access.labels import RIGHTS, right_label
from access.models import User
from access.roles import PERMISSIONS, Role
from audit.details import rows_of
from audit.registry import watched_tables
from audit.wording import kind_of_object, label_of, model_of
from core.units import UNITS
from devtools import messages
from devtools.strings import find_messages
from exchange.tables.registry import TABLES
from stock.models import Location
from tests.webapp.cast import ClientOf
from tests.webapp.factories import LocationFactory, PartFactory, line, receive

CATALOG = messages.LOCALE / "ja" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """The catalogs as they are now, also when Django has loaded older ones already."""
    if messages.compile_catalogs():
        python_gettext._translations.clear()  # type: ignore[attr-defined]
        trans_real._translations.clear()  # type: ignore[attr-defined]


def translated(entry: polib.POEntry) -> str:
    if entry.msgid_plural:
        if entry.msgctxt:
            return translation.npgettext(entry.msgctxt, entry.msgid, entry.msgid_plural, 2)
        return translation.ngettext(entry.msgid, entry.msgid_plural, 2)
    if entry.msgctxt:
        return translation.pgettext(entry.msgctxt, entry.msgid)
    return translation.gettext(entry.msgid)


def test_catalogs_are_complete_and_right() -> None:
    """`python -m devtools.messages extract` adds what is missing; translate it there."""
    assert messages.status() == []


def test_our_catalog_wins_over_every_package() -> None:
    assert [Path(path) for path in settings.LOCALE_PATHS] == [messages.LOCALE]

    with translation.override("ja"):
        other = [
            (entry.msgid, translated(entry), entry.msgstr or entry.msgstr_plural[0])
            for entry in polib.pofile(str(CATALOG))
            if translated(entry) != (entry.msgstr or entry.msgstr_plural[0])
        ]

    assert other == []


def test_no_text_of_unfold_is_left_in_english() -> None:
    found, _ = find_messages(messages.our_project(), "django")
    unfold = [m for m in found.values() if any(name.startswith("unfold/") for name in m.files)]

    with translation.override("ja"):
        english = [
            message.singular
            for message in unfold
            if translated(
                polib.POEntry(
                    msgctxt=message.context,
                    msgid=message.singular,
                    msgid_plural=message.plural or "",
                )
            )
            in {message.singular, message.plural}
        ]

    assert len(unfold) > 200
    assert set(english) <= messages.SAME_IN_JAPANESE


def test_english_shows_the_texts_as_written() -> None:
    with translation.override("en"):
        assert translation.gettext("Type to search") == "Type to search"


def test_every_installed_package_with_texts_is_searched() -> None:
    """A package that joins INSTALLED_APPS joins `messages.PACKAGES` if it has texts of its own."""
    names = {config.name.split(".")[0] for config in apps.get_app_configs()}
    unsearched = set()
    for name in names - set(messages.PACKAGES):
        spec = find_spec(name)
        assert spec is not None
        [folder] = [Path(place) for place in spec.submodule_search_locations or ()]
        if not folder.is_relative_to(messages.ROOT / "webapp") and any(
            "gettext" in path.read_text("utf-8") for path in folder.rglob("*.py")
        ):
            unsearched.add(name)

    assert unsearched == set()


def test_every_model_and_field_of_ours_has_a_japanese_name() -> None:
    """Django makes up a name from the attribute, in English, and no catalog misses it."""
    nameless = []
    for model in apps.get_models():
        if not apps.get_app_config(model._meta.app_label).path.startswith(
            str(messages.ROOT / "webapp")
        ):
            continue
        names = {model._meta.label: model._meta.verbose_name}
        names |= {
            f"{model._meta.label}.{field.name}": field.verbose_name
            for field in model._meta.local_fields
            if field.editable and not field.auto_created
        }
        for label, name in names.items():
            with translation.override("ja"):
                text = str(name)
            if text.isascii() and text not in messages.SAME_IN_JAPANESE:
                nameless.append(f"{label}: {text}")

    assert nameless == []


def test_every_table_and_column_in_the_audit_log_has_a_japanese_name() -> None:
    """Of packages, too: they leave many to what Django makes of the code."""
    with translation.override("ja"):
        names = {table.model: kind_of_object(table.model) for table in watched_tables()}
        for table in watched_tables():
            model = model_of(table.model)
            assert model is not None
            names |= {
                f"{table.model}.{field.name}": label_of(field, field.column or "")
                for field in model._meta.concrete_fields
                if field.editable and field.column not in table.ignored
            }

    english = {name: text for name, text in names.items() if text.isascii()}
    assert len(names) > 100
    assert set(english.values()) <= messages.SAME_IN_JAPANESE, english


def test_everything_that_events_tell_has_a_japanese_name() -> None:
    """`record(…, details={"minutes": 15})`: every key has its words."""
    keys = set()
    for path in (messages.ROOT / "webapp").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record":
                keys |= {
                    key.value
                    for argument in call.keywords
                    if argument.arg == "details" and isinstance(argument.value, ast.Dict)
                    for key in argument.value.keys
                    if isinstance(key, ast.Constant)
                }

    with translation.override("ja"):
        english = {key for key in keys if rows_of({str(key): 1})[0][0].isascii()}

    assert len(keys) > 10
    assert english == set()


class VisibleText(HTMLParser):
    """What a reader sees of a page: its texts, and those of attributes that are shown."""

    HIDDEN = frozenset({"script", "style", "code", "template"})
    SHOWN = frozenset({"alt", "aria-label", "placeholder", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        is_icon = "material-symbols-outlined" in values.get("class", "")
        if is_icon or tag in self.HIDDEN or tag in self._hidden[-1:]:
            self._hidden.append(tag)
        if not self._hidden:
            self.texts += [values[name] for name in self.SHOWN & values.keys()]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden[-1:]:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.texts.append(" ".join(data.split()))


class TestPagesInJapanese:
    """What is written on the pages, apart from data and codes, is Japanese."""

    # Names of formats, programs and codes, and keys of the keyboard; the language menu names
    # itself.
    CODES = frozenset({"CSV", "English", "Excel", "JPY", "USD", "XLSX", "esc", "postgres", "web"})

    @pytest.mark.django_db
    def test_no_page_has_english_words_left(
        self, administrator: User, storekeeper: User, client_of: ClientOf
    ) -> None:
        part = PartFactory.create(name_en="", category__name_en="")
        shelf = LocationFactory.create(name_ja="棚", name_en="")
        receive(line(part, shelf, 5), by=administrator)
        client = client_of(administrator, language="ja")
        english = {}
        for address in self.addresses(administrator, storekeeper, shelf):
            answer = client.get(address)
            assert answer.status_code == 200, address
            words = self.english_in(answer.content.decode())
            if words:
                english[address] = words

        assert english == {}

    @pytest.mark.django_db
    def test_every_right_of_a_role_has_its_words(self) -> None:
        """Django stores the names of permissions in English."""
        named = {name.split(".")[1] for names in PERMISSIONS.values() for name in names}
        permissions = Permission.objects.filter(codename__in=named)

        with translation.override("ja"):
            labels = {right_label(permission) for permission in permissions}
            translated_rights = {str(text) for text in RIGHTS.values()}

        assert permissions
        assert labels <= translated_rights
        assert not any(label.isascii() for label in labels)

    def addresses(self, user: User, storekeeper: User, shelf: Location) -> Iterator[str]:
        request = RequestFactory().get("/")
        request.user = user
        yield reverse("admin:index")
        yield reverse("admin:access_my_rights")
        for name in ("access_user_rights", "access_user_delete"):
            yield reverse(f"admin:{name}", args=[storekeeper.pk])
        yield reverse("admin:audit_life", args=["access.user", user.pk])
        yield from map(reverse, ("account_change_password", "mfa_index", "usersessions_list"))
        yield reverse("admin:exchange_importrun_import_file")
        for name in ("receive", "issue", "transfer", "stocktake_start"):
            yield reverse(f"admin:stock_{name}")
        yield reverse("admin:stock_stocktake_count", args=[shelf.pk])
        for model, model_admin in admin.site._registry.items():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            if not model_admin.has_view_permission(request):
                continue
            yield reverse(f"{name}_changelist")
            if model_admin.has_add_permission(request):
                yield reverse(f"{name}_add")
            for row in model._default_manager.all()[:1]:
                yield reverse(f"{name}_change", args=[row.pk])
                yield reverse("admin:audit_life", args=[model._meta.label_lower, row.pk])

    def english_in(self, html: str) -> set[str]:
        page = VisibleText()
        page.feed(html)
        data = {*UNITS, *Role, *(role.capitalize() for role in Role)}
        for table in TABLES.values():
            data |= {f"{table.name}.csv", *(column.example for column in table.columns)}
        return {
            word
            for text in page.texts
            if text not in data and not any("\u3040" < character < "\u9fff" for character in text)
            for word in re.findall(r"(?<![\w-])[A-Za-z]{3,}(?![\w-])", text)
        } - self.CODES
