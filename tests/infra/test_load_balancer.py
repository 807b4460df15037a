"""The load balancer: reached by CloudFront alone, careful with what is under way."""

import runpy
from pathlib import Path

import pytest

from infra.edge import PROXIES
from infra.load_balancer import CONTAINER_PORT, DEREGISTRATION_SECONDS, IDLE_SECONDS
from infra.plan.recorder import Graph, Record
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import WITH_DOMAIN


def balancer(graph: Graph) -> Record:
    return graph.one("lb/loadBalancer:LoadBalancer")


def listener(graph: Graph) -> Record:
    return graph.one("lb/listener:Listener")


@pytest.mark.parametrize("stack", STACKS)
class TestEveryStack:
    def test_is_internal_and_in_the_private_subnets(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        assert balancer(graph).inputs["internal"] is True
        assert balancer(graph).inputs["subnets"] == ["network-private-a-id", "network-private-c-id"]
        assert balancer(graph).inputs["name"] == f"drone-{stack}-alb"

    def test_takes_no_malformed_request(self, deploy: Deploy, stack: str) -> None:
        inputs = balancer(deploy(stack)).inputs

        assert inputs["dropInvalidHeaderFields"] is True
        assert inputs["desyncMitigationMode"] == "strictest"

    def test_adds_to_the_list_of_addresses_as_cloudfront_does(
        self, deploy: Deploy, stack: str
    ) -> None:
        """Two that append: the visitor is the second from the right."""
        assert balancer(deploy(stack)).inputs["xffHeaderProcessingMode"] == "append"
        assert PROXIES == 2

    def test_writes_its_log_once_it_may(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        logs = balancer(graph).inputs["accessLogs"]
        assert (logs["enabled"], logs["prefix"]) == (True, "load-balancer")
        assert logs["bucket"] == graph.one("s3/bucket:Bucket").inputs["bucket"]
        assert graph.one("s3/bucketPolicy:BucketPolicy").urn in balancer(graph).depends_on

    def test_is_reached_from_cloudfront_only(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        [door] = [
            entry
            for entry in graph.of_type("vpc/securityGroupIngressRule:SecurityGroupIngressRule")
            if entry.inputs["securityGroupId"] == "load-balancer-group-id"
        ]
        assert door.inputs["prefixListId"] == "pl-58a04531"
        assert (door.inputs["fromPort"], door.inputs["toPort"]) == (80, 80)
        assert "cidrIpv4" not in door.inputs

    def test_reaches_the_tasks_only(self, deploy: Deploy, stack: str) -> None:
        graph = deploy(stack)

        [way] = [
            entry
            for entry in graph.of_type("vpc/securityGroupEgressRule:SecurityGroupEgressRule")
            if entry.inputs["securityGroupId"] == "load-balancer-group-id"
        ]
        back = graph.one("vpc/securityGroupIngressRule:SecurityGroupIngressRule", "app-from")
        for entry in (way, back):
            assert (entry.inputs["fromPort"], entry.inputs["toPort"]) == (8000, 8000)
        assert way.inputs["referencedSecurityGroupId"] == "app-group-id"
        assert back.inputs["securityGroupId"] == "app-group-id"
        assert back.inputs["referencedSecurityGroupId"] == "load-balancer-group-id"

    def test_asks_tasks_whether_they_can_serve(self, deploy: Deploy, stack: str) -> None:
        targets = deploy(stack).one("lb/targetGroup:TargetGroup").inputs
        check = targets["healthCheck"]

        assert (targets["port"], targets["protocol"], targets["targetType"]) == (8000, "HTTP", "ip")
        assert (check["path"], check["matcher"]) == ("/readyz", "200")
        assert check["interval"] * check["unhealthyThreshold"] >= 120  # a database that moves
        assert targets["loadBalancingAlgorithmType"] == "least_outstanding_requests"


class TestWithoutADomain:
    def test_speaks_plain_http(self, deploy: Deploy) -> None:
        inputs = listener(deploy("stg")).inputs

        assert (inputs["port"], inputs["protocol"]) == (80, "HTTP")
        assert "certificateArn" not in inputs
        assert "sslPolicy" not in inputs


class TestWithADomain:
    def test_speaks_tls_only(self, deploy: Deploy) -> None:
        graph = deploy("stg", **WITH_DOMAIN)
        inputs = listener(graph).inputs

        assert (inputs["port"], inputs["protocol"]) == (443, "HTTPS")
        assert inputs["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
        validated = graph.one("acm/certificateValidation:CertificateValidation", "domain-validated")
        assert validated.urn in listener(graph).inputs_from["certificateArn"]

    def test_opens_that_port_instead(self, deploy: Deploy) -> None:
        door = deploy("stg", **WITH_DOMAIN).one(
            "vpc/securityGroupIngressRule:SecurityGroupIngressRule", "from-cloudfront"
        )

        assert (door.inputs["fromPort"], door.inputs["toPort"]) == (443, 443)


class TestDeletionProtection:
    def test_follows_the_value(self, deploy: Deploy) -> None:
        assert balancer(deploy("prd")).inputs["enableDeletionProtection"] is True
        assert balancer(deploy("stg")).inputs["enableDeletionProtection"] is False


class TestTimes:
    """No side closes a connection into which the one that asks it may be sending."""

    @pytest.fixture
    def gunicorn(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
        monkeypatch.syspath_prepend(str(root / "webapp"))
        return runpy.run_path(str(root / "webapp/gunicorn.conf.py"))

    def test_the_balancer_keeps_no_connection_that_the_server_might_close(
        self, gunicorn: dict[str, int], deploy: Deploy
    ) -> None:
        """Each answer says that it is the last: the server never ends one that is only idle."""
        assert balancer(deploy("stg")).inputs["idleTimeout"] == IDLE_SECONDS
        assert gunicorn["keepalive"] == 0

    def test_the_balancer_keeps_a_connection_longer_than_cloudfront(self, deploy: Deploy) -> None:
        [origin] = deploy("stg").one("cloudfront/distribution:Distribution").inputs["origins"]

        assert origin["vpcOriginConfig"]["originKeepaliveTimeout"] < IDLE_SECONDS
        assert origin["vpcOriginConfig"]["originReadTimeout"] < IDLE_SECONDS

    def test_what_is_under_way_ends_before_a_task_is_told_to_stop(self, deploy: Deploy) -> None:
        graph = deploy("stg")
        [origin] = graph.one("cloudfront/distribution:Distribution").inputs["origins"]

        delay = graph.one("lb/targetGroup:TargetGroup").inputs["deregistrationDelay"]
        assert delay == DEREGISTRATION_SECONDS
        assert delay > origin["vpcOriginConfig"]["originReadTimeout"]

    def test_the_port_is_the_image_s(self, root: Path) -> None:
        assert f"0.0.0.0:{CONTAINER_PORT}" in (root / "webapp/Dockerfile").read_text()
