"""What can be set for a stack: one frozen dataclass, read once, wrong values explained.

`StackConfig.from_pulumi()` is the only reader of Pulumi's configuration. A key is the group's name
and the field's: `database.instance_class` is `databaseInstanceClass`. Pulumi.yaml says what each
key means and holds the values that both environments share; Pulumi.stg.yaml and Pulumi.prd.yaml
hold the same keys, those in which the environments differ. The program switches on these values
and never on a stack's name.
"""

from dataclasses import dataclass
from typing import Self

import pulumi

from infra import config_application as application
from infra import config_groups as groups
from infra.config_reader import read_groups


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """Everything that can be set for a stack."""

    environment: groups.Environment
    account: groups.Account
    network: groups.Network
    nat: groups.Nat
    database: groups.Database
    secrets: groups.Secrets
    image: groups.Image
    service: groups.Service
    worker: groups.Worker
    jobs: groups.Jobs
    edge: groups.Edge
    waf: groups.Waf
    logs: groups.Logs
    alarms: groups.Alarms
    mail: application.Mail
    mfa: application.Mfa
    support: application.Support
    company: application.Company

    @classmethod
    def from_pulumi(cls) -> Self:
        """Read the stack's configuration, or say all that is wrong with it at once."""
        return cls(**read_groups(cls, pulumi.Config(), without_prefix="environment"))
