"""The network, the way out of it, and the record of who talked to whom."""

from dataclasses import dataclass

from infra.endpoints import Endpoints, EndpointsArgs
from infra.flow_logs import FlowLogs, FlowLogsArgs
from infra.layers.foundation import Foundation
from infra.nat import Nat, NatArgs
from infra.nat_script import nat_script
from infra.network import Network, NetworkArgs
from infra.provider import default_tags
from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The network and the way out of it."""

    network: Network
    nat: Nat
    endpoints: Endpoints


def lay_network(stack: Stack, foundation: Foundation) -> Ground:
    config, names = stack.config, stack.names
    network = Network(
        "network",
        NetworkArgs(
            names=names,
            region=config.account.region,
            cidr=config.network.cidr,
            zones=config.network.zones,
            public_cidrs=config.network.public_cidrs,
            private_cidrs=config.network.private_cidrs,
            route_table_per_zone=config.nat.per_zone,
        ),
        stack.home,
    )
    FlowLogs(
        "flow-logs",
        FlowLogsArgs(
            names=names,
            account_id=config.account.id,
            vpc_id=network.vpc_id,
            to=config.network.flow_logs,
            bucket=foundation.log_bucket,
            days=config.logs.days,
            key_arn=foundation.keys.main_arn,
        ),
        stack.home,
    )
    endpoints = Endpoints(
        "endpoints",
        EndpointsArgs(
            names=names,
            region=config.account.region,
            network=network,
            services=config.network.endpoints,
        ),
        stack.home,
    )
    nat = Nat(
        "nat",
        NatArgs(
            names=names,
            account_id=config.account.id,
            region=config.account.region,
            kind=config.nat.kind,
            network=network,
            zones=config.network.zones if config.nat.per_zone else config.network.zones[:1],
            instance_type=config.nat.instance_type,
            script=nat_script(),
            tags=default_tags(config),
            key_arn=foundation.keys.main_arn,
            alarm_topic_arn=foundation.alarm_topic.arn,
        ),
        stack.home,
    )
    return Ground(network=network, nat=nat, endpoints=endpoints)
