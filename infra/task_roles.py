"""Who the tasks are to AWS.

The execution role is ECS's own: it fetches the image, writes the log and hands out secrets before
the application runs. The task role is the application's: it may do next to nothing. Only the web
service's task starts with the database owner's secret, so only its execution role can read it.
"""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.iam import Statement, allow, policy, trust
from infra.names import tag

# These act on no resource that could be named; AWS's documentation of each says so.
NOTHING_TO_NAME = "*"


def make_role(
    name: str,
    *,
    role_name: str,
    account_id: str,
    service: str,
    statements: Sequence[Statement],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """A role that one AWS service takes on behalf of this account; its ARN.

    The ARN is known once the role has its rights: what needs them waits.
    """
    role = aws.iam.Role(
        name,
        name=role_name,
        assume_role_policy=trust(service, account_id=account_id),
        tags=tag(role_name),
        opts=opts,
    )
    if not statements:
        return role.arn
    rights = aws.iam.RolePolicy(
        f"{name}-rights", role=role.name, policy=policy(*statements), opts=opts
    )
    return pulumi.Output.all(role.arn, rights.id).apply(lambda known: str(known[0]))


def execution_statements(
    *,
    region: str,
    repository_arn: pulumi.Input[str],
    log_group_arn: pulumi.Input[str],
    secret_arns: Sequence[pulumi.Input[str]],
    kms_key_arn: pulumi.Input[str],
) -> list[Statement]:
    return [
        allow(["ecr:GetAuthorizationToken"], NOTHING_TO_NAME, sid="SignInToTheRegistry"),
        allow(
            [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            repository_arn,
            sid="FetchTheImage",
        ),
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            pulumi.Output.concat(log_group_arn, ":*"),
            sid="WriteTheLog",
        ),
        allow(["secretsmanager:GetSecretValue"], list(secret_arns), sid="HandOutSecrets"),
        allow(
            ["kms:Decrypt"],
            kms_key_arn,
            sid="OpenSecrets",
            when={"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}},
        ),
    ]


def exec_statements(
    *, exec_log_group_arn: pulumi.Input[str], kms_key_arn: pulumi.Input[str]
) -> list[Statement]:
    """What a shell by ECS Exec needs: a channel to the operator, and its own log."""
    return [
        allow(
            [
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            NOTHING_TO_NAME,
            sid="ReachTheOperator",
        ),
        allow(["logs:DescribeLogGroups"], NOTHING_TO_NAME, sid="FindTheLog"),
        allow(
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            pulumi.Output.concat(exec_log_group_arn, ":*"),
            sid="WriteWhatWasTyped",
        ),
        allow(["kms:Decrypt"], kms_key_arn, sid="OpenTheChannel"),
    ]
