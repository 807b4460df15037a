"""An own domain: its zone, and certificates that are validated and renewed by themselves.

CloudFront takes its certificate from us-east-1, the load balancer from its own region, so there
are two for the same name. One record validates both, for as long as it stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.names import tag


@dataclass(frozen=True, kw_only=True)
class DomainArgs:
    domain: str
    # The Route 53 zone that holds the domain; empty to make one for the domain itself, which the
    # parent domain must then delegate to before the certificates can be validated.
    hosted_zone_id: str
    protected: bool
    # The component's own provider is the load balancer's region; this one is CloudFront's.
    us_east_1: pulumi.ProviderResource


class Domain(pulumi.ComponentResource):
    """Hosted zone (made or found), a validated certificate in each of the two regions."""

    name: str
    zone_id: pulumi.Output[str]
    # Of a zone that was made here; empty for one that was there.
    name_servers: pulumi.Output[Sequence[str]]
    # Both are known only once AWS has validated them: what uses one waits for that.
    certificate_arn: pulumi.Output[str]
    edge_certificate_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: DomainArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Domain", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        at_edge = pulumi.ResourceOptions(parent=self, provider=args.us_east_1)
        self._name = name
        self.name = args.domain
        if args.hosted_zone_id:
            self.zone_id = pulumi.Output.from_input(args.hosted_zone_id)
            self.name_servers = pulumi.Output.from_input(())
        else:
            zone = aws.route53.Zone(
                f"{name}-zone",
                name=args.domain,
                comment="The inventory system",
                force_destroy=False,
                tags=tag(args.domain),
                opts=pulumi.ResourceOptions(parent=self, protect=args.protected),
            )
            self.zone_id = zone.zone_id
            self.name_servers = zone.name_servers
        certificate = self._certificate(f"{name}-certificate", child)
        edge_certificate = self._certificate(f"{name}-edge-certificate", at_edge)
        # The record depends on account and domain only, so both certificates ask for the same.
        asked = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{name}-validation",
            zone_id=self.zone_id,
            name=asked.resource_record_name,
            type=asked.resource_record_type,
            records=[asked.resource_record_value],
            ttl=300,
            allow_overwrite=True,
            opts=child,
        )
        self.certificate_arn = self._validated(f"{name}-validated", certificate, record, child)
        self.edge_certificate_arn = self._validated(
            f"{name}-edge-validated", edge_certificate, record, at_edge
        )
        self.register_outputs(
            {
                "zone_id": self.zone_id,
                "name_servers": self.name_servers,
                "certificate_arn": self.certificate_arn,
                "edge_certificate_arn": self.edge_certificate_arn,
            }
        )

    def point_at(
        self, distribution_name: pulumi.Input[str], distribution_zone_id: pulumi.Input[str]
    ) -> None:
        """Let the domain lead to CloudFront, by IPv4 and IPv6, and let nobody else certify it."""
        child = pulumi.ResourceOptions(parent=self)
        for type_ in ("A", "AAAA"):
            aws.route53.Record(
                f"{self._name}-{type_.lower()}",
                zone_id=self.zone_id,
                name=self.name,
                type=type_,
                aliases=[
                    {
                        "name": distribution_name,
                        "zone_id": distribution_zone_id,
                        "evaluate_target_health": False,
                    }
                ],
                opts=child,
            )
        aws.route53.Record(
            f"{self._name}-caa",
            zone_id=self.zone_id,
            name=self.name,
            type="CAA",
            records=['0 issue "amazonaws.com"', '0 issuewild ";"'],
            ttl=3600,
            opts=child,
        )

    def _certificate(self, name: str, opts: pulumi.ResourceOptions) -> aws.acm.Certificate:
        return aws.acm.Certificate(
            name,
            domain_name=self.name,
            validation_method="DNS",
            key_algorithm="RSA_2048",
            tags=tag(self.name),
            opts=opts,
        )

    def _validated(
        self,
        name: str,
        certificate: aws.acm.Certificate,
        record: aws.route53.Record,
        opts: pulumi.ResourceOptions,
    ) -> pulumi.Output[str]:
        validation = aws.acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=opts,
        )
        return validation.certificate_arn
