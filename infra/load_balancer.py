"""The internal load balancer: CloudFront reaches it by its VPC origin, and nothing else does.

It has no public address. With a certificate it speaks TLS only; without one (no domain yet) plain
HTTP, which then never leaves AWS's network between CloudFront and the VPC.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.log_bucket import LOAD_BALANCER_PREFIX, LogBucket
from infra.names import Names, tag

CONTAINER_PORT = 8000
# TLS 1.2 with forward secrecy and authenticated encryption, and TLS 1.3.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
# CloudFront waits 60 seconds for an answer and keeps its connections less long, so this side
# outlives it. The application keeps none: each of its answers ends the connection.
IDLE_SECONDS = 65
# As long as a request can take at most: those under way end before a task is told to stop.
DEREGISTRATION_SECONDS = 65
CLOUDFRONT_ADDRESSES = "com.amazonaws.global.cloudfront.origin-facing"


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    names: Names
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    # None: plain HTTP on port 80.
    certificate_arn: pulumi.Input[str] | None
    log_bucket: LogBucket
    deletion_protection: bool


class LoadBalancer(pulumi.ComponentResource):
    """Load balancer, its listener, security group, and the target group of the web service."""

    arn: pulumi.Output[str]
    arn_suffix: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    # Whether CloudFront has to speak TLS to it.
    https: bool
    port: int
    security_group_id: pulumi.Output[str]
    target_group_arn: pulumi.Output[str]
    target_group_arn_suffix: pulumi.Output[str]
    listener: aws.lb.Listener

    def __init__(
        self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:LoadBalancer", name, None, opts)
        self._name, self._names = name, args.names
        self.https = args.certificate_arn is not None
        self.port = 443 if self.https else 80
        group = self._security_group(args)
        balancer = aws.lb.LoadBalancer(
            f"{name}-balancer",
            name=args.names.of("alb"),
            internal=True,
            load_balancer_type="application",
            security_groups=[group.id],
            subnets=args.subnet_ids,
            idle_timeout=IDLE_SECONDS,
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            # infra/edge.py counts on it.
            xff_header_processing_mode="append",
            enable_deletion_protection=args.deletion_protection,
            access_logs={
                "bucket": args.log_bucket.name,
                "prefix": LOAD_BALANCER_PREFIX,
                "enabled": True,
            },
            tags=tag(args.names.of("alb")),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.log_bucket.policy]),
        )
        target_group = self._target_group(args)
        self.listener = self._listener(args, balancer, target_group)
        self.arn = balancer.arn
        self.arn_suffix = balancer.arn_suffix
        self.dns_name = balancer.dns_name
        self.security_group_id = group.id
        self.target_group_arn = target_group.arn
        self.target_group_arn_suffix = target_group.arn_suffix
        self.register_outputs({"dns_name": self.dns_name, "target_group": self.target_group_arn})

    def allow_to(self, service: str, security_group_id: pulumi.Input[str]) -> list[pulumi.Resource]:
        """Let the load balancer, and nobody else, reach the containers of a service.

        Returns what the service must wait for.
        """
        child = pulumi.ResourceOptions(parent=self)
        there = aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-to-{service}",
            security_group_id=self.security_group_id,
            referenced_security_group_id=security_group_id,
            ip_protocol="tcp",
            from_port=CONTAINER_PORT,
            to_port=CONTAINER_PORT,
            description=f"To the containers of {service}",
            tags=tag(self._names.of("sgr", f"alb-to-{service}")),
            opts=child,
        )
        here = aws.vpc.SecurityGroupIngressRule(
            f"{service}-from-{self._name}",
            security_group_id=security_group_id,
            referenced_security_group_id=self.security_group_id,
            ip_protocol="tcp",
            from_port=CONTAINER_PORT,
            to_port=CONTAINER_PORT,
            description="From the load balancer",
            tags=tag(self._names.of("sgr", f"{service}-from-alb")),
            opts=child,
        )
        return [there, here, self.listener]

    def _security_group(self, args: LoadBalancerArgs) -> aws.ec2.SecurityGroup:
        """Open to CloudFront's own addresses only.

        A rule for the VPC's addresses would not do: what comes by a VPC origin is judged by this
        list. It counts as 55 of the 60 rules that a group may have, so one port is all it takes.
        """
        group = aws.ec2.SecurityGroup(
            f"{self._name}-group",
            name=args.names.of("sg", "alb"),
            description="The load balancer: from CloudFront, to the web service",
            vpc_id=args.vpc_id,
            tags=tag(args.names.of("sg", "alb")),
            opts=pulumi.ResourceOptions(parent=self),
        )
        addresses = aws.ec2.get_managed_prefix_list_output(
            name=CLOUDFRONT_ADDRESSES, opts=pulumi.InvokeOptions(parent=self)
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-from-cloudfront",
            security_group_id=group.id,
            prefix_list_id=addresses.id,
            ip_protocol="tcp",
            from_port=self.port,
            to_port=self.port,
            description="From CloudFront's VPC origin",
            tags=tag(self._names.of("sgr", "alb-from-cloudfront")),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return group

    def _target_group(self, args: LoadBalancerArgs) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{self._name}-web",
            name=args.names.of("tg", "web"),
            vpc_id=args.vpc_id,
            target_type="ip",
            protocol="HTTP",
            port=CONTAINER_PORT,
            # A page of a few milliseconds and an import of seconds are not the same load.
            load_balancing_algorithm_type="least_outstanding_requests",
            deregistration_delay=DEREGISTRATION_SECONDS,
            health_check={
                "path": "/readyz",
                "matcher": "200",
                "interval": 15,
                "timeout": 10,
                "healthy_threshold": 2,
                # 150 seconds: while the database moves to its standby (a minute or two) nothing
                # is gained by replacing every task.
                "unhealthy_threshold": 10,
            },
            tags=tag(args.names.of("tg", "web")),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _listener(
        self,
        args: LoadBalancerArgs,
        balancer: aws.lb.LoadBalancer,
        target_group: aws.lb.TargetGroup,
    ) -> aws.lb.Listener:
        return aws.lb.Listener(
            f"{self._name}-listener",
            load_balancer_arn=balancer.arn,
            port=self.port,
            protocol="HTTPS" if self.https else "HTTP",
            certificate_arn=args.certificate_arn,
            ssl_policy=TLS_POLICY if self.https else None,
            default_actions=[{"type": "forward", "target_group_arn": target_group.arn}],
            tags=tag(args.names.of("alb", "listener")),
            opts=pulumi.ResourceOptions(parent=self),
        )
