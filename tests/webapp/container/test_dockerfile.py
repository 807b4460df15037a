"""The Dockerfile read as a document: what it must say, and what it must never."""

import re
from pathlib import Path

import pytest

from tests.webapp.container.dockerfile import (
    Dockerfile,
    assignments,
    instructions,
    read_dockerfile,
    sent_to_docker,
)


@pytest.fixture(scope="module")
def dockerfile() -> Dockerfile:
    return read_dockerfile(Path(__file__).resolve().parents[3] / "webapp/Dockerfile")


class TestBase:
    def test_is_the_same_for_every_stage_and_pinned_by_digest(self, dockerfile: Dockerfile) -> None:
        assert {stage.base for stage in dockerfile.stages} == {"${PYTHON_IMAGE}"}
        assert re.fullmatch(
            r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", dockerfile.arguments["PYTHON_IMAGE"]
        )

    def test_has_the_python_that_desks_have(self, dockerfile: Dockerfile, repository: Path) -> None:
        version = (repository / ".python-version").read_text().strip()

        assert dockerfile.arguments["PYTHON_IMAGE"].startswith(f"python:{version}.")


class TestBuilding:
    def test_installs_only_what_is_pinned_and_compiles_nothing(
        self, dockerfile: Dockerfile
    ) -> None:
        runs = [run.text for stage in dockerfile.stages for run in stage.all_of("RUN")]
        installs = [run for run in runs if " install" in run]

        [install] = installs
        assert "--requirement /app/requirements/web.txt" in install
        for option in ("--require-hashes", "--no-deps", "--only-binary :all:"):
            assert option in install

    def test_fetches_nothing_else(self, dockerfile: Dockerfile) -> None:
        runs = " ".join(run.text for stage in dockerfile.stages for run in stage.all_of("RUN"))

        assert not re.search(r"\b(apt|apt-get|apk|curl|wget|git|gcc|npm)\b|https?://", runs)

    def test_makes_translations_and_static_files(self, dockerfile: Dockerfile) -> None:
        runs = " ".join(run.text for run in dockerfile.stages[0].all_of("RUN"))

        assert "devtools.messages compile" in runs
        assert "manage.py collectstatic" in runs

    def test_is_sent_the_application_and_no_more(self, repository: Path) -> None:
        sent = sent_to_docker(repository)

        assert {"webapp/manage.py", "requirements/web.txt", "devtools/messages.py"} <= set(sent)
        assert {path.split("/")[0] for path in sent} == {"devtools", "requirements", "webapp"}
        assert not [path for path in sent if path.endswith((".mo", ".pyc")) or "/media/" in path]
        assert [path for path in sent if path.startswith("requirements")] == [
            "requirements/web.txt"
        ]

    def test_keeps_no_secret(self, dockerfile: Dockerfile) -> None:
        kept = [
            name
            for stage in dockerfile.stages
            for entry in stage.all_of("ENV")
            for name in assignments(entry)
        ]

        assert not [name for name in kept if re.search("SECRET|PASSWORD|TOKEN|KEY|URL", name)]
        assert not [stage.all_of("ARG") for stage in dockerfile.stages if stage.all_of("ARG")]


class TestRunning:
    def test_takes_over_results_only(self, dockerfile: Dockerfile) -> None:
        copied = [entry.text for entry in dockerfile.last.all_of("COPY")]

        assert copied
        assert all(text.startswith("--from=build ") for text in copied)
        assert [run.text for run in dockerfile.last.all_of("RUN")] == [
            "python -m pip uninstall --yes --quiet --root-user-action=ignore pip"
        ]

    def test_is_by_a_number_that_is_not_root(self, dockerfile: Dockerfile) -> None:
        [user] = dockerfile.last.all_of("USER")

        assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user.text)

    def test_writes_to_tmp_only(self, dockerfile: Dockerfile) -> None:
        [volume] = dockerfile.last.all_of("VOLUME")

        assert volume.as_list == ["/tmp"]

    def test_makes_gunicorn_process_1(self, dockerfile: Dockerfile) -> None:
        [command] = dockerfile.last.all_of("CMD")

        assert command.as_list == ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000"]
        assert [entry.text for entry in dockerfile.last.all_of("EXPOSE")] == ["8000"]


class TestReading:
    """The parser itself, for the two tests that rely on it."""

    def test_joins_lines_and_skips_comments(self) -> None:
        [one] = instructions("# a\nRUN first \\\n    # b\n    && second\n")

        assert (one.word, one.text) == ("RUN", "first && second")

    def test_refuses_what_it_does_not_know(self, tmp_path: Path) -> None:
        """HEALTHCHECK is the orchestrator's business, and ADD fetches what nobody has seen."""
        for line in ("HEALTHCHECK NONE", "ADD https://example.com /x", "ENTRYPOINT ['x']"):
            (tmp_path / "Dockerfile").write_text(f"FROM x AS y\n{line}\n")
            with pytest.raises(ValueError, match=line.split()[0]):
                read_dockerfile(tmp_path / "Dockerfile")

    def test_the_last_rule_of_dockerignore_decides(self, tmp_path: Path) -> None:
        (tmp_path / ".dockerignore").write_text("*\n!app\n**/*.mo\napp/media\n")
        for path in ("app/a.py", "app/b.mo", "app/deep/c.mo", "app/media/d.png", "other/e.py"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).touch()

        assert sent_to_docker(tmp_path) == ["app/a.py"]
