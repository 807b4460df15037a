"""The platform under a recorder: `deploy` runs a whole stack, `build` one component."""

import hashlib
import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pulumi
import pytest

from infra.config import StackConfig
from infra.plan.program import as_text, record_stack, stack_config
from infra.plan.recorder import Graph, record

STACKS = ("stg", "prd")


class Deploy(Protocol):
    """`deploy("stg", natKind="gateway")`: the graph of the real program with that key set so.

    `preview=True` runs it as a first preview, in which nothing is known that AWS computes.
    """

    def __call__(self, stack: str, /, **overrides: object) -> Graph: ...


class Build(Protocol):
    """`build(program)`: the graph of a program that takes the configuration of a stack."""

    def __call__(
        self,
        program: Callable[[StackConfig], object],
        *,
        stack: str = "stg",
        preview: bool = False,
        **overrides: object,
    ) -> Graph: ...


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def recorded(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, bool, Mapping[str, str]], Graph]:
    """Each combination is run once a session: a graph is never changed.

    Half a second each, so workers that run side by side hand theirs to each other.
    """
    graphs: dict[tuple[object, ...], Graph] = {}
    shared = tmp_path_factory.getbasetemp().parent / "graphs" if _is_one_of_several() else None

    def run(stack: str, preview: bool, overrides: Mapping[str, str]) -> Graph:
        key = (stack, preview, *sorted(overrides.items()))
        if key not in graphs:
            graphs[key] = handed_over(
                shared and shared / hashlib.sha256(repr(key).encode()).hexdigest(),
                lambda: record_stack(root, stack, overrides=overrides, preview=preview),
            )
        return graphs[key]

    return run


def handed_over(file: Path | None, make: Callable[[], Graph]) -> Graph:
    if file is None:
        return make()
    if not file.exists():
        graph = make()
        file.parent.mkdir(exist_ok=True)
        own = file.with_suffix(f".{os.getpid()}")
        own.write_bytes(pickle.dumps(graph))
        own.replace(file)  # whole or not at all
        return graph
    read: Graph = pickle.loads(file.read_bytes())
    return read


def _is_one_of_several() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.fixture
def deploy(recorded: Callable[[str, bool, Mapping[str, str]], Graph]) -> Deploy:
    def run(stack: str, /, **overrides: object) -> Graph:
        preview = bool(overrides.pop("preview", False))
        return recorded(stack, preview, {key: as_text(value) for key, value in overrides.items()})

    return run


@pytest.fixture
def build(root: Path) -> Build:
    def run(
        program: Callable[[StackConfig], object],
        *,
        stack: str = "stg",
        preview: bool = False,
        **overrides: object,
    ) -> Graph:
        values = stack_config(root, stack)
        values |= {key: as_text(value) for key, value in overrides.items()}
        return record(
            lambda: program(StackConfig.from_pulumi()), stack=stack, config=values, preview=preview
        )

    return run


class ReadConfig(Protocol):
    """`read_config("prd", natKind="gateway")`: the configuration alone, nothing deployed."""

    def __call__(self, stack: str = "stg", /, **overrides: object) -> StackConfig: ...


@pytest.fixture
def read_config(root: Path) -> ReadConfig:
    def read(stack: str = "stg", /, **overrides: object) -> StackConfig:
        values = stack_config(root, stack)
        values |= {key: as_text(value) for key, value in overrides.items()}
        project = pulumi.get_project()
        pulumi.runtime.set_all_config({f"{project}:{key}": text for key, text in values.items()})
        return StackConfig.from_pulumi()

    return read
