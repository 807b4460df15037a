"""What RDS and Aurora have in common: what they are made from, what they give, how they behave."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config_groups import Database as Settings
from infra.names import Names, tag

OWNER = "inventory_owner"  # owns the tables; migrations run as this user
CERTIFICATE = "rds-ca-rsa2048-g1"


@dataclass(frozen=True, kw_only=True)
class EngineArgs:
    names: Names
    label: str
    settings: Settings
    protected: bool
    subnet_group_name: pulumi.Input[str]
    security_group_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    log_days: int
    port: int

    @property
    def family(self) -> str:
        """Of the parameter group: `postgres17`, `aurora-postgresql17`."""
        return f"{self.settings.engine}{self.settings.version.split('.')[0]}"

    @property
    def last_snapshot(self) -> str | None:
        return f"{self.label}-last" if self.protected else None


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A running PostgreSQL."""

    host: pulumi.Output[str]
    owner_secret_arn: pulumi.Output[str]
    identifier: pulumi.Output[str]


def parameters(settings: Settings) -> dict[str, str]:
    """PostgreSQL's settings; each can be changed without a restart."""
    return {
        "rds.force_ssl": "1",
        "log_connections": "1",
        "log_disconnections": "1",
        "log_lock_waits": "1",
        "log_min_duration_statement": str(settings.slow_statement_ms),
        "log_statement": "ddl",
        "statement_timeout": str(settings.statement_timeout_s * 1000),
        "idle_in_transaction_session_timeout": str(settings.idle_transaction_timeout_s * 1000),
    }


def log_groups(
    name: str, args: EngineArgs, place: str, logs: Sequence[str], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Made before the database: RDS would make them itself, kept for ever and without our key."""
    return [
        aws.cloudwatch.LogGroup(
            f"{name}-log-{log}",
            name=f"/aws/rds/{place}/{args.label}/{log}",
            retention_in_days=args.log_days,
            kms_key_id=args.key_arn,
            tags=tag(f"{args.label}-{log}"),
            opts=opts,
        )
        for log in logs
    ]
