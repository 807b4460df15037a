import json

import pytest

from infra.plan.recorder import Graph
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import OTHERWISE, WITH_AURORA

SECRET = "secretsmanager/secret:Secret"
VERSION = "secretsmanager/secretVersion:SecretVersion"


def value_of(graph: Graph, name: str) -> dict[str, str]:
    value: dict[str, str] = json.loads(graph.one(VERSION, name).inputs["secretStringWo"])
    return value


@pytest.mark.parametrize("stack", STACKS)
class TestSecrets:
    def test_are_named_with_the_environment_last(self, stack: str, deploy: Deploy) -> None:
        names = {secret.inputs["name"] for secret in deploy(stack).of_type(SECRET)}

        assert names == {
            f"{name}-main-{stack}" for name in ("rds", "django", "audit", "second-factor")
        }

    def test_hold_what_the_application_signs_in_with(self, stack: str, deploy: Deploy) -> None:
        assert value_of(deploy(stack), "rds-main") == {
            "DB_HOST": "database-instance.rds.example",
            "DB_PORT": "5432",
            "DB_NAME": "inventory",
            "DB_USER_NAME": "inventory_app_1",
            "DB_PASSWORD": "drawn-by-aws",
        }

    def test_are_write_only_and_wrapped_all_the_way(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        for version in graph.of_type(VERSION):
            assert "secretString" not in version.inputs
            assert "secretStringWo" in version.secret_inputs
        for record in graph:
            if record not in graph.of_type(VERSION):
                assert "drawn-by-aws" not in json.dumps(dict(record.inputs)), record

    def test_are_in_no_output(self, stack: str, deploy: Deploy) -> None:
        outputs = deploy(stack).outputs

        assert "drawn-by-aws" not in json.dumps(outputs)
        assert outputs["database-secret"].endswith(":secrets-rds-main")


class TestKeys:
    def test_are_drawn_apart(self, deploy: Deploy) -> None:
        """What signs sessions may change any day; what signs the audit log must not with it."""
        graph = deploy("prd", secretsDatabaseGeneration=2)

        keys = [graph.one(VERSION, f"{name}-main") for name in ("django", "audit", "second-factor")]
        assert [key.inputs["secretStringWo"] for key in keys] == ["drawn-by-aws"] * 3
        assert len({key.inputs["secretId"] for key in keys}) == 3

    def test_of_second_factors_stays_whatever_is_counted_up(self, deploy: Deploy) -> None:
        before, after = (
            deploy("stg"),
            deploy("stg", secretsDjangoGeneration=2, secretsAuditGeneration=2),
        )

        assert number(before, "second-factor-main") == number(after, "second-factor-main")
        for changed in ("django-main", "audit-main"):
            assert number(before, changed) != number(after, changed)

    def test_are_hard_to_lose_in_production(self, deploy: Deploy) -> None:
        for secret in deploy("prd").of_type(SECRET):
            assert secret.protect
        assert not any(secret.protect for secret in deploy("stg").of_type(SECRET))


class TestGenerations:
    def test_a_new_one_is_a_new_user_and_a_new_version(self, deploy: Deploy) -> None:
        before, after = deploy("prd"), deploy("prd", secretsDatabaseGeneration=2)

        assert value_of(after, "rds-main")["DB_USER_NAME"] == "inventory_app_2"
        assert number(before, "rds-main") != number(after, "rds-main")
        for other in ("django-main", "audit-main", "second-factor-main"):
            assert number(before, other) == number(after, other)

    def test_another_database_is_a_new_version_too(self, deploy: Deploy) -> None:
        """Nothing compares a write-only value: its number must say that it changed."""
        before, after = deploy("prd"), deploy("prd", **WITH_AURORA)

        assert number(before, "rds-main") != number(after, "rds-main")

    def test_the_version_before_stays_for_tasks_that_are_rolled_back(self, deploy: Deploy) -> None:
        assert all(version.retain_on_delete for version in deploy("prd").of_type(VERSION))

    def test_stay_as_they_are_from_one_deployment_to_the_next(self, deploy: Deploy) -> None:
        once, again = deploy("prd"), deploy("prd", **OTHERWISE)

        assert number(once, "rds-main") == number(again, "rds-main")

    def test_a_new_version_is_a_new_task_definition(self, deploy: Deploy) -> None:
        """Tasks name the version they start with, so ECS replaces them for a new one."""
        [web] = [
            container
            for container in json.loads(
                deploy("prd")
                .one("ecs/taskDefinition:TaskDefinition", "web")
                .inputs["containerDefinitions"]
            )
            if container["name"] == "web"
        ]

        named = {secret["name"]: secret["valueFrom"] for secret in web["secrets"]}
        assert named["DB_PASSWORD"].endswith(
            ":secrets-rds-main:DB_PASSWORD::secrets-rds-main-value-version-id"
        )
        assert named["DJANGO_SECRET_KEY"].endswith(":::secrets-django-main-value-version-id")
        assert named["SECOND_FACTOR_KEYS"].endswith(
            ":::secrets-second-factor-main-value-version-id"
        )
        assert named["AUDIT_SIGNING_KEY"].endswith(":::secrets-audit-main-value-version-id")


def number(graph: Graph, name: str) -> int:
    found: int = graph.one(VERSION, name).inputs["secretStringWoVersion"]
    return found
