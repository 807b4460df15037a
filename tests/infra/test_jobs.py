"""Jobs by the clock, and the worker: the same image and rights as the web service, no more."""

import re
from typing import Any

import pytest
from django.core.management import get_commands

from infra.plan.recorder import Graph
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import OTHERWISE
from tests.infra.test_application import containers, statements, tasks


def schedules(graph: Graph) -> dict[str, dict[str, Any]]:
    return {
        entry.inputs["description"]: dict(entry.inputs)
        for entry in graph.of_type("scheduler/schedule:Schedule")
    }


@pytest.mark.parametrize("stack", STACKS)
class TestJobs:
    def test_run_at_night_by_the_clock_of_the_factory(self, deploy: Deploy, stack: str) -> None:
        found = schedules(deploy(stack))

        assert {name: entry["scheduleExpression"] for name, entry in found.items()} == {
            "manage.py reorder_sweep": "cron(30 4 * * ? *)",
            "manage.py verify_ledger": "cron(0 5 * * ? *)",
            "manage.py verify_audit": "cron(15 5 * * ? *)",
        }
        assert {entry["scheduleExpressionTimezone"] for entry in found.values()} == {"Asia/Tokyo"}
        assert {str(entry["flexibleTimeWindow"]) for entry in found.values()} == {
            str({"mode": "OFF"})
        }

    def test_are_commands_of_the_application(self, deploy: Deploy, stack: str) -> None:
        commands = [name.removeprefix("manage.py ") for name in schedules(deploy(stack))]

        assert set(commands) <= set(get_commands())

    def test_start_a_task_of_their_own_in_the_private_subnets(
        self, deploy: Deploy, stack: str
    ) -> None:
        for entry in schedules(deploy(stack)).values():
            target = entry["target"]
            told = target["ecsParameters"]
            assert target["arn"].endswith(":cluster-cluster")
            assert re.search(r":jobs-[a-z-]+-task$", told["taskDefinitionArn"])
            assert (told["launchType"], told["taskCount"]) == ("FARGATE", 1)
            assert told["networkConfiguration"] == {
                "subnets": ["network-private-a-id", "network-private-c-id"],
                "securityGroups": ["app-group-id"],
                "assignPublicIp": False,
            }
            assert target["retryPolicy"]["maximumRetryAttempts"] == 5
            assert entry["kmsKeyArn"].endswith(":keys-main")

    @pytest.mark.parametrize("command", ["reorder_sweep", "verify_ledger", "verify_audit"])
    def test_read_all_there_is_as_the_application_s_user(
        self, deploy: Deploy, stack: str, command: str
    ) -> None:
        graph = deploy(stack)
        family = f"drone-{stack}-task-job-{command.replace('_', '-')}"
        [job] = containers(tasks(graph)[family]).values()
        secrets = {entry["name"]: entry["valueFrom"] for entry in job["secrets"]}
        settings = {entry["name"]: entry["value"] for entry in job["environment"]}

        assert job["command"] == ["python", "manage.py", command]
        assert secrets["DB_USER_NAME"].startswith(graph.outputs["database-secret"])
        assert "AUDIT_SIGNING_KEY" in secrets
        assert settings["PGOPTIONS"] == "-c statement_timeout=0"

    def test_may_be_started_and_nothing_else(self, deploy: Deploy, stack: str) -> None:
        found = statements(deploy(stack), "jobs-role")

        assert set(found) == {"StartJobs", "TagThem", "WithTheirRoles"}
        start = found["StartJobs"]
        assert start["Action"] == ["ecs:RunTask"]
        assert start["Resource"].endswith(f":task-definition/drone-{stack}-task-job-*")
        assert start["Condition"]["ArnEquals"]["ecs:cluster"].endswith(":cluster-cluster")
        roles = found["WithTheirRoles"]
        assert [arn.rpartition(":")[2] for arn in roles["Resource"]] == [
            "app-task",
            "app-execution",
        ]
        assert roles["Condition"] == {
            "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
        }


class TestWorker:
    def test_is_not_there_unless_asked_for(self, deploy: Deploy) -> None:
        assert [entry.name for entry in deploy("prd").of_type("ecs/service:Service")] == [
            "web-service"
        ]

    def test_runs_its_command_as_the_application_s_user(self, deploy: Deploy) -> None:
        graph = deploy("stg", **OTHERWISE)
        service = graph.one("ecs/service:Service", "worker").inputs

        [worker] = containers(tasks(graph)["drone-stg-task-worker"]).values()
        assert worker["command"] == ["python", "manage.py", "work"]
        assert worker["stopTimeout"] == 120
        assert service["desiredCount"] == 2
        assert service["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
        assert "loadBalancers" not in service
        assert service["capacityProviderStrategies"] == [
            {"capacityProvider": "FARGATE_SPOT", "weight": 1}
        ]
        assert not [entry for entry in worker["secrets"] if "owner" in entry["valueFrom"]]
