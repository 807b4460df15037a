import base64

import pytest

from infra.nat_script import nat_script, with_values
from tests.infra.conftest import STACKS, Deploy
from tests.infra.nat_stage import VALUES
from tests.infra.options import WITH_GATEWAYS

GROUP = "autoscaling/group:Group"
TEMPLATE = "ec2/launchTemplate:LaunchTemplate"


@pytest.mark.parametrize("stack", STACKS)
class TestInstance:
    def test_is_a_group_of_one_that_replaces_itself(self, stack: str, deploy: Deploy) -> None:
        group = deploy(stack).one(GROUP, "nat-a").inputs

        assert (group["minSize"], group["maxSize"], group["desiredCapacity"]) == (1, 1, 1)
        assert group["maxInstanceLifetime"] == 14 * 24 * 3600
        assert group["instanceMaintenancePolicy"] == {
            "minHealthyPercentage": 100,
            "maxHealthyPercentage": 200,
        }
        assert group["vpcZoneIdentifiers"] == ["network-public-a-id"]

    def test_is_abandoned_if_it_does_not_report_itself_ready(
        self, stack: str, deploy: Deploy
    ) -> None:
        [hook] = deploy(stack).one(GROUP, "nat-a").inputs["initialLifecycleHooks"]

        assert hook["lifecycleTransition"] == "autoscaling:EC2_INSTANCE_LAUNCHING"
        assert hook["defaultResult"] == "ABANDON"
        assert hook["heartbeatTimeout"] == 600

    def test_runs_the_newest_amazon_linux_2023_of_its_architecture(
        self, stack: str, deploy: Deploy
    ) -> None:
        template = deploy(stack).one(TEMPLATE, "nat-a").inputs

        assert template["imageId"] == (
            "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
        )
        assert template["instanceType"] == "t4g.nano"
        assert template["metadataOptions"]["httpTokens"] == "required"

    def test_takes_what_the_private_route_points_to(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        interface = graph.one("ec2/networkInterface:NetworkInterface", "nat-a")
        assert interface.inputs["sourceDestCheck"] is False
        assert graph.one("ec2/route:Route", "nat-a").inputs["networkInterfaceId"] == (
            "nat-a-interface-id"
        )

    def test_is_open_to_the_private_subnets_only(self, stack: str, deploy: Deploy) -> None:
        rules = [
            rule.inputs
            for rule in deploy(stack).of_type(
                "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
            )
            if rule.inputs["securityGroupId"] == "nat-sg-id"
        ]

        assert [rule["cidrIpv4"] for rule in rules] == ["10.0.128.0/18", "10.0.192.0/18"]

    def test_is_signed_in_to_by_session_manager_and_not_by_ssh(
        self, stack: str, deploy: Deploy
    ) -> None:
        graph = deploy(stack)

        attached = graph.one("iam/rolePolicyAttachment:RolePolicyAttachment", "nat-a").inputs
        assert attached["policyArn"] == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
        assert "keyName" not in graph.one(TEMPLATE, "nat-a").inputs

    def test_is_tagged_with_its_disk_and_interface(self, stack: str, deploy: Deploy) -> None:
        """Neither gets the provider's tags: Auto Scaling makes them."""
        template = deploy(stack).one(TEMPLATE, "nat-a").inputs

        wanted = {
            "Project": "drone-inventory",
            "Cost": f"drone-{stack}",
            "createdBy": "pulumi",
            "env": stack,
            "Name": f"drone-{stack}-nat-1a",
        }
        assert {
            said["resourceType"]: said["tags"] for said in template["tagSpecifications"]
        } == dict.fromkeys(("instance", "volume", "network-interface"), wanted)

    def test_may_move_its_own_interface_and_address_only(self, stack: str, deploy: Deploy) -> None:
        said = deploy(stack).one("iam/rolePolicy:RolePolicy", "nat-a-rights").document("policy")
        by_sid = {statement["Sid"]: statement for statement in said["Statement"]}

        assert by_sid["LastingInterface"]["Resource"].endswith("nat-a-interface")
        assert by_sid["LastingAddress"]["Resource"].endswith("nat-a-address")
        for sid in ("OwnMachines", "OwnInterfaces"):
            assert by_sid[sid]["Condition"] == {
                "StringEquals": {"aws:ResourceTag/Name": f"drone-{stack}-nat-1a"}
            }

    def test_rings_when_it_is_gone_silent_or_full(self, stack: str, deploy: Deploy) -> None:
        alarms = {
            alarm.inputs["metricName"]: alarm.inputs
            for alarm in deploy(stack).of_type("cloudwatch/metricAlarm:MetricAlarm")
            if alarm.name.startswith("nat-a")
        }

        assert set(alarms) == {"GroupInServiceInstances", "Egress", "ConntrackPercent"}
        for name in ("GroupInServiceInstances", "Egress"):
            assert alarms[name]["comparisonOperator"] == "LessThanThreshold"
            assert alarms[name]["treatMissingData"] == "breaching"
        for alarm in alarms.values():
            assert "alarms-topic" in alarm["alarmActions"][0]


class TestNumber:
    def test_is_one_for_staging_and_one_a_zone_in_production(self, deploy: Deploy) -> None:
        assert [g.name for g in deploy("stg").of_type(GROUP)] == ["nat-a-group"]
        assert sorted(g.name for g in deploy("prd").of_type(GROUP)) == [
            "nat-a-group",
            "nat-c-group",
        ]


class TestGateway:
    def test_stands_in_the_instance_s_place(self, deploy: Deploy) -> None:
        graph = deploy("prd", **WITH_GATEWAYS)

        assert graph.of_type(GROUP) == []
        assert graph.of_type(TEMPLATE) == []
        routes = {
            record.inputs["routeTableId"]: record.inputs["natGatewayId"]
            for record in graph.of_type("ec2/route:Route")
            if record.name.startswith("nat-")
        }
        assert routes == {
            "network-private-id": "nat-a-gateway-id",
            "network-private-1c-id": "nat-c-gateway-id",
        }
        gateway = graph.one("ec2/natGateway:NatGateway", "nat-a").inputs
        assert gateway["subnetId"] == "network-public-a-id"
        assert gateway["allocationId"] == "nat-a-address-allocation"

    def test_rings_when_it_runs_out_of_ports(self, deploy: Deploy) -> None:
        alarm = deploy("stg", **WITH_GATEWAYS).one("cloudwatch/metricAlarm:MetricAlarm", "nat-a")

        assert alarm.inputs["metricName"] == "ErrorPortAllocation"


class TestUserData:
    def test_is_the_script_with_its_values_in_front(self, deploy: Deploy) -> None:
        template = deploy("stg").one(TEMPLATE)

        text = base64.b64decode(template.inputs["userData"]).decode()
        assert text.startswith("#!/bin/bash\nREGION=ap-northeast-1\nGROUP=drone-stg-asg-nat-1a\n")
        assert "INTERFACE_ID=nat-a-interface-id\n" in text
        assert "PRIVATE_CIDRS='10.0.128.0/18 10.0.192.0/18'\n" in text
        assert text.endswith(nat_script().split("\n", 1)[1])

    def test_gives_the_values_that_the_script_is_tried_with(self, deploy: Deploy) -> None:
        text = base64.b64decode(deploy("stg").one(TEMPLATE).inputs["userData"]).decode()

        set_by_program = {line.partition("=")[0] for line in text.splitlines()[1 : len(VALUES) + 1]}
        assert set_by_program == set(VALUES)

    def test_fits_into_what_ec2_takes(self) -> None:
        assert len(with_values(nat_script(), VALUES).encode()) < 16 * 1024
