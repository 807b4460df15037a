"""What every task of the application shares: web service, worker and scheduled jobs alike.

One image, one set of settings, one security group, one log. A task tells apart only which command
it runs and whose secrets it is handed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.cluster import Cluster
from infra.containers import Container, Secret, Surroundings, definitions, volumes
from infra.iam import Statement
from infra.image import Image
from infra.names import Names, tag
from infra.task_roles import exec_statements, execution_statements, make_role

ANYWHERE = "0.0.0.0/0"
# As ECS spells them.
ARCHITECTURES = {"arm64": "ARM64", "x86_64": "X86_64"}
# What the application's user needs of `rds-main-…`; the owner's place in it is taken elsewhere.
DATABASE_KEYS = ("DB_HOST", "DB_PORT", "DB_NAME", "DB_USER_NAME", "DB_PASSWORD")


@dataclass(frozen=True, kw_only=True)
class ApplicationArgs:
    names: Names
    account_id: str
    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    cluster: Cluster
    image: Image
    architecture: str
    cpu: int
    memory: int
    exec: bool
    # Settings of Django that are no secret: see infra/settings.py.
    environment: Mapping[str, pulumi.Input[str]]
    # JSON with DATABASE_KEYS, of the application's database user.
    database_secret: Secret
    # Django's secret key, as it is.
    django_secret: Secret
    # The key that signs the head of the audit log, as it is.
    audit_secret: Secret
    # The key that second factors are encrypted with, as it is.
    second_factor_secret: Secret
    # What the application itself may do in AWS.
    rights: Sequence[Statement]
    kms_key_arn: pulumi.Input[str]
    log_days: int
    # What a task needs from its first second: the way out, and the database.
    after: Sequence[pulumi.Resource]


class Application(pulumi.ComponentResource):
    """Security group, log group, roles; and the way to make a task definition from them."""

    args: ApplicationArgs
    security_group_id: pulumi.Output[str]
    log_group_name: pulumi.Output[str]
    task_role_arn: pulumi.Output[str]
    execution_role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: ApplicationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Application", name, None, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self.args = args
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=args.names.log_group("app"),
            retention_in_days=args.log_days,
            kms_key_id=args.kms_key_arn,
            tags=tag(args.names.log_group("app")),
            opts=self._child,
        )
        self._log_group_arn = log_group.arn
        self.log_group_name = log_group.name
        self.security_group_id = self._security_group()
        exec_rights = exec_statements(
            exec_log_group_arn=args.cluster.exec_log_group_arn, kms_key_arn=args.kms_key_arn
        )
        self.task_role_arn = make_role(
            f"{name}-task",
            role_name=args.names.of("role", "task"),
            account_id=args.account_id,
            service="ecs-tasks.amazonaws.com",
            statements=[*args.rights, *(exec_rights if args.exec else [])],
            opts=self._child,
        )
        self.execution_role_arn = self.execution_role("execution")
        self.register_outputs(
            {
                "security_group_id": self.security_group_id,
                "log_group_name": self.log_group_name,
                "task_role_arn": self.task_role_arn,
            }
        )

    def execution_role(self, extra: str, *more: pulumi.Input[str]) -> pulumi.Output[str]:
        """ECS's role for a task that is handed the application's secrets, and these besides."""
        args = self.args
        return make_role(
            f"{self._name}-{extra}",
            role_name=args.names.of("role", extra),
            account_id=args.account_id,
            service="ecs-tasks.amazonaws.com",
            statements=execution_statements(
                region=args.region,
                repository_arn=args.image.repository_arn,
                log_group_arn=self._log_group_arn,
                secret_arns=[
                    args.database_secret.arn,
                    args.django_secret.arn,
                    args.audit_secret.arn,
                    args.second_factor_secret.arn,
                    *more,
                ],
                kms_key_arn=args.kms_key_arn,
            ),
            opts=self._child,
        )

    def container(
        self,
        name: str,
        command: Sequence[str] = (),
        environment: Mapping[str, pulumi.Input[str]] | None = None,
    ) -> Container:
        """A container that signs in to the database as the application's user."""
        database = self.args.database_secret
        return Container(
            name=name,
            command=command,
            environment={**self.args.environment, **(environment or {})},
            secrets={
                "DJANGO_SECRET_KEY": self.args.django_secret.value(),
                "AUDIT_SIGNING_KEY": self.args.audit_secret.value(),
                "SECOND_FACTOR_KEYS": self.args.second_factor_secret.value(),
                **{key: database.value(key) for key in DATABASE_KEYS},
            },
        )

    def task_definition(
        self,
        name: str,
        family: str,
        containers: Sequence[Container],
        *,
        execution_role_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> aws.ecs.TaskDefinition:
        args = self.args
        around = Surroundings(
            image_uri=args.image.uri,
            region=args.region,
            log_group=self.log_group_name,
            exec=args.exec,
        )
        return aws.ecs.TaskDefinition(
            name,
            family=family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(args.cpu),
            memory=str(args.memory),
            runtime_platform={
                "cpu_architecture": ARCHITECTURES[args.architecture],
                "operating_system_family": "LINUX",
            },
            execution_role_arn=execution_role_arn,
            task_role_arn=self.task_role_arn,
            container_definitions=definitions(containers, around),
            volumes=[{"name": volume} for volume in volumes(containers, around)],
            # What ECS rolls back to must still be there; a definition costs nothing.
            skip_destroy=True,
            tags=tag(family),
            opts=opts,
        )

    def _security_group(self) -> pulumi.Output[str]:
        """Out to AWS's services by HTTPS; to the database, and in, by rules of their owners.

        The id is known once there is a way out: no task starts without one.
        """
        group = aws.ec2.SecurityGroup(
            f"{self._name}-group",
            name=self.args.names.of("sg", "app"),
            description="Tasks of the application",
            vpc_id=self.args.vpc_id,
            tags=tag(self.args.names.of("sg", "app")),
            opts=self._child,
        )
        way_out = aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-https",
            security_group_id=group.id,
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="HTTPS: registry, secrets, logs",
            tags=tag(self.args.names.of("sgr", "app-https")),
            opts=self._child,
        )
        return pulumi.Output.all(group.id, way_out.id).apply(lambda known: str(known[0]))
