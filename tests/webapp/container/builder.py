"""Carries out a Dockerfile without Docker: each stage in a root file system of its own.

The base image is this machine with this Python at /usr/local, seen through an overlay, so that
what a stage writes stays in the stage. Everything is mounted in a mount namespace of its own and
vanishes with it. It takes root, because only root may mount.
"""

import contextlib
import os
import shlex
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

import psutil

from tests.webapp.container.dockerfile import (
    Dockerfile,
    Stage,
    assignments,
    read_dockerfile,
    sent_to_docker,
)

PATH = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"
# How pip reaches its registry is this machine's business.
PASSED_ON = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT", "REQUESTS_CA")

MOUNT = """
set -eu
over() { mkdir -p "$3/upper" "$3/work"; mount -t overlay overlay \
  -o "lowerdir=$1,upperdir=$3/upper,workdir=$3/work" "$2"; }
mkdir -p "$stage/root"
over / "$stage/root" "$stage/system"
mkdir -p "$stage/root/usr/local"
over "$python" "$stage/root/usr/local" "$stage/python"
# Its library may lie in a home folder that others may not enter.
above="$python"
while [ "$above" != / ]; do chmod a+x "$stage/root$above"; above=$(dirname "$above"); done
mount -t proc proc "$stage/root/proc"
mount --rbind /dev "$stage/root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$stage/root/tmp"
"""

CLOSE = """
set -eu
mount -o remount,ro "$stage/root/usr/local"
mount -o remount,ro "$stage/root"
"""


@dataclass
class Built:
    """A stage as far as it was carried out."""

    root: str
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"


@dataclass
class Builder:
    """One build in one mount namespace."""

    context: Path
    dockerfile: Dockerfile
    namespace: int
    scratch: str
    stages: dict[str, Built] = field(default_factory=dict)

    def build(self) -> Built:
        for stage in self.dockerfile.stages:
            self.carry_out(stage)
        built = self.stages[self.dockerfile.last.name]
        self._inside(["sh", "-c", CLOSE], stage=self._folder(self.dockerfile.last))
        return built

    def carry_out(self, stage: Stage) -> None:
        folder = self._folder(stage)
        self._inside(["sh", "-c", MOUNT], stage=folder, python=sys.base_prefix)
        built = self.stages[stage.name] = Built(f"{folder}/root")
        for instruction in stage.instructions:
            if instruction.word == "ENV":
                for name, value in assignments(instruction).items():
                    built.environment[name] = Template(value).substitute(built.environment)
            elif instruction.word == "WORKDIR":
                built.folder = instruction.text
                self._inside(["mkdir", "-p", built.root + built.folder])
            elif instruction.word == "COPY":
                self._copy(built, instruction.text.split())
            elif instruction.word == "RUN":
                self._inside(self.command(built, ["sh", "-c", instruction.text], passed_on()))

    def command(
        self, built: Built, words: Sequence[str], environment: Mapping[str, str]
    ) -> list[str]:
        """These words within a stage, with its environment and in its folder."""
        settings = [
            f"{name}={value}" for name, value in {**built.environment, **environment}.items()
        ]
        return ["chroot", built.root, "env", "-i", "-C", built.folder, *settings, *words]

    def within(self, words: Sequence[str]) -> list[str]:
        return ["nsenter", f"--mount=/proc/{self.namespace}/ns/mnt", "--", *words]

    def as_user(
        self, built: Built, words: Sequence[str], environment: Mapping[str, str]
    ) -> list[str]:
        """As an orchestrator starts it: by number, without capabilities, as process 1."""
        [user] = self.dockerfile.last.all_of("USER")
        uid, gid = user.text.split(":")
        drop = ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", "--no-new-privs"]
        drop += ["--bounding-set", "-all", "--inh-caps", "-all"]
        inner = self.command(built, [*drop, *words], environment)
        return self.within(["unshare", "--pid", "--fork", *inner])

    def _copy(self, built: Built, words: list[str]) -> None:
        source, target = words[-2:]
        if words[0].startswith("--from="):
            origin = self.stages[words[0].removeprefix("--from=")].root
            self._inside(["mkdir", "-p", str(Path(built.root + target).parent)])
            self._inside(["cp", "-a", f"{origin}{source}", f"{built.root}{target}"])
            return
        archive = Path(tempfile.mkstemp(suffix=".tar", dir=self.context / ".data")[1])
        try:
            with tarfile.open(archive, "w") as tar:
                for path in sent_to_docker(self.context):
                    if path == source or path.startswith(f"{source}/"):
                        tar.add(self.context / path, arcname=target + path.removeprefix(source))
            self._inside(["tar", "-xf", str(archive), "--no-same-owner", "-C", built.root])
        finally:
            archive.unlink()

    def _folder(self, stage: Stage) -> str:
        return f"{self.scratch}/{stage.name}"

    def _inside(self, words: Sequence[str], **environment: str) -> None:
        done = subprocess.run(
            self.within(words),
            env=dict(os.environ) | environment,
            cwd="/",
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{shlex.join(words)}\n{done.stdout}{done.stderr}")


def passed_on() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.upper().startswith(PASSED_ON)}


@contextlib.contextmanager
def builder(context: Path) -> Iterator[Builder]:
    """A builder for a repository; all it mounts is gone at the end."""
    scratch = tempfile.mkdtemp(prefix="image-")
    holder = subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c",
         f"mount -t tmpfs -o size=4g tmpfs {scratch} && echo ready && exec sleep infinity"],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        if holder.stdout is None or holder.stdout.readline() != "ready\n":
            raise RuntimeError("no mount namespace could be made")
        yield Builder(context, read_dockerfile(context / "webapp/Dockerfile"), holder.pid, scratch)
    finally:
        holder.kill()
        holder.communicate()
        Path(scratch).rmdir()


def first_process(started: subprocess.Popen[bytes]) -> psutil.Process:
    """What runs as process 1: nsenter becomes unshare, which waits for it."""
    for child in psutil.Process(started.pid).children():
        return child
    raise psutil.NoSuchProcess(started.pid)
