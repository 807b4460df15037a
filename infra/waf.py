"""The web application firewall before CloudFront: what is refused before it costs anything.

First the cheap questions (too many requests, a wrong address), then AWS's own rules, which are
kept current by AWS. Their checks of a request's body take an uploaded file for an attack sooner or
later, so they only mark such requests; a rule of ours then refuses the marked ones, except on the
pages that take files. The size of bodies is limited in the same way.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.names import Names, tag

# Pages that take files: pictures of parts (5 MB), imports (20 MB). The application checks both.
UPLOADS = (
    "^/admin/exchange/importrun/import/$",
    "^/admin/catalog/part/add/$",
    "^/admin/catalog/part/[^/]+/change/$",
)
# Forms of many rows: their bodies are checked like all others, but may be long.
LONG_FORMS = (
    "^/admin/stock/stockmovement/stocktake/[0-9]+/$",
    "^/admin/purchasing/purchaseorder/(add|[0-9]+/(edit|receive))/$",
)
# As much of a body as the firewall looks at; elsewhere no form comes near it.
BODY_KB = 64

# Managed rules that look at bodies, by group, and the label that each leaves.
COMMON_BODY_RULES = {
    "CrossSiteScripting_BODY": "awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body",
    "EC2MetaDataSSRF_BODY": "awswaf:managed:aws:core-rule-set:EC2MetaDataSSRF_Body",
    "GenericLFI_BODY": "awswaf:managed:aws:core-rule-set:GenericLFI_Body",
    "GenericRFI_BODY": "awswaf:managed:aws:core-rule-set:GenericRFI_Body",
}
SQL_BODY_RULES = {
    "SQLi_BODY": "awswaf:managed:aws:sql-database:SQLi_Body",
    "SQLiExtendedPatterns_BODY": "awswaf:managed:aws:sql-database:SQLiExtendedPatterns_Body",
}
# 8 KB, which a form of fifty rows exceeds: ours, below, is used instead.
TOO_SMALL = "SizeRestrictions_BODY"

REFUSED = """\
この操作は受け付けられませんでした。しばらく待ってからもう一度お試しください。
それでも続くときは、時刻とこのページのアドレスを管理者に伝えてください。

