"""The alarms that judge a release while it is being rolled out: errors, and slowness.

ECS asks them during a deployment and goes back to the version before when one of them rings.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.load_balancer import LoadBalancer
from infra.names import Names, tag

# More than this many answers 5xx in a minute, two minutes of three.
ERRORS = 10
# The promise is two seconds; of a hundred requests, so many must keep it for a release to stay.
SECONDS = 2
PERCENTILE = "p95"


@dataclass(frozen=True, kw_only=True)
class ReleaseAlarmsArgs:
    names: Names
    load_balancer: LoadBalancer


class ReleaseAlarms(pulumi.ComponentResource):
    """Two CloudWatch alarms; `actions` may be told, too, when they ring."""

    names: list[pulumi.Output[str]]
    arns: list[pulumi.Output[str]]

    def __init__(
        self, name: str, args: ReleaseAlarmsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:ReleaseAlarms", name, None, opts)
        dimensions = {
            "LoadBalancer": args.load_balancer.arn_suffix,
            "TargetGroup": args.load_balancer.target_group_arn_suffix,
        }
        errors = aws.cloudwatch.MetricAlarm(
            f"{name}-errors",
            name=args.names.of("alarm", "web-errors"),
            alarm_description=f"More than {ERRORS} answers 5xx of the application in a minute",
            namespace="AWS/ApplicationELB",
            metric_name="HTTPCode_Target_5XX_Count",
            dimensions=dimensions,
            statistic="Sum",
            period=60,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            threshold=ERRORS,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            tags=tag(args.names.of("alarm", "web-errors")),
            opts=pulumi.ResourceOptions(parent=self),
        )
        slowness = aws.cloudwatch.MetricAlarm(
            f"{name}-slowness",
            name=args.names.of("alarm", "web-slowness"),
            alarm_description=f"More than 5 % of the answers take longer than {SECONDS} seconds",
            namespace="AWS/ApplicationELB",
            metric_name="TargetResponseTime",
            dimensions=dimensions,
            extended_statistic=PERCENTILE,
            # One slow import among three requests is no slow release.
            evaluate_low_sample_count_percentiles="ignore",
            period=60,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            threshold=SECONDS,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            tags=tag(args.names.of("alarm", "web-slowness")),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.names = [errors.name, slowness.name]
        self.arns = [errors.arn, slowness.arn]
        self.register_outputs({"names": self.names})
