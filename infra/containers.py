"""Containers as ECS wants them told: plain values in, one JSON document out.

Every container gets the same hardening: no capability of the kernel, a file system that cannot be
written, and /tmp, which can.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

# Where the agent of ECS Exec writes: without these it does not start in a container whose file
# system is read-only. AWS does not document them (aws/containers-roadmap#1359 does).
EXEC_FOLDERS = ("/managed-agents", "/var/lib/amazon/ssm", "/var/log/amazon/ssm")


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret as it was at one version: a changed one makes a new task definition.

    Without a version, whatever is current when the container starts.
    """

    arn: pulumi.Input[str]
    version_id: pulumi.Input[str] | None = None

    def value(self, key: str = "") -> pulumi.Output[str]:
        """What ECS calls valueFrom: the whole secret, or one key of its JSON."""
        if self.version_id is None:
            return pulumi.Output.concat(self.arn, f":{key}::" if key else "")
        return pulumi.Output.concat(self.arn, f":{key}::", self.version_id)


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a task; an empty command is the image's own."""

    name: str
    environment: Mapping[str, pulumi.Input[str]]
    secrets: Mapping[str, pulumi.Input[str]]
    command: Sequence[str] = ()
    essential: bool = True
    # The container that must have ended well before this one starts.
    after: str = ""
    port: int | None = None
    health_command: Sequence[str] = ()
    stop_seconds: int = 30


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What all containers of the application share."""

    image_uri: pulumi.Input[str]
    region: str
    log_group: pulumi.Input[str]
    exec: bool

    @property
    def writable(self) -> Sequence[str]:
        """Folders that a container can write to."""
        return ("/tmp", *(EXEC_FOLDERS if self.exec else ()))  # noqa: S108 - the container's own


def definitions(containers: Sequence[Container], around: Surroundings) -> pulumi.Output[str]:
    return pulumi.Output.json_dumps([definition(entry, around) for entry in containers])


def volumes(containers: Sequence[Container], around: Surroundings) -> list[str]:
    """The names of the volumes that the containers mount: empty, gone with the task."""
    return [volume(entry, path) for entry in containers for path in around.writable]


def volume(container: Container, path: str) -> str:
    return container.name + path.replace("/", "-")


def definition(container: Container, around: Surroundings) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": container.name,
        "image": around.image_uri,
        "essential": container.essential,
        "environment": named(container.environment, "value"),
        "secrets": named(container.secrets, "valueFrom"),
        "readonlyRootFilesystem": True,
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}},
        "mountPoints": [
            {
                "sourceVolume": volume(container, path),
                "containerPath": path,
                "readOnly": False,
            }
            for path in around.writable
        ],
        "stopTimeout": container.stop_seconds,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": around.log_group,
                "awslogs-region": around.region,
                "awslogs-stream-prefix": "task",
                # Rather lose lines than stand still while CloudWatch cannot be reached.
                "mode": "non-blocking",
                "max-buffer-size": "25m",
            },
        },
    }
    if container.command:
        found["command"] = list(container.command)
    if container.after:
        found["dependsOn"] = [{"containerName": container.after, "condition": "SUCCESS"}]
    if container.port:
        found["portMappings"] = [{"containerPort": container.port, "protocol": "tcp"}]
    if container.health_command:
        found["healthCheck"] = {
            "command": ["CMD", *container.health_command],
            "interval": 30,
            "timeout": 10,
            "retries": 3,
            "startPeriod": 60,
        }
    return found


def named(values: Mapping[str, pulumi.Input[str]], key: str) -> list[dict[str, Any]]:
    """As a list, always in the same order, so that nothing seems to have changed."""
    return [{"name": name, key: value} for name, value in sorted(values.items())]
