"""What can be set, what is refused, and that the files say the same as the classes."""

from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from infra.config import StackConfig
from infra.config_reader import key_of, keys_of
from tests.infra.conftest import STACKS, ReadConfig

TYPES = {"str": "string", "int": "integer", "bool": "boolean"}


@pytest.fixture
def project(root: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((root / "Pulumi.yaml").read_text())
    return read


def stack_keys(root: Path, stack: str) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key.removeprefix("drone-inventory:"): value for key, value in values.items()}


class TestFiles:
    def test_declare_every_key_with_its_type_and_a_description(
        self, project: dict[str, Any]
    ) -> None:
        declared = project["config"]
        wanted = keys_of(StackConfig, without_prefix="environment")

        assert set(declared) == set(wanted)
        for key, hint in wanted.items():
            name = getattr(hint, "__name__", "")
            if str(hint).startswith("tuple"):
                assert declared[key]["type"] == "array"
                assert declared[key]["items"] == {"type": "string"}
            else:
                assert declared[key]["type"] == TYPES.get(name, "string"), key
            assert len(declared[key]["description"]) > 10, key

    def test_set_the_same_keys_for_both_environments(self, root: Path) -> None:
        assert set(stack_keys(root, "stg")) == set(stack_keys(root, "prd"))

    def test_let_the_environments_differ_in_these_keys_only(
        self, root: Path, project: dict[str, Any]
    ) -> None:
        """A key that is not here has one value, in Pulumi.yaml, for both."""
        differ = {
            "accountId", "alarmsEmail", "cost", "databaseApplyImmediately",
            "databaseBackupDays", "databaseInstanceClass", "databaseMultiAz", "edgeDomain",
            "edgeHostedZoneId", "env", "imageDigest", "imageReaders", "logsBucketDays",
            "logsDays", "mailSender", "natPerZone", "protected", "secretsRecoveryDays",
            "serviceExec", "serviceSpotPercent", "serviceTasksMax", "serviceTasksMin",
            "wafAdminAddresses",
        }  # fmt: skip

        assert set(stack_keys(root, "stg")) == differ
        assert {key for key, said in project["config"].items() if "default" not in said} == differ

    def test_say_what_costs_by_the_hour(self, project: dict[str, Any]) -> None:
        for key in ("networkEndpoints", "natKind"):
            assert "USD an hour" in " ".join(project["config"][key]["description"].split())

    def test_hold_no_secret(self, root: Path) -> None:
        for stack in STACKS:
            assert not any(
                word in key.lower()
                for key in stack_keys(root, stack)
                for word in ("password", "token")
            )


class TestReading:
    @pytest.mark.parametrize("stack", STACKS)
    def test_gives_every_group(self, stack: str, read_config: ReadConfig) -> None:
        read = read_config(stack)

        assert read.environment.env == stack
        assert read.account.region == "ap-northeast-1"
        assert read.network.zones == ("a", "c")
        assert read.service.architecture == "arm64"
        assert isinstance(read.database.multi_az, bool)

    def test_says_all_that_is_wrong_at_once(self, read_config: ReadConfig) -> None:
        with pytest.raises(pulumi.RunError) as raised:
            read_config(accountId="12", natKind="router", serviceTasksMin="many", networkZones="a")

        said = str(raised.value)
        assert "accountId: the 12 digits of an AWS account" in said
        assert "natKind: one of instance, gateway, not 'router'" in said
        assert "serviceTasksMin: a whole number, not 'many'" in said
        assert "networkZones: a list of texts, not 'a'" in said
        assert "pulumi config set KEY VALUE" in said

    def test_says_what_is_missing(self) -> None:
        pulumi.runtime.set_all_config({})

        with pytest.raises(pulumi.RunError, match="accountId is not set"):
            StackConfig.from_pulumi()

    @pytest.mark.parametrize(
        ("key", "value", "said"),
        [
            ("sysname", "Drone", "sysname: 2 to 10 of a-z, 0-9"),
            ("networkCidr", "10.1.0.0/16", "lies outside networkCidr"),
            ("networkPrivateCidrs", ["10.0.0.0/18", "10.0.192.0/18"], "overlap"),
            ("networkPrivateCidrs", ["10.0.128.0/18"], "one for each of networkZones"),
            ("networkCidr", "drone", "does not appear to be an IPv4"),
            ("networkEndpoints", ["s4"], "not among"),
            ("serviceMemory", 512, "Fargate offers 1024 to 4096 MiB with 512 CPU units"),
            ("serviceCpu", 500, "serviceCpu: one of [256, 512"),
            ("serviceTasksMin", 5, "serviceTasksMin ≤ serviceTasksMax"),
            ("databaseStorageMaxGb", 20, "10 % more at least"),
            ("databaseBackupDays", 0, "databaseBackupDays: 1 to 35"),
            ("databaseVersion", "seventeen", "databaseVersion: like 17"),
            ("secretsRecoveryDays", 3, "0 (deleted at once), or 7 to 30"),
            ("secretsDatabaseGeneration", 0, "count from 1"),
            ("imageDigest", "latest", "imageDigest: sha256:… or empty"),
            ("imageReaders", ["prd"], "accounts of 12 digits"),
            ("workerTasks", 1, "what should workerTasks run?"),
            ("jobsVerifyLedger", "daily", "jobsVerifyLedger: cron(…) or rate(…)"),
            ("edgeDomain", "inventory", "edgeDomain: like inventory.example.com"),
            ("edgeHostedZoneId", "Z0", "of no use without edgeDomain"),
            ("wafAdminAddresses", ["0.0.0.0/0"], "leave it empty to let everyone in"),
            ("wafRateLimit", 1, "wafRateLimit: 10 or more"),
            ("logsDays", 31, "logsDays: one of"),
            ("alarmsEmail", "somebody", "alarmsEmail: an address, or empty"),
            ("secretsAuditGeneration", 0, "secretsAuditGeneration: count from 1"),
            ("jobsVerifyAudit", "daily", "jobsVerifyAudit: cron(…) or rate(…)"),
            ("mailSender", "stores", "mailSender: an address like"),
            ("mailSender", "Stores <stores@example.com>", "without a name"),
            ("mfaRequired", "yes", "mfaRequired: true or false"),
        ],
    )
    def test_refuses(self, key: str, value: object, said: str, read_config: ReadConfig) -> None:
        with pytest.raises(pulumi.RunError) as raised:
            read_config(**{key: value})

        assert said in str(raised.value)


def test_a_key_is_the_group_s_name_and_the_field_s() -> None:
    assert key_of("database", "instance_class") == "databaseInstanceClass"
    assert key_of("", "created_by") == "createdBy"
