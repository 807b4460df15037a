"""What CI and operators look up by name: Parameter Store, below the environment's path."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from infra.names import Names, tag


class Parameters(pulumi.ComponentResource):
    """Plain entries, no secrets: names and ARNs of what was made."""

    def __init__(
        self,
        name: str,
        names: Names,
        values: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("inventory:infra:Parameters", name, None, opts)
        for path, value in values.items():
            full = names.parameter(*path.split("/"))
            aws.ssm.Parameter(
                f"{name}-{path.replace('/', '-')}",
                name=full,
                type="String",
                value=value,
                tags=tag(full),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
