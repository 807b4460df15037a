"""CloudFront's access log, into the log bucket.

The newer way of delivery: it needs no ACLs on the bucket, and only the bucket's policy lets it in.
It is set up in us-east-1, wherever the bucket lies.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.log_bucket import CLOUDFRONT_PREFIX, LogBucket
from infra.names import Names, tag

# Columnar and compressed: Athena reads a day of it for next to nothing.
FORMAT = "parquet"


@dataclass(frozen=True, kw_only=True)
class EdgeLogsArgs:
    names: Names
    distribution_arn: pulumi.Input[str]
    log_bucket: LogBucket


class EdgeLogs(pulumi.ComponentResource):
    """Source, destination, and the delivery between them; in us-east-1."""

    def __init__(
        self, name: str, args: EdgeLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:EdgeLogs", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        label = args.names.of("cloudfront", "log")
        source = aws.cloudwatch.LogDeliverySource(
            f"{name}-source",
            name=label,
            log_type="ACCESS_LOGS",
            resource_arn=args.distribution_arn,
            tags=tag(label),
            opts=child,
        )
        destination = aws.cloudwatch.LogDeliveryDestination(
            f"{name}-destination",
            name=label,
            output_format=FORMAT,
            delivery_destination_configuration={
                "destination_resource_arn": pulumi.Output.concat(
                    args.log_bucket.arn, "/", CLOUDFRONT_PREFIX
                )
            },
            tags=tag(label),
            opts=child,
        )
        aws.cloudwatch.LogDelivery(
            f"{name}-delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            s3_delivery_configurations=[
                {
                    "suffix_path": "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}",
                    "enable_hive_compatible_path": False,
                }
            ],
            tags=tag(label),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.log_bucket.policy]),
        )
        self.register_outputs({})
