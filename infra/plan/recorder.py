"""Runs a Pulumi program without Pulumi's engine, an account or the network, and keeps its graph.

Pulumi's own mocks hide a resource's options. This monitor sees each registration as the engine
would: parent, dependencies, protection, provider, what is ignored, which inputs are secret.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.stack import Stack

ACCOUNT = "111111111111"
STATIC_CALLS: dict[str, dict[str, Any]] = {
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": {"id": "pl-58a04531"},
    "aws:secretsmanager/getRandomPassword:getRandomPassword": {"randomPassword": "drawn-by-aws"},
    "aws:ssm/getParameter:getParameter": {"value": "ami-0123456789abcdef0"},
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
}


@dataclass(frozen=True, kw_only=True)
class Record:
    """One resource as the program registered it."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: Mapping[str, Any]
    custom: bool
    protect: bool
    retain_on_delete: bool
    delete_before_replace: bool
    ignore_changes: tuple[str, ...]
    provider: str
    depends_on: frozenset[str]
    # Which resources each input was computed from.
    inputs_from: Mapping[str, frozenset[str]]
    secret_inputs: frozenset[str]

    def document(self, key: str) -> dict[str, Any]:
        """An input that is JSON in a string, such as an IAM policy, read."""
        value: dict[str, Any] = json.loads(self.inputs[key])
        return value

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


@dataclass
class Graph:
    """Everything that a program registered, by name, and what it exported."""

    records: list[Record] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def of_type(self, type_: str) -> list[Record]:
        """All of a type: its whole token, or the end of it (`rds/instance:Instance`)."""
        return [r for r in self.records if r.type == type_ or r.type.endswith(f":{type_}")]

    def one(self, type_: str, name: str = "") -> Record:
        """The only resource of that type (whose name holds `name`)."""
        found = [r for r in self.of_type(type_) if name in r.name]
        if len(found) != 1:
            raise LookupError(f"{len(found)} of {type_} {name}: {[r.name for r in found]}")
        return found[0]

    def by_urn(self, urn: str) -> Record:
        return next(r for r in self.records if r.urn == urn)

    def children_of(self, parent: Record) -> list[Record]:
        return [r for r in self.records if r.parent == parent.urn]


class _Answers(mocks.Mocks):
    """What AWS would answer: ids, ARNs, and the few look-ups that a program makes."""

    def __init__(self, calls: Mapping[str, Mapping[str, Any]]) -> None:
        self.calls = STATIC_CALLS | dict(calls)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        outputs = {
            "arn": f"arn:aws:mock:ap-northeast-1:{ACCOUNT}:{args.name}",
            **_merged(_computed(args.typ, args.name), _plain(args.inputs)),
        }
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        if args.token not in self.calls:
            raise LookupError(f"no answer is known for {args.token}; add it to STATIC_CALLS")
        return dict(args.args) | dict(self.calls[args.token]), []


