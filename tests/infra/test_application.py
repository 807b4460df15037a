"""What all tasks share: how a container is closed off, and what its roles may do."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.containers import EXEC_FOLDERS, Container, Secret, Surroundings, definition
from infra.plan.program import stack_config
from infra.plan.recorder import Graph, Record
from tests.infra.conftest import STACKS, Build, Deploy
from tests.infra.options import OTHERWISE

FAMILIES = (
    "task-web",
    "task-job-reorder-sweep",
    "task-job-verify-ledger",
    "task-job-verify-audit",
)


def tasks(graph: Graph) -> dict[str, Record]:
    return {
        entry.inputs["family"]: entry
        for entry in graph.of_type("ecs/taskDefinition:TaskDefinition")
    }


def containers(task: Record) -> dict[str, dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(task.inputs["containerDefinitions"])
    return {entry["name"]: entry for entry in found}


def all_containers(graph: Graph) -> list[dict[str, Any]]:
    return [entry for task in tasks(graph).values() for entry in containers(task).values()]


def statements(graph: Graph, name: str) -> dict[str, dict[str, Any]]:
    document = graph.one("iam/rolePolicy:RolePolicy", f"{name}-rights").document("policy")
    return {entry["Sid"]: entry for entry in document["Statement"]}


@pytest.mark.parametrize("stack", STACKS)
class TestTasks:
    def test_are_of_one_size_and_kind(self, deploy: Deploy, stack: str) -> None:
        found = tasks(deploy(stack))

        assert set(found) == {f"drone-{stack}-{family}" for family in FAMILIES}
        for task in found.values():
            assert (task.inputs["cpu"], task.inputs["memory"]) == ("512", "1024")
            assert task.inputs["networkMode"] == "awsvpc"
            assert task.inputs["requiresCompatibilities"] == ["FARGATE"]
            assert task.inputs["runtimePlatform"] == {
                "cpuArchitecture": "ARM64",
                "operatingSystemFamily": "LINUX",
            }

    def test_leave_the_version_before_to_go_back_to(self, deploy: Deploy, stack: str) -> None:
        for task in tasks(deploy(stack)).values():
            assert task.inputs["skipDestroy"] is True

    def test_run_one_image(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        assert {entry["image"] for entry in all_containers(graph)} == {graph.outputs["image"]}

    def test_can_write_to_tmp_only_and_have_no_capability(self, deploy: Deploy, stack: str) -> None:
        """With ECS Exec its agent needs three folders more."""
        wanted = {"/tmp", *(EXEC_FOLDERS if stack == "stg" else ())}

        for entry in all_containers(deploy(stack)):
            assert entry["readonlyRootFilesystem"] is True
            assert entry["linuxParameters"] == {"capabilities": {"drop": ["ALL"]}}
            assert {mount["containerPath"] for mount in entry["mountPoints"]} == wanted
        for task in tasks(deploy(stack)).values():
            volumes = [volume["name"] for volume in task.inputs["volumes"]]
            mounted = [
                mount["sourceVolume"]
                for entry in containers(task).values()
                for mount in entry["mountPoints"]
            ]
            assert sorted(volumes) == sorted(mounted)

    def test_have_no_secret_in_clear(self, deploy: Deploy, stack: str) -> None:
        for entry in all_containers(deploy(stack)):
            clear = {setting["name"] for setting in entry["environment"]}
            secret = {setting["name"] for setting in entry["secrets"]}
            assert {
                "AUDIT_SIGNING_KEY",
                "DB_HOST",
                "DB_PASSWORD",
                "DB_USER_NAME",
                "DJANGO_SECRET_KEY",
                "SECOND_FACTOR_KEYS",
            } <= secret
            assert not clear & secret
            assert not [name for name in clear if "PASSWORD" in name or "SECRET" in name]

    def test_are_told_how_they_are_reached_and_whom_to_trust(
        self, deploy: Deploy, stack: str
    ) -> None:
        graph = deploy(stack)
        for entry in all_containers(graph):
            settings = {setting["name"]: setting["value"] for setting in entry["environment"]}
            assert settings["DJANGO_ALLOWED_HOSTS"] == "d111111abcdef8.cloudfront.net"
            assert settings["DJANGO_CSRF_TRUSTED_ORIGINS"] == (
                "https://d111111abcdef8.cloudfront.net"
            )
            assert settings["DJANGO_TLS_HEADER"] == "CloudFront-Forwarded-Proto"
            assert settings["DB_SSLMODE"] == "verify-full"
            assert settings["DB_SSLROOTCERT"] == "/app/webapp/config/rds-ca.pem"
            assert settings["DB_APP_ROLE"] == "inventory_app"
            assert settings["TRUSTED_PROXIES"] == "2"

    def test_ask_administrators_for_a_second_factor(self, deploy: Deploy, stack: str) -> None:
        for entry in all_containers(deploy(stack)):
            assert {"name": "MFA_REQUIRED", "value": "1"} in entry["environment"]

    def test_write_to_a_log_that_is_kept_and_encrypted(
        self, deploy: Deploy, root: Path, stack: str
    ) -> None:
        graph = deploy(stack)
        log_group = graph.one("cloudwatch/logGroup:LogGroup", "app-log").inputs

        assert log_group["name"] == f"/drone/{stack}/app"
        assert log_group["retentionInDays"] == int(stack_config(root, stack)["logsDays"])
        assert log_group["kmsKeyId"].endswith(":keys-main")
        for entry in all_containers(graph):
            options = entry["logConfiguration"]["options"]
            assert options["awslogs-group"] == log_group["name"]
            assert options["mode"] == "non-blocking"


class TestOtherwise:
    def test_people_are_told_whom_to_ask(self, deploy: Deploy) -> None:
        for entry in all_containers(deploy("prd", **OTHERWISE)):
            settings = {setting["name"]: setting["value"] for setting in entry["environment"]}
            assert settings["SUPPORT_CONTACT"] == "IT service desk, phone 1234"
            assert settings["MFA_REQUIRED"] == "0"


class TestRoles:
    def test_of_the_application_may_do_nothing_where_there_is_no_shell(
        self, deploy: Deploy
    ) -> None:
        graph = deploy("prd")

        assert graph.one("iam/role:Role", "app-task").inputs["name"] == "drone-prd-role-task"
        assert not [
            entry
            for entry in graph.of_type("iam/rolePolicy:RolePolicy")
            if "app-task" in entry.name
        ]

    def test_of_the_application_may_open_a_channel_where_there_is_one(self, deploy: Deploy) -> None:
        found = statements(deploy("stg"), "app-task")

        assert set(found) == {
            "ReachTheOperator",
            "FindTheLog",
            "WriteWhatWasTyped",
            "OpenTheChannel",
        }
        assert all(
            action.startswith("ssmmessages:") for action in found["ReachTheOperator"]["Action"]
        )

    def test_of_the_owner_s_secret_is_the_web_service_s_alone(self, deploy: Deploy) -> None:
        graph = deploy("stg")
        plain = statements(graph, "app-execution")["HandOutSecrets"]["Resource"]
        with_owner = statements(graph, "app-execution-web")["HandOutSecrets"]["Resource"]

        [owner] = set(with_owner) - set(plain)
        assert owner == graph.outputs["database-owner-secret"]
        assert set(plain) == {
            graph.outputs[f"{name}-secret"]
            for name in ("database", "django", "audit", "second-factor")
        }
        web = tasks(graph)["drone-stg-task-web"]
        assert web.inputs["executionRoleArn"].endswith(":app-execution-web")
        for family in FAMILIES[1:]:
            role = tasks(graph)[f"drone-stg-{family}"].inputs["executionRoleArn"]
            assert role.endswith(":app-execution")

    def test_name_what_they_act_on(self, deploy: Deploy) -> None:
        found = statements(deploy("prd"), "app-execution")

        assert {sid for sid, entry in found.items() if entry["Resource"] == "*"} == {
            "SignInToTheRegistry"
        }
        assert found["FetchTheImage"]["Resource"].endswith(":image-repository")
        assert found["WriteTheLog"]["Resource"].endswith(":app-log:*")
        assert found["OpenSecrets"]["Condition"] == {
            "StringEquals": {"kms:ViaService": "secretsmanager.ap-northeast-1.amazonaws.com"}
        }

    def test_are_taken_by_ecs_for_this_account(self, deploy: Deploy, root: Path) -> None:
        graph, account = deploy("stg"), stack_config(root, "stg")["accountId"]

        for name in ("app-task", "app-execution", "app-execution-web"):
            roles = [r for r in graph.of_type("iam/role:Role") if r.name == name]
            [statement] = roles[0].document("assumeRolePolicy")["Statement"]
            assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": account}}


class TestSecret:
    """valueFrom, as ECS spells it: arn:key:stage:version."""

    @pytest.mark.parametrize(
        "spelt",
        [
            (Secret(arn="arn:s"), "", "arn:s"),
            (Secret(arn="arn:s"), "username", "arn:s:username::"),
            (Secret(arn="arn:s", version_id="v1"), "DB_HOST", "arn:s:DB_HOST::v1"),
            (Secret(arn="arn:s", version_id="v1"), "", "arn:s:::v1"),
        ],
    )
    def test_names_key_and_version(self, build: Build, spelt: tuple[Secret, str, str]) -> None:
        secret, key, expected = spelt
        seen: list[str] = []

        build(lambda _: secret.value(key).apply(seen.append))

        assert seen == [expected]


class TestContainer:
    AROUND = Surroundings(image_uri="image", region="ap-northeast-1", log_group="log", exec=False)

    def test_says_nothing_that_it_does_not_need(self) -> None:
        found = definition(Container(name="job", environment={}, secrets={}), self.AROUND)

        assert not {"command", "dependsOn", "healthCheck", "portMappings"} & set(found)

    def test_lists_settings_always_in_the_same_order(self) -> None:
        one = Container(name="job", environment={"B": "2", "A": "1"}, secrets={})

        assert [entry["name"] for entry in definition(one, self.AROUND)["environment"]] == [
            "A",
            "B",
        ]
