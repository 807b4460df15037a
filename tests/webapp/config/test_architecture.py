"""The shape of the code, as far as a machine can watch over it."""

import ast
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

LONGEST_MODULE = 400


@pytest.fixture(scope="module")
def webapp(repository: Path) -> Path:
    return repository / "webapp"


def modules(webapp: Path) -> Iterator[Path]:
    for path in sorted(webapp.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def only_asks(path: Path) -> bool:
    """Admin classes, forms and commands declare, parse and ask; services write."""
    return (
        path.stem.startswith("admin")
        or path.stem == "forms"
        or bool({"admin", "pages", "commands"} & set(path.parts))
    )


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_admin_forms_pages_and_commands_leave_writing_to_services(webapp: Path) -> None:
    writing = []
    for path in filter(only_asks, modules(webapp)):
        source = path.read_text("utf-8")
        names = set(imported(ast.parse(source)))
        if "django.db.transaction" in names or ".save(" in source:
            writing.append(str(path.relative_to(webapp)))

    assert writing == []


def test_services_know_nothing_of_pages(webapp: Path) -> None:
    knowing = [
        str(path.relative_to(webapp))
        for path in modules(webapp)
        if path.stem in {"services", "rules", "posting", "verification", "opening"}
        and not only_asks(path)
        and any(name.startswith(("django.http", "django.contrib.admin", "unfold"))
                for name in imported(ast.parse(path.read_text("utf-8"))))
    ]  # fmt: skip

    assert knowing == []


def test_modules_are_short_enough_to_read(webapp: Path) -> None:
    lengths = {
        str(path.relative_to(webapp)): len(path.read_text("utf-8").splitlines())
        for path in modules(webapp)
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_packages_hold_no_code(webapp: Path) -> None:
    """An __init__.py is empty, or names what its package holds."""
    for path in webapp.rglob("__init__.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            assert isinstance(node, ast.Import | ast.ImportFrom | ast.Expr | ast.Assign), path


@pytest.mark.django_db
def test_migrations_are_those_of_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_every_setting_read_from_the_environment_is_explained(repository: Path) -> None:
    explained = (repository / ".env.example").read_text("utf-8")
    read = {
        node.args[0].value
        for path in (repository / "webapp/config").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.startswith("env")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }

    assert len(read) > 10
    assert [name for name in sorted(map(str, read)) if name not in explained] == []
