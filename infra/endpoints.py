"""Ways from the VPC to AWS's own services that do not lead through the NAT.

The one for S3 costs nothing and carries the layers of container images, so it is always there.
Interface endpoints cost by the hour in each zone and are worth it only beside a busy NAT gateway,
or where traffic must not leave AWS's network: see `networkEndpoints` in Pulumi.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.names import Names, tag
from infra.network import Network


@dataclass(frozen=True, kw_only=True)
class EndpointsArgs:
    names: Names
    region: str
    network: Network
    services: Sequence[str]  # as AWS names them: ecr.api, logs, …


class Endpoints(pulumi.ComponentResource):
    """The gateway endpoint for S3 and, if wanted, interface endpoints."""

    s3_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Endpoints", name, None, opts)
        self._prefix, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        s3 = aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=args.network.vpc_id,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[
                args.network.public_route_table_id,
                *args.network.private_route_table_ids,
            ],
            tags=tag(args.names.of("vpce", "s3")),
            opts=self._child,
        )
        if args.services:
            self._interfaces()
        self.s3_id = s3.id
        self.register_outputs({"s3_id": s3.id})

    def _interfaces(self) -> None:
        group = aws.ec2.SecurityGroup(
            f"{self._prefix}-sg",
            name=self._args.names.of("sg", "vpce"),
            description="AWS services by interface endpoints, for the private subnets",
            vpc_id=self._args.network.vpc_id,
            tags=tag(self._args.names.of("sg", "vpce")),
            opts=self._child,
        )
        for position, cidr in enumerate(self._args.network.private_cidrs):
            aws.vpc.SecurityGroupIngressRule(
                f"{self._prefix}-from-private-{position}",
                security_group_id=group.id,
                description="HTTPS from a private subnet",
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                tags=tag(self._args.names.of("sgr", "vpce")),
                opts=self._child,
            )
        for service in self._args.services:
            label = service.replace(".", "-")
            aws.ec2.VpcEndpoint(
                f"{self._prefix}-{label}",
                vpc_id=self._args.network.vpc_id,
                service_name=f"com.amazonaws.{self._args.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=self._args.network.private_subnet_ids,
                security_group_ids=[group.id],
                tags=tag(self._args.names.of("vpce", label)),
                opts=self._child,
            )
