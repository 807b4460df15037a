"""From the internet to the load balancer, and no other way."""

from dataclasses import dataclass

from infra.certificates import Domain, DomainArgs
from infra.edge import Edge, EdgeArgs
from infra.edge_logs import EdgeLogs, EdgeLogsArgs
from infra.layers.foundation import Foundation
from infra.layers.network import Ground
from infra.load_balancer import LoadBalancer, LoadBalancerArgs
from infra.stack import Stack
from infra.waf import Waf, WafArgs


@dataclass(frozen=True, kw_only=True)
class WayIn:
    """From the internet to the load balancer, and no other way."""

    load_balancer: LoadBalancer
    edge: Edge
    waf: Waf
    domain: Domain | None


def open_way_in(stack: Stack, foundation: Foundation, ground: Ground) -> WayIn:
    config, names = stack.config, stack.names
    domain = None
    if config.edge.domain:
        domain = Domain(
            "domain",
            DomainArgs(
                domain=config.edge.domain,
                hosted_zone_id=config.edge.hosted_zone_id,
                protected=config.environment.protected,
                us_east_1=stack.providers.us_east_1,
            ),
            stack.home,
        )
    load_balancer = LoadBalancer(
        "load-balancer",
        LoadBalancerArgs(
            names=names,
            vpc_id=ground.network.vpc_id,
            subnet_ids=ground.network.private_subnet_ids,
            certificate_arn=domain.certificate_arn if domain else None,
            log_bucket=foundation.log_bucket,
            deletion_protection=config.environment.protected,
        ),
        stack.home,
    )
    waf = Waf(
        "waf",
        WafArgs(
            names=names,
            rate_limit=config.waf.rate_limit,
            admin_addresses=config.waf.admin_addresses,
            log_days=config.logs.days,
            log_key_arn=foundation.keys.us_east_1_arn,
        ),
        stack.us_east_1,
    )
    edge = Edge(
        "edge",
        EdgeArgs(
            names=names,
            load_balancer=load_balancer,
            domain=domain,
            web_acl_arn=waf.web_acl_arn,
            price_class=config.edge.price_class,
        ),
        stack.home,
    )
    EdgeLogs(
        "edge-logs",
        EdgeLogsArgs(
            names=names,
            distribution_arn=edge.distribution_arn,
            log_bucket=foundation.log_bucket,
        ),
        stack.us_east_1,
    )
    return WayIn(load_balancer=load_balancer, edge=edge, waf=waf, domain=domain)
