"""What the firewall refuses, and what it must let through."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.urls import reverse

from infra.plan.recorder import Graph, Record
from infra.waf import COMMON_BODY_RULES, LONG_FORMS, SQL_BODY_RULES, UPLOADS, by_version
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import OFFICE, OTHERWISE


def rule(graph: Graph, name: str) -> dict[str, Any]:
    [found] = [entry for entry in rules(graph) if entry["name"] == name]
    return found


def rules(graph: Graph) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = acl(graph).inputs["rules"]
    return sorted(found, key=lambda entry: int(entry["priority"]))


def acl(graph: Graph) -> Record:
    return graph.one("aws:wafv2/webAcl:WebAcl")


def names_within(value: object) -> Iterator[str]:
    """Every key of a document, however deep."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield key
            yield from names_within(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from names_within(entry)


@pytest.mark.parametrize("stack", STACKS)
class TestEveryStack:
    def test_asks_the_cheap_questions_first(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        assert [(entry["priority"], entry["name"]) for entry in rules(graph)] == list(
            enumerate(
                [
                    "rate-limit",
                    "ip-reputation",
                    "known-bad-inputs",
                    "common",
                    "sql-injection",
                    "marked-bodies",
                    "long-bodies",
                ]
            )
        )
        assert acl(graph).inputs["defaultAction"] == {"allow": {}}

    def test_lies_where_cloudfront_looks(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        assert acl(graph).inputs["scope"] == "CLOUDFRONT"
        assert acl(graph).provider == "us-east-1"
        [distribution] = graph.of_type("cloudfront/distribution:Distribution")
        assert acl(graph).urn in distribution.inputs_from["webAclId"]

    def test_logs_what_it_refused_and_no_session(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)
        logging = graph.one("wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs
        log_group = graph.one("cloudwatch/logGroup:LogGroup", "waf")

        assert logging["loggingFilter"]["defaultBehavior"] == "DROP"
        [kept] = logging["loggingFilter"]["filters"]
        assert [entry["actionCondition"]["action"] for entry in kept["conditions"]] == [
            "BLOCK",
            "COUNT",
        ]
        assert [entry["singleHeader"]["name"] for entry in logging["redactedFields"]] == [
            "authorization",
            "cookie",
        ]
        assert log_group.inputs["name"] == f"aws-waf-logs-drone-{stack}-waf"
        assert log_group.inputs["kmsKeyId"]
        assert log_group.provider == "us-east-1"


class TestRateLimit:
    def test_counts_by_address_over_five_minutes(self, deploy: Deploy) -> None:
        found = rule(deploy("stg", **OTHERWISE), "rate-limit")

        assert found["statement"]["rateBasedStatement"] == {
            "limit": 500,
            "aggregateKeyType": "IP",
            "evaluationWindowSec": 300,
        }
        assert found["action"]["block"]["customResponse"]["responseCode"] == 429


class TestAdminAddresses:
    def test_are_the_only_ones_that_reach_the_admin(self, deploy: Deploy) -> None:
        graph = deploy("stg", **OTHERWISE)

        first, second, *_ = rules(graph)
        path, *others = second["statement"]["andStatement"]["statements"]
        assert (first["name"], second["name"]) == ("rate-limit", "admin-addresses")
        assert path["regexMatchStatement"]["regexString"] == "^/(admin|account)(/|$)"
        sets = {
            entry.inputs["ipAddressVersion"]: entry for entry in graph.of_type("wafv2/ipSet:IpSet")
        }
        assert sets["IPV4"].inputs["addresses"] == [OFFICE[0]]
        assert sets["IPV6"].inputs["addresses"] == [OFFICE[1]]
        assert len(others) == 2
        for other in others:
            assert "ipSetReferenceStatement" in other["notStatement"]["statement"]

    def test_of_one_version_need_one_set(self) -> None:
        assert by_version([OFFICE[0], "198.51.100.7"]) == {4: [OFFICE[0], "198.51.100.7/32"]}

    def test_match_the_path_of_the_admin(self) -> None:
        for name in ("admin:index", "admin:login", "account_login", "account_reset_password"):
            assert re.search("^/(admin|account)(/|$)", reverse(name))


class TestBodies:
    @pytest.mark.parametrize(
        "marking", [("common", COMMON_BODY_RULES), ("sql-injection", SQL_BODY_RULES)]
    )
    def test_are_only_marked_by_the_rules_of_aws(
        self, deploy: Deploy, marking: tuple[str, dict[str, str]]
    ) -> None:
        name, marked = marking
        group = rule(deploy("stg"), name)["statement"]["managedRuleGroupStatement"]

        overridden = {entry["name"]: entry["actionToUse"] for entry in group["ruleActionOverrides"]}
        assert set(marked) <= set(overridden)
        assert set(map(str, overridden.values())) == {str({"count": {}})}
        assert all(entry.endswith("_BODY") for entry in overridden)

    def test_that_are_marked_are_refused_except_files(self, deploy: Deploy) -> None:
        either, *pages = rule(deploy("stg"), "marked-bodies")["statement"]["andStatement"][
            "statements"
        ]

        labels = [
            entry["labelMatchStatement"]["key"] for entry in either["orStatement"]["statements"]
        ]
        assert labels == [*COMMON_BODY_RULES.values(), *SQL_BODY_RULES.values()]
        assert excepted(pages) == UPLOADS

    def test_are_short_except_on_pages_of_files_and_of_many_rows(self, deploy: Deploy) -> None:
        size, *pages = rule(deploy("stg"), "long-bodies")["statement"]["andStatement"]["statements"]

        assert size["sizeConstraintStatement"]["size"] == 64 * 1024
        assert size["sizeConstraintStatement"]["comparisonOperator"] == "GT"
        assert size["sizeConstraintStatement"]["fieldToMatch"] == {
            "body": {"oversizeHandling": "MATCH"}
        }
        assert excepted(pages) == UPLOADS + LONG_FORMS
        assert acl(deploy("stg")).inputs["associationConfig"] == {
            "requestBodies": [{"cloudfront": {"defaultSizeInspectionLimit": "KB_64"}}]
        }


def excepted(pages: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(
        page["notStatement"]["statement"]["regexMatchStatement"]["regexString"] for page in pages
    )


class TestPages:
    """The paths are the application's own: one that is renamed there must be renamed here."""

    @pytest.mark.parametrize(
        "page",
        [
            ("admin:exchange_importrun_import_file", []),
            ("admin:catalog_part_add", []),
            ("admin:catalog_part_change", [12]),
        ],
    )
    def test_that_take_files_are_excepted(self, page: tuple[str, list[int]]) -> None:
        name, arguments = page

        assert any(re.search(pattern, reverse(name, args=arguments)) for pattern in UPLOADS)

    @pytest.mark.parametrize(
        "page",
        [
            ("admin:stock_stocktake_count", [7]),
            ("admin:purchasing_purchaseorder_add", []),
            ("admin:purchasing_purchaseorder_edit", [3]),
            ("admin:purchasing_order_receive", [3]),
        ],
    )
    def test_of_many_rows_may_be_long(self, page: tuple[str, list[int]]) -> None:
        name, arguments = page

        assert any(re.search(pattern, reverse(name, args=arguments)) for pattern in LONG_FORMS)

    @pytest.mark.parametrize(
        "page",
        [
            ("account_login", []),
            ("admin:stock_issue", []),
            ("admin:access_user_change", [1]),
            ("admin:catalog_part_delete", [12]),
        ],
    )
    def test_of_any_other_kind_are_not(self, page: tuple[str, list[int]]) -> None:
        name, arguments = page

        path = reverse(name, args=arguments)
        assert not any(re.search(pattern, path) for pattern in UPLOADS + LONG_FORMS)


class TestDocument:
    def test_is_spelt_as_the_provider_reads_it(self, deploy: Deploy) -> None:
        """A key that Pulumi does not know stays in snake case and would be dropped."""
        graph = deploy("stg", **OTHERWISE)

        assert not [name for name in names_within(acl(graph).inputs) if "_" in name]

    def test_nests_no_deeper_than_the_provider_reads(self, deploy: Deploy) -> None:
        graph = deploy("stg", **OTHERWISE)

        assert max(depth(entry["statement"]) for entry in rules(graph)) <= 3

    def test_has_patterns_of_200_characters_at_most(self) -> None:
        assert max(map(len, UPLOADS + LONG_FORMS)) <= 200


def depth(statement: dict[str, Any]) -> int:
    [(kind, inner)] = statement.items()
    if kind == "notStatement":
        return 1 + depth(inner["statement"])
    if kind in {"andStatement", "orStatement"}:
        return 1 + max(map(depth, inner["statements"]))
    return 1
