"""The web service: tasks over both zones, replaced one by one, and taken back by themselves.

A task prepares the database before it serves: its first container runs `prepare_database` as the
owner (one task at a time, by a lock in the database), and only when that has ended well does the
web container start, which knows the application's user only. A release that does not come up, or
that raises one of its alarms, is rolled back by ECS.
"""

from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws

from infra.application import Application
from infra.containers import Container, Secret
from infra.load_balancer import CONTAINER_PORT, LoadBalancer
from infra.names import tag
from infra.release_alarms import ReleaseAlarms, ReleaseAlarmsArgs
from infra.scaling import Scaling, ScalingArgs

# Told to stop, the server goes on for so long, for requests that are still sent to it; then what
# is under way may take webapp/gunicorn.conf.py's graceful_timeout (65 s). Fargate allows 120.
DRAIN_SECONDS = 10
STOP_SECONDS = 90
LIVEZ = f"http://127.0.0.1:{CONTAINER_PORT}/livez"
PROBE = ("python", "-c", f"import urllib.request as web; web.urlopen('{LIVEZ}', timeout=5)")


@dataclass(frozen=True, kw_only=True)
class WebServiceArgs:
    application: Application
    load_balancer: LoadBalancer
    # The owner of the database: JSON with username and password, as RDS keeps it.
    owner_secret: Secret
    tasks_min: int
    tasks_max: int
    spot_percent: int
    gunicorn_workers: int
    gunicorn_threads: int
    cpu_target_percent: int
    memory_target_percent: int
    requests_per_task: int


class WebService(pulumi.ComponentResource):
    """Task definition, service, its scaling and the alarms that judge a release."""

    service_name: pulumi.Output[str]
    task_definition_arn: pulumi.Output[str]
    alarms: ReleaseAlarms

    def __init__(
        self, name: str, args: WebServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:WebService", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        application, balancer = args.application, args.load_balancer
        names = application.args.names
        open_door = balancer.allow_to("app", application.security_group_id)
        task = application.task_definition(
            f"{name}-task",
            names.of("task", "web"),
            [prepare_container(args), web_container(args)],
            execution_role_arn=application.execution_role("execution-web", args.owner_secret.arn),
            opts=child,
        )
        self.alarms = ReleaseAlarms(
            f"{name}-release", ReleaseAlarmsArgs(names=names, load_balancer=balancer), child
        )
        service = aws.ecs.Service(
            f"{name}-service",
            name=names.of("ecs", "web"),
            cluster=application.args.cluster.arn,
            task_definition=task.arn,
            desired_count=args.tasks_min,
            capacity_provider_strategies=capacity(args.tasks_min, args.spot_percent),
            platform_version="LATEST",
            availability_zone_rebalancing="ENABLED",
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            deployment_circuit_breaker={"enable": True, "rollback": True},
            alarms={"alarm_names": self.alarms.names, "enable": True, "rollback": True},
            # The first task of a new version may have migrations to run before it listens.
            health_check_grace_period_seconds=300,
            enable_execute_command=application.args.exec,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            network_configuration={
                "subnets": application.args.subnet_ids,
                "security_groups": [application.security_group_id],
                "assign_public_ip": False,
            },
            load_balancers=[
                {
                    "target_group_arn": balancer.target_group_arn,
                    "container_name": "web",
                    "container_port": CONTAINER_PORT,
                }
            ],
            wait_for_steady_state=True,
            tags=tag(names.of("ecs", "web")),
            opts=pulumi.ResourceOptions(
                parent=self,
                # How many there are is the scaling's business, or the night's.
                ignore_changes=["desiredCount"],
                depends_on=[*open_door, *application.args.after],
            ),
        )
        self.service_name = service.name
        self.task_definition_arn = task.arn
        Scaling(
            f"{name}-scaling",
            ScalingArgs(
                names=names,
                cluster_name=application.args.cluster.cluster_name,
                service_name=service.name,
                load_balancer=balancer,
                tasks_min=args.tasks_min,
                tasks_max=args.tasks_max,
                cpu_percent=args.cpu_target_percent,
                memory_percent=args.memory_target_percent,
                requests_per_task=args.requests_per_task,
            ),
            child,
        )
        self.register_outputs(
            {"service_name": self.service_name, "task_definition_arn": self.task_definition_arn}
        )


def prepare_container(args: WebServiceArgs) -> Container:
    """Makes the application's database user, migrates, gives rights, writes the roles; ends."""
    application = args.application
    plain = application.container("migrate", ["python", "manage.py", "prepare_database"])
    database = application.args.database_secret
    return replace(
        plain,
        essential=False,
        secrets={
            **plain.secrets,
            "DB_USER_NAME": args.owner_secret.value("username"),
            "DB_PASSWORD": args.owner_secret.value("password"),
            "DB_APP_USER_NAME": database.value("DB_USER_NAME"),
            "DB_APP_PASSWORD": database.value("DB_PASSWORD"),
        },
    )


def web_container(args: WebServiceArgs) -> Container:
    """Serves, by the image's own command."""
    return replace(
        args.application.container(
            "web",
            environment={
                "WEB_CONCURRENCY": str(args.gunicorn_workers),
                "WEB_THREADS": str(args.gunicorn_threads),
                "WEB_DRAIN_SECONDS": str(DRAIN_SECONDS),
            },
        ),
        after="migrate",
        port=CONTAINER_PORT,
        health_command=PROBE,
        stop_seconds=STOP_SECONDS,
    )


def capacity(
    tasks_min: int, spot_percent: int
) -> list[aws.ecs.ServiceCapacityProviderStrategyArgs]:
    """The fewest tasks on capacity that stays; of those beyond, so many percent on spare one."""
    strategy = aws.ecs.ServiceCapacityProviderStrategyArgs
    found = [strategy(capacity_provider="FARGATE", base=tasks_min, weight=100 - spot_percent)]
    if spot_percent:
        found.append(strategy(capacity_provider="FARGATE_SPOT", base=0, weight=spot_percent))
    return found
