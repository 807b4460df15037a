"""The image: a repository that never moves a tag, and the very bytes that are run."""

import subprocess
from pathlib import Path

import pytest

from infra.image_tag import PARTS, image_tag
from infra.plan.recorder import Graph, Record
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import BASE_DIGEST, DIGEST, OTHERWISE, WITH_GATEWAYS
from tests.webapp.container.dockerfile import sent_to_docker


def repository(graph: Graph) -> Record:
    return graph.one("ecr/repository:Repository")


@pytest.mark.parametrize("stack", STACKS)
class TestRepository:
    def test_never_moves_a_tag_and_looks_at_what_comes_in(self, deploy: Deploy, stack: str) -> None:
        inputs = repository(deploy(stack)).inputs

        assert inputs["name"] == f"drone-{stack}-ecr-web"
        assert inputs["imageTagMutability"] == "IMMUTABLE"
        assert inputs["imageScanningConfiguration"] == {"scanOnPush": True}

    def test_is_encrypted_with_our_key(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        [encryption] = repository(graph).inputs["encryptionConfigurations"]
        assert encryption["encryptionType"] == "KMS"
        assert encryption["kmsKey"].endswith(":keys-main")

    def test_keeps_the_latest_three(self, deploy: Deploy, stack: str) -> None:
        rules = deploy(stack).one("ecr/lifecyclePolicy:LifecyclePolicy").document("policy")["rules"]

        tagged, untagged = rules
        assert tagged["selection"] == {
            "tagStatus": "tagged",
            "tagPatternList": ["*"],
            "countType": "imageCountMoreThan",
            "countNumber": 3,
        }
        assert untagged["selection"]["tagStatus"] == "untagged"
        assert [rule["rulePriority"] for rule in rules] == [1, 2]


class TestProtection:
    def test_follows_the_value(self, deploy: Deploy) -> None:
        assert repository(deploy("prd")).protect
        assert repository(deploy("prd")).inputs["forceDelete"] is False
        assert not repository(deploy("stg")).protect
        assert repository(deploy("stg")).inputs["forceDelete"] is True


class TestReaders:
    def test_may_fetch_and_nothing_else(self, deploy: Deploy) -> None:
        graph = deploy("stg")

        [statement] = graph.one("ecr/repositoryPolicy:RepositoryPolicy").document("policy")[
            "Statement"
        ]
        assert statement["Principal"] == {"AWS": ["arn:aws:iam::222222222222:root"]}
        assert set(statement["Action"]) == {
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        }

    def test_need_not_be(self, deploy: Deploy) -> None:
        assert not deploy("prd").of_type("ecr/repositoryPolicy:RepositoryPolicy")


class TestBuilding:
    def test_is_for_the_processors_of_the_tasks(self, deploy: Deploy) -> None:
        arm = deploy("stg").one("awsx:ecr:Image").inputs
        intel = deploy("stg", **OTHERWISE).one("awsx:ecr:Image").inputs

        assert (arm["platform"], intel["platform"]) == ("linux/arm64", "linux/amd64")

    def test_starts_at_the_root_and_is_named_after_a_commit(
        self, deploy: Deploy, root: Path
    ) -> None:
        inputs = deploy("stg").one("awsx:ecr:Image").inputs

        assert inputs["context"] == str(root)
        assert Path(inputs["dockerfile"]) == root / "webapp" / "Dockerfile"
        assert inputs["imageTag"] == image_tag(root)

    def test_stands_on_another_python_if_told(self, deploy: Deploy) -> None:
        plain = deploy("stg").one("awsx:ecr:Image").inputs
        moved = deploy("stg", **OTHERWISE).one("awsx:ecr:Image").inputs

        assert not plain.get("args")
        assert moved["args"] == {"PYTHON_IMAGE": f"python:3.13-slim-trixie@{BASE_DIGEST}"}

    def test_runs_what_was_built_by_its_digest(self, deploy: Deploy) -> None:
        assert "@sha256:" in deploy("stg").outputs["image"]


class TestAnImageThatWasTested:
    def test_is_run_and_nothing_is_built(self, deploy: Deploy) -> None:
        graph = deploy("prd", **WITH_GATEWAYS)

        assert not graph.of_type("awsx:ecr:Image")
        assert graph.outputs["image"] == (f"{graph.outputs['repository']}@{DIGEST}")


class TestTag:
    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        for part in ("webapp/manage.py", "requirements/web.txt", "docs/readme.md"):
            (tmp_path / part).parent.mkdir(exist_ok=True)
            (tmp_path / part).write_text("first\n")
        git(tmp_path, "init", "--quiet")
        commit(tmp_path)
        return tmp_path

    def test_is_the_commit(self, checkout: Path) -> None:
        assert image_tag(checkout) == git(checkout, "rev-parse", "--short=12", "HEAD")

    def test_stays_when_something_else_changes(self, checkout: Path) -> None:
        before = image_tag(checkout)

        (checkout / "docs/readme.md").write_text("second\n")
        commit(checkout)

        assert image_tag(checkout) == before

    def test_tells_apart_what_is_not_committed(self, checkout: Path) -> None:
        clean = image_tag(checkout)

        (checkout / "webapp/manage.py").write_text("changed\n")
        changed = image_tag(checkout)
        (checkout / "webapp/new.py").write_text("new\n")
        added = image_tag(checkout)

        assert changed.startswith(f"{clean}-")
        assert len({clean, changed, added}) == 3

    def test_covers_all_that_docker_is_sent(self, root: Path) -> None:
        assert all(
            path.startswith(PARTS) for path in sent_to_docker(root) if "__init__" not in path
        )

    def test_needs_a_commit(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "--quiet")

        with pytest.raises(subprocess.CalledProcessError):
            image_tag(tmp_path)


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "x")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()
