"""Finds the strings to translate in Python, templates and scripts."""

import ast
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import polib

DOMAINS = ("django", "djangojs")
NEVER = frozenset({"__pycache__", "locale", "node_modules", "tests", "vendor"})

# Which arguments of each function are (context, singular, plural).
Positions = tuple[int | None, int, int | None]
GETTEXT: Positions = (None, 0, None)
NGETTEXT: Positions = (None, 0, 1)
PGETTEXT: Positions = (0, 1, None)
NPGETTEXT: Positions = (0, 1, 2)
FUNCTIONS = {
    "_": GETTEXT,
    "gettext": GETTEXT,
    "gettext_lazy": GETTEXT,
    "gettext_noop": GETTEXT,
    "ngettext": NGETTEXT,
    "ngettext_lazy": NGETTEXT,
    "pgettext": PGETTEXT,
    "pgettext_lazy": PGETTEXT,
    "npgettext": NPGETTEXT,
    "npgettext_lazy": NPGETTEXT,
}


class UntranslatableError(Exception):
    """A call that looks translated and never will be."""


@dataclass(frozen=True)
class Source:
    """A tree of Python, templates and scripts.

    Ours needs every string translated here, a package only what its own catalog lacks.
    """

    path: Path
    ours: bool = False
    skip: tuple[str, ...] = ()

    def files(self) -> Iterator[tuple[Path, str]]:
        """Every file that may hold strings, with its name from the source's folder on."""
        for folder, folders, names in os.walk(self.path):
            here = Path(folder)
            folders[:] = sorted(name for name in folders if not self.skips(here / name))
            for name in sorted(names):
                if not self.skips(here / name):
                    yield here / name, self.label(here / name)

    def label(self, path: Path) -> str:
        return path.relative_to(self.path.parent).as_posix()

    def skips(self, path: Path) -> bool:
        if path.name in NEVER:
            return True
        return any(Path(self.label(path)).match(pattern) for pattern in self.skip)


@dataclass(frozen=True)
class Project:
    """Where the strings are, and the folder of the catalogs that translate them."""

    locale: Path
    sources: tuple[Source, ...]


@dataclass
class Message:
    """A string found in the sources."""

    context: str | None
    singular: str
    plural: str | None = None
    files: set[str] = field(default_factory=set)
    required: bool = False

    @property
    def file(self) -> str:
        """One of its files, ours if there is one."""
        return min(self.files, key=lambda name: (not name.startswith("webapp/"), name))


Key = tuple[str | None, str]
Found = tuple[str | None, str, str | None]


def find_in_python(code: str) -> Iterator[Found | UntranslatableError]:
    """Strings in calls of the gettext functions, whatever name these were imported under."""
    tree = ast.parse(code)
    functions = dict(FUNCTIONS)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            functions |= {
                n.asname: FUNCTIONS[n.name] for n in node.names if n.asname and n.name in FUNCTIONS
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = (
                function.id if isinstance(function, ast.Name) else getattr(function, "attr", None)
            )
            if name in functions:
                yield from _find_in_call(node, name, functions[name])


def _find_in_call(
    call: ast.Call, name: str, positions: Positions
) -> Iterator[Found | UntranslatableError]:
    try:
        texts = [_constant_text(call.args[at]) if at is not None else None for at in positions]
    except IndexError:
        return
    except UntranslatableError as problem:
        yield UntranslatableError(
            f"line {call.lineno}: {name}() of {problem}: put the values in after translating"
        )
        return
    wanted = [at for at in positions if at is not None]
    if texts[1] and all(texts[positions.index(at)] is not None for at in wanted):
        yield texts[0], texts[1], texts[2]


def _constant_text(node: ast.expr) -> str | None:
    """The text of a literal (`"a" "b"` and `"a" + "b"` too), None for a variable."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        raise UntranslatableError("an f-string")
    if isinstance(node, ast.BinOp):
        left, right = _constant_text(node.left), _constant_text(node.right)
        if isinstance(node.op, ast.Add) and left is not None and right is not None:
            return left + right
        if isinstance(node.op, ast.Mod) and left is not None:
            raise UntranslatableError("a text already formatted with %")
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "format":
        raise UntranslatableError("a text already formatted with .format()")
    return None


_TEXT = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(
    rf" (_|gettext|ngettext|pgettext|npgettext)\(({_TEXT}(?:, ?{_TEXT})*)(?:, ?count)?\)"
)


def find_in_template(source: str, name: str) -> Iterator[Found]:
    """Strings of a template: Django turns its tags into gettext calls and all else into X."""
    # `compile` runs at every start of the application and does not wait for Django.
    from django.utils.translation.template import templatize  # noqa: PLC0415

    for match in _TEMPLATE_CALL.finditer(templatize(source, origin=name)):
        arguments = ast.literal_eval(f"({match[2]},)")
        context, singular, plural = FUNCTIONS[match[1]]
        yield (
            arguments[context] if context is not None else None,
            arguments[singular],
            arguments[plural] if plural is not None else None,
        )


def find_in_script(source: bytes) -> Iterator[Found]:
    from babel.messages.extract import extract as babel_extract  # noqa: PLC0415 - as Django above

    keywords = {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }
    for _, text, _, context in babel_extract("javascript", BytesIO(source), keywords=keywords):
        singular, plural = text if isinstance(text, tuple) else (text, None)
        yield context, singular, plural


def find_in_file(path: Path, domain: str) -> Iterator[Found | UntranslatableError]:
    if domain == "djangojs":
        if path.suffix == ".js" and "static" in path.parts and not path.name.endswith(".min.js"):
            yield from find_in_script(path.read_bytes())
    elif path.suffix == ".py":
        if "gettext" in (code := path.read_text("utf-8")):
            yield from find_in_python(code)
    elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
        yield from find_in_template(path.read_text("utf-8"), path.name)


def find_messages(project: Project, domain: str) -> tuple[dict[Key, Message], list[str]]:
    """All strings of a domain, and complaints about calls that cannot be translated."""
    messages: dict[Key, Message] = {}
    complaints = []
    translated = _translated_by_packages(project, domain)
    for source in project.sources:
        for path, label in source.files():
            for found in find_in_file(path, domain):
                if isinstance(found, UntranslatableError):
                    complaints += [f"{label}: {found}"] if source.ours else []
                    continue
                context, singular, plural = found
                message = messages.setdefault((context, singular), Message(context, singular))
                message.plural = message.plural or plural
                message.files.add(label)
                covered = translated.get((context, singular), set())
                message.required |= (
                    source.ours or ("plural" if plural else "singular") not in covered
                )
    return messages, complaints


def _translated_by_packages(project: Project, domain: str) -> dict[Key, set[str]]:
    """What the packages' own Japanese catalogs translate, as they are loaded at run time."""
    translated: dict[Key, set[str]] = defaultdict(set)
    for source in project.sources:
        if source.ours:
            continue
        for folder in sorted(source.path.rglob(f"locale/ja/LC_MESSAGES/{domain}.mo")):
            if any(
                source.skips(parent)
                for parent in folder.parents[3:]
                if parent.is_relative_to(source.path)
            ):
                continue
            for entry in polib.mofile(str(folder)):
                if entry.msgstr or any(entry.msgstr_plural.values()):
                    translated[entry.msgctxt, entry.msgid] |= (
                        {"singular", "plural"} if entry.msgid_plural else {"singular"}
                    )
    return translated
