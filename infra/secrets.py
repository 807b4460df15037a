"""What the application must know and nobody else may: its database user, and keys of its own.

AWS draws the random values. They are write-only arguments: the provider neither reads them back nor
compares them, and Pulumi keeps what it sent encrypted. Tasks name the version that they start with,
so a new version is a new task definition: ECS replaces the tasks by itself (docs/adr/0011).

Each generation of the database's password belongs to a user of its own, a member of the role that
has the rights; the tasks that still run go on with the user they started with.
"""

import json
import zlib
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.containers import Secret
from infra.database import Database
from infra.names import Names, tag

APP_ROLE = "inventory_app"  # has the rights of the application; its members sign in


@dataclass(frozen=True, kw_only=True)
class SecretsArgs:
    names: Names
    database: Database
    database_generation: int
    django_generation: int
    audit_generation: int
    recovery_days: int
    # Pulumi refuses to delete them, besides the days in which AWS gives them back.
    protected: bool
    key_arn: pulumi.Input[str]


class Secrets(pulumi.ComponentResource):
    """The secrets of the application, each at the version that its tasks start with."""

    database: Secret  # JSON: DB_HOST, DB_PORT, DB_NAME, DB_USER_NAME, DB_PASSWORD
    django: Secret  # the key itself
    audit: Secret  # the key itself
    second_factor: Secret  # the key itself

    def __init__(
        self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Secrets", name, None, opts)
        self._prefix, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.database = self._database()
        self.django = self._key(
            "django-main", "What Django signs sessions with", args.django_generation
        )
        # Apart from Django's: that one may be changed any day, this one proves what was long ago.
        self.audit = self._key(
            "audit-main", "What the head of the audit log is signed with", args.audit_generation
        )
        # Drawn once: with another one, nobody's second factor could be read any more.
        self.second_factor = self._key("second-factor-main", "What encrypts second factors", 1)
        self.register_outputs(
            {
                "database": self.database.arn,
                "django": self.django.arn,
                "audit": self.audit.arn,
                "second_factor": self.second_factor.arn,
            }
        )

    def _database(self) -> Secret:
        database, generation = self._args.database, self._args.database_generation
        value = pulumi.Output.json_dumps(
            {
                "DB_HOST": database.host,
                "DB_PORT": str(database.port),
                "DB_NAME": database.name,
                "DB_USER_NAME": f"{APP_ROLE}_{generation}",
                "DB_PASSWORD": self._random(40),
            }
        )
        # Nothing compares a write-only value, so its number must change with each part of it.
        number = database.host.apply(
            lambda host: _number_of([host, database.port, database.name, generation])
        )
        return self._secret(
            "rds-main", "The application's database user", value=value, number=number
        )

    def _key(self, label: str, description: str, generation: int) -> Secret:
        return self._secret(label, description, value=self._random(64), number=generation)

    def _secret(
        self,
        label: str,
        description: str,
        *,
        value: pulumi.Output[str],
        number: pulumi.Input[int],
    ) -> Secret:
        full = self._args.names.suffixed(label)
        secret = aws.secretsmanager.Secret(
            f"{self._prefix}-{label}",
            name=full,
            description=description,
            kms_key_id=self._args.key_arn,
            recovery_window_in_days=self._args.recovery_days,
            tags=tag(full),
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protected),
        )
        version = aws.secretsmanager.SecretVersion(
            f"{self._prefix}-{label}-value",
            secret_id=secret.id,
            secret_string_wo=value,
            secret_string_wo_version=number,
            # The version before stays: tasks that are rolled back start with it.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        return Secret(arn=secret.arn, version_id=version.version_id)

    def _random(self, length: int) -> pulumi.Output[str]:
        """Letters and digits: nothing that a shell, a URL or JSON would have to escape."""
        drawn = aws.secretsmanager.get_random_password_output(
            password_length=length,
            exclude_punctuation=True,
            require_each_included_type=True,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        return pulumi.Output.secret(drawn.random_password)


def _number_of(parts: list[object]) -> int:
    """A number that changes when one of them does; 31 bits, as the provider's integers have."""
    return zlib.crc32(json.dumps(parts).encode()) & 0x7FFFFFFF
