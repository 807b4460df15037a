"""An own domain: certificates in both regions, records, and the name servers to delegate to."""

import pytest

from infra.plan.recorder import Graph
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import DOMAIN, WITH_DOMAIN, WITH_ZONE, ZONE


@pytest.fixture(params=STACKS)
def graph(request: pytest.FixtureRequest, deploy: Deploy) -> Graph:
    return deploy(request.param, **WITH_DOMAIN)


class TestCertificates:
    def test_are_two_for_one_name(self, graph: Graph) -> None:
        found = graph.of_type("acm/certificate:Certificate")

        assert {entry.provider for entry in found} == {"home", "us-east-1"}
        for entry in found:
            assert entry.inputs["domainName"] == DOMAIN
            assert entry.inputs["validationMethod"] == "DNS"

    def test_are_waited_for_where_they_lie(self, graph: Graph) -> None:
        found = graph.of_type("acm/certificateValidation:CertificateValidation")

        assert {entry.provider for entry in found} == {"home", "us-east-1"}

    def test_are_validated_by_one_record(self, graph: Graph) -> None:
        record = graph.one("route53/record:Record", "validation")

        assert record.inputs["name"] == "_x.inventory.example.com"
        assert record.inputs["type"] == "CNAME"
        assert record.inputs["records"] == ["_y.acm-validations.aws"]

    def test_come_from_amazon_and_nobody_else(self, graph: Graph) -> None:
        record = graph.one("route53/record:Record", "caa")

        assert record.inputs["records"] == ['0 issue "amazonaws.com"', '0 issuewild ";"']


class TestZone:
    def test_is_made_if_none_is_named(self, graph: Graph) -> None:
        zone = graph.one("route53/zone:Zone")

        assert zone.inputs["name"] == DOMAIN
        assert graph.outputs["name-servers"] == ["ns-1.example"]
        for record in graph.of_type("route53/record:Record"):
            assert record.inputs["zoneId"] == "domain-zone-zone-id"

    def test_is_used_if_one_is_named(self, deploy: Deploy) -> None:
        graph = deploy("stg", **WITH_ZONE)

        assert not graph.of_type("route53/zone:Zone")
        assert {r.inputs["zoneId"] for r in graph.of_type("route53/record:Record")} == {ZONE}
        assert not graph.outputs["name-servers"]


class TestAddress:
    def test_leads_to_cloudfront_by_both_versions(self, graph: Graph) -> None:
        found = {
            record.inputs["type"]: record.inputs["aliases"]
            for record in graph.of_type("route53/record:Record")
            if "aliases" in record.inputs
        }

        assert set(found) == {"A", "AAAA"}
        for [alias] in found.values():
            assert alias["name"] == "d111111abcdef8.cloudfront.net"
            assert alias["zoneId"] == "Z2FDTNDATAQYW2"


def test_nothing_of_it_exists_without_a_domain(deploy: Deploy) -> None:
    graph = deploy("stg")

    assert not [entry for entry in graph if entry.type.startswith(("aws:acm", "aws:route53"))]
