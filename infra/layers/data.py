"""The database and what is needed to sign in to it."""

from dataclasses import dataclass

from infra.database import Database, DatabaseArgs
from infra.layers.foundation import Foundation
from infra.layers.network import Ground
from infra.secrets import Secrets, SecretsArgs
from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Data:
    """The database and what is needed to sign in to it."""

    database: Database
    secrets: Secrets


def keep_data(stack: Stack, foundation: Foundation, ground: Ground) -> Data:
    config = stack.config
    database = Database(
        "database",
        DatabaseArgs(
            names=stack.names,
            settings=config.database,
            protected=config.environment.protected,
            vpc_id=ground.network.vpc_id,
            subnet_ids=ground.network.private_subnet_ids,
            key_arn=foundation.keys.main_arn,
            log_days=config.logs.days,
        ),
        stack.home,
    )
    secrets = Secrets(
        "secrets",
        SecretsArgs(
            names=stack.names,
            database=database,
            database_generation=config.secrets.database_generation,
            django_generation=config.secrets.django_generation,
            audit_generation=config.secrets.audit_generation,
            recovery_days=config.secrets.recovery_days,
            protected=config.environment.protected,
            key_arn=foundation.keys.main_arn,
        ),
        stack.home,
    )
    return Data(database=database, secrets=secrets)
