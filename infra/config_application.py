"""The groups of a stack's configuration that the application itself is told; see .env.example."""

import re
from dataclasses import dataclass

from infra.config_reader import require

ADDRESS = r"[^@\s<>]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Mail that the application sends."""

    sender: str

    def __post_init__(self) -> None:
        require(
            not self.sender or re.fullmatch(ADDRESS, self.sender),
            "mailSender: an address like stores@example.com without a name, or empty for no mail",
        )

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True)
class Mfa:
    """Who has to prove themselves twice."""

    required: bool


@dataclass(frozen=True, kw_only=True)
class Support:
    """Whom users ask."""

    contact: str


@dataclass(frozen=True, kw_only=True)
class Company:
    """Who orders, as printed on orders."""

    name_ja: str
    name_en: str
    address_ja: str
    address_en: str
    phone: str
    email: str
