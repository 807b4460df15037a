"""The lock files: complete, the same everywhere, and those of pyproject.toml."""

import re
import shutil
from pathlib import Path

import pytest

from devtools.commands.lock import GROUPS, out_of_step, pinned
from devtools.house import House


@pytest.fixture(params=GROUPS)
def lock_file(request: pytest.FixtureRequest, repository: Path) -> str:
    return (repository / "requirements" / f"{request.param}.txt").read_text()


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> House:
    shutil.copy(repository / "pyproject.toml", tmp_path)
    shutil.copytree(repository / "requirements", tmp_path / "requirements")
    return House(tmp_path)


class TestLockFiles:
    def test_name_no_address(self, lock_file: str) -> None:
        assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|@ ", lock_file)

    def test_name_no_folder_of_a_machine(self, lock_file: str) -> None:
        assert not re.search(r"(^|\s)/\w", lock_file)

    def test_have_a_hash_for_every_package(self, lock_file: str) -> None:
        packages = re.split(r"^(?=[A-Za-z0-9])", lock_file, flags=re.MULTILINE)[1:]

        assert packages
        assert [text for text in packages if "--hash=sha256:" not in text] == []

    def test_hold_what_pyproject_asks_for(self, repository: Path) -> None:
        assert out_of_step(House(repository)) == []


class TestOutOfStep:
    def test_finds_a_requirement_without_a_pin(self, copy: House) -> None:
        project = copy.root / "pyproject.toml"
        project.write_text(project.read_text().replace("web = [", 'web = ["not-yet-locked>=2",', 1))

        assert "web.txt has nothing for 'not-yet-locked>=2'" in out_of_step(copy)

    def test_finds_a_version_that_is_not_asked_for(self, copy: House) -> None:
        project = copy.root / "pyproject.toml"
        project.write_text(project.read_text().replace("django~=6.1", "django~=99.0", 1))

        assert [found for found in out_of_step(copy) if "django~=99.0" in found] != []

    def test_finds_files_that_disagree(self, copy: House) -> None:
        version = pinned(copy, "web")["django"]
        file = copy.root / "requirements" / "web.txt"
        file.write_text(file.read_text().replace(f"django=={version}", "django==6.1.999"))

        assert f"web.txt has django 6.1.999, dev.txt has {version}" in out_of_step(copy)
