"""What people do to sign in, and what is left of it."""

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from bs4 import BeautifulSoup
from django.test import Client

from access.models import User
from audit.kinds import Kind
from audit.models import AuditEntry
from tests.webapp.cast import PASSWORD

SECRET = base64.b32encode(b"twenty bytes, no more").decode()
OTHER_PASSWORD = "staple battery horse correct"


def sign_in(client: Client, name: User | str, password: str = PASSWORD, **extra: Any) -> Any:
    username = name.get_username() if isinstance(name, User) else name
    data = {"login": username, "password": password, **extra.pop("data", {})}
    return client.post("/account/login/", data, **extra)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code(secret: str = SECRET, *, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), so many half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    value = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{value % 10**6:06}"


def wrong_code() -> str:
    """One that no app shows now, nor a little before or after."""
    right = {code(steps=step) for step in range(-2, 3)}
    return next(f"{number:06}" for number in range(10) if f"{number:06}" not in right)


def give_second_factor(user: User) -> list[str]:
    """An app that shows ``code()``; returns the recovery codes."""
    TOTP.activate(user, SECRET)
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def events(*kinds: Kind) -> list[AuditEntry]:
    """What the audit log has of these kinds, the oldest first."""
    return list(AuditEntry.objects.filter(kind__in=kinds).order_by("pk"))


def text_of(response: Any) -> str:
    """What is to be read on a page."""
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def everything_recorded() -> str:
    """All that the audit log holds, as one text to search."""
    rows = AuditEntry.objects.values_list("object_label", "before", "after", "details")
    return repr(list(rows))
