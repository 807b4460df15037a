"""Jobs by the clock: EventBridge Scheduler starts a task with the command of one.

The task is defined by the very image that the web service runs, so a job never meets a database
that is newer or older than itself for longer than a deployment takes.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.application import Application
from infra.iam import allow
from infra.names import tag
from infra.task_roles import make_role

# A job reads all there is; the limit for pages' statements is not meant for it.
WITHOUT_STATEMENT_LIMIT = {"PGOPTIONS": "-c statement_timeout=0"}
RETRIES = 5
RETRY_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class JobsArgs:
    application: Application
    timezone: str


class Jobs(pulumi.ComponentResource):
    """The group of schedules and the scheduler's role; `add` puts a job in."""

    def __init__(
        self, name: str, args: JobsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Jobs", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        application = args.application
        self._names = application.args.names
        self._group = aws.scheduler.ScheduleGroup(
            f"{name}-group",
            name=self._names.of("scheduler", "jobs"),
            tags=tag(self._names.of("scheduler", "jobs")),
            opts=self._child,
        )
        account, region = application.args.account_id, application.args.region
        families = f"arn:aws:ecs:{region}:{account}:task-definition/{self._family('*')}"
        self._role_arn = make_role(
            f"{name}-role",
            role_name=self._names.of("role", "jobs"),
            account_id=account,
            service="scheduler.amazonaws.com",
            statements=[
                allow(
                    ["ecs:RunTask"],
                    families,
                    sid="StartJobs",
                    when={"ArnEquals": {"ecs:cluster": application.args.cluster.arn}},
                ),
                allow(
                    ["ecs:TagResource"],
                    f"arn:aws:ecs:{region}:{account}:task/{self._names.of('ecs')}/*",
                    sid="TagThem",
                    when={"StringEquals": {"ecs:CreateAction": "RunTask"}},
                ),
                allow(
                    ["iam:PassRole"],
                    [application.task_role_arn, application.execution_role_arn],
                    sid="WithTheirRoles",
                    when={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                ),
            ],
            opts=self._child,
        )
        self.register_outputs({})

    def add(self, job: str, *, when: str) -> None:
        """Run `manage.py JOB` at these times, as `cron(…)` or `rate(…)`."""
        application = self._args.application
        extra = job.replace("_", "-")
        task = application.task_definition(
            f"{self._name}-{extra}-task",
            self._family(extra),
            [application.container(extra, ["python", "manage.py", job], WITHOUT_STATEMENT_LIMIT)],
            execution_role_arn=application.execution_role_arn,
            opts=self._child,
        )
        aws.scheduler.Schedule(
            f"{self._name}-{extra}",
            name=self._names.of("scheduler", extra),
            group_name=self._group.name,
            description=f"manage.py {job}",
            schedule_expression=when,
            schedule_expression_timezone=self._args.timezone,
            flexible_time_window={"mode": "OFF"},
            kms_key_arn=application.args.kms_key_arn,
            target={
                "arn": application.args.cluster.arn,
                "role_arn": self._role_arn,
                "ecs_parameters": {
                    "task_definition_arn": task.arn,
                    "task_count": 1,
                    "launch_type": "FARGATE",
                    "platform_version": "LATEST",
                    "enable_ecs_managed_tags": True,
                    "propagate_tags": "TASK_DEFINITION",
                    "network_configuration": {
                        "subnets": application.args.subnet_ids,
                        "security_groups": [application.security_group_id],
                        "assign_public_ip": False,
                    },
                },
                "retry_policy": {
                    "maximum_retry_attempts": RETRIES,
                    "maximum_event_age_in_seconds": RETRY_SECONDS,
                },
            },
            opts=self._child,
        )

    def _family(self, job: str) -> str:
        names = self._args.application.args.names
        return f"{names.of('task', 'job')}-{job}"
