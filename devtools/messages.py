"""Translation catalogs without GNU gettext.

`python -m devtools.messages extract` after changing a string, `compile` before running, `status`
to see what is missing or wrong.

`webapp/locale` translates our own strings, and those of installed packages that would reach the
user in English because the package ships no Japanese for them. An entry that a package does
translate may be added by hand where our wording is better: it stays as long as the package uses
the string.

English is the language of the msgids. `locale/en` is for msgids that should read differently in
English: it holds only what was put there by hand.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

import polib

from devtools.strings import DOMAINS, Key, Message, Project, Source, find_messages

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "webapp" / "locale"

# Packages whose strings our users see. Add a package here when it joins INSTALLED_APPS.
PACKAGES = ("django", "unfold", "allauth", "axes")
UNUSED = (
    "allauth/headless",
    "allauth/idp",
    "allauth/mfa/webauthn",
    "allauth/socialaccount",
    "allauth/templates",  # `signin` has its own
    "axes/admin.py",
    "axes/conf.py",
    "axes/models.py",  # pages of `signin` show these rows, in words of its own
    "django/conf/*_template",
    "django/conf/global_settings.py",  # the names of a hundred languages
    "django/contrib/admindocs",
    "django/contrib/flatpages",
    "django/contrib/gis",
    "django/contrib/redirects",
    "django/contrib/sitemaps",
    "django/contrib/sites",
)

# Right in Japanese exactly as they are in English.
SAME_IN_JAPANESE = frozenset({"CSV", "ID", "URL", "DATETIME_FORMAT", "%(class_name)s %(instance)s"})

PLURAL_FORMS = {"ja": (1, "0"), "en": (2, "(n != 1)")}
HEADER = """Translations of drone-inventory.
Run `python -m devtools.messages extract` after changing a string, then fill in what is empty."""


def our_project() -> Project:
    packages = []
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            sys.exit(f"The package {name} is not installed here: install the requirements first.")
        packages.append(Source(Path(spec.submodule_search_locations[0]), skip=UNUSED))
    ours = Source(ROOT / "webapp", ours=True, skip=("webapp/media", "webapp/staticfiles"))
    return Project(LOCALE, (ours, *packages))


def extract(project: Project | None = None) -> list[Path]:
    """Bring the catalogs up to date with the sources; returns the files that changed."""
    project = project or our_project()
    changed = []
    for domain in DOMAINS:
        messages, _ = find_messages(project, domain)
        for language in PLURAL_FORMS:
            path = project.locale / language / "LC_MESSAGES" / f"{domain}.po"
            old = polib.pofile(str(path), wrapwidth=0) if path.exists() else polib.POFile()
            new = _merge(old, messages, project, language)
            if not (path.exists() or len(new)):
                continue
            text = f"{new}".rstrip("\n") + "\n"
            if not path.exists() or path.read_text("utf-8") != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
                changed.append(path)
    return changed


def _merge(
    old: polib.POFile, messages: dict[Key, Message], project: Project, language: str
) -> polib.POFile:
    """A new catalog: what the sources need, translated as before."""
    forms, plural = PLURAL_FORMS[language]
    known: dict[Key, polib.POEntry] = {(e.msgctxt, e.msgid): e for e in old if not e.obsolete}
    ours = tuple(f"{source.path.name}/" for source in project.sources if source.ours)
    catalog = polib.POFile(wrapwidth=0)
    catalog.header = HEADER
    catalog.metadata = {
        "Project-Id-Version": "drone-inventory",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"nplurals={forms}; plural={plural};",
    }
    dropped = {key[1]: entry for key, entry in known.items() if key not in messages}
    for key, message in messages.items():
        if key not in known and not (message.required and language != "en"):
            continue
        entry = polib.POEntry(
            msgctxt=message.context, msgid=message.singular, msgid_plural=message.plural or ""
        )
        entry.msgstr_plural = dict.fromkeys(range(forms), "") if message.plural else {}
        if before := known.get(key):
            _take_over(entry, before)
        elif renamed := get_close_matches(message.singular, dropped, n=1, cutoff=0.8):
            _take_over(entry, dropped[renamed[0]])
            entry.previous_msgid = renamed[0]
            entry.flags = ["fuzzy"]
        entry.occurrences = [
            (name, "") for name in sorted(message.files, key=lambda f: (not f.startswith(ours), f))
        ]
        entry.flags += _format_flags(message)
        catalog.append(entry)
    catalog.sort(
        key=lambda e: (
            not e.occurrences[0][0].startswith(ours),
            e.occurrences[0][0],
            e.msgid,
            e.msgctxt or "",
        )
    )
    return catalog


def _take_over(entry: polib.POEntry, before: polib.POEntry) -> None:
    """Translate as before, also where the string got a plural or lost it."""
    text = before.msgstr or before.msgstr_plural.get(0, "")
    if entry.msgid_plural:
        entry.msgstr_plural = {
            number: before.msgstr_plural.get(number) or text for number in entry.msgstr_plural
        }
    else:
        entry.msgstr = text
    entry.tcomment = before.tcomment
    entry.previous_msgid = before.previous_msgid
    entry.flags = ["fuzzy"] if before.fuzzy else []


def _format_flags(message: Message) -> list[str]:
    texts = message.singular + (message.plural or "")
    if any(PERCENT.finditer(texts)):
        return ["python-format"]
    return ["python-brace-format"] if any(BRACE.finditer(texts)) else []


def compile_catalogs(locale: Path = LOCALE) -> list[Path]:
    """Make the .mo beside each .po that changed since; returns the files written."""
    written = []
    for po in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        modified = po.stat().st_mtime_ns
        if mo.exists() and mo.stat().st_mtime_ns == modified:
            continue
        # Complete before it has its name: a server may be reading the old one.
        draft = mo.with_suffix(f".{os.getpid()}.tmp")
        polib.pofile(str(po)).save_as_mofile(str(draft))
        os.utime(draft, ns=(modified, modified))
        draft.replace(mo)
        written.append(mo)
    return written


PERCENT = re.compile(r"%(?:\((\w+)\))?[#0+-]*\d*(?:\.\d+)?[a-zA-Z%]")
BRACE = re.compile(r"\{\w*(?:![rsa])?(?::[^{}]*)?\}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def differences(original: str, translation: str) -> list[str]:
    """What of the placeholders, tags and outer line breaks the translation changed."""
    found = []
    for pattern in (PERCENT, BRACE, TAG):
        wanted, given = (_tokens(pattern, text) for text in (original, translation))
        if wanted != given:
            has, needs = (" ".join(tokens) or "nothing" for tokens in (given, wanted))
            found.append(f"has {has} where {needs} is needed")
    if [original[:1] == "\n", original[-1:] == "\n"] != [
        translation[:1] == "\n",
        translation[-1:] == "\n",
    ]:
        found.append("begins or ends with a line break in one language only")
    return found


def _tokens(pattern: re.Pattern[str], text: str) -> list[str]:
    """Named placeholders may move and repeat; nameless ones must keep their order."""
    tokens = [match[0] for match in pattern.finditer(text)]
    named = sorted({token for token in tokens if re.match(r"%\(|\{[a-z_]", token)})
    nameless = [token for token in tokens if token not in named]
    return named + (sorted(nameless) if pattern is TAG else nameless)


def status(project: Project | None = None) -> list[str]:
    """Everything that keeps the catalogs from being complete and right, one line each."""
    project = project or our_project()
    findings = []
    for domain in DOMAINS:
        messages, complaints = find_messages(project, domain)
        findings += [f"not translatable: {complaint}" for complaint in complaints]
        for language in PLURAL_FORMS:
            path = project.locale / language / "LC_MESSAGES" / f"{domain}.po"
            entries = (
                {(e.msgctxt, e.msgid): e for e in polib.pofile(str(path))} if path.exists() else {}
            )
            where = f"{language}/{domain}"
            for key, message in messages.items():
                if language != "en" and message.required and key not in entries:
                    findings.append(f"{where} missing: {message.singular!r} ({message.file})")
            for key, entry in entries.items():
                findings += [
                    f"{where} {line}" for line in _judge(entry, messages.get(key), language)
                ]
    return findings


def _judge(entry: polib.POEntry, message: Message | None, language: str) -> Iterator[str]:
    name = repr(entry.msgid)
    texts = entry.msgstr_plural or {0: entry.msgstr}
    if entry.obsolete or message is None:
        yield f"obsolete: {name}"
    elif (message.plural or "") != entry.msgid_plural:
        yield f"plural changed: {name}"
    elif entry.fuzzy:
        yield f"fuzzy: {name}"
    elif not all(texts.values()):
        yield f"missing: {name} ({message.file})"
    else:
        if language == "ja" and texts[0] == entry.msgid and entry.msgid not in SAME_IN_JAPANESE:
            yield f"same as English: {name}"
        for number, text in texts.items():
            many = entry.msgid_plural and (number > 0 or len(texts) == 1)
            for difference in differences(entry.msgid_plural if many else entry.msgid, text):
                yield f"differs: {name}: {text!r} {difference}"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m devtools.messages", description=__doc__.splitlines()[0]
    )
    parser.add_argument("command", choices=["extract", "compile", "status"])
    command = parser.parse_args().command
    if command == "status":
        findings = status()
        print("\n".join(findings) or "Every string is translated.")
        return 1 if findings else 0
    for path in extract() if command == "extract" else compile_catalogs():
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
