import os
from collections.abc import Callable
from pathlib import Path

import polib
import pytest

from devtools import messages
from devtools.strings import Project, Source, find_messages

PYTHON = """
from django.utils.translation import gettext as _, ngettext, npgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as later

_("plain")
_("two " "parts")
_("added " + "parts")
later("under another name")
translation.gettext_noop("through a module")
ngettext("%(n)d box", "%(n)d boxes", n)
pgettext_lazy("verb", "order")
npgettext("paper", "%d sheet", "%d sheets", n)
f"inside {_('an f-string')}"
_(variable)
# _("in a comment")
"""

TEMPLATE = """{% load i18n %}
{% translate "heading" %} {% trans 'old tag' context "menu" as title %}
{% include "x.html" with title=_("constant") %}
{% blocktranslate trimmed count n=parts|length %}
    {{ n }} part
{% plural %}
    {{ n }} parts
{% endblocktranslate %}
{% blocktranslate with name=user context "greeting" %}Hello {{ name }}, 100%{% endblocktranslate %}
{% comment %}{% translate "hidden" %}{% endcomment %}
"""

SCRIPT = 'alert(gettext("from a script") + ngettext("%s row", "%s rows", n));\n'


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write_file


@pytest.fixture
def project(tmp_path: Path, write: Callable[[str, str], Path]) -> Project:
    """Our application with one string, and a package that translates one of its two."""
    write("webapp/views.py", 'gettext("ours")')
    write("package/views.py", 'gettext("lacks"), gettext("has")')
    mo = tmp_path / "package/locale/ja/LC_MESSAGES/django.mo"
    mo.parent.mkdir(parents=True)
    catalog = polib.POFile()
    catalog.append(polib.POEntry(msgid="has", msgstr="あり"))
    catalog.save_as_mofile(str(mo))
    return Project(
        tmp_path / "webapp/locale",
        (Source(tmp_path / "webapp", ours=True), Source(tmp_path / "package")),
    )


def catalog_of(project: Project, name: str = "ja/LC_MESSAGES/django.po") -> Path:
    return project.locale / name


def translate(project: Project, **texts: str) -> None:
    catalog = polib.pofile(str(catalog_of(project)), wrapwidth=0)
    for entry in catalog:
        entry.msgstr = texts.get(entry.msgid, entry.msgstr)
    catalog.save()


class TestFindMessages:
    def found(self, project: Project, domain: str = "django") -> set[tuple[str | None, ...]]:
        messages, _ = find_messages(project, domain)
        return {(m.context, m.singular, m.plural) for m in messages.values()}

    def test_reads_every_python_form(
        self, project: Project, write: Callable[[str, str], Path]
    ) -> None:
        write("webapp/views.py", PYTHON)

        assert self.found(project) - {(None, "has", None), (None, "lacks", None)} == {
            (None, "plain", None),
            (None, "two parts", None),
            (None, "added parts", None),
            (None, "under another name", None),
            (None, "through a module", None),
            (None, "%(n)d box", "%(n)d boxes"),
            ("verb", "order", None),
            ("paper", "%d sheet", "%d sheets"),
            (None, "an f-string", None),
        }

    def test_reads_every_template_form(
        self, project: Project, write: Callable[[str, str], Path]
    ) -> None:
        write("webapp/views.py", "")
        write("webapp/templates/page.html", TEMPLATE)

        assert self.found(project) - {(None, "has", None), (None, "lacks", None)} == {
            (None, "heading", None),
            ("menu", "old tag", None),
            (None, "constant", None),
            (None, "%(n)s part", "%(n)s parts"),
            ("greeting", "Hello %(name)s, 100%%", None),
        }

    def test_reads_scripts_into_their_own_domain(
        self, project: Project, write: Callable[[str, str], Path]
    ) -> None:
        write("webapp/static/page.js", SCRIPT)

        assert self.found(project, "djangojs") == {
            (None, "from a script", None),
            (None, "%s row", "%s rows"),
        }

    @pytest.mark.parametrize(
        "call", ['_(f"for {x}")', '_("for %s" % x)', '_("for {}".format(x))'], ids=str
    )
    def test_complains_about_values_put_in_before_translating(
        self, project: Project, write: Callable[[str, str], Path], call: str
    ) -> None:
        write("webapp/views.py", f"from django.utils.translation import gettext as _\n{call}\n")

        _, complaints = find_messages(project, "django")

        assert len(complaints) == 1
        assert complaints[0].startswith("webapp/views.py: line 2: _() of ")


