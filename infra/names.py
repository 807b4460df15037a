"""Names of things in AWS: `{sysname}-{env}-{service}[-{extra}]`, within each service's limits.

Names are fixed rather than made up by Pulumi, because people look for them in AWS's console and
because roles, dashboards and CI are written against them. What has a fixed name and may have to be
replaced needs `delete_before_replace`.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """What one service allows as a name."""

    longest: int
    pattern: str = r"[A-Za-z0-9-]+"


# AWS's quotas pages and API references. What is absent is only ever a tag, or has 255 like one.
LIMITS = {
    "alb": Limit(32),
    "tg": Limit(32),
    "s3": Limit(63, r"[a-z0-9][a-z0-9-]+[a-z0-9]"),
    "rds": Limit(63, r"[a-z][a-z0-9]*(-[a-z0-9]+)*"),
    "role": Limit(64),
    "profile": Limit(128),
    "ecs": Limit(255),
    "ecr": Limit(256, r"[a-z0-9]+([._-][a-z0-9]+)*"),
    "task": Limit(255),
    "waf": Limit(128),
    "sns": Limit(256),
    "events": Limit(64),
    "scheduler": Limit(64),
    "kms": Limit(250),
    "lambda": Limit(64),
    "asg": Limit(255),
    "lt": Limit(128),
    "cloudfront": Limit(128),
}
TAG = Limit(255)


@dataclass(frozen=True)
class Names:
    """The names of one environment."""

    sysname: str
    env: str

    def of(self, service: str, extra: str = "") -> str:
        """The name of a thing of a service; `extra` tells several apart."""
        name = "-".join(part for part in (self.sysname, self.env, service, extra) if part)
        limit = LIMITS.get(service, TAG)
        if len(name) > limit.longest:
            raise ValueError(
                f"{name} has {len(name)} characters, {service} allows {limit.longest}: "
                "choose a shorter sysname"
            )
        if not re.fullmatch(limit.pattern, name):
            raise ValueError(f"{name} is no name that {service} allows")
        return name

    def suffixed(self, name: str) -> str:
        """For names that AWS shows alone: the environment comes last (`rds-main-stg`)."""
        return f"{name}-{self.env}"

    def parameter(self, *words: str) -> str:
        """A path of the Parameter Store, `/drone/stg/…`."""
        return "/".join(("", self.sysname, self.env, *words))

    def log_group(self, service: str, extra: str = "") -> str:
        """A log group, below the environment's path."""
        return self.parameter(*(part for part in (service, extra) if part))

    def waf_log_group(self) -> str:
        """WAF only writes to log groups whose name starts like this."""
        return f"aws-waf-logs-{self.of('waf')}"


def tag(name: str) -> dict[str, str]:
    """The one tag that does not come from the provider."""
    return {"Name": name}
