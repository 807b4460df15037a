"""The settings of Django that are no secret, as the environment of a container (.env.example)."""

from collections.abc import Mapping

import pulumi

from infra.config import StackConfig
from infra.edge import PROXIES, TLS_HEADER

# Where the image keeps the authorities of RDS (webapp/Dockerfile).
RDS_AUTHORITIES = "/app/webapp/config/rds-ca.pem"
# A folder of the task, which goes with it.
NO_MAIL = {"DJANGO_EMAIL": "file:/tmp/mail"}


def django_settings(
    config: StackConfig, *, host: pulumi.Input[str], app_role: pulumi.Input[str]
) -> Mapping[str, pulumi.Input[str]]:
    """`host` is the name that people type, `app_role` the database role that has the rights."""
    company = config.company
    return {
        "DJANGO_ALLOWED_HOSTS": host,
        "DJANGO_CSRF_TRUSTED_ORIGINS": pulumi.Output.concat("https://", host),
        "DJANGO_TLS": "1",
        "DJANGO_TLS_HEADER": TLS_HEADER,
        "DJANGO_LOG_JSON": "1",
        "TRUSTED_PROXIES": str(PROXIES),
        "DB_SSLMODE": "verify-full",
        "DB_SSLROOTCERT": RDS_AUTHORITIES,
        "DB_APP_ROLE": app_role,
        "MFA_REQUIRED": "1" if config.mfa.required else "0",
        "SUPPORT_CONTACT": config.support.contact,
        "COMPANY_NAME_JA": company.name_ja,
        "COMPANY_NAME_EN": company.name_en,
        "COMPANY_ADDRESS_JA": company.address_ja,
        "COMPANY_ADDRESS_EN": company.address_en,
        "COMPANY_PHONE": company.phone,
        "COMPANY_EMAIL": company.email,
        **_mail(config),
    }


def _mail(config: StackConfig) -> Mapping[str, str]:
    """Without a sender mail goes nowhere: least of all into the log, with its links to passwords.

    The region in which SES knows the sender is the task's own: ECS sets it by itself.
    """
    sender = config.mail.sender
    return {"DJANGO_EMAIL": "ses", "DJANGO_EMAIL_FROM": sender} if sender else NO_MAIL
