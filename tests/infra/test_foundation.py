"""The key, the log bucket, the topic of alarms, and what CI looks up."""

import pytest

from infra.plan.recorder import Graph
from tests.infra.conftest import STACKS, Deploy


def statements_of(graph: Graph, type_: str, name: str = "") -> dict[str, dict[str, object]]:
    said = graph.one(type_, name).document("policy")["Statement"]
    return {statement["Sid"]: statement for statement in said}


@pytest.mark.parametrize("stack", STACKS)
class TestKey:
    def test_turns_every_year_and_has_a_copy_for_the_edge(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        main, copy = graph.one("kms/key:Key"), graph.one("kms/replicaKey:ReplicaKey")
        assert main.inputs["enableKeyRotation"] is True
        assert main.inputs["multiRegion"] is True
        assert (main.provider, copy.provider) == ("home", "us-east-1")

    def test_serves_aws_only_on_behalf_of_this_account(self, stack: str, deploy: Deploy) -> None:
        for name, said in statements_of(deploy(stack), "kms/key:Key").items():
            if name != "AccountDecidesByItsPolicies":
                assert said["Condition"], name

    def test_opens_disks_for_auto_scaling_before_its_role_exists(
        self, stack: str, deploy: Deploy
    ) -> None:
        said = statements_of(deploy(stack), "kms/key:Key")["DisksOfInstances"]

        assert said["Principal"] == {"AWS": "*"}
        condition = said["Condition"]
        assert isinstance(condition, dict)
        assert set(condition["StringEquals"]) == {"kms:CallerAccount"}
        assert condition["ArnEquals"]["aws:PrincipalArn"].endswith(
            "/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        )

    def test_is_for_the_cluster_that_there_is(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        said = statements_of(graph, "kms/key:Key")["DisksOfTasks"]["Condition"]
        assert isinstance(said, dict)
        assert (
            said["StringEquals"]["kms:EncryptionContext:aws:ecs:clusterName"]
            == (graph.one("ecs/cluster:Cluster").inputs["name"])
        )


@pytest.mark.parametrize("stack", STACKS)
class TestLogBucket:
    def test_is_closed_versioned_and_forgets_in_time(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        [rule] = graph.one("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs[
            "rules"
        ]
        days = {"stg": 90, "prd": 731}[stack]
        assert rule["expiration"] == {"days": days}
        assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": days}
        assert graph.one("s3/bucketVersioning:BucketVersioning").inputs[
            "versioningConfiguration"
        ] == {"status": "Enabled"}

    def test_lets_aws_write_below_its_prefixes_for_this_account(
        self, stack: str, deploy: Deploy
    ) -> None:
        said = statements_of(deploy(stack), "s3/bucketPolicy:BucketPolicy")

        assert set(said) == {"OnlyByTls", "LoadBalancer", "LogDeliveryLooks", "LogDeliveryWrites"}
        assert said["OnlyByTls"]["Effect"] == "Deny"
        assert str(said["LoadBalancer"]["Resource"]).endswith("/*")
        assert "load-balancer/AWSLogs/" in str(said["LoadBalancer"]["Resource"])
        for name in ("LoadBalancer", "LogDeliveryLooks", "LogDeliveryWrites"):
            assert {"111111111111", "222222222222"} & set(
                str(said[name]["Condition"]).split("'")
            ) or ("loadbalancer/*" in str(said[name]["Condition"]))

    def test_is_emptied_on_the_way_out_only_where_nothing_is_protected(
        self, stack: str, deploy: Deploy
    ) -> None:
        bucket = deploy(stack).one("s3/bucket:Bucket")

        assert bucket.inputs["forceDestroy"] is (stack == "stg")
        assert bucket.protect is (stack == "prd")


class TestAlarmTopic:
    def test_tells_the_address_that_is_set(self, deploy: Deploy) -> None:
        graph = deploy("prd", alarmsEmail="operators@example.com")

        mail = graph.one("sns/topicSubscription:TopicSubscription").inputs
        assert (mail["protocol"], mail["endpoint"]) == ("email", "operators@example.com")

    def test_tells_nobody_until_then(self, deploy: Deploy) -> None:
        assert deploy("prd").of_type("sns/topicSubscription:TopicSubscription") == []


class TestParameters:
    def test_say_ci_what_was_made(self, deploy: Deploy) -> None:
        graph = deploy("stg")

        entries = {p.inputs["name"]: p.inputs for p in graph.of_type("ssm/parameter:Parameter")}
        assert entries["/drone/stg/cluster"]["value"] == "drone-stg-ecs"
        assert {entry["type"] for entry in entries.values()} == {"String"}
        assert {name.rpartition("/")[2] for name in entries} <= set(graph.outputs)
