"""What every layer of the platform is made from: the configuration, the names, the providers.

A layer (infra/layers/) takes this and the layers below it, and is what it made. There the
configuration meets the components: which value goes where is said once, and nothing else is.
"""

from dataclasses import dataclass
from pathlib import Path

import pulumi

from infra.config import StackConfig
from infra.names import Names
from infra.provider import Providers, make_providers


@dataclass(frozen=True, kw_only=True)
class Stack:
    config: StackConfig
    names: Names
    providers: Providers
    root: Path  # of the repository

    @classmethod
    def of(cls, config: StackConfig, root: Path) -> "Stack":
        environment = config.environment
        return cls(
            config=config,
            names=Names(environment.sysname, environment.env),
            providers=make_providers(config),
            root=root,
        )

    @property
    def home(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(provider=self.providers.home)

    @property
    def us_east_1(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(provider=self.providers.us_east_1)
