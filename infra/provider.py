"""The explicit providers of a stack: they refuse any account but its own, and tag everything.

CloudFront takes its certificate and its web ACL from us-east-1 only, hence two.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config import StackConfig

PROJECT = "drone-inventory"


@dataclass(frozen=True, kw_only=True)
class Providers:
    """`home` is the stack's region; `us_east_1` is where CloudFront looks."""

    home: aws.Provider
    us_east_1: aws.Provider


def make_providers(config: StackConfig) -> Providers:
    return Providers(
        home=make_provider("home", config.account.region, config),
        us_east_1=make_provider("us-east-1", "us-east-1", config),
    )


def make_provider(name: str, region: str, config: StackConfig) -> aws.Provider:
    account = config.account
    # Without a role the credentials at hand are used as they are, as in CI after OIDC.
    assume = [
        aws.ProviderAssumeRoleArgs(
            role_arn=f"arn:aws:iam::{account.id}:role/{account.role}",
            session_name=f"pulumi-{config.environment.sysname}-{config.environment.env}",
        )
    ]
    return aws.Provider(
        name,
        region=region,
        allowed_account_ids=[account.id],
        assume_roles=assume if account.role else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=default_tags(config)),
    )


def default_tags(config: StackConfig) -> dict[str, str]:
    """Name is the one tag that each resource brings itself."""
    environment = config.environment
    return {
        "Project": PROJECT,
        "Cost": environment.cost,
        "createdBy": environment.created_by,
        "env": environment.env,
    }


def within(provider: aws.Provider) -> pulumi.ResourceOptions:
    """Options of a component whose children all belong to this provider."""
    return pulumi.ResourceOptions(provider=provider)
