"""Making .venv, also after an interruption. Empty requirements need no network."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from devtools import bootstrap


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    for name in ("desk", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"# nothing for {name}\n")
    return tmp_path


def pretend_installed(root: Path, name: str) -> None:
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").touch()
    stamp = {"set": name, "hash": bootstrap.fingerprint(root, name), "root": str(root)}
    (root / ".venv" / "installed.json").write_text(json.dumps(stamp))


class TestIsCurrent:
    def test_asks_for_nothing_when_the_set_is_installed(self, root: Path) -> None:
        pretend_installed(root, "desk")

        assert bootstrap.is_current(root, "desk")

    def test_takes_the_larger_set_for_the_smaller(self, root: Path) -> None:
        pretend_installed(root, "dev")

        assert bootstrap.is_current(root, "desk")

    def test_asks_for_the_tools_when_only_the_smaller_set_is_there(self, root: Path) -> None:
        pretend_installed(root, "desk")

        assert not bootstrap.is_current(root, "dev")

    def test_notices_changed_requirements(self, root: Path) -> None:
        pretend_installed(root, "desk")
        (root / "requirements" / "desk.txt").write_text("# changed\n")

        assert not bootstrap.is_current(root, "desk")

    def test_does_not_trust_a_folder_that_was_moved(self, root: Path) -> None:
        pretend_installed(root, "desk")
        moved = root.with_name("moved")
        shutil.move(root, moved)

        assert not bootstrap.is_current(moved, "desk")


class TestPrepare:
    @pytest.mark.slow
    def test_remakes_what_was_interrupted(self, root: Path) -> None:
        left_half = root / ".venv" / "lib" / "left-half.txt"
        left_half.parent.mkdir(parents=True)
        left_half.touch()

        bootstrap.prepare(root, "desk")

        assert not left_half.exists()
        assert bootstrap.is_current(root, "desk")
        subprocess.run([root / ".venv" / "bin" / "python", "-c", "import pip"], check=True)

    def test_changes_nothing_when_the_disk_is_full(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 5_000_000))

        with pytest.raises(bootstrap.CannotPrepareError, match="5 MB are free") as error:
            bootstrap.prepare(root, "desk")

        assert "Make room and run the same command again; nothing has been" in str(error.value)
        assert not (root / ".venv").exists()


class TestExplains:
    def test_a_python_without_its_venv_module(self) -> None:
        said = bootstrap.why_no_venv("The virtual environment was not created: ensurepip is not …")

        assert "-venv" in said

    def test_a_registry_that_is_not_reached(self) -> None:
        said = bootstrap.why_no_packages("WARNING: Retrying (Retry(total=4 …", Path("desk.txt"))

        assert "needs the network" in said

    def test_a_package_that_is_not_the_pinned_one(self) -> None:
        said = bootstrap.why_no_packages(
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM …", Path("desk.txt")
        )

        assert "nothing was installed" in said
