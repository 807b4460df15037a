"""The ECS cluster: Fargate and Fargate Spot, Container Insights, and what is typed in a shell."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.names import Names, tag


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    names: Names
    kms_key_arn: pulumi.Input[str]
    log_days: int


class Cluster(pulumi.ComponentResource):
    """Cluster with its capacity, and the log of ECS Exec."""

    arn: pulumi.Output[str]
    cluster_name: pulumi.Output[str]
    exec_log_group_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Cluster", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        exec_log = aws.cloudwatch.LogGroup(
            f"{name}-exec-log",
            name=args.names.log_group("ecs", "exec"),
            retention_in_days=args.log_days,
            kms_key_id=args.kms_key_arn,
            tags=tag(args.names.log_group("ecs", "exec")),
            opts=child,
        )
        cluster = aws.ecs.Cluster(
            f"{name}-cluster",
            name=args.names.of("ecs"),
            settings=[{"name": "containerInsights", "value": "enabled"}],
            configuration={
                "execute_command_configuration": {
                    "kms_key_id": args.kms_key_arn,
                    "logging": "OVERRIDE",
                    "log_configuration": {
                        "cloud_watch_log_group_name": exec_log.name,
                        "cloud_watch_encryption_enabled": True,
                    },
                },
                "managed_storage_configuration": {
                    "fargate_ephemeral_storage_kms_key_id": args.kms_key_arn
                },
            },
            tags=tag(args.names.of("ecs")),
            opts=child,
        )
        aws.ecs.ClusterCapacityProviders(
            f"{name}-capacity",
            cluster_name=cluster.name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            default_capacity_provider_strategies=[{"capacity_provider": "FARGATE", "weight": 1}],
            opts=child,
        )
        self.arn = cluster.arn
        self.cluster_name = cluster.name
        self.exec_log_group_arn = exec_log.arn
        self.register_outputs({"arn": self.arn, "cluster_name": self.cluster_name})
