"""When the way out of the private subnets is gone, or about to be."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.names import Names, tag


@dataclass(frozen=True, kw_only=True)
class NatAlarmArgs:
    names: Names
    zone: str
    topic_arn: pulumi.Input[str]


def alarms_of_instance(
    name: str,
    args: NatAlarmArgs,
    *,
    group_name: pulumi.Input[str],
    namespace: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """No machine in service; one that does not reach the internet; one that runs full."""
    _alarm(
        f"{name}-in-service",
        args,
        "in-service",
        description="No NAT instance is in service: private subnets do not reach the internet.",
        namespace="AWS/AutoScaling",
        metric_name="GroupInServiceInstances",
        dimensions={"AutoScalingGroupName": group_name},
        below=1,
        opts=opts,
    )
    _alarm(
        f"{name}-egress",
        args,
        "egress",
        description="The NAT instance does not reach the internet, or has stopped saying so.",
        namespace=namespace,
        metric_name="Egress",
        dimensions={"Group": group_name},
        below=1,
        opts=opts,
    )
    aws.cloudwatch.MetricAlarm(
        f"{name}-conntrack",
        name=args.names.of("alarm", f"nat-1{args.zone}-conntrack"),
        alarm_description="The NAT instance's table of connections is nearly full: new ones fail.",
        namespace=namespace,
        metric_name="ConntrackPercent",
        dimensions={"Group": group_name},
        statistic="Maximum",
        comparison_operator="GreaterThanThreshold",
        threshold=80,
        period=60,
        evaluation_periods=3,
        alarm_actions=[args.topic_arn],
        ok_actions=[args.topic_arn],
        tags=tag(args.names.of("alarm", f"nat-1{args.zone}-conntrack")),
        opts=opts,
    )


def alarms_of_gateway(
    name: str,
    args: NatAlarmArgs,
    *,
    gateway_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """A gateway heals itself; what it cannot do is find more ports than there are."""
    label = args.names.of("alarm", f"nat-1{args.zone}-ports")
    aws.cloudwatch.MetricAlarm(
        f"{name}-ports",
        name=label,
        alarm_description="The NAT gateway has no port left for one destination: connections fail.",
        namespace="AWS/NATGateway",
        metric_name="ErrorPortAllocation",
        dimensions={"NatGatewayId": gateway_id},
        statistic="Sum",
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        period=60,
        evaluation_periods=3,
        treat_missing_data="notBreaching",
        alarm_actions=[args.topic_arn],
        ok_actions=[args.topic_arn],
        tags=tag(label),
        opts=opts,
    )


def _alarm(
    resource_name: str,
    args: NatAlarmArgs,
    extra: str,
    *,
    description: str,
    namespace: str,
    metric_name: str,
    dimensions: dict[str, pulumi.Input[str]],
    below: int,
    opts: pulumi.ResourceOptions,
) -> None:
    """Three minutes under a threshold; silence counts, because a dead machine is silent."""
    label = args.names.of("alarm", f"nat-1{args.zone}-{extra}")
    aws.cloudwatch.MetricAlarm(
        resource_name,
        name=label,
        alarm_description=description,
        namespace=namespace,
        metric_name=metric_name,
        dimensions=dimensions,
        statistic="Minimum",
        comparison_operator="LessThanThreshold",
        threshold=below,
        period=60,
        evaluation_periods=3,
        treat_missing_data="breaching",
        alarm_actions=[args.topic_arn],
        ok_actions=[args.topic_arn],
        tags=tag(label),
        opts=opts,
    )
