"""Runs the real program of a stack under the recorder, with the configuration its files hold."""

import json
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.plan.recorder import Graph, record


def stack_config(root: Path, stack: str) -> dict[str, str]:
    """What `pulumi` would hand to the program: Pulumi.yaml's defaults under the stack's values."""
    project = yaml.safe_load((root / "Pulumi.yaml").read_text())
    values = {
        key: declared["default"]
        for key, declared in project["config"].items()
        if "default" in declared
    }
    stack_file = yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text())
    prefix = f"{project['name']}:"
    values |= {key.removeprefix(prefix): value for key, value in stack_file["config"].items()}
    return {key: as_text(value) for key, value in values.items()}


def as_text(value: object) -> str:
    """A value as the engine passes it on: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def record_stack(
    root: Path,
    stack: str,
    *,
    overrides: Mapping[str, object] | None = None,
    preview: bool = False,
    calls: Mapping[str, Mapping[str, Any]] | None = None,
) -> Graph:
    """The graph of a stack, with some keys set otherwise."""
    values = stack_config(root, stack)
    values |= {key: as_text(value) for key, value in (overrides or {}).items()}
    return record(
        lambda: runpy.run_path(str(root / "__main__.py"), run_name="__main__"),
        stack=stack,
        config=values,
        preview=preview,
        calls=calls,
    )
