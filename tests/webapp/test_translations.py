"""Every text a user can meet is there in Japanese, ours and the packages'."""

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

    # Names of formats and codes, and keys of the keyboard; the language menu names itself.
    CODES = frozenset({"CSV", "English", "Excel", "JPY", "USD", "XLSX", "esc"})

    @pytest.mark.django_db
    def test_no_page_has_english_words_left(self, administrator: User, client_of: ClientOf) -> None:
        part, shelf = PartFactory.create(), LocationFactory.create()
        receive(line(part, shelf, 5), by=administrator)
        client = client_of(administrator, language="ja")
        english = {}
        for address in self.addresses(administrator, shelf):
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

    def addresses(self, user: User, shelf: Location) -> Iterator[str]:
        request = RequestFactory().get("/")
        request.user = user
        yield reverse("admin:index")
        yield reverse("account_change_password")
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
                yield reverse(f"{name}_history", args=[row.pk])

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