This request was refused. Wait a few minutes and try again.
If it goes on, tell your administrator the time and the address of this page.
"""

Rule = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class WafArgs:
    names: Names
    rate_limit: int
    admin_addresses: Sequence[str]
    log_days: int
    # A key in us-east-1, where this component lies.
    log_key_arn: pulumi.Input[str]


class Waf(pulumi.ComponentResource):
    """The web ACL and its log, in us-east-1: CloudFront takes it from there only."""

    web_acl_arn: pulumi.Output[str]
    web_acl_name: str
    log_group_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: WafArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Waf", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        address_sets = [
            aws.wafv2.IpSet(
                f"{name}-admin-v{version}",
                name=args.names.of("waf", f"admin-v{version}"),
                description="From where the admin may be reached",
                scope="CLOUDFRONT",
                ip_address_version=f"IPV{version}",
                addresses=addresses,
                tags=tag(args.names.of("waf", f"admin-v{version}")),
                opts=child,
            )
            for version, addresses in by_version(args.admin_addresses).items()
        ]
        self.web_acl_name = args.names.of("waf")
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            name=self.web_acl_name,
            description="Before the inventory system's CloudFront",
            scope="CLOUDFRONT",
            default_action={"allow": {}},
            rules=numbered(rules(args.rate_limit, [entry.arn for entry in address_sets])),
            custom_response_bodies=[
                {"key": "refused", "content_type": "TEXT_PLAIN", "content": REFUSED}
            ],
            association_config={
                "request_bodies": [
                    {"cloudfront": {"default_size_inspection_limit": f"KB_{BODY_KB}"}}
                ]
            },
            visibility_config={
                "metric_name": "all",
                "cloudwatch_metrics_enabled": True,
                "sampled_requests_enabled": True,
            },
            tags=tag(self.web_acl_name),
            opts=child,
        )
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=args.names.waf_log_group(),
            retention_in_days=args.log_days,
            kms_key_id=args.log_key_arn,
            tags=tag(args.names.waf_log_group()),
            opts=child,
        )
        aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=acl.arn,
            log_destination_configs=[log_group.arn],
            # What was let through is in CloudFront's log already.
            logging_filter={
                "default_behavior": "DROP",
                "filters": [
                    {
                        "behavior": "KEEP",
                        "requirement": "MEETS_ANY",
                        "conditions": [
                            {"action_condition": {"action": "BLOCK"}},
                            {"action_condition": {"action": "COUNT"}},
                        ],
                    }
                ],
            },
            # A session's key has no place in a log.
            redacted_fields=[
                {"single_header": {"name": header}} for header in ("authorization", "cookie")
            ],
            opts=child,
        )
        self.web_acl_arn = acl.arn
        self.log_group_name = log_group.name
        self.register_outputs(
            {"web_acl_arn": self.web_acl_arn, "log_group_name": self.log_group_name}
        )


def rules(rate_limit: int, admin_address_sets: Sequence[pulumi.Input[str]]) -> list[Rule]:
    """All rules in the order they are asked."""
    return [
        rate(rate_limit),
        *([admin_only_from(admin_address_sets)] if admin_address_sets else []),
        managed("ip-reputation", "AWSManagedRulesAmazonIpReputationList"),
        managed("known-bad-inputs", "AWSManagedRulesKnownBadInputsRuleSet"),
        managed("common", "AWSManagedRulesCommonRuleSet", marking=[*COMMON_BODY_RULES, TOO_SMALL]),
        managed("sql-injection", "AWSManagedRulesSQLiRuleSet", marking=SQL_BODY_RULES),
        refuse(
            "marked-bodies",
            all_of(
                any_of(
                    {"label_match_statement": {"scope": "LABEL", "key": label}}
                    for label in [*COMMON_BODY_RULES.values(), *SQL_BODY_RULES.values()]
                ),
                *map(is_not, map(path_matches, UPLOADS)),
            ),
        ),
        refuse(
            "long-bodies",
            all_of(longer_than(BODY_KB), *map(is_not, map(path_matches, UPLOADS + LONG_FORMS))),
        ),
    ]


def rate(limit: int) -> Rule:
    """Too many requests of one address within five minutes."""
    statement = {
        "rate_based_statement": {
            "limit": limit,
            "aggregate_key_type": "IP",
            "evaluation_window_sec": 300,
        }
    }
    return refuse("rate-limit", statement, status=429)


def admin_only_from(address_sets: Sequence[pulumi.Input[str]]) -> Rule:
    """Everything but /static/, /livez and the like: work, and signing in for it."""
    return refuse(
        "admin-addresses",
        all_of(
            path_matches("^/(admin|account)(/|$)"),
            *(is_not({"ip_set_reference_statement": {"arn": arn}}) for arn in address_sets),
        ),
    )


def managed(name: str, group: str, marking: Iterable[str] = ()) -> Rule:
    """A group of rules that AWS keeps current; those in `marking` only leave a label."""
    overrides = [{"name": rule, "action_to_use": {"count": {}}} for rule in marking]
    statement: dict[str, Any] = {"vendor_name": "AWS", "name": group}
    if overrides:
        statement["rule_action_overrides"] = overrides
    return {
        "name": name,
        "override_action": {"none": {}},
        "statement": {"managed_rule_group_statement": statement},
        "visibility_config": visibility(name),
    }


def refuse(name: str, statement: dict[str, Any], status: int = 403) -> Rule:
    response = {"response_code": status, "custom_response_body_key": "refused"}
    return {
        "name": name,
        "action": {"block": {"custom_response": response}},
        "statement": statement,
        "visibility_config": visibility(name),
    }


def path_matches(pattern: str) -> dict[str, Any]:
    return {
        "regex_match_statement": {
            "regex_string": pattern,
            "field_to_match": {"uri_path": {}},
            "text_transformations": [{"priority": 0, "type": "NONE"}],
        }
    }


def longer_than(kilobytes: int) -> dict[str, Any]:
    """Also what is longer than the firewall looks at."""
    return {
        "size_constraint_statement": {
            "comparison_operator": "GT",
            "size": kilobytes * 1024,
            "field_to_match": {"body": {"oversize_handling": "MATCH"}},
            "text_transformations": [{"priority": 0, "type": "NONE"}],
        }
    }


def all_of(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"and_statement": {"statements": list(statements)}}


def any_of(statements: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"or_statement": {"statements": list(statements)}}


def is_not(statement: dict[str, Any]) -> dict[str, Any]:
    """Of one only: the provider nests three levels deep, and AND, NOT, OR would be a fourth."""
    return {"not_statement": {"statement": statement}}


def visibility(metric: str) -> dict[str, Any]:
    """A metric of its own, and samples of requests in the console."""
    return {
        "metric_name": metric,
        "cloudwatch_metrics_enabled": True,
        "sampled_requests_enabled": True,
    }


def numbered(found: Sequence[Rule]) -> list[Any]:
    return [{**rule, "priority": priority} for priority, rule in enumerate(found)]


def by_version(addresses: Sequence[str]) -> dict[int, list[str]]:
    """WAF keeps addresses of IPv4 and IPv6 in sets of their own."""
    networks = [ipaddress.ip_network(address) for address in addresses]
    return {
        version: [str(network) for network in networks if network.version == version]
        for version in sorted({network.version for network in networks})
    }