class TestExtract:
    def test_takes_our_strings_and_what_packages_lack(self, project: Project) -> None:
        messages.extract(project)

        assert {e.msgid for e in polib.pofile(str(catalog_of(project)))} == {"ours", "lacks"}

    def test_names_files_without_folders_of_this_machine(self, project: Project) -> None:
        messages.extract(project)

        text = catalog_of(project).read_text("utf-8")
        assert "#: webapp/views.py\n" in text
        assert "#: package/views.py\n" in text
        assert str(project.locale.parent.parent) not in text

    def test_changes_nothing_the_second_time(self, project: Project) -> None:
        messages.extract(project)
        before = catalog_of(project).read_bytes()

        assert messages.extract(project) == []
        assert catalog_of(project).read_bytes() == before

    def test_keeps_translations_and_drops_what_is_gone(
        self, project: Project, write: Callable[[str, str], Path]
    ) -> None:
        messages.extract(project)
        translate(project, ours="当社", lacks="なし")
        write("package/views.py", "")

        messages.extract(project)

        entries = polib.pofile(str(catalog_of(project)))
        assert [(e.msgid, e.msgstr) for e in entries] == [("ours", "当社")]

    def test_keeps_our_wording_of_what_a_package_translates(self, project: Project) -> None:
        messages.extract(project)
        catalog = polib.pofile(str(catalog_of(project)))
        catalog.append(polib.POEntry(msgid="has", msgstr="在庫あり"))
        catalog.save()

        messages.extract(project)

        entries = {e.msgid: e.msgstr for e in polib.pofile(str(catalog_of(project)))}
        assert entries["has"] == "在庫あり"

    def test_offers_the_old_translation_of_a_reworded_string_as_fuzzy(
        self, project: Project, write: Callable[[str, str], Path]
    ) -> None:
        write("webapp/views.py", 'gettext("Choose a supplier")')
        messages.extract(project)
        translate(project, **{"Choose a supplier": "仕入先を選択"})
        write("webapp/views.py", 'gettext("Choose the supplier")')

        messages.extract(project)

        entry = polib.pofile(str(catalog_of(project))).find("Choose the supplier")
        assert entry is not None
        assert (entry.fuzzy, entry.msgstr) == (True, "仕入先を選択")
        assert any("fuzzy" in finding for finding in messages.status(project))


class TestCompileCatalogs:
    def test_writes_once_and_again_only_after_a_change(self, project: Project) -> None:
        messages.extract(project)
        translate(project, ours="当社")

        [mo] = messages.compile_catalogs(project.locale)

        assert [e.msgstr for e in polib.mofile(str(mo)) if e.msgid == "ours"] == ["当社"]
        assert messages.compile_catalogs(project.locale) == []
        os.utime(catalog_of(project), (1, 1))  # an older file, as after checking out a branch
        assert messages.compile_catalogs(project.locale) == [mo]


class TestStatus:
    def test_is_empty_when_all_is_translated(self, project: Project) -> None:
        messages.extract(project)
        translate(project, ours="当社", lacks="なし")

        assert messages.status(project) == []

    def test_names_what_is_missing_and_what_is_obsolete(
        self, project: Project, write: Callable[[str, str], Path]
    ) -> None:
        messages.extract(project)
        translate(project, ours="当社")
        write("webapp/views.py", 'gettext("brand new")')

        assert set(messages.status(project)) == {
            "ja/django missing: 'brand new' (webapp/views.py)",
            "ja/django missing: 'lacks' (package/views.py)",
            "ja/django obsolete: 'ours'",
        }

    def test_names_what_is_still_english(self, project: Project) -> None:
        messages.extract(project)
        translate(project, ours="ours", lacks="なし")

        assert messages.status(project) == ["ja/django same as English: 'ours'"]


class TestDifferences:
    @pytest.mark.parametrize(
        ("original", "translation"),
        [
            ("%(a)s of %(b)s", "%(b)s のうち %(a)s"),
            ("{name} of {part}", "{part} の {name}"),
            ("<b>%s</b> parts", "部品 <b>%s</b> 件"),
            ("100%% of %(size).1f MB", "%(size).1f MB の 100%%"),
        ],
    )
    def test_allows_another_order(self, original: str, translation: str) -> None:
        assert messages.differences(original, translation) == []

    @pytest.mark.parametrize(
        ("original", "translation"),
        [
            ("%(name)s is low", "%(nmae)s が少ない"),
            ("%(name)s is low", "少ない"),
            ("%s of %d", "%d のうち %s"),
            ("{name}", "{名前}"),
            ("{} moved", "移動した"),
            ("<b>x</b>", "<b>x"),
            ("x\n", "x"),
        ],
    )
    def test_finds_what_would_break_the_text(self, original: str, translation: str) -> None:
        assert messages.differences(original, translation) != []
