"""A service for background jobs: the same image and secrets as the web service, another command.

Nothing reaches it, so it needs no load balancer; what it was doing when it is stopped it finishes,
or its queue gives it to another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws

from infra.application import Application
from infra.names import tag

# The longest that Fargate allows.
STOP_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class WorkerArgs:
    application: Application
    command: Sequence[str]
    tasks: int
    # A worker may be interrupted at any time, so all of it may run on spare capacity.
    spot: bool


class Worker(pulumi.ComponentResource):
    """Task definition and service of the worker."""

    service_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: WorkerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Worker", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        application = args.application
        names = application.args.names
        container = replace(
            application.container("worker", args.command), stop_seconds=STOP_SECONDS
        )
        task = application.task_definition(
            f"{name}-task",
            names.of("task", "worker"),
            [container],
            execution_role_arn=application.execution_role_arn,
            opts=child,
        )
        service = aws.ecs.Service(
            f"{name}-service",
            name=names.of("ecs", "worker"),
            cluster=application.args.cluster.arn,
            task_definition=task.arn,
            desired_count=args.tasks,
            capacity_provider_strategies=[
                {"capacity_provider": "FARGATE_SPOT" if args.spot else "FARGATE", "weight": 1}
            ],
            platform_version="LATEST",
            availability_zone_rebalancing="ENABLED",
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            deployment_circuit_breaker={"enable": True, "rollback": True},
            enable_execute_command=application.args.exec,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            network_configuration={
                "subnets": application.args.subnet_ids,
                "security_groups": [application.security_group_id],
                "assign_public_ip": False,
            },
            wait_for_steady_state=True,
            tags=tag(names.of("ecs", "worker")),
            opts=pulumi.ResourceOptions(parent=self, depends_on=application.args.after),
        )
        self.service_name = service.name
        self.register_outputs({"service_name": self.service_name})
