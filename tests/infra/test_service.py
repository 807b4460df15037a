"""The web service: prepared before it serves, over two zones, rolled back by itself."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from infra.plan.recorder import Graph, Record
from infra.service import DRAIN_SECONDS, PROBE, STOP_SECONDS, capacity
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import OTHERWISE
from tests.infra.test_application import containers, tasks


def service(graph: Graph) -> Record:
    return graph.one("ecs/service:Service", "web")


def web_task(graph: Graph, stack: str) -> dict[str, dict[str, Any]]:
    return containers(tasks(graph)[f"drone-{stack}-task-web"])


def secrets(container: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["valueFrom"] for entry in container["secrets"]}


@pytest.mark.parametrize("stack", STACKS)
class TestTask:
    def test_prepares_the_database_before_it_serves(self, deploy: Deploy, stack: str) -> None:
        task = web_task(deploy(stack), stack)

        assert set(task) == {"migrate", "web"}
        assert task["migrate"]["essential"] is False
        assert task["migrate"]["command"] == ["python", "manage.py", "prepare_database"]
        assert task["web"]["essential"] is True
        assert task["web"]["dependsOn"] == [{"containerName": "migrate", "condition": "SUCCESS"}]
        assert "command" not in task["web"]  # the image's own

    def test_shows_the_owner_s_secret_to_the_first_container_only(
        self, deploy: Deploy, stack: str
    ) -> None:
        graph = deploy(stack)
        task = web_task(graph, stack)
        owner, application = (
            graph.outputs["database-owner-secret"],
            graph.outputs["database-secret"],
        )

        migrate, web = secrets(task["migrate"]), secrets(task["web"])
        assert migrate["DB_USER_NAME"] == f"{owner}:username::"
        assert migrate["DB_PASSWORD"] == f"{owner}:password::"
        assert migrate["DB_APP_USER_NAME"].startswith(f"{application}:DB_USER_NAME::")
        assert migrate["DB_APP_PASSWORD"].startswith(f"{application}:DB_PASSWORD::")
        assert not [value for value in web.values() if value.startswith(owner)]
        assert web["DB_USER_NAME"].startswith(f"{application}:DB_USER_NAME::")

    def test_is_another_one_when_a_secret_changes(self, deploy: Deploy, stack: str) -> None:
        """The version is part of the definition."""
        web = secrets(web_task(deploy(stack), stack)["web"])

        assert web["DB_PASSWORD"].endswith("-version-id")
        assert web["DJANGO_SECRET_KEY"].endswith("-version-id")

    def test_asks_itself_whether_it_lives(self, deploy: Deploy, stack: str) -> None:
        web = web_task(deploy(stack), stack)["web"]

        assert web["healthCheck"]["command"] == ["CMD", *PROBE]
        assert "/livez" in PROBE[-1]
        assert web["portMappings"] == [{"containerPort": 8000, "protocol": "tcp"}]

    def test_has_the_time_that_the_server_takes_to_stop(
        self, deploy: Deploy, stack: str, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.syspath_prepend(str(root / "webapp"))
        gunicorn = runpy.run_path(str(root / "webapp/gunicorn.conf.py"))
        web = web_task(deploy(stack), stack)["web"]
        settings = {entry["name"]: entry["value"] for entry in web["environment"]}

        assert settings["WEB_DRAIN_SECONDS"] == str(DRAIN_SECONDS)
        assert DRAIN_SECONDS + gunicorn["graceful_timeout"] < web["stopTimeout"] == STOP_SECONDS
        assert STOP_SECONDS <= 120


@pytest.mark.parametrize("stack", STACKS)
class TestService:
    def test_spreads_over_the_private_subnets(self, deploy: Deploy, stack: str) -> None:
        inputs = service(deploy(stack)).inputs

        network = inputs["networkConfiguration"]
        assert network["subnets"] == ["network-private-a-id", "network-private-c-id"]
        assert network["assignPublicIp"] is False
        assert network["securityGroups"] == ["app-group-id"]
        assert inputs["availabilityZoneRebalancing"] == "ENABLED"
        assert inputs["name"] == f"drone-{stack}-ecs-web"

    def test_never_has_fewer_tasks_than_before_and_goes_back_by_itself(
        self, deploy: Deploy, stack: str
    ) -> None:
        graph = deploy(stack)
        inputs = service(graph).inputs

        assert inputs["deploymentMinimumHealthyPercent"] == 100
        assert inputs["deploymentMaximumPercent"] == 200
        assert inputs["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
        assert inputs["alarms"] == {
            "enable": True,
            "rollback": True,
            "alarmNames": [f"drone-{stack}-alarm-web-errors", f"drone-{stack}-alarm-web-slowness"],
        }

    def test_leaves_the_number_of_tasks_to_the_scaling(self, deploy: Deploy, stack: str) -> None:
        assert "desiredCount" in service(deploy(stack)).ignore_changes

    def test_waits_for_the_doors_and_for_its_roles(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)
        waits = {urn.rpartition("::")[2] for urn in service(graph).depends_on}

        assert {"load-balancer-listener", "load-balancer-to-app", "app-from-load-balancer"} <= waits
        assert "app-https" in waits
        task = graph.one("ecs/taskDefinition:TaskDefinition", "web-task")
        assert "app-execution-web-rights" in {u.rpartition("::")[2] for u in task.depends_on}

    def test_puts_its_tasks_behind_the_load_balancer(self, deploy: Deploy, stack: str) -> None:
        [target] = service(deploy(stack)).inputs["loadBalancers"]

        assert (target["containerName"], target["containerPort"]) == ("web", 8000)
        assert target["targetGroupArn"].endswith(":load-balancer-web")


class TestOtherwise:
    def test_runs_as_many_processes_as_told(self, deploy: Deploy) -> None:
        web = web_task(deploy("stg", **OTHERWISE), "stg")["web"]
        settings = {entry["name"]: entry["value"] for entry in web["environment"]}

        assert (settings["WEB_CONCURRENCY"], settings["WEB_THREADS"]) == ("5", "8")

    def test_runs_on_the_other_processors(self, deploy: Deploy) -> None:
        for task in tasks(deploy("stg", **OTHERWISE)).values():
            assert task.inputs["runtimePlatform"]["cpuArchitecture"] == "X86_64"


class TestShell:
    def test_is_open_by_value(self, deploy: Deploy) -> None:
        """The two stack files set it differently."""
        assert service(deploy("stg")).inputs["enableExecuteCommand"] is True
        assert service(deploy("prd")).inputs["enableExecuteCommand"] is False

    def test_is_encrypted_and_written_down(self, deploy: Deploy) -> None:
        graph = deploy("stg")
        told = graph.one("ecs/cluster:Cluster").inputs["configuration"]

        shell = told["executeCommandConfiguration"]
        assert shell["kmsKeyId"].endswith(":keys-main")
        assert shell["logging"] == "OVERRIDE"
        assert shell["logConfiguration"] == {
            "cloudWatchLogGroupName": "/drone/stg/ecs/exec",
            "cloudWatchEncryptionEnabled": True,
        }


class TestCluster:
    def test_has_insights_and_both_kinds_of_capacity(self, deploy: Deploy) -> None:
        graph = deploy("prd")
        cluster = graph.one("ecs/cluster:Cluster").inputs
        offered = graph.one("ecs/clusterCapacityProviders:ClusterCapacityProviders").inputs

        assert cluster["name"] == "drone-prd-ecs"
        assert cluster["settings"] == [{"name": "containerInsights", "value": "enabled"}]
        assert offered["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
        storage = cluster["configuration"]["managedStorageConfiguration"]
        assert storage["fargateEphemeralStorageKmsKeyId"].endswith(":keys-main")


class TestCapacity:
    @pytest.mark.parametrize(
        "case",
        [
            (2, 0, [("FARGATE", 2, 100)]),
            (2, 50, [("FARGATE", 2, 50), ("FARGATE_SPOT", 0, 50)]),
            (1, 100, [("FARGATE", 1, 0), ("FARGATE_SPOT", 0, 100)]),
        ],
    )
    def test_keeps_the_fewest_on_capacity_that_stays(
        self, case: tuple[int, int, list[tuple[str, int, int]]]
    ) -> None:
        fewest, percent, expected = case

        found = [
            (entry.capacity_provider, entry.base, entry.weight)
            for entry in capacity(fewest, percent)
        ]

        assert found == expected


class TestScaling:
    def test_stays_within_its_bounds(self, deploy: Deploy) -> None:
        bounds = deploy("stg", **OTHERWISE).one("appautoscaling/target:Target")

        assert (bounds.inputs["minCapacity"], bounds.inputs["maxCapacity"]) == (2, 6)
        assert bounds.inputs["resourceId"] == "service/drone-stg-ecs/drone-stg-ecs-web"

    def test_follows_processor_memory_and_requests(self, deploy: Deploy) -> None:
        balancer = "app/load-balancer-balancer/0123456789abcdef"
        targets = "targetgroup/load-balancer-web/0123456789abcdef"
        found = {}
        for entry in deploy("prd").of_type("appautoscaling/policy:Policy"):
            told = entry.inputs["targetTrackingScalingPolicyConfiguration"]
            metric = told["predefinedMetricSpecification"]
            found[metric["predefinedMetricType"]] = (
                told["targetValue"],
                metric.get("resourceLabel"),
            )

        assert found == {
            "ECSServiceAverageCPUUtilization": (60, None),
            "ECSServiceAverageMemoryUtilization": (75, None),
            "ALBRequestCountPerTarget": (1200, f"{balancer}/{targets}"),
        }


class TestReleaseAlarms:
    def test_ring_for_errors_and_for_slowness(self, deploy: Deploy) -> None:
        graph = deploy("prd")
        errors = graph.one("cloudwatch/metricAlarm:MetricAlarm", "release-errors").inputs
        slowness = graph.one("cloudwatch/metricAlarm:MetricAlarm", "release-slowness").inputs

        assert errors["metricName"] == "HTTPCode_Target_5XX_Count"
        assert (errors["statistic"], errors["threshold"], errors["period"]) == ("Sum", 10, 60)
        assert slowness["metricName"] == "TargetResponseTime"
        assert (slowness["extendedStatistic"], slowness["threshold"]) == ("p95", 2)
        for alarm in (errors, slowness):
            assert alarm["treatMissingData"] == "notBreaching"
            assert set(alarm["dimensions"]) == {"LoadBalancer", "TargetGroup"}
