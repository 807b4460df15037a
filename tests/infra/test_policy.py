"""The rules of infra/plan/policy.py, on both stacks and on every option of theirs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra.plan import policy
from infra.plan.policy import Finding
from infra.plan.recorder import Graph, Record
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import COMBINATIONS


@pytest.fixture(params=COMBINATIONS, name="options")
def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return COMBINATIONS[request.param]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("rule", policy.RULES, ids=lambda rule: rule.__name__)
def test_every_stack_keeps_to(
    rule: policy.Rule, stack: str, options: dict[str, Any], deploy: Deploy
) -> None:
    assert [str(finding) for finding in rule(deploy(stack, **options))] == []


def test_production_protects_what_must_not_be_lost(deploy: Deploy, options: dict[str, Any]) -> None:
    found = policy.stateful_resources_are_protected(deploy("prd", **options))

    assert [str(finding) for finding in found] == []


def test_production_s_secrets_can_be_taken_back(deploy: Deploy) -> None:
    for secret in deploy("prd").of_type("secretsmanager/secret:Secret"):
        assert secret.inputs["recoveryWindowInDays"] == 30


class TestRulesFindWhatBreaksThem:
    """A rule that finds nothing in a broken graph is no rule."""

    @pytest.mark.parametrize(
        ("rule", "type_", "name", "changed"),
        [
            (policy.nothing_is_public, "lb/loadBalancer:LoadBalancer", "", {"internal": False}),
            (
                policy.nothing_is_public,
                "rds/instance:Instance",
                "",
                {"publiclyAccessible": True},
            ),
            (
                policy.nothing_is_public,
                "ecs/service:Service",
                "web",
                {"networkConfiguration": {"assignPublicIp": True}},
            ),
            (
                policy.nothing_is_public,
                "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
                "database-from-app",
                {"cidrIpv4": "0.0.0.0/0"},
            ),
            (
                policy.nothing_is_public,
                "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
                "nat-from-private-0",
                {"cidrIpv4": None, "cidrIpv6": "::/0"},
            ),
            (
                policy.nothing_is_public,
                "ec2/subnet:Subnet",
                "network-public-a",
                {"mapPublicIpOnLaunch": True},
            ),
            (
                policy.nothing_is_public,
                "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
                "",
                {"blockPublicPolicy": False},
            ),
            (
                policy.security_groups_name_each_other,
                "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
                "database-from-app",
                {"cidrIpv4": "10.0.0.0/16"},
            ),
            (
                policy.security_groups_name_each_other,
                "ec2/securityGroup:SecurityGroup",
                "database",
                {"ingress": [{"cidrBlocks": ["10.0.0.0/16"]}]},
            ),
            (
                policy.our_key_encrypts_what_is_stored,
                "rds/instance:Instance",
                "",
                {"kmsKeyId": None},
            ),
            (
                policy.our_key_encrypts_what_is_stored,
                "ecr/repository:Repository",
                "",
                {"encryptionConfigurations": [{"encryptionType": "AES256"}]},
            ),
            (
                policy.log_groups_have_a_retention,
                "cloudwatch/logGroup:LogGroup",
                "app-log",
                {"retentionInDays": 0},
            ),
            (policy.everything_is_tagged, "sns/topic:Topic", "", {"tags": {}}),
            (
                policy.no_right_on_everything,
                "iam/rolePolicy:RolePolicy",
                "app-execution-web",
                {
                    "policy": '{"Statement": [{"Effect": "Allow", "Action": "s3:*", '
                    '"Resource": "x"}]}'
                },
            ),
            (
                policy.no_right_on_everything,
                "sns/topicPolicy:TopicPolicy",
                "",
                {
                    "policy": '{"Statement": [{"Effect": "Allow", "Action": "sns:Publish", '
                    '"Principal": "*", "Resource": "x"}]}'
                },
            ),
            (
                policy.no_right_on_everything,
                "iam/rolePolicy:RolePolicy",
                "app-execution-web",
                {
                    "policy": '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", '
                    '"Resource": ["x", "*"]}]}'
                },
            ),
            (
                policy.stateful_resources_are_protected,
                "rds/instance:Instance",
                "",
                {"deletionProtection": False},
            ),
            (
                policy.stateful_resources_are_protected,
                "secretsmanager/secret:Secret",
                "audit",
                {"recoveryWindowInDays": 0},
            ),
        ],
    )
    def test_in_an_argument(
        self,
        rule: policy.Rule,
        type_: str,
        name: str,
        changed: Mapping[str, object],
        deploy: Deploy,
    ) -> None:
        graph = deploy("prd")
        victim = graph.one(type_, name)
        broken = changed_graph(graph, victim, inputs={**victim.inputs, **changed})

        assert [finding.resource.split()[0] for finding in rule(broken)] == [victim.name]

    def test_in_a_kind_that_nobody_has_judged(self, deploy: Deploy) -> None:
        graph = deploy("stg")
        topic = graph.one("sns/topic:Topic")

        [finding] = policy.our_key_encrypts_what_is_stored(
            changed_graph(graph, topic, type="aws:dynamodb/table:Table")
        )

        assert "in neither list" in finding.message

    @pytest.mark.parametrize("type_", ["ec2/eip:Eip", "ec2/launchTemplate:LaunchTemplate"])
    def test_in_an_address_that_is_not_the_nat_s(self, type_: str, deploy: Deploy) -> None:
        """What is excused is excused by its name and its kind."""
        graph = deploy("stg")
        address = graph.one(type_)

        [finding] = policy.nothing_is_public(changed_graph(graph, address, name="bastion-address"))

        assert finding.resource == "bastion-address"

    def test_in_a_rule_of_the_older_kind(self, deploy: Deploy) -> None:
        graph = deploy("stg")
        rule = graph.one("vpc/securityGroupIngressRule:SecurityGroupIngressRule", "database")

        [finding] = policy.security_groups_name_each_other(
            changed_graph(graph, rule, type="aws:ec2/securityGroupRule:SecurityGroupRule")
        )

        assert finding == Finding(rule.name, "is a rule of the older kind")

    def test_in_what_pulumi_may_delete(self, deploy: Deploy) -> None:
        graph = deploy("prd")
        bucket = graph.one("s3/bucket:Bucket")

        [finding] = policy.stateful_resources_are_protected(
            changed_graph(graph, bucket, protect=False)
        )

        assert finding == Finding(bucket.name, "may be deleted by Pulumi")

    def test_in_a_bucket_without_its_lock(self, deploy: Deploy) -> None:
        graph = deploy("stg")
        block = graph.one("s3/bucketPublicAccessBlock:BucketPublicAccessBlock")

        found = policy.every_bucket_is_closed(changed_graph(graph, block, inputs_from={}))

        assert list(found) == [Finding("logs-bucket", "has no public access block")]

    def test_in_a_resource_of_another_provider(self, deploy: Deploy) -> None:
        graph = deploy("stg")
        topic = graph.one("sns/topic:Topic")

        [finding] = policy.everything_is_tagged(changed_graph(graph, topic, provider=""))

        assert finding == Finding(topic.name, "is made by the provider default")


class TestExceptions:
    def test_each_is_needed(self, deploy: Deploy) -> None:
        graphs = [deploy("prd", **options) for options in COMBINATIONS.values()]
        names = {record.name for graph in graphs for record in graph}
        kinds = {policy.label_of(record) for graph in graphs for record in graph}
        labels = {
            f"{record.name} {statement.get('Sid', '')}"
            for graph in graphs
            for record, statement in policy.statements(graph)
        }

        for reasons in (policy.OTHER_KEYS, policy.BY_ADDRESS):
            for prefix in reasons:
                assert any(name.startswith(prefix) for name in names), prefix
        for pattern in policy.PUBLIC:
            assert any(policy._matches(kind, pattern) for kind in kinds), pattern
        for pattern in policy.WIDE_STATEMENTS:
            assert any(policy._matches(label, pattern) for label in labels), pattern

    def test_each_has_a_reason(self) -> None:
        for reasons in (
            policy.PUBLIC,
            policy.OTHER_KEYS,
            policy.BY_ADDRESS,
            policy.WIDE_STATEMENTS,
        ):
            assert all(len(reason) > 20 for reason in reasons.values())


def changed_graph(graph: Graph, victim: Record, **changes: object) -> Graph:
    change: Callable[[Record], Record] = lambda record: replace(record, **changes)  # type: ignore[arg-type]  # noqa: E731
    return Graph(records=[change(r) if r is victim else r for r in graph])
