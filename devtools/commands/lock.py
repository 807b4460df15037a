"""./dev lock: pin the dependency groups of pyproject.toml, with hashes."""

import argparse
import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

from devtools.cli import Commands
from devtools.console import Problem, step
from devtools.house import House

if TYPE_CHECKING:  # at run time only where used: `up` starts without the tools installed
    from packaging.requirements import Requirement

# Largest first: it decides the versions, the others follow it.
GROUPS = ("dev", "load", "desk", "web", "infra")


def add_to(commands: Commands) -> None:
    command = commands.add_parser(
        "lock",
        help="remake the lock files in requirements/",
        description="Pins what pyproject.toml asks for into requirements/*.txt, with hashes and "
        "without addresses. Versions already pinned stay, unless asked to move.",
    )
    command.add_argument("--upgrade", action="store_true", help="move everything to the newest")
    command.add_argument("--upgrade-package", metavar="NAME", help="move one package")
    command.set_defaults(run=run)


def run(house: House, arguments: argparse.Namespace) -> int:
    for group in GROUPS:
        follow = [] if group == GROUPS[0] else ["--constraint", f"requirements/{GROUPS[0]}.txt"]
        moves = ["--upgrade"] if arguments.upgrade else []
        if arguments.upgrade_package:
            moves += ["--upgrade-package", arguments.upgrade_package]
        with step(f"requirements/{group}.txt"):
            compile_group(house, group, [*follow, *moves])
    return 0


def compile_group(house: House, group: str, options: list[str]) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--group", group]
    command += ["--universal", "--python-version", "3.12", "--generate-hashes"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--annotation-style", "line"]
    command += ["--custom-compile-command", "./dev lock"]
    command += ["--output-file", f"requirements/{group}.txt", *options]
    done = subprocess.run(command, cwd=house.root, check=False)
    if done.returncode != 0:
        raise Problem(
            f"the group '{group}' of pyproject.toml cannot be pinned; what uv said stands above.",
            "loosen the requirement it names, then run ./dev lock again",
        )


# --- Is what is pinned what is asked for? (Asked without the network, by ./dev check.) --------


def asked_for(house: House, group: str) -> "list[Requirement]":
    from packaging.requirements import Requirement  # noqa: PLC0415

    groups: dict[str, list[Any]] = tomllib.loads((house.root / "pyproject.toml").read_text())[
        "dependency-groups"
    ]
    found = []
    for entry in groups[group]:
        if isinstance(entry, dict):
            found += asked_for(house, entry["include-group"])
        else:
            found.append(Requirement(entry))
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(house: House, group: str) -> dict[str, str]:
    text = (house.root / "requirements" / f"{group}.txt").read_text()
    return {
        canonical(name): version
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE)
    }


def out_of_step(house: House) -> list[str]:
    """What pyproject.toml asks for and the lock files do not hold; and pins that disagree."""
    findings = []
    newest = pinned(house, GROUPS[0])
    for group in GROUPS:
        pins = pinned(house, group)
        for requirement in asked_for(house, group):
            version = pins.get(canonical(requirement.name))
            if version is None or version not in requirement.specifier:
                findings.append(f"{group}.txt has {version or 'nothing'} for '{requirement}'")
        findings += [
            f"{group}.txt has {name} {version}, {GROUPS[0]}.txt has {newest.get(name, 'none')}"
            for name, version in pins.items()
            if newest.get(name) != version
        ]
    return findings