def _merged(computed: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, and what AWS adds to it, within nested arguments, too."""
    merged = {**computed, **given}
    for key in computed.keys() & given.keys():
        if isinstance(computed[key], Mapping) and isinstance(given[key], Mapping):
            merged[key] = _merged(computed[key], given[key])
    return merged


def _computed(type_: str, name: str) -> dict[str, Any]:
    """Outputs that AWS computes and that other resources are made from."""
    computed: dict[str, dict[str, Any]] = {
        "aws:ec2/vpc:Vpc": {"defaultSecurityGroupId": f"{name}-default-sg"},
        "aws:rds/instance:Instance": {
            "address": f"{name}.rds.example",
            "port": 5432,
            "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{name}-master"}],
        },
        "aws:rds/cluster:Cluster": {
            "endpoint": f"{name}.rds.example",
            "port": 5432,
            "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{name}-master"}],
        },
        "aws:secretsmanager/secretVersion:SecretVersion": {"versionId": f"{name}-version-id"},
        "aws:s3/bucket:Bucket": {
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{name}.s3.ap-northeast-1.amazonaws.com",
        },
        "aws:ecr/repository:Repository": {
            "repositoryUrl": f"{ACCOUNT}.dkr.ecr.ap-northeast-1.amazonaws.com/{name}"
        },
        "awsx:ecr:Image": {
            "imageUri": f"{ACCOUNT}.dkr.ecr.ap-northeast-1.amazonaws.com/app@sha256:" + "0" * 64
        },
        "aws:lb/loadBalancer:LoadBalancer": {
            "dnsName": f"{name}.elb.example",
            "zoneId": "Z14GRHDCWA56QT",
            "arnSuffix": f"app/{name}/0123456789abcdef",
        },
        "aws:lb/targetGroup:TargetGroup": {"arnSuffix": f"targetgroup/{name}/0123456789abcdef"},
        "aws:cloudfront/distribution:Distribution": {
            "domainName": "d111111abcdef8.cloudfront.net",
            "hostedZoneId": "Z2FDTNDATAQYW2",
        },
        "aws:route53/zone:Zone": {"zoneId": f"{name}-zone-id", "nameServers": ["ns-1.example"]},
        "aws:acm/certificate:Certificate": {
            "domainValidationOptions": [
                {
                    "domainName": "inventory.example.com",
                    "resourceRecordName": "_x.inventory.example.com",
                    "resourceRecordType": "CNAME",
                    "resourceRecordValue": "_y.acm-validations.aws",
                }
            ]
        },
        "aws:sesv2/emailIdentity:EmailIdentity": {
            "dkimSigningAttributes": {"tokens": [f"token{number}" for number in range(3)]}
        },
        "aws:kms/key:Key": {"keyId": f"{name}-key-id"},
        "aws:ec2/eip:Eip": {"publicIp": "203.0.113.10", "allocationId": f"{name}-allocation"},
    }
    return computed.get(type_, {})


@contextlib.contextmanager
def _event_loop() -> Iterator[None]:
    """A loop of asyncio for this thread: Pulumi makes one in each and never closes it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class RecordingMonitor(mocks.MockMonitor):
    """Pulumi's mock monitor, which also keeps what each registration says."""

    def __init__(self, answers: mocks.Mocks, graph: Graph) -> None:
        super().__init__(answers)
        self.graph = graph

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - Pulumi's name
        with _event_loop():
            response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object)
            self.graph.records.append(
                Record(
                    type=request.type,
                    name=request.name,
                    urn=response.urn,
                    parent=request.parent,
                    inputs=_plain(inputs),
                    custom=request.custom,
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                    delete_before_replace=request.deleteBeforeReplace,
                    ignore_changes=tuple(request.ignoreChanges),
                    provider=_provider_name(request),
                    depends_on=frozenset(request.dependencies),
                    inputs_from={
                        name: frozenset(sources.urns)
                        for name, sources in request.propertyDependencies.items()
                    },
                    secret_inputs=frozenset(
                        name for name, value in inputs.items() if rpc.is_rpc_secret(value)
                    ),
                )
            )
        return response

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - Pulumi's name
        with _event_loop():
            return super().Invoke(request)  # type: ignore[no-untyped-call]


def _provider_name(request: Any) -> str:
    """The provider's own name, out of `urn::id`; children may inherit it by their package."""
    reference: str = request.provider or request.providers.get("aws", "")
    return reference.split("::")[-2] if "::" in reference else ""


def _plain(value: Any) -> Any:
    """A value without Pulumi's wrapping of secrets, whole numbers as such (the wire has floats)."""
    if rpc.is_rpc_secret(value):
        return _plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def record(
    program: Callable[[], object],
    *,
    project: str = "drone-inventory",
    stack: str = "test",
    config: Mapping[str, str] | None = None,
    calls: Mapping[str, Mapping[str, Any]] | None = None,
    preview: bool = False,
) -> Graph:
    """Run `program` and return its graph. What fails in an `apply` fails here, too.

    With `preview` outputs are unknown, as in the first `pulumi preview` of a stack.
    """
    graph = Graph()
    with _event_loop():
        answers = _Answers(calls or {})
        pulumi.runtime.set_all_config(
            {f"{project}:{key}": value for key, value in (config or {}).items()}
        )
        pulumi.runtime.set_mocks(
            answers,
            project=project,
            stack=stack,
            preview=preview,
            monitor=RecordingMonitor(answers, graph),
        )
        exported = _fresh_outputs()

        def run() -> pulumi.Output[None]:
            program()
            return pulumi.Output.all(*(_export(graph, *item) for item in exported.items())).apply(
                lambda _: None
            )

        pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]
    graph.records.sort(key=lambda record: record.urn)
    return graph


def _fresh_outputs() -> dict[str, Any]:
    """The stack's exports, emptied: one stack object serves every run in a process."""
    stack = pulumi.runtime.get_root_resource()
    if not isinstance(stack, Stack):
        raise TypeError("Pulumi's mocks made no stack")
    emptied: dict[str, Any] = {}
    stack.outputs = emptied
    return emptied


def _export(graph: Graph, name: str, value: object) -> pulumi.Output[None]:
    output: pulumi.Output[Any] = pulumi.Output.from_input(value)

    async def keep_whether_secret() -> None:
        if await output.is_secret():
            graph.secret_outputs.add(name)

    def keep(resolved: Any) -> Any:
        graph.outputs[name] = resolved
        return keep_whether_secret()

    return output.apply(keep)
