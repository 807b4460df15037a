"""Pulumi.yaml and the stack files are what Pulumi's CLI takes, which is not here to be asked.

The rules are those of the JSON schema that Pulumi publishes for project files (pulumi/pulumi,
sdk/go/common/workspace/project.json), as far as they concern what is in ours, and what the CLI
checks besides: that each value is of the type its key was declared with.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.conftest import STACKS

OF_THE_PROJECT = {"name", "description", "runtime", "config"}
OF_A_DECLARATION = {"type", "items", "description", "secret", "default"}
# `config` is ours; the others are written there by `pulumi stack init`.
OF_A_STACK = {"config", "secretsprovider", "encryptedkey", "encryptionsalt"}
TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "array": list}


def faults_of_project(project: dict[str, Any]) -> Iterator[str]:
    for key in sorted({"name", "runtime"} - set(project)):
        yield f"{key} is missing"
    for key in sorted(set(project) - OF_THE_PROJECT):
        yield f"{key} is nothing that we use"
    if not (isinstance(project.get("name"), str) and project["name"]):
        yield "name is no text"
    runtime = project.get("runtime")
    if not isinstance(runtime, dict) or set(runtime) - {"name", "options"}:
        yield "runtime has a name and options"
    elif not (runtime.get("name") and isinstance(runtime.get("options", {}), dict)):
        yield "runtime has a name, and options are a mapping"
    for key, declared in project.get("config", {}).items():
        yield from (f"{key}: {fault}" for fault in faults_of_declaration(declared))


def faults_of_declaration(declared: object) -> Iterator[str]:
    if not isinstance(declared, dict) or "type" not in declared:
        yield "is no declaration with a type"
        return
    yield from (f"{word} means nothing" for word in sorted(set(declared) - OF_A_DECLARATION))
    if not isinstance(declared.get("description", ""), str):
        yield "description is no text"
    if not isinstance(declared.get("secret", False), bool):
        yield "secret is true or false"
    yield from faults_of_type(declared)
    if "default" in declared and not fits(declared["default"], declared):
        yield f"default {declared['default']!r} is no {declared['type']}"


def faults_of_type(declared: dict[str, Any]) -> Iterator[str]:
    if declared["type"] not in TYPES:
        yield f"{declared['type']} is no type"
    if declared["type"] == "array":
        if not (isinstance(declared.get("items"), dict) and "type" in declared["items"]):
            yield "items of an array have a type"
        else:
            yield from faults_of_type(declared["items"])


def fits(value: object, declared: dict[str, Any]) -> bool:
    if isinstance(value, bool) and declared["type"] != "boolean":
        return False
    if isinstance(value, list) and declared["type"] == "array":
        return all(fits(entry, declared["items"]) for entry in value)
    return isinstance(value, TYPES[declared["type"]])


def as_typed(value: object) -> object:
    """`pulumi config set serviceExec true` writes "true"; the CLI takes it for what it says."""
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    return value


@pytest.fixture
def project(root: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((root / "Pulumi.yaml").read_text())
    return read


def test_the_project_file_has_no_fault(project: dict[str, Any]) -> None:
    assert list(faults_of_project(project)) == []


@pytest.mark.parametrize("stack", STACKS)
class TestStackFile:
    @pytest.fixture
    def values(self, root: Path, stack: str) -> dict[str, Any]:
        read: dict[str, Any] = yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text())
        assert set(read) <= OF_A_STACK
        config: dict[str, Any] = read["config"]
        return config

    def test_sets_every_key_that_has_no_default(
        self, values: dict[str, Any], project: dict[str, Any], stack: str
    ) -> None:
        """The CLI refuses a stack in which one is missing."""
        needed = {key for key, declared in project["config"].items() if "default" not in declared}

        assert {f"{project['name']}:{key}" for key in needed} <= set(values)

    def test_sets_values_of_the_declared_types(
        self, values: dict[str, Any], project: dict[str, Any], stack: str
    ) -> None:
        for key, value in values.items():
            namespace, _, name = key.partition(":")
            assert namespace == project["name"]
            assert fits(as_typed(value), project["config"][name]), key


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"runtime": {"name": "python", "venv": ".venv"}}, "runtime has a name and options"),
        ({"name": ""}, "name is no text"),
        ({"configuration": {}}, "configuration is nothing that we use"),
        ({"config": {"zones": {"type": "array"}}}, "zones: items of an array have a type"),
        ({"config": {"days": {"type": "number"}}}, "days: number is no type"),
        ({"config": {"days": {"default": 3}}}, "days: is no declaration with a type"),
        ({"config": {"days": {"type": "integer", "help": "x"}}}, "days: help means nothing"),
        (
            {"config": {"days": {"type": "integer", "default": True}}},
            "days: default True is no integer",
        ),
    ],
)
def test_a_fault_is_found(change: dict[str, Any], fault: str, project: dict[str, Any]) -> None:
    assert fault in list(faults_of_project({**project, **change}))
