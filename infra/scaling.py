"""How many tasks there are: enough for the processor, the memory and the requests.

Each target asks for a number of tasks and the largest wins; fewer there are only when all three
agree. The number belongs to the scaling, which is why a deployment leaves it alone.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.load_balancer import LoadBalancer
from infra.names import Names, tag

# Quick to add, slow to take away: a task takes about a minute to come.
OUT_SECONDS = 60
IN_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class ScalingArgs:
    names: Names
    cluster_name: pulumi.Input[str]
    service_name: pulumi.Input[str]
    load_balancer: LoadBalancer
    tasks_min: int
    tasks_max: int
    cpu_percent: int
    memory_percent: int
    requests_per_task: int


class Scaling(pulumi.ComponentResource):
    """The bounds, and a policy for each of the three measures."""

    def __init__(
        self, name: str, args: ScalingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Scaling", name, None, opts)
        bounds = aws.appautoscaling.Target(
            f"{name}-tasks",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=pulumi.Output.concat("service/", args.cluster_name, "/", args.service_name),
            min_capacity=args.tasks_min,
            max_capacity=args.tasks_max,
            tags=tag(args.names.of("scaling", "web")),
            opts=pulumi.ResourceOptions(parent=self),
        )
        requests_of = pulumi.Output.concat(
            args.load_balancer.arn_suffix, "/", args.load_balancer.target_group_arn_suffix
        )
        for measure, target, metric, of in (
            ("cpu", args.cpu_percent, "ECSServiceAverageCPUUtilization", None),
            ("memory", args.memory_percent, "ECSServiceAverageMemoryUtilization", None),
            ("requests", args.requests_per_task, "ALBRequestCountPerTarget", requests_of),
        ):
            aws.appautoscaling.Policy(
                f"{name}-{measure}",
                name=args.names.of("scaling", measure),
                policy_type="TargetTrackingScaling",
                service_namespace=bounds.service_namespace,
                scalable_dimension=bounds.scalable_dimension,
                resource_id=bounds.resource_id,
                target_tracking_scaling_policy_configuration={
                    "predefined_metric_specification": {
                        "predefined_metric_type": metric,
                        "resource_label": of,
                    },
                    "target_value": target,
                    "scale_out_cooldown": OUT_SECONDS,
                    "scale_in_cooldown": IN_SECONDS,
                },
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
