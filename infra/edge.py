"""CloudFront: the only way in, over HTTPS, from the address closest to the user.

Static files are kept at the edge (their names hold a hash, so they never go stale); everything
else is passed on whole and never kept, because every page belongs to the person who asked for it.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.certificates import Domain
from infra.load_balancer import LoadBalancer
from infra.names import Names, tag

# AWS's own cache policies, the same in every account.
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# By this header the application knows that the visitor came by TLS: the load balancer overwrites
# X-Forwarded-Proto with its own, and CloudFront overwrites this one whatever a visitor sends.
TLS_HEADER = "CloudFront-Forwarded-Proto"
# CloudFront appends the visitor's address to X-Forwarded-For, the load balancer the one from which
# CloudFront came: the visitor is the second from the right, further left is what he says himself.
PROXIES = 2
TLS_POLICY = "TLSv1.2_2021"
ORIGIN = "application"
# The longest that CloudFront waits for an answer without asking AWS for more.
READ_SECONDS = 60
KEEPALIVE_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class EdgeArgs:
    names: Names
    load_balancer: LoadBalancer
    # None: CloudFront's own name.
    domain: Domain | None
    web_acl_arn: pulumi.Input[str]
    price_class: str


class Edge(pulumi.ComponentResource):
    """The distribution with its VPC origin and policies, and the records of the domain."""

    distribution_id: pulumi.Output[str]
    distribution_arn: pulumi.Output[str]
    # The name that people type; what DJANGO_ALLOWED_HOSTS must say.
    host: pulumi.Output[str]
    url: pulumi.Output[str]

    def __init__(
        self, name: str, args: EdgeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Edge", name, None, opts)
        self._name = name
        self._names = args.names
        origin = self._vpc_origin(args.load_balancer)
        distribution = self._distribution(args, origin)
        self.distribution_id = distribution.id
        self.distribution_arn = distribution.arn
        if args.domain:
            args.domain.point_at(distribution.domain_name, distribution.hosted_zone_id)
            self.host = pulumi.Output.from_input(args.domain.name)
        else:
            self.host = distribution.domain_name
        self.url = pulumi.Output.concat("https://", self.host, "/")
        self.register_outputs({"url": self.url, "distribution_id": self.distribution_id})

    def _vpc_origin(self, balancer: LoadBalancer) -> aws.cloudfront.VpcOrigin:
        """CloudFront's network interface in the private subnets.

        AWS changes nothing of one that is in use, not even a tag: it is replaced, under a new
        name, when the load balancer or its protocol changes.
        """
        protocol = "https" if balancer.https else "http"
        prefix = self._names.of("cloudfront", protocol)
        return aws.cloudfront.VpcOrigin(
            f"{self._name}-vpc-origin",
            vpc_origin_endpoint_config={
                "name": balancer.arn.apply(lambda arn: f"{prefix}-{arn.rpartition('/')[2]}"),
                "arn": balancer.arn,
                "http_port": 80,
                "https_port": 443,
                "origin_protocol_policy": f"{protocol}-only",
                "origin_ssl_protocols": {"items": ["TLSv1.2"], "quantity": 1},
            },
            tags=tag(prefix),
            opts=pulumi.ResourceOptions(
                parent=self,
                replace_on_changes=["vpcOriginEndpointConfig"],
                ignore_changes=["tags", "tagsAll"],
                # CloudFront asks whether the load balancer listens at all.
                depends_on=[balancer.listener],
            ),
        )

    def _distribution(
        self, args: EdgeArgs, origin: aws.cloudfront.VpcOrigin
    ) -> aws.cloudfront.Distribution:
        headers = self._response_headers().id
        return aws.cloudfront.Distribution(
            f"{self._name}-distribution",
            comment=args.names.of("cloudfront"),
            enabled=True,
            aliases=[args.domain.name] if args.domain else [],
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=args.price_class,
            web_acl_id=args.web_acl_arn,
            origins=[
                {
                    "origin_id": ORIGIN,
                    "domain_name": args.load_balancer.dns_name,
                    "connection_attempts": 3,
                    "connection_timeout": 5,
                    "vpc_origin_config": {
                        "vpc_origin_id": origin.id,
                        "origin_read_timeout": READ_SECONDS,
                        "origin_keepalive_timeout": KEEPALIVE_SECONDS,
                    },
                }
            ],
            default_cache_behavior={
                "target_origin_id": ORIGIN,
                "viewer_protocol_policy": "redirect-to-https",
                "allowed_methods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                "cached_methods": ["GET", "HEAD"],
                "cache_policy_id": CACHING_DISABLED,
                "origin_request_policy_id": self._forward_everything().id,
                "response_headers_policy_id": headers,
                "compress": True,
            },
            ordered_cache_behaviors=[
                {
                    "path_pattern": "/static/*",
                    "target_origin_id": ORIGIN,
                    "viewer_protocol_policy": "redirect-to-https",
                    "allowed_methods": ["GET", "HEAD"],
                    "cached_methods": ["GET", "HEAD"],
                    "cache_policy_id": CACHING_OPTIMIZED,
                    "origin_request_policy_id": self._forward_little().id,
                    "response_headers_policy_id": headers,
                    "compress": True,
                }
            ],
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate=viewer_certificate(args.domain),
            tags=tag(args.names.of("cloudfront")),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _forward_everything(self) -> aws.cloudfront.OriginRequestPolicy:
        """All that the visitor sent, his host name too, and how he came."""
        return aws.cloudfront.OriginRequestPolicy(
            f"{self._name}-forward-everything",
            name=self._names.of("cloudfront", "everything"),
            comment="Everything the visitor sent, and how he came",
            cookies_config={"cookie_behavior": "all"},
            query_strings_config={"query_string_behavior": "all"},
            headers_config={
                "header_behavior": "allViewerAndWhitelistCloudFront",
                "headers": {"items": [TLS_HEADER, "CloudFront-Viewer-Address"]},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _forward_little(self) -> aws.cloudfront.OriginRequestPolicy:
        """What is kept for all must not depend on who asked: only the host name goes on."""
        return aws.cloudfront.OriginRequestPolicy(
            f"{self._name}-forward-little",
            name=self._names.of("cloudfront", "static"),
            comment="What a static file depends on",
            cookies_config={"cookie_behavior": "none"},
            query_strings_config={"query_string_behavior": "none"},
            headers_config={
                "header_behavior": "whitelist",
                "headers": {"items": ["Host", TLS_HEADER]},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _response_headers(self) -> aws.cloudfront.ResponseHeadersPolicy:
        """For answers that the application did not give, such as errors of CloudFront.

        The application's own headers win: its content security policy has a new nonce each time.
        """
        return aws.cloudfront.ResponseHeadersPolicy(
            f"{self._name}-response-headers",
            name=self._names.of("cloudfront", "security"),
            comment="Security headers where the application set none",
            security_headers_config={
                "strict_transport_security": {
                    "access_control_max_age_sec": 31_536_000,
                    "include_subdomains": True,
                    "preload": True,
                    "override": False,
                },
                "content_type_options": {"override": True},
                "frame_options": {"frame_option": "DENY", "override": False},
                "referrer_policy": {"referrer_policy": "same-origin", "override": False},
            },
            custom_headers_config={
                "items": [
                    {
                        "header": "Permissions-Policy",
                        "value": "camera=(self), geolocation=(), microphone=()",
                        "override": False,
                    }
                ]
            },
            remove_headers_config={"items": [{"header": "Server"}]},
            opts=pulumi.ResourceOptions(parent=self),
        )


def viewer_certificate(domain: Domain | None) -> aws.cloudfront.DistributionViewerCertificateArgs:
    """CloudFront's own certificate comes with AWS's choice of TLS versions, from 1.0 on."""
    if domain is None:
        return aws.cloudfront.DistributionViewerCertificateArgs(cloudfront_default_certificate=True)
    return aws.cloudfront.DistributionViewerCertificateArgs(
        acm_certificate_arn=domain.edge_certificate_arn,
        ssl_support_method="sni-only",
        minimum_protocol_version=TLS_POLICY,
    )
