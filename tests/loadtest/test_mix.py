"""The traffic that is written down is the traffic that is made."""

import ast
import re
from pathlib import Path

import pytest

from loadtest.mix import PEOPLE

type Mix = dict[str, dict[str, int]]


@pytest.fixture
def documented(repository: Path) -> str:
    return (repository / "docs" / "load-testing.md").read_text("utf-8")


def tasks_in(path: Path) -> dict[str, int]:
    """The weights of `@task(…)`, read without running Locust, which changes the whole process."""
    return {
        function.name: decorator.args[0].value
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "task"
        and isinstance(decorator.args[0], ast.Constant)
        and isinstance(decorator.args[0].value, int)
    }


def test_people_are_those_of_the_table(documented: str) -> None:
    rows = re.findall(r"^\| (\w+) \| (\d+) \|", documented, re.MULTILINE)

    assert {work: int(share) for work, share in rows} == PEOPLE


@pytest.mark.parametrize("work", PEOPLE)
def test_tasks_are_those_of_the_table(work: str, documented: str, repository: Path) -> None:
    made = tasks_in(repository / "loadtest" / "users" / f"{work}.py")
    row = re.search(rf"^\| {work} \| \d+ \|(.*)\|$", documented, re.MULTILINE)

    assert row is not None
    assert made == {name: int(weight) for name, weight in re.findall(r"`(\w+)` (\d+)", row[1])}
