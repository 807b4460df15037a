"""The way out of the private subnets: a small machine, or AWS's gateway.

The instance costs about a tenth of the gateway and carries what an inventory system sends out:
mail, updates, calls to AWS. The gateway needs no care and carries far more. Either way, one for
the VPC or one in each zone; with one, the other zone's way out leads through it and is gone with
its zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from infra.names import Names, tag
from infra.nat_alarms import NatAlarmArgs, alarms_of_gateway
from infra.nat_instance import NatInstance, NatInstanceArgs
from infra.network import ANYWHERE, Network


@dataclass(frozen=True, kw_only=True)
class NatArgs:
    names: Names
    account_id: str
    region: str
    kind: Literal["instance", "gateway"]
    network: Network
    zones: Sequence[str]  # those that get one: all, or the first
    instance_type: str
    script: str
    tags: Mapping[str, str]
    key_arn: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]


class Nat(pulumi.ComponentResource):
    """NAT instances or gateways, and the private subnets' routes to them."""

    public_addresses: list[pulumi.Output[str]]

    def __init__(
        self, name: str, args: NatArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Nat", name, None, opts)
        self._prefix, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.public_addresses = []
        if args.kind == "instance":
            self._instances()
        else:
            self._gateways()
        self.register_outputs({"public_addresses": self.public_addresses})

    def _instances(self) -> None:
        group = self._security_group()
        for position, zone in enumerate(self._args.zones):
            instance = NatInstance(
                f"{self._prefix}-{zone}",
                NatInstanceArgs(
                    names=self._args.names,
                    account_id=self._args.account_id,
                    region=self._args.region,
                    zone=zone,
                    subnet_id=self._args.network.public_subnet_ids[position],
                    security_group_id=group.id,
                    private_cidrs=self._args.network.private_cidrs,
                    instance_type=self._args.instance_type,
                    script=self._args.script,
                    tags=self._args.tags,
                    key_arn=self._args.key_arn,
                    alarm_topic_arn=self._args.alarm_topic_arn,
                ),
                opts=self._child,
            )
            self._route(position, zone, network_interface_id=instance.interface_id)
            self.public_addresses.append(instance.public_address)

    def _gateways(self) -> None:
        for position, zone in enumerate(self._args.zones):
            label = self._args.names.of("nat", f"1{zone}")
            address = aws.ec2.Eip(
                f"{self._prefix}-{zone}-address", domain="vpc", tags=tag(label), opts=self._child
            )
            gateway = aws.ec2.NatGateway(
                f"{self._prefix}-{zone}-gateway",
                subnet_id=self._args.network.public_subnet_ids[position],
                allocation_id=address.allocation_id,
                tags=tag(label),
                opts=self._child,
            )
            alarms_of_gateway(
                f"{self._prefix}-{zone}",
                NatAlarmArgs(
                    names=self._args.names, zone=zone, topic_arn=self._args.alarm_topic_arn
                ),
                gateway_id=gateway.id,
                opts=self._child,
            )
            self._route(position, zone, nat_gateway_id=gateway.id)
            self.public_addresses.append(address.public_ip)

    def _route(
        self,
        position: int,
        zone: str,
        *,
        network_interface_id: pulumi.Input[str] | None = None,
        nat_gateway_id: pulumi.Input[str] | None = None,
    ) -> None:
        aws.ec2.Route(
            f"{self._prefix}-{zone}-route",
            route_table_id=self._args.network.private_route_table_ids[position],
            destination_cidr_block=ANYWHERE,
            network_interface_id=network_interface_id,
            nat_gateway_id=nat_gateway_id,
            opts=self._child,
        )

    def _security_group(self) -> aws.ec2.SecurityGroup:
        """In from the private subnets only; out to anywhere."""
        label = self._args.names.of("sg", "nat")
        group = aws.ec2.SecurityGroup(
            f"{self._prefix}-sg",
            name=label,
            description="NAT instance: from the private subnets, to anywhere",
            vpc_id=self._args.network.vpc_id,
            tags=tag(label),
            opts=self._child,
        )
        for position, cidr in enumerate(self._args.network.private_cidrs):
            aws.vpc.SecurityGroupIngressRule(
                f"{self._prefix}-from-private-{position}",
                security_group_id=group.id,
                description="What a private subnet sends to the internet",
                cidr_ipv4=cidr,
                ip_protocol="-1",
                tags=tag(self._args.names.of("sgr", "nat")),
                opts=self._child,
            )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._prefix}-to-internet",
            security_group_id=group.id,
            description="The internet",
            cidr_ipv4=ANYWHERE,
            ip_protocol="-1",
            tags=tag(self._args.names.of("sgr", "nat")),
            opts=self._child,
        )
        return group
