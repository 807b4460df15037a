"""The groups of a stack's configuration, each with what it refuses.

What a key means is said in Pulumi.yaml; here is which values can be right.
"""

import ipaddress
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from infra.config_reader import require

# CPU units to the MiB of memory that Fargate offers with them.
FARGATE_MEMORY = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
}
ENDPOINTS = frozenset(
    {"ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages", "ec2messages", "kms"}
)
LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Which environment this is; its keys carry no group's name."""

    sysname: str
    env: str
    cost: str
    created_by: str
    protected: bool

    def __post_init__(self) -> None:
        require(re.fullmatch(r"[a-z][a-z0-9]{1,9}", self.sysname), "sysname: 2 to 10 of a-z, 0-9")
        require(re.fullmatch(r"[a-z][a-z0-9]{1,4}", self.env), "env: 2 to 5 of a-z, 0-9, like stg")
        require(self.cost and self.created_by, "cost and createdBy are tags and need a value")


@dataclass(frozen=True, kw_only=True)
class Account:
    """The AWS account that this stack may touch, and how it is entered."""

    id: str
    region: str
    role: str

    def __post_init__(self) -> None:
        require(re.fullmatch(r"\d{12}", self.id), "accountId: the 12 digits of an AWS account")
        require(re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", self.region), "accountRegion: a region")


@dataclass(frozen=True, kw_only=True)
class Network:
    """The VPC, its two zones and what leaves it by an endpoint."""

    cidr: str
    zones: tuple[str, ...]
    public_cidrs: tuple[str, ...]
    private_cidrs: tuple[str, ...]
    endpoints: tuple[str, ...]
    flow_logs: Literal["cloudwatch", "s3", "off"]

    def __post_init__(self) -> None:
        vpc = ipaddress.ip_network(self.cidr)
        subnets = sorted(map(ipaddress.ip_network, self.public_cidrs + self.private_cidrs))
        require(len(set(self.zones)) >= 2, "networkZones: two different zones at least")
        require(
            len(self.public_cidrs) == len(self.private_cidrs) == len(self.zones),
            "networkPublicCidrs and networkPrivateCidrs: one for each of networkZones",
        )
        for subnet in subnets:
            require(
                isinstance(vpc, ipaddress.IPv4Network)
                and isinstance(subnet, ipaddress.IPv4Network)
                and subnet.subnet_of(vpc),
                f"{subnet} lies outside networkCidr {vpc}",
            )
        for one, next_one in pairwise(subnets):
            require(not one.overlaps(next_one), f"subnets {one} and {next_one} overlap")
        unknown = sorted(set(self.endpoints) - ENDPOINTS)
        require(not unknown, f"networkEndpoints: {unknown} not among {sorted(ENDPOINTS)}")


@dataclass(frozen=True, kw_only=True)
class Nat:
    """How private addresses reach the internet."""

    kind: Literal["instance", "gateway"]
    per_zone: bool
    instance_type: str


@dataclass(frozen=True, kw_only=True)
class Database:
    """PostgreSQL: what it runs on and how it is kept."""

    engine: Literal["postgres", "aurora-postgresql"]
    version: str
    name: str
    instance_class: str
    multi_az: bool
    storage_gb: int
    storage_max_gb: int
    aurora_min_acu: int
    aurora_max_acu: int
    aurora_readers: int
    backup_days: int
    backup_window: str
    maintenance_window: str
    insights_days: int
    slow_statement_ms: int
    statement_timeout_s: int
    idle_transaction_timeout_s: int
    apply_immediately: bool

    def __post_init__(self) -> None:
        require(re.fullmatch(r"\d{2}(\.\d+)?", self.version), "databaseVersion: like 17 or 17.6")
        require(re.fullmatch(r"[a-z][a-z0-9_]{0,62}", self.name), "databaseName: a-z, 0-9 and _")
        require(
            self.storage_gb >= 20 and self.storage_gb * 1.1 <= self.storage_max_gb,
            "databaseStorageGb: 20 at least; databaseStorageMaxGb: 10 % more at least",
        )
        require(1 <= self.backup_days <= 35, "databaseBackupDays: 1 to 35")
        require(
            0 <= self.aurora_min_acu <= self.aurora_max_acu <= 256,
            "databaseAuroraMinAcu ≤ databaseAuroraMaxAcu ≤ 256",
        )
        require(0 <= self.aurora_readers <= 15, "databaseAuroraReaders: 0 to 15")
        require(
            self.insights_days == 7 or self.insights_days % 31 == 0,
            "databaseInsightsDays: 7, or a multiple of 31 up to 713",
        )


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Counting a generation up draws new random values; the tasks are replaced by themselves."""

    database_generation: int
    django_generation: int
    audit_generation: int
    recovery_days: int

    def __post_init__(self) -> None:
        for key, generation in (
            ("secretsDatabaseGeneration", self.database_generation),
            ("secretsDjangoGeneration", self.django_generation),
            ("secretsAuditGeneration", self.audit_generation),
        ):
            require(generation >= 1, f"{key}: count from 1")
        require(
            self.recovery_days == 0 or 7 <= self.recovery_days <= 30,
            "secretsRecoveryDays: 0 (deleted at once), or 7 to 30",
        )


@dataclass(frozen=True, kw_only=True)
class Image:
    """The container: built here, or one that exists already."""

    digest: str
    base_digest: str
    readers: tuple[str, ...]

    def __post_init__(self) -> None:
        for key, value in (("imageDigest", self.digest), ("imageBaseDigest", self.base_digest)):
            require(re.fullmatch(r"(sha256:[0-9a-f]{64})?", value), f"{key}: sha256:… or empty")
        for account in self.readers:
            require(re.fullmatch(r"\d{12}", account), "imageReaders: accounts of 12 digits")


@dataclass(frozen=True, kw_only=True)
class Service:
    """The tasks on Fargate."""

    cpu: int
    memory: int
    architecture: Literal["arm64", "x86_64"]
    tasks_min: int
    tasks_max: int
    spot_percent: int
    gunicorn_workers: int
    gunicorn_threads: int
    cpu_target_percent: int
    memory_target_percent: int
    requests_per_task: int
    exec: bool

    def __post_init__(self) -> None:
        offered = FARGATE_MEMORY.get(self.cpu, ())
        require(offered, f"serviceCpu: one of {sorted(FARGATE_MEMORY)}")
        require(
            self.memory in offered,
            f"serviceMemory: Fargate offers {offered[0]} to {offered[-1] if offered else ''} MiB "
            f"with {self.cpu} CPU units, not {self.memory}"
            if offered
            else "serviceMemory",
        )
        require(1 <= self.tasks_min <= self.tasks_max, "serviceTasksMin ≤ serviceTasksMax, from 1")
        require(0 <= self.spot_percent <= 100, "serviceSpotPercent: 0 to 100")
        for key, percent in (
            ("serviceCpuTargetPercent", self.cpu_target_percent),
            ("serviceMemoryTargetPercent", self.memory_target_percent),
        ):
            require(10 <= percent <= 90, f"{key}: 10 to 90")


@dataclass(frozen=True, kw_only=True)
class Worker:
    """The service for background jobs, on the same image."""

    tasks: int
    command: tuple[str, ...]

    def __post_init__(self) -> None:
        require(self.tasks >= 0, "workerTasks: 0 or more")
        require(self.command or not self.tasks, "workerCommand: what should workerTasks run?")


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """When the scheduled tasks run, as EventBridge Scheduler writes it."""

    timezone: str
    reorder_sweep: str
    verify_ledger: str
    verify_audit: str

    def __post_init__(self) -> None:
        for key, when in (
            ("jobsReorderSweep", self.reorder_sweep),
            ("jobsVerifyLedger", self.verify_ledger),
            ("jobsVerifyAudit", self.verify_audit),
        ):
            require(re.fullmatch(r"(cron|rate)\(.+\)", when), f"{key}: cron(…) or rate(…)")


@dataclass(frozen=True, kw_only=True)
class Edge:
    """CloudFront and the name it answers to."""

    domain: str
    hosted_zone_id: str
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]

    def __post_init__(self) -> None:
        require(
            re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}|", self.domain),
            "edgeDomain: like inventory.example.com, or empty for CloudFront's own name",
        )
        require(
            self.domain or not self.hosted_zone_id,
            "edgeHostedZoneId is of no use without edgeDomain",
        )


@dataclass(frozen=True, kw_only=True)
class Waf:
    """What is refused before it reaches the service."""

    rate_limit: int
    admin_addresses: tuple[str, ...]

    def __post_init__(self) -> None:
        require(10 <= self.rate_limit <= 2_000_000_000, "wafRateLimit: 10 or more in 5 minutes")
        for address in self.admin_addresses:
            network = ipaddress.ip_network(address)
            require(network.prefixlen > 0, "wafAdminAddresses: leave it empty to let everyone in")


@dataclass(frozen=True, kw_only=True)
class Logs:
    """How long what was written down is kept."""

    days: int
    bucket_days: int

    def __post_init__(self) -> None:
        require(self.days in LOG_DAYS, f"logsDays: one of {LOG_DAYS}")
        require(self.bucket_days >= 30, "logsBucketDays: 30 or more")


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Who is told."""

    email: str

    def __post_init__(self) -> None:
        require(re.fullmatch(r"(\S+@\S+\.\S+)?", self.email), "alarmsEmail: an address, or empty")
