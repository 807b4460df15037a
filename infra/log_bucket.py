"""The bucket that AWS's services write their logs to.

Encrypted by S3's own key and not by ours: a load balancer can write to no other bucket, and one
bucket keeps questions across load balancer, CloudFront and network in one place. Services write
below prefixes of their own, and nobody may take away what is written before its time: versions
are kept as long as the logs.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.iam import Statement, allow, deny, policy
from infra.names import Names, tag

LOAD_BALANCER_PREFIX = "load-balancer"
FLOW_PREFIX = "flow"
CLOUDFRONT_PREFIX = "cloudfront"


@dataclass(frozen=True, kw_only=True)
class LogBucketArgs:
    names: Names
    account_id: str
    region: str
    days: int
    protected: bool


class LogBucket(pulumi.ComponentResource):
    """A private, versioned bucket that the load balancer, CloudFront and flow logs may write to."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    policy: aws.s3.BucketPolicy  # a service checks that it may write: let it wait for this

    def __init__(
        self, name: str, args: LogBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:LogBucket", name, None, opts)
        self._prefix, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        # A bucket's name is known to all of AWS, so it holds the account's number.
        label = args.names.of("s3", f"logs-{args.account_id}")
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=label,
            force_destroy=not args.protected,
            tags=tag(label),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protected),
        )
        self.name, self.arn = bucket.bucket, bucket.arn
        closed = self._close(bucket)
        self._keep(bucket)
        self.policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=policy(self._only_by_tls(), *self._writers()),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[closed]),
        )
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _close(self, bucket: aws.s3.Bucket) -> aws.s3.BucketPublicAccessBlock:
        aws.s3.BucketOwnershipControls(
            f"{self._prefix}-ownership",
            bucket=bucket.id,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{self._prefix}-encryption",
            bucket=bucket.id,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                        sse_algorithm="AES256"
                    )
                )
            ],
            opts=self._child,
        )
        return aws.s3.BucketPublicAccessBlock(
            f"{self._prefix}-closed",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )

    def _keep(self, bucket: aws.s3.Bucket) -> None:
        versioning = aws.s3.BucketVersioning(
            f"{self._prefix}-versions",
            bucket=bucket.id,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(
                status="Enabled"
            ),
            opts=self._child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{self._prefix}-lifecycle",
            bucket=bucket.id,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="keep-then-delete",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(
                        days=self._args.days
                    ),
                    noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=self._args.days
                    ),
                    abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                        days_after_initiation=7
                    ),
                )
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )

    def _only_by_tls(self) -> Statement:
        return deny(
            ["s3:*"],
            [self.arn, self._below("*")],
            sid="OnlyByTls",
            to={"AWS": "*"},
            when={"Bool": {"aws:SecureTransport": "false"}},
        )

    def _writers(self) -> list[Statement]:
        account, region = self._args.account_id, self._args.region
        ours = {"StringEquals": {"aws:SourceAccount": account}}
        return [
            allow(
                ["s3:PutObject"],
                self._below(f"{LOAD_BALANCER_PREFIX}/AWSLogs/{account}/*"),
                sid="LoadBalancer",
                to={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                when={
                    "ArnLike": {
                        "aws:SourceArn": (
                            f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/*"
                        )
                    }
                },
            ),
            allow(
                ["s3:GetBucketAcl"],
                self.arn,
                sid="LogDeliveryLooks",
                to={"Service": "delivery.logs.amazonaws.com"},
                when=ours,
            ),
            allow(
                ["s3:PutObject"],
                [self._below(f"{FLOW_PREFIX}/*"), self._below(f"{CLOUDFRONT_PREFIX}/*")],
                sid="LogDeliveryWrites",
                to={"Service": "delivery.logs.amazonaws.com"},
                when={
                    "StringEquals": {
                        "aws:SourceAccount": account,
                        "s3:x-amz-acl": "bucket-owner-full-control",
                    }
                },
            ),
        ]

    def _below(self, path: str) -> pulumi.Output[str]:
        return pulumi.Output.concat(self.arn, "/", path)
