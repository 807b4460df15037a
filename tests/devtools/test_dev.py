"""The bash script: which Python it takes, and what it says when there is none."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ("bash", "cat", "dirname", "find", "head", "readlink")
FAKE_BOOTSTRAP = "import sys; print('bootstrap', *sys.argv[1:]); sys.exit(42)"


@pytest.fixture
def checkout(tmp_path: Path, repository: Path) -> Path:
    """`dev` alone, with a PATH that holds no Python."""
    shutil.copy(repository / "dev", tmp_path)
    (tmp_path / "devtools").mkdir()
    (tmp_path / "devtools" / "bootstrap.py").write_text(FAKE_BOOTSTRAP)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def put_program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/usr/bin/env bash\n{script}\n")
    path.chmod(0o755)


def run(checkout: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout / "bin"), "HOME": str(checkout)} | variables
    return subprocess.run(
        [checkout / "dev", *words], env=environment, capture_output=True, text=True, check=False
    )


class TestFindsPython:
    def test_says_what_to_do_when_there_is_none(self, checkout: Path) -> None:
        put_program(checkout / "bin" / "python3", "echo 'Python 3.8.10'; exit 1")

        done = run(checkout, "up")

        assert done.returncode == 1
        assert "no Python 3.12 or newer was found" in done.stderr
        assert "python3: Python 3.8.10" in done.stderr
        assert "PYTHON=/path/to/python3 ./dev up" in done.stderr

    def test_passes_over_a_shim_that_does_not_run(self, checkout: Path) -> None:
        put_program(checkout / "bin" / "python3.13", "echo 'version not installed' >&2; exit 127")
        put_program(checkout / "bin" / "python3", f'exec {sys.executable} "$@"')

        assert run(checkout, "up").returncode == 42

    def test_looks_among_the_versions_of_pyenv(self, checkout: Path) -> None:
        versions = checkout / "elsewhere" / "versions"
        put_program(versions / "3.12.9" / "bin" / "python3", f'exec {sys.executable} "$@"')

        assert run(checkout, "up", PYENV_ROOT=str(checkout / "elsewhere")).returncode == 42

    def test_takes_the_one_it_is_told(self, checkout: Path) -> None:
        put_program(checkout / "mine", f'exec {sys.executable} "$@"')

        assert run(checkout, "up", PYTHON=str(checkout / "mine")).returncode == 42

    def test_says_what_is_wrong_with_the_one_it_is_told(self, checkout: Path) -> None:
        put_program(checkout / "mine", "echo 'Python 2.7.18'; exit 1")

        done = run(checkout, "up", PYTHON=str(checkout / "mine"))

        assert f"{checkout / 'mine'}: Python 2.7.18" in done.stderr


class TestChoosesRequirements:
    @pytest.mark.parametrize("command", ["test", "check", "lock"])
    def test_installs_the_tools_for(self, checkout: Path, command: str) -> None:
        done = run(checkout, command, PYTHON=sys.executable)

        assert done.stdout.strip() == "bootstrap dev"

    @pytest.mark.parametrize("command", ["up", "manage", "reset", "psql", "--help"])
    def test_installs_no_tools_for(self, checkout: Path, command: str) -> None:
        done = run(checkout, command, PYTHON=sys.executable)

        assert done.stdout.strip() == "bootstrap desk"


class TestHelp:
    def test_names_every_command(self, repository: Path, tmp_path: Path) -> None:
        done = subprocess.run(
            [repository / "dev", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
        )

        for command in ("up", "test", "check", "manage", "reset", "psql", "lock"):
            assert f"\n    {command} " in done.stdout
