"""Reads a Dockerfile and a .dockerignore, as far as ours go.

A parser of our own, because the same reading serves two tests: one that judges the instructions
and one that carries them out without Docker. A linter (hadolint) would be a program from outside
any registry, and would carry out nothing.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

WORDS = frozenset(
    ("ARG", "CMD", "COPY", "ENV", "EXPOSE", "FROM", "RUN", "USER", "VOLUME", "WORKDIR")
)


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continued lines joined."""

    word: str
    text: str

    @property
    def as_list(self) -> list[str]:
        """The exec form; fails for the shell form."""
        found: list[str] = json.loads(self.text)
        return found


@dataclass
class Stage:
    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all_of(self, word: str) -> list[Instruction]:
        return [entry for entry in self.instructions if entry.word == word]


@dataclass
class Dockerfile:
    arguments: dict[str, str]
    stages: list[Stage]

    @property
    def last(self) -> Stage:
        return self.stages[-1]


def read_dockerfile(path: Path) -> Dockerfile:
    found = Dockerfile(arguments={}, stages=[])
    for instruction in instructions(path.read_text()):
        if instruction.word not in WORDS:
            raise ValueError(f"{instruction.word}: the tests do not know this instruction")
        if instruction.word == "FROM":
            base, _, name = instruction.text.partition(" AS ")
            found.stages.append(Stage(base.strip(), name.strip()))
        elif found.stages:
            found.last.instructions.append(instruction)
        else:
            name, _, default = instruction.text.partition("=")
            found.arguments[name] = default
    return found


def instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, _, rest = line.partition(" ")
        found.append(Instruction(word, rest.strip()))
    return found


def assignments(instruction: Instruction) -> dict[str, str]:
    """What an ENV sets."""
    return dict(word.split("=", 1) for word in instruction.text.split())


def sent_to_docker(root: Path) -> list[str]:
    """The files that .dockerignore lets through, as paths below `root`."""
    rules = [
        line
        for line in (root / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    if rules[0] != "*":
        raise ValueError(".dockerignore must begin by leaving out everything")
    admitted = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    tops = sorted({rule.split("/")[0] for rule in admitted})
    files = (
        path.relative_to(root).as_posix()
        for top in tops
        for path in (root / top).rglob("*")
        if path.is_file()
    )
    return sorted(path for path in files if _passes(path, rules))


def _passes(path: str, rules: list[str]) -> bool:
    """The last rule that fits the path, or a folder it lies in, decides."""
    passes = True
    parts = path.split("/")
    above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    for rule in rules:
        pattern = _pattern(rule.removeprefix("!"))
        if any(pattern.fullmatch(entry) for entry in above):
            passes = rule.startswith("!")
    return passes


def _pattern(rule: str) -> re.Pattern[str]:
    pieces = {"**/": r"(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile(
        re.sub(
            r"\*\*/|\*\*|\*|\?|[^*?]+",
            lambda found: pieces.get(found[0], re.escape(found[0])),
            rule,
        )
    )
