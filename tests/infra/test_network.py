import pytest

from infra.plan.recorder import Graph, Record
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import WITH_AURORA, WITH_GATEWAYS

VPC = "ec2/vpc:Vpc"
SUBNET = "ec2/subnet:Subnet"
TABLE = "ec2/routeTable:RouteTable"
ASSOCIATION = "ec2/routeTableAssociation:RouteTableAssociation"
ROUTE = "ec2/route:Route"
ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint"


def table_of(graph: Graph, subnet: Record) -> str:
    """The name of the route table that a subnet is associated with."""
    [association] = [
        record
        for record in graph.of_type(ASSOCIATION)
        if subnet.urn in record.inputs_from["subnetId"]
    ]
    return str(association.inputs["routeTableId"]).removesuffix("-id")


@pytest.mark.parametrize("stack", STACKS)
class TestNetwork:
    def test_is_a_vpc_with_names_in_dns(self, stack: str, deploy: Deploy) -> None:
        vpc = deploy(stack).one(VPC)

        assert vpc.inputs["cidrBlock"] == "10.0.0.0/16"
        assert vpc.inputs["enableDnsSupport"] is True
        assert vpc.inputs["enableDnsHostnames"] is True
        assert vpc.inputs["tags"] == {"Name": f"drone-{stack}-vpc"}

    def test_has_a_public_and_a_private_subnet_in_each_of_two_zones(
        self, stack: str, deploy: Deploy
    ) -> None:
        subnets = {
            (record.inputs["tags"]["Name"], record.inputs["availabilityZone"]): record.inputs[
                "cidrBlock"
            ]
            for record in deploy(stack).of_type(SUBNET)
        }

        assert subnets == {
            (f"drone-{stack}-subnet-public-1a", "ap-northeast-1a"): "10.0.0.0/18",
            (f"drone-{stack}-subnet-public-1c", "ap-northeast-1c"): "10.0.64.0/18",
            (f"drone-{stack}-subnet-private-1a", "ap-northeast-1a"): "10.0.128.0/18",
            (f"drone-{stack}-subnet-private-1c", "ap-northeast-1c"): "10.0.192.0/18",
        }

    def test_makes_the_private_route_table_the_main_one(self, stack: str, deploy: Deploy) -> None:
        main = deploy(stack).one("ec2/mainRouteTableAssociation:MainRouteTableAssociation")

        assert main.inputs["routeTableId"] == "network-private-id"

    def test_leads_public_subnets_to_the_internet_gateway(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        route = graph.one(ROUTE, "network-public-internet")
        assert route.inputs["gatewayId"] == "network-igw-id"
        assert route.inputs["destinationCidrBlock"] == "0.0.0.0/0"
        assert {table_of(graph, s) for s in graph.of_type(SUBNET) if "public" in s.name} == {
            "network-public"
        }

    def test_empties_the_security_group_that_comes_with_the_vpc(
        self, stack: str, deploy: Deploy
    ) -> None:
        group = deploy(stack).one("ec2/defaultSecurityGroup:DefaultSecurityGroup")

        assert (group.inputs["ingress"], group.inputs["egress"]) == ([], [])


class TestPrivateRoutes:
    def test_are_shared_by_the_zones_where_there_is_one_nat(self, deploy: Deploy) -> None:
        graph = deploy("stg")

        tables = {table_of(graph, s) for s in graph.of_type(SUBNET) if "private" in s.name}
        assert tables == {"network-private"}

    def test_are_each_zone_s_own_where_each_has_a_nat(self, deploy: Deploy) -> None:
        graph = deploy("prd")

        by_zone = {s.name: table_of(graph, s) for s in graph.of_type(SUBNET) if "private" in s.name}
        assert by_zone == {
            "network-private-a": "network-private",
            "network-private-c": "network-private-1c",
        }
        routes = {
            r.inputs["routeTableId"]: r.inputs["networkInterfaceId"]
            for r in graph.of_type(ROUTE)
            if r.name.startswith("nat-")
        }
        assert routes == {
            "network-private-id": "nat-a-interface-id",
            "network-private-1c-id": "nat-c-interface-id",
        }


class TestAddresses:
    def test_can_be_chosen(self, deploy: Deploy) -> None:
        graph = deploy(
            "stg",
            networkCidr="172.20.0.0/20",
            networkZones=["a", "c", "d"],
            networkPublicCidrs=["172.20.0.0/24", "172.20.1.0/24", "172.20.2.0/24"],
            networkPrivateCidrs=["172.20.4.0/24", "172.20.5.0/24", "172.20.6.0/24"],
        )

        assert graph.one(VPC).inputs["cidrBlock"] == "172.20.0.0/20"
        assert len(graph.of_type(SUBNET)) == 6
        assert [s.inputs["subnetIds"] for s in graph.of_type("rds/subnetGroup:SubnetGroup")] == [
            ["network-private-a-id", "network-private-c-id", "network-private-d-id"]
        ]


class TestEndpoints:
    def test_lead_to_s3_from_every_subnet(self, deploy: Deploy) -> None:
        endpoint = deploy("prd").one(ENDPOINT)

        assert endpoint.inputs["serviceName"] == "com.amazonaws.ap-northeast-1.s3"
        assert endpoint.inputs["vpcEndpointType"] == "Gateway"
        assert endpoint.inputs["routeTableIds"] == [
            "network-public-id",
            "network-private-id",
            "network-private-1c-id",
        ]

    def test_to_other_services_are_made_if_wanted(self, deploy: Deploy) -> None:
        graph = deploy("stg", **WITH_GATEWAYS)

        interfaces = [
            record
            for record in graph.of_type(ENDPOINT)
            if record.inputs["vpcEndpointType"] == "Interface"
        ]
        assert [record.inputs["serviceName"] for record in interfaces] == [
            f"com.amazonaws.ap-northeast-1.{service}"
            for service in ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm")
        ]
        for record in interfaces:
            assert record.inputs["privateDnsEnabled"] is True
            assert record.inputs["subnetIds"] == ["network-private-a-id", "network-private-c-id"]
            assert record.inputs["securityGroupIds"] == ["endpoints-sg-id"]
        doors = [
            rule.inputs
            for rule in graph.of_type("vpc/securityGroupIngressRule:SecurityGroupIngressRule")
            if rule.inputs["securityGroupId"] == "endpoints-sg-id"
        ]
        assert [(door["cidrIpv4"], door["fromPort"], door["toPort"]) for door in doors] == [
            ("10.0.128.0/18", 443, 443),
            ("10.0.192.0/18", 443, 443),
        ]


class TestFlowLogs:
    def test_go_to_the_log_bucket_as_parquet(self, deploy: Deploy) -> None:
        log = deploy("stg").one("ec2/flowLog:FlowLog")

        assert log.inputs["trafficType"] == "ALL"
        assert log.inputs["logDestinationType"] == "s3"
        assert log.inputs["logDestination"].endswith(":logs-bucket/flow/")
        assert log.inputs["destinationOptions"]["fileFormat"] == "parquet"

    def test_go_to_cloudwatch_if_wanted(self, deploy: Deploy) -> None:
        graph = deploy("prd", **WITH_GATEWAYS)

        log = graph.one("ec2/flowLog:FlowLog")
        assert log.inputs["logDestinationType"] == "cloud-watch-logs"
        group = graph.one("cloudwatch/logGroup:LogGroup", "flow-logs")
        assert group.inputs["retentionInDays"] == 400
        [statement] = graph.one("iam/rolePolicy:RolePolicy", "flow-logs").document("policy")[
            "Statement"
        ]
        assert all("flow-logs-group" in resource for resource in statement["Resource"])

    def test_can_be_left_out(self, deploy: Deploy) -> None:
        assert deploy("stg", **WITH_AURORA).of_type("ec2/flowLog:FlowLog") == []
