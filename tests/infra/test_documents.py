"""What the documents tell people to type is what the program knows: keys, outputs, names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import WITH_DOMAIN

DOCUMENTS = ("README.md", "docs/deploying.md")
# `pulumi config set --stack stg --path 'wafAdminAddresses[0]' …`
SET = re.compile(r"pulumi config set((?: --stack \w+| --path)*) '?(\w+)")
OUTPUT = re.compile(r"pulumi stack output (?:--stack \w+ )?([a-z-]+)")
# drone-stg-ecs-web and the like, and /drone/prd/ecs/exec
NAME = re.compile(r"\b(drone-(?:stg|prd)-[a-z-]+)|(/drone/(?:stg|prd)/[a-z/]+)")
MADE_BY_HAND = {"drone-prd-before-the-end"}


@pytest.fixture(params=DOCUMENTS)
def text(request: pytest.FixtureRequest, root: Path) -> str:
    return (root / str(request.param)).read_text()


@pytest.fixture
def keys(root: Path) -> set[str]:
    return set(yaml.safe_load((root / "Pulumi.yaml").read_text())["config"])


def texts_within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from texts_within(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from texts_within(entry)


def test_keys_that_are_set_exist(text: str, keys: set[str]) -> None:
    assert {key for _, key in SET.findall(text)} <= keys


def test_a_stack_is_named_wherever_a_key_is_set(text: str) -> None:
    assert all("--stack" in options for options, _ in SET.findall(text))


def test_words_that_look_like_keys_are_keys(root: Path, keys: set[str]) -> None:
    quoted = re.findall(r"`([a-z]+[A-Z]\w+)(?: [\w.]+)?`", (root / "docs/deploying.md").read_text())

    assert len(quoted) > 10
    assert set(quoted) <= keys


def test_outputs_that_are_asked_for_exist(text: str, deploy: Deploy) -> None:
    assert set(OUTPUT.findall(text)) <= set(deploy("stg").outputs)


def test_names_are_those_of_resources(text: str, deploy: Deploy) -> None:
    known = {
        said
        for stack in STACKS
        for record in deploy(stack, **WITH_DOMAIN)
        for said in texts_within(record.inputs)
    }

    told = {first or second for first, second in NAME.findall(text)} - MADE_BY_HAND
    assert told <= known


def test_targets_are_resources(root: Path, deploy: Deploy) -> None:
    urns = [record.urn for record in deploy("prd", **WITH_DOMAIN)]

    targets = re.findall(r"--target '\*\*(::[\w-]+)'", (root / "docs/deploying.md").read_text())
    assert len(targets) == 3
    for target in targets:
        assert [urn for urn in urns if urn.endswith(target)], target
