"""PostgreSQL: an RDS instance or an Aurora cluster, behind the same door.

Whichever it is, it lies in the private subnets, takes TLS only, is encrypted with our key, and its
owner's password is made, kept and changed every week by RDS itself. Nobody reaches it who was not
let in by `allow_from`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config_groups import Database as Settings
from infra.database_aurora import make_aurora
from infra.database_engine import EngineArgs
from infra.database_rds import make_rds
from infra.names import Names, tag

PORT = 5432


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    names: Names
    settings: Settings
    protected: bool
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    key_arn: pulumi.Input[str]
    log_days: int


class Database(pulumi.ComponentResource):
    """The database, its subnet group, parameters and security group."""

    host: pulumi.Output[str]
    port: int
    name: str
    owner_secret_arn: pulumi.Output[str]  # JSON with username and password, kept by RDS
    identifier: pulumi.Output[str]
    security_group_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Database", name, None, opts)
        self._prefix, self._names = name, args.names
        self._child = pulumi.ResourceOptions(parent=self)
        label = args.names.of("rds", "main")
        subnets = aws.rds.SubnetGroup(
            f"{name}-subnets",
            name=label,
            description="The private subnets",
            subnet_ids=args.subnet_ids,
            tags=tag(label),
            opts=self._child,
        )
        group_label = args.names.of("sg", "rds")
        group = aws.ec2.SecurityGroup(
            f"{name}-sg",
            name=group_label,
            description="The database: from the tasks that were let in, to nowhere",
            vpc_id=args.vpc_id,
            tags=tag(group_label),
            opts=self._child,
        )
        self.security_group_id = group.id
        make = make_rds if args.settings.engine == "postgres" else make_aurora
        engine = make(
            name,
            EngineArgs(
                names=args.names,
                label=label,
                settings=args.settings,
                protected=args.protected,
                subnet_group_name=subnets.name,
                security_group_id=group.id,
                key_arn=args.key_arn,
                log_days=args.log_days,
                port=PORT,
            ),
            self._child,
        )
        self.host, self.port, self.name = engine.host, PORT, args.settings.name
        self.owner_secret_arn, self.identifier = engine.owner_secret_arn, engine.identifier
        self.register_outputs({"host": self.host, "identifier": self.identifier})

    def allow_from(self, client: str, security_group_id: pulumi.Input[str]) -> None:
        """Let a service's tasks in: both groups name each other, and no address."""
        label = self._names.of("sgr", f"{client}-rds")
        aws.vpc.SecurityGroupIngressRule(
            f"{self._prefix}-from-{client}",
            security_group_id=self.security_group_id,
            referenced_security_group_id=security_group_id,
            description=f"PostgreSQL from {client}",
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags=tag(label),
            opts=self._child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._prefix}-to-{client}",
            security_group_id=security_group_id,
            referenced_security_group_id=self.security_group_id,
            description="PostgreSQL to the database",
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            tags=tag(label),
            opts=self._child,
        )
