"""Who the service's mail comes from, as SES knows it.

An address of the service's own domain makes the domain known to SES, proven by records in its zone
that also sign each mail (DKIM), and by one that tells others what to do with unsigned ones (DMARC).
Any other address is made known itself: AWS sends it a link, and mail goes out once it is clicked.
A new account may write to confirmed addresses only until AWS is asked for more (docs/deploying.md).
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.certificates import Domain
from infra.config_application import Mail as Settings
from infra.iam import Statement, allow
from infra.names import tag

DKIM_RECORDS = 3
KEY_LENGTH = "RSA_2048_BIT"
DMARC = "v=DMARC1; p=quarantine; adkim=s; aspf=s"


@dataclass(frozen=True, kw_only=True)
class MailArgs:
    settings: Settings
    # The service's own, if it has one.
    domain: Domain | None


class Mail(pulumi.ComponentResource):
    """The identity that mail is sent as, and the right to send as it."""

    identity_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: MailArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Mail", name, None, opts)
        self._name, self._args = name, args
        domain = args.domain if args.domain and args.domain.name == args.settings.domain else None
        what = domain.name if domain else args.settings.sender
        identity = aws.sesv2.EmailIdentity(
            f"{name}-identity",
            email_identity=what,
            # An address has no zone of ours to publish a key in.
            dkim_signing_attributes={"next_signing_key_length": KEY_LENGTH} if domain else None,
            tags=tag(what),
            opts=pulumi.ResourceOptions(parent=self),
        )
        if domain:
            self._records(domain, identity)
        self.identity_arn = identity.arn
        self.register_outputs({"identity_arn": self.identity_arn})

    def right_to_send(self) -> Statement:
        """As this sender, and as nobody else of the same domain.

        What SES calls SendRawEmail is asked for a mail that was put together by the sender.
        """
        return allow(
            ["ses:SendEmail", "ses:SendRawEmail"],
            self.identity_arn,
            sid="SendMail",
            when={"StringEquals": {"ses:FromAddress": self._args.settings.sender}},
        )

    def _records(self, domain: Domain, identity: aws.sesv2.EmailIdentity) -> None:
        child = pulumi.ResourceOptions(parent=self)
        for position in range(DKIM_RECORDS):
            token = identity.dkim_signing_attributes.tokens[position]
            aws.route53.Record(
                f"{self._name}-dkim-{position}",
                zone_id=domain.zone_id,
                name=pulumi.Output.concat(token, "._domainkey.", domain.name),
                type="CNAME",
                records=[pulumi.Output.concat(token, ".dkim.amazonses.com")],
                ttl=1800,
                opts=child,
            )
        aws.route53.Record(
            f"{self._name}-dmarc",
            zone_id=domain.zone_id,
            name=f"_dmarc.{domain.name}",
            type="TXT",
            records=[DMARC],
            ttl=1800,
            opts=child,
        )
