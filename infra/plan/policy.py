"""What every stack must keep to, asked of its recorded graph. Each rule says what breaks it.

Exceptions are written down beside the rule, each with its reason: an exception without one is a
finding, and so is one that nothing needs any more.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.plan.kinds import HOLDS_NO_DATA, POLICIES, STATEFUL, STORES, takes_tags
from infra.plan.recorder import Graph, Record

EVERYWHERE = {"0.0.0.0/0", "::/0"}


@dataclass(frozen=True)
class Finding:
    """A resource, and what is wrong with it."""

    resource: str
    message: str

    def __str__(self) -> str:
        return f"{self.resource}: {self.message}"


Rule = Callable[[Graph], Iterable[Finding]]
Reasons = Mapping[str, str]

# --- Nothing is public but CloudFront and the NAT's public side -----------------------------------

# The resource's name and its kind.
PUBLIC: Reasons = {
    "nat-* Eip": "the way out of the private subnets has an address to be known by",
    "nat-* NatGateway": "AWS's way out; nothing comes in by it",
    "nat-* LaunchTemplate": "a NAT instance, whose group is open to the private subnets only",
}


def nothing_is_public(graph: Graph) -> Iterator[Finding]:
    for record in graph:
        message = _public(record) if record.type.startswith("aws:") else ""
        if message and not any(_matches(label_of(record), pattern) for pattern in PUBLIC):
            yield Finding(record.name, message)


def _public(record: Record) -> str:  # noqa: PLR0911 - one return a kind of door
    values = record.inputs
    match record.type.rpartition(":")[2]:
        case "LoadBalancer" if values.get("internal") is not True:
            return "is a load balancer with public addresses"
        case "Instance" | "ClusterInstance" if values.get("publiclyAccessible") is True:
            return "is a database with a public address"
        case "Subnet" if values.get("mapPublicIpOnLaunch") is True:
            return "gives public addresses to what is put into it"
        case "Eip" | "NatGateway":
            return "is a public address"
        case "LaunchTemplate" if "true" in str(values.get("networkInterfaces", "")).lower():
            return "launches machines with public addresses"
        case "Service" if (values.get("networkConfiguration") or {}).get("assignPublicIp"):
            return "gives tasks public addresses"
        case "SecurityGroupIngressRule" if EVERYWHERE & {
            values.get("cidrIpv4"),
            values.get("cidrIpv6"),
        }:
            return "lets everybody in"
        case "BucketPublicAccessBlock" if not all(
            values.get(key)
            for key in (
                "blockPublicAcls",
                "blockPublicPolicy",
                "ignorePublicAcls",
                "restrictPublicBuckets",
            )
        ):
            return "leaves a bucket open"
    return ""


def label_of(record: Record) -> str:
    """`nat-a-address Eip`."""
    return f"{record.name} {record.type.rpartition(':')[2]}"


def every_bucket_is_closed(graph: Graph) -> Iterator[Finding]:
    closed = {
        source
        for block in graph.of_type("s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
        for source in block.inputs_from.get("bucket", ())
    }
    for bucket in graph.of_type("s3/bucket:Bucket"):
        if bucket.urn not in closed:
            yield Finding(bucket.name, "has no public access block")


# --- Everything at rest is encrypted with our key -------------------------------------------------

OTHER_KEYS: Reasons = {
    "logs-encryption": "a load balancer writes its log only to buckets with S3's own key",
}


def our_key_encrypts_what_is_stored(graph: Graph) -> Iterator[Finding]:
    keys = {record.urn for record in graph if record.type.startswith("aws:kms/")}
    for record in graph:
        if not record.type.startswith("aws:") or record.type in HOLDS_NO_DATA:
            continue
        if record.type not in STORES:
            yield Finding(record.name, f"{record.type} is in neither list of infra/plan/kinds.py")
            continue
        for argument in STORES[record.type]:
            from_a_key = record.inputs_from.get(argument.partition(".")[0], frozenset()) & keys
            if not (from_a_key and value_at(record.inputs, argument)) and not _excused(
                record.name, OTHER_KEYS
            ):
                yield Finding(record.name, f"{argument} is not the environment's key")


# --- No right is given on everything --------------------------------------------------------------

# The statement, by the name of its policy's resource and its Sid.
WIDE_STATEMENTS: Reasons = {
    "keys-* *": "a key's policy is about that key alone: * means it",
    "keys-* AccountDecidesByItsPolicies": "AWS's own default; without it nobody mends it",
    "logs-policy OnlyByTls": "refuses everybody who comes without TLS",
    "nat-* Look": "EC2 knows no rights on single things for looking at them",
    "nat-* Measure": "metrics have no ARN; the namespace is what is limited",
    "app-* SignInToTheRegistry": "a registry's token is for the account, not for a repository",
    "app-* ReachTheOperator": "Session Manager's channels have no ARN",
    "app-* FindTheLog": "DescribeLogGroups looks over all groups or none",
}


def no_right_on_everything(graph: Graph) -> Iterator[Finding]:
    for record, statement in statements(graph):
        wide = [
            key
            for key in ("Action", "Resource")
            if any(_is_bare(entry) for entry in _listed(statement.get(key)))
        ]
        principal = statement.get("Principal")
        open_to_all = principal == "*" or (
            isinstance(principal, dict) and "*" in _listed(principal.get("AWS"))
        )
        if open_to_all and statement["Effect"] == "Allow" and not statement.get("Condition"):
            yield Finding(record.name, f"{statement.get('Sid')} lets every account in")
        label = f"{record.name} {statement.get('Sid', '')}"
        if wide and not any(_matches(label, pattern) for pattern in WIDE_STATEMENTS):
            yield Finding(label, f"has a bare * as {' and '.join(wide)}")


def statements(graph: Graph) -> Iterator[tuple[Record, dict[str, Any]]]:
    """Every statement of every policy, wherever AWS keeps it."""
    for record in graph:
        for argument in POLICIES.get(record.type, ()):
            if argument in record.inputs:
                for statement in json.loads(record.inputs[argument])["Statement"]:
                    yield record, statement


def _is_bare(entry: str) -> bool:
    """`*`, and `service:*`, which is all of a service."""
    return entry == "*" or (entry.endswith(":*") and entry.count(":") == 1)


# --- Security groups name each other --------------------------------------------------------------

BY_ADDRESS: Reasons = {
    "nat-from-private-": "all that is private goes out by it, whatever its group",
    "nat-to-internet": "the internet is what it is for",
    "app-https": "AWS's own services by HTTPS: registry, secrets, logs",
    "endpoints-from-private-": "AWS's services for all that is private",
}


def security_groups_name_each_other(graph: Graph) -> Iterator[Finding]:
    for record in graph:
        kind = record.type.rpartition(":")[2]
        if kind in {"SecurityGroupIngressRule", "SecurityGroupEgressRule"}:
            by_address = "cidrIpv4" in record.inputs or "cidrIpv6" in record.inputs
            if by_address and not _excused(record.name, BY_ADDRESS):
                yield Finding(record.name, "names addresses instead of a security group")
        elif kind in {"SecurityGroup", "DefaultSecurityGroup"}:
            if record.inputs.get("ingress") or record.inputs.get("egress"):
                yield Finding(record.name, "has rules of its own beside those that are resources")
        elif kind == "SecurityGroupRule":
            yield Finding(record.name, "is a rule of the older kind")


# --- What is kept, and what is known about it -----------------------------------------------------


def stateful_resources_are_protected(graph: Graph) -> Iterator[Finding]:
    """For stacks whose `protected` is true."""
    for record in graph:
        if record.type not in STATEFUL:
            continue
        if not record.protect:
            yield Finding(record.name, "may be deleted by Pulumi")
        for argument, wanted in STATEFUL[record.type].items():
            if record.inputs.get(argument) != wanted:
                yield Finding(record.name, f"{argument} is not {wanted}")


def log_groups_have_a_retention(graph: Graph) -> Iterator[Finding]:
    for group in graph.of_type("cloudwatch/logGroup:LogGroup"):
        if not group.inputs.get("retentionInDays"):
            yield Finding(group.name, "keeps its log for ever")


def everything_is_tagged(graph: Graph) -> Iterator[Finding]:
    """`Name` by the resource itself, the rest by the explicit provider."""
    tagging = {
        provider.name
        for provider in graph.of_type("pulumi:providers:aws")
        if {"Project", "Cost", "createdBy", "env"}
        <= set(json.loads(provider.inputs.get("defaultTags", "{}")).get("tags", {}))
    }
    for record in graph:
        if not record.type.startswith("aws:"):
            continue
        if record.provider not in tagging:
            yield Finding(record.name, f"is made by the provider {record.provider or 'default'}")
        if takes_tags(record.type) and "Name" not in tags_of(record):
            yield Finding(record.name, "has no tag Name")


def tags_of(record: Record) -> set[str]:
    tags = record.inputs.get("tags") or {}
    return {tag["key"] for tag in tags} if isinstance(tags, list) else set(tags)


RULES: tuple[Rule, ...] = (
    nothing_is_public,
    every_bucket_is_closed,
    our_key_encrypts_what_is_stored,
    no_right_on_everything,
    security_groups_name_each_other,
    log_groups_have_a_retention,
    everything_is_tagged,
)
RULES_WHERE_PROTECTED: tuple[Rule, ...] = (*RULES, stateful_resources_are_protected)


# --- Small things ---------------------------------------------------------------------------------


def value_at(inputs: Mapping[str, Any], path: str) -> Any:
    """`encryptionConfigurations.0.kmsKey` of nested inputs, None where there is nothing."""
    value: Any = inputs
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = (value or {}).get(part)
    return value


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _excused(name: str, reasons: Reasons) -> bool:
    return any(name.startswith(prefix) for prefix in reasons)


def _matches(label: str, pattern: str) -> bool:
    """A resource's name and a Sid against a pattern of both, each of which may end in `*`."""
    name, _, sid = label.partition(" ")
    wanted_name, _, wanted_sid = pattern.partition(" ")
    return all(
        got.startswith(wanted[:-1]) if wanted.endswith("*") else got == wanted
        for got, wanted in ((name, wanted_name), (sid, wanted_sid))
    )
