"""The VPC: a public and a private subnet in each zone, and the ways in and out.

The private route table is the VPC's main one, so that whatever is put into the VPC without a
thought is private. A second private route table exists only where each zone has a NAT of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.names import Names, tag

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    names: Names
    region: str
    cidr: str
    zones: Sequence[str]  # letters: a, c
    public_cidrs: Sequence[str]
    private_cidrs: Sequence[str]
    route_table_per_zone: bool


class Network(pulumi.ComponentResource):
    """VPC, subnets, internet gateway and route tables."""

    vpc_id: pulumi.Output[str]
    cidr: str
    private_cidrs: Sequence[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    public_route_table_id: pulumi.Output[str]
    private_route_table_ids: list[pulumi.Output[str]]

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Network", name, None, opts)
        self._prefix, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.cidr, self.private_cidrs = args.cidr, args.private_cidrs
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=tag(args.names.of("vpc")),
            opts=self._child,
        )
        self.vpc_id = vpc.id
        # Adopted to have no rules: what names no security group reaches nothing.
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-sg",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=tag(args.names.of("sg", "default")),
            opts=self._child,
        )
        self.public_subnet_ids = self._subnets("public", args.public_cidrs)
        self.private_subnet_ids = self._subnets("private", args.private_cidrs)
        self._public_routes()
        self._private_routes()
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
            }
        )

    def _subnets(self, kind: str, cidrs: Sequence[str]) -> list[pulumi.Output[str]]:
        """Nothing gets a public address by being there: CloudFront comes in by its own way."""
        return [
            aws.ec2.Subnet(
                f"{self._prefix}-{kind}-{zone}",
                vpc_id=self.vpc_id,
                availability_zone=f"{self._args.region}{zone}",
                cidr_block=cidr,
                map_public_ip_on_launch=False,
                tags=tag(self._args.names.of("subnet", f"{kind}-1{zone}")),
                opts=self._child,
            ).id
            for zone, cidr in zip(self._args.zones, cidrs, strict=True)
        ]

    def _public_routes(self) -> None:
        gateway = aws.ec2.InternetGateway(
            f"{self._prefix}-igw",
            vpc_id=self.vpc_id,
            tags=tag(self._args.names.of("igw")),
            opts=self._child,
        )
        table = self._route_table("public")
        self.public_route_table_id = table.id
        aws.ec2.Route(
            f"{self._prefix}-public-internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )
        for zone, subnet in zip(self._args.zones, self.public_subnet_ids, strict=True):
            self._associate(f"public-{zone}", table, subnet)

    def _private_routes(self) -> None:
        main = self._route_table("private")
        aws.ec2.MainRouteTableAssociation(
            f"{self._prefix}-main",
            vpc_id=self.vpc_id,
            route_table_id=main.id,
            opts=self._child,
        )
        tables = [main]
        if self._args.route_table_per_zone:
            tables += [self._route_table(f"private-1{zone}") for zone in self._args.zones[1:]]
        self.private_route_table_ids = [table.id for table in tables]
        for position, (zone, subnet) in enumerate(
            zip(self._args.zones, self.private_subnet_ids, strict=True)
        ):
            self._associate(f"private-{zone}", tables[min(position, len(tables) - 1)], subnet)

    def _route_table(self, extra: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(
            f"{self._prefix}-{extra}",
            vpc_id=self.vpc_id,
            tags=tag(self._args.names.of("rtb", extra)),
            opts=self._child,
        )

    def _associate(
        self, extra: str, table: aws.ec2.RouteTable, subnet_id: pulumi.Input[str]
    ) -> None:
        aws.ec2.RouteTableAssociation(
            f"{self._prefix}-{extra}",
            route_table_id=table.id,
            subnet_id=subnet_id,
            opts=self._child,
        )
