"""The environment's encryption key, and its copy where CloudFront's firewall logs.

One key for everything at rest: who may read what is decided by each thing's own policy, and a key
costs a dollar a month. It is a multi-region key, so that data copied to another region for
disaster recovery stays readable there. AWS turns it once a year.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.iam import Statement, allow, policy
from infra.names import Names, tag

USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
THIS_KEY = "*"  # a key's policy is about that key and nothing else


@dataclass(frozen=True, kw_only=True)
class KeysArgs:
    names: Names
    account_id: str
    region: str
    protected: bool
    us_east_1: aws.Provider


class Keys(pulumi.ComponentResource):
    """A customer-managed key in the stack's region and its replica in us-east-1."""

    main_arn: pulumi.Output[str]
    us_east_1_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Keys", name, None, opts)
        label = args.names.of("kms", "main")
        main = aws.kms.Key(
            f"{name}-main",
            description=f"{label}: everything at rest in this environment",
            enable_key_rotation=True,
            multi_region=True,
            deletion_window_in_days=30 if args.protected else 7,
            policy=policy(*_statements(args, args.region), *_compute_statements(args)),
            tags=tag(label),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protected),
        )
        aws.kms.Alias(
            f"{name}-main-alias",
            name=f"alias/{label}",
            target_key_id=main.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        replica = aws.kms.ReplicaKey(
            f"{name}-us-east-1",
            description=f"{label}: copy for the logs of CloudFront's firewall",
            primary_key_arn=main.arn,
            deletion_window_in_days=30 if args.protected else 7,
            policy=policy(*_statements(args, "us-east-1")),
            tags=tag(label),
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.protected, provider=args.us_east_1
            ),
        )
        aws.kms.Alias(
            f"{name}-us-east-1-alias",
            name=f"alias/{label}",
            target_key_id=replica.key_id,
            opts=pulumi.ResourceOptions(parent=self, provider=args.us_east_1),
        )
        self.main_arn = main.arn
        self.us_east_1_arn = replica.arn
        self.register_outputs({"main_arn": main.arn, "us_east_1_arn": replica.arn})


def _statements(args: KeysArgs, region: str) -> list[Statement]:
    """The account's administrators by their own policies, and services that encrypt for us."""
    return [
        allow(
            ["kms:*"],
            THIS_KEY,
            sid="AccountDecidesByItsPolicies",
            to={"AWS": f"arn:aws:iam::{args.account_id}:root"},
        ),
        allow(
            USE,
            THIS_KEY,
            sid="LogGroups",
            to={"Service": f"logs.{region}.amazonaws.com"},
            when={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": (
                        f"arn:aws:logs:{region}:{args.account_id}:log-group:*"
                    )
                }
            },
        ),
        allow(
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            THIS_KEY,
            sid="AlarmsToTopics",
            to={"Service": "cloudwatch.amazonaws.com"},
            when={"StringEquals": {"aws:SourceAccount": args.account_id}},
        ),
    ]


def _compute_statements(args: KeysArgs) -> list[Statement]:
    """Disks of the NAT instance, and of the tasks."""
    cluster = {
        "kms:EncryptionContext:aws:ecs:clusterAccount": args.account_id,
        "kms:EncryptionContext:aws:ecs:clusterName": args.names.of("ecs"),
    }
    fargate = {"Service": "fargate.amazonaws.com"}
    # Named by condition and not as principal: in a new account the role does not exist yet, and
    # KMS refuses a policy whose principals it cannot find.
    auto_scaling = {
        "aws:PrincipalArn": (
            f"arn:aws:iam::{args.account_id}:role/aws-service-role/"
            "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        )
    }
    caller = {"kms:CallerAccount": args.account_id}
    return [
        allow(
            USE,
            THIS_KEY,
            sid="DisksOfInstances",
            to={"AWS": "*"},
            when={"StringEquals": caller, "ArnEquals": auto_scaling},
        ),
        allow(
            ["kms:CreateGrant"],
            THIS_KEY,
            sid="DisksOfInstancesLater",
            to={"AWS": "*"},
            when={
                "StringEquals": caller,
                "ArnEquals": auto_scaling,
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        ),
        allow(
            ["kms:GenerateDataKeyWithoutPlaintext"],
            THIS_KEY,
            sid="DisksOfTasks",
            to=fargate,
            when={"StringEquals": cluster},
        ),
        allow(
            ["kms:CreateGrant"],
            THIS_KEY,
            sid="DisksOfTasksLater",
            to=fargate,
            when={
                "StringEquals": cluster,
                "ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]},
            },
        ),
    ]
