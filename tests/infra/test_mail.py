"""Mail: who it comes from, how that is proven, and who may send it."""

from typing import Any

import pytest

from config.mail import mailers
from infra.plan.recorder import Graph
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import DOMAIN, OTHERWISE, WITH_DOMAIN
from tests.infra.test_application import all_containers, statements

IDENTITY = "sesv2/emailIdentity:EmailIdentity"
RECORD = "route53/record:Record"


def settings(graph: Graph) -> list[dict[str, Any]]:
    return [
        {setting["name"]: setting["value"] for setting in entry["environment"]}
        for entry in all_containers(graph)
    ]


@pytest.mark.parametrize("stack", STACKS)
class TestWithoutASender:
    def test_there_is_none(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        assert graph.of_type(IDENTITY) == []
        for told in settings(graph):
            assert told["DJANGO_EMAIL"] == "file:/tmp/mail"  # neither sent nor in the log
            assert "DJANGO_EMAIL_FROM" not in told

    def test_the_task_may_send_nothing(self, stack: str, deploy: Deploy) -> None:
        rights = [
            action
            for policy in deploy(stack).of_type("iam/rolePolicy:RolePolicy")
            for statement in policy.document("policy")["Statement"]
            for action in statement["Action"]
        ]

        assert not [action for action in rights if action.startswith("ses:")]


class TestHowItLeaves:
    @pytest.mark.parametrize("options", [{}, WITH_DOMAIN])
    def test_is_a_way_that_the_application_knows(
        self, options: dict[str, Any], deploy: Deploy
    ) -> None:
        told, *_ = settings(deploy("prd", **options))

        assert mailers(told["DJANGO_EMAIL"])


@pytest.mark.parametrize("stack", STACKS)
class TestASenderOfTheServicesDomain:
    def test_makes_the_domain_known(self, stack: str, deploy: Deploy) -> None:
        identity = deploy(stack, **WITH_DOMAIN).one(IDENTITY)

        assert identity.inputs["emailIdentity"] == DOMAIN
        assert identity.inputs["dkimSigningAttributes"] == {"nextSigningKeyLength": "RSA_2048_BIT"}
        assert identity.provider == "home"

    def test_is_proven_and_signed_by_records_in_its_zone(self, stack: str, deploy: Deploy) -> None:
        records = {
            record.inputs["name"]: record.inputs
            for record in deploy(stack, **WITH_DOMAIN).of_type(RECORD)
            if record.name.startswith("mail-")
        }

        assert set(records) == {
            f"_dmarc.{DOMAIN}",
            *(f"token{number}._domainkey.{DOMAIN}" for number in range(3)),
        }
        for number in range(3):
            key = records[f"token{number}._domainkey.{DOMAIN}"]
            assert (key["type"], key["records"]) == ("CNAME", [f"token{number}.dkim.amazonses.com"])
        assert records[f"_dmarc.{DOMAIN}"]["type"] == "TXT"
        assert records[f"_dmarc.{DOMAIN}"]["records"][0].startswith("v=DMARC1; p=quarantine")
        assert {record["zoneId"] for record in records.values()} == {"domain-zone-zone-id"}

    def test_is_what_the_application_sends_as(self, stack: str, deploy: Deploy) -> None:
        for told in settings(deploy(stack, **WITH_DOMAIN)):
            assert told["DJANGO_EMAIL"] == "ses"
            assert told["DJANGO_EMAIL_FROM"] == f"noreply@{DOMAIN}"

    def test_is_all_that_the_application_may_send_as(self, stack: str, deploy: Deploy) -> None:
        right = statements(deploy(stack, **WITH_DOMAIN), "app-task")["SendMail"]

        assert set(right["Action"]) == {"ses:SendEmail", "ses:SendRawEmail"}
        assert right["Resource"].endswith(":mail-identity")
        assert right["Condition"] == {"StringEquals": {"ses:FromAddress": f"noreply@{DOMAIN}"}}


class TestASenderFromElsewhere:
    def test_is_made_known_itself_and_needs_no_record(self, deploy: Deploy) -> None:
        graph = deploy("stg", **OTHERWISE)

        assert graph.one(IDENTITY).inputs["emailIdentity"] == "stores@example.com"
        assert graph.of_type(RECORD) == []
        assert "SendMail" in statements(graph, "app-task")

    def test_is_made_known_itself_beside_a_domain_of_the_service(self, deploy: Deploy) -> None:
        graph = deploy("stg", edgeDomain=DOMAIN, mailSender="stores@example.com")

        assert graph.one(IDENTITY).inputs["emailIdentity"] == "stores@example.com"
        assert not [r for r in graph.of_type(RECORD) if r.name.startswith("mail-")]
