"""Every text a user can meet is there in Japanese, ours and the packages'."""

import gettext as python_gettext
from importlib.util import find_spec
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real

from devtools import messages
from devtools.strings import find_messages

CATALOG = messages.LOCALE / "ja" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """The catalogs as they are now, also when Django has loaded older ones already."""
    if messages.compile_catalogs():
        python_gettext._translations.clear()  # type: ignore[attr-defined]
        trans_real._translations.clear()


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
            for field in model._meta.fields
            if field.editable and not field.auto_created
        }
        for label, name in names.items():
            with translation.override("ja"):
                text = str(name)
            if text.isascii() and text not in messages.SAME_IN_JAPANESE:
                nameless.append(f"{label}: {text}")

    assert nameless == []
