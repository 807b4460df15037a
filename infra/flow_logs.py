"""Who talked to whom in the VPC, and was it let through.

To S3 as Parquet, an hour a folder, which Athena reads cheaply; or to CloudWatch, where it can be
searched at once and costs more to take in.
"""

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from infra.iam import allow, policy, trust
from infra.log_bucket import FLOW_PREFIX, LogBucket
from infra.names import Names, tag


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    names: Names
    account_id: str
    vpc_id: pulumi.Input[str]
    to: Literal["cloudwatch", "s3", "off"]
    bucket: LogBucket
    days: int
    key_arn: pulumi.Input[str]


class FlowLogs(pulumi.ComponentResource):
    """The record of the VPC's connections."""

    def __init__(
        self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:FlowLogs", name, None, opts)
        self._prefix, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        if args.to == "s3":
            self._to_bucket()
        elif args.to == "cloudwatch":
            self._to_log_group()
        self.register_outputs({})

    def _to_bucket(self) -> None:
        aws.ec2.FlowLog(
            f"{self._prefix}-s3",
            vpc_id=self._args.vpc_id,
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination=pulumi.Output.concat(self._args.bucket.arn, f"/{FLOW_PREFIX}/"),
            destination_options=aws.ec2.FlowLogDestinationOptionsArgs(
                file_format="parquet", hive_compatible_partitions=True, per_hour_partition=True
            ),
            tags=tag(self._args.names.of("flow")),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._args.bucket.policy]),
        )

    def _to_log_group(self) -> None:
        group = aws.cloudwatch.LogGroup(
            f"{self._prefix}-group",
            name=self._args.names.log_group("flow"),
            retention_in_days=self._args.days,
            kms_key_id=self._args.key_arn,
            tags=tag(self._args.names.of("logs", "flow")),
            opts=self._child,
        )
        role = aws.iam.Role(
            f"{self._prefix}-role",
            name=self._args.names.of("role", "flow"),
            assume_role_policy=trust(
                "vpc-flow-logs.amazonaws.com", account_id=self._args.account_id
            ),
            tags=tag(self._args.names.of("role", "flow")),
            opts=self._child,
        )
        aws.iam.RolePolicy(
            f"{self._prefix}-write",
            role=role.id,
            policy=policy(
                allow(
                    [
                        "logs:CreateLogStream",
                        "logs:PutLogEvents",
                        "logs:DescribeLogGroups",
                        "logs:DescribeLogStreams",
                    ],
                    [group.arn, pulumi.Output.concat(group.arn, ":*")],
                )
            ),
            opts=self._child,
        )
        aws.ec2.FlowLog(
            f"{self._prefix}-cloudwatch",
            vpc_id=self._args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags=tag(self._args.names.of("flow")),
            opts=self._child,
        )
