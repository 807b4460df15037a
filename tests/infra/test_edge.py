"""CloudFront: the only way in, what it keeps and what it passes on."""

from typing import Any

import pytest
from django.conf import settings

from infra.plan.recorder import Graph
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import DOMAIN, WITH_DOMAIN


def distribution(graph: Graph) -> dict[str, Any]:
    return dict(graph.one("cloudfront/distribution:Distribution").inputs)


def policy(graph: Graph, name: str) -> dict[str, Any]:
    return dict(graph.one("cloudfront/originRequestPolicy:OriginRequestPolicy", name).inputs)


@pytest.mark.parametrize("stack", STACKS)
class TestEveryStack:
    def test_answers_over_https_alone_and_by_the_newest_http(
        self, deploy: Deploy, stack: str
    ) -> None:
        found = distribution(deploy(stack))

        behaviours = [found["defaultCacheBehavior"], *found["orderedCacheBehaviors"]]
        assert {entry["viewerProtocolPolicy"] for entry in behaviours} == {"redirect-to-https"}
        assert found["httpVersion"] == "http2and3"
        assert found["isIpv6Enabled"] is True
        assert found["enabled"] is True

    def test_reaches_the_load_balancer_by_a_vpc_origin(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        [origin] = distribution(graph)["origins"]
        assert origin["vpcOriginConfig"]["vpcOriginId"] == "edge-vpc-origin-id"
        assert "customOriginConfig" not in origin
        way = graph.one("cloudfront/vpcOrigin:VpcOrigin")
        assert "load-balancer-balancer" in way.inputs["vpcOriginEndpointConfig"]["arn"]

    def test_keeps_static_files_and_nothing_else(self, deploy: Deploy, stack: str) -> None:
        found = distribution(deploy(stack))

        [static] = found["orderedCacheBehaviors"]
        assert static["pathPattern"] == f"{settings.STATIC_URL}*"
        assert static["cachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
        assert static["allowedMethods"] == ["GET", "HEAD"]
        assert found["defaultCacheBehavior"]["cachePolicyId"] == (
            "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        )
        assert "POST" in found["defaultCacheBehavior"]["allowedMethods"]

    def test_passes_on_everything_but_for_static_files(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        everything, little = policy(graph, "everything"), policy(graph, "little")
        assert everything["cookiesConfig"]["cookieBehavior"] == "all"
        assert everything["queryStringsConfig"]["queryStringBehavior"] == "all"
        assert everything["headersConfig"]["headerBehavior"] == "allViewerAndWhitelistCloudFront"
        assert little["cookiesConfig"]["cookieBehavior"] == "none"
        assert little["queryStringsConfig"]["queryStringBehavior"] == "none"

    def test_says_that_the_visitor_came_by_tls_as_the_application_hears_it(
        self, deploy: Deploy, stack: str
    ) -> None:
        graph = deploy(stack)

        for name in ("everything", "little"):
            headers = policy(graph, name)["headersConfig"]["headers"]["items"]
            assert "CloudFront-Forwarded-Proto" in headers
        assert "Host" in policy(graph, "little")["headersConfig"]["headers"]["items"]

    def test_does_not_take_the_place_of_the_application_s_headers(
        self, deploy: Deploy, stack: str
    ) -> None:
        found = deploy(stack).one("cloudfront/responseHeadersPolicy:ResponseHeadersPolicy").inputs
        security = found["securityHeadersConfig"]

        assert "contentSecurityPolicy" not in security
        assert {name: entry["override"] for name, entry in security.items()} == {
            "contentTypeOptions": True,
            "frameOptions": False,
            "referrerPolicy": False,
            "strictTransportSecurity": False,
        }
        assert security["strictTransportSecurity"]["accessControlMaxAgeSec"] == 31_536_000

    def test_writes_its_log_to_the_log_bucket(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        source = graph.one("cloudwatch/logDeliverySource:LogDeliverySource")
        target = graph.one("cloudwatch/logDeliveryDestination:LogDeliveryDestination")
        assert {source.provider, target.provider} == {"us-east-1"}
        assert source.inputs["logType"] == "ACCESS_LOGS"
        assert target.inputs["deliveryDestinationConfiguration"]["destinationResourceArn"].endswith(
            ":logs-bucket/cloudfront"
        )
        delivery = graph.one("cloudwatch/logDelivery:LogDelivery")
        assert graph.one("s3/bucketPolicy:BucketPolicy").urn in delivery.depends_on

    def test_survives_a_preview(self, deploy: Deploy, stack: str) -> None:
        assert len(list(deploy(stack, preview=True))) == len(list(deploy(stack)))


class TestWithoutADomain:
    def test_answers_to_cloudfront_s_own_name(self, deploy: Deploy) -> None:
        graph = deploy("prd")

        assert distribution(graph)["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
        assert distribution(graph)["aliases"] == []
        assert graph.outputs["url"] == "https://d111111abcdef8.cloudfront.net/"

    def test_speaks_plain_http_within_aws(self, deploy: Deploy) -> None:
        way = deploy("stg").one("cloudfront/vpcOrigin:VpcOrigin").inputs["vpcOriginEndpointConfig"]

        assert way["originProtocolPolicy"] == "http-only"
        assert way["name"].startswith("drone-stg-cloudfront-http-")


class TestWithADomain:
    @pytest.fixture
    def graph(self, deploy: Deploy) -> Graph:
        return deploy("stg", **WITH_DOMAIN)

    def test_answers_to_it_by_tls_1_2_or_newer(self, graph: Graph) -> None:
        certificate = distribution(graph)["viewerCertificate"]

        assert distribution(graph)["aliases"] == [DOMAIN]
        assert certificate["minimumProtocolVersion"] == "TLSv1.2_2021"
        assert certificate["sslSupportMethod"] == "sni-only"
        assert "edge-certificate" in certificate["acmCertificateArn"]
        assert graph.outputs["url"] == f"https://{DOMAIN}/"

    def test_speaks_tls_to_the_load_balancer(self, graph: Graph) -> None:
        way = graph.one("cloudfront/vpcOrigin:VpcOrigin").inputs["vpcOriginEndpointConfig"]

        assert way["originProtocolPolicy"] == "https-only"
        assert way["originSslProtocols"]["items"] == ["TLSv1.2"]
        assert way["name"].startswith("drone-stg-cloudfront-https-")


class TestVpcOrigin:
    def test_is_replaced_and_never_changed_while_in_use(self, deploy: Deploy) -> None:
        """AWS refuses every change of one that a distribution uses, a tag's as well."""
        found = deploy("stg").one("cloudfront/vpcOrigin:VpcOrigin")

        assert set(found.ignore_changes) == {"tags", "tagsAll"}
        assert not found.delete_before_replace
