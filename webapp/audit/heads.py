"""The head of the chain, signed, for keeping where nobody can reach it from here.

Whoever has a head can prove that everything up to it is still what it was, even against somebody
who rewrote the whole log: the head's hash binds all of it.
"""

import json
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer

from audit.models import ChainLink

_SALT = "audit.head"


class UnknownHeadError(ValueError):
    """What was handed in is no head of this log."""


def signed_head() -> str:
    """The last link, as one line; empty while nothing is recorded."""
    link = ChainLink.objects.filter(position__isnull=False).order_by("-position").first()
    if link is None or link.at is None:
        return ""
    head = {
        "position": link.position,
        "hash": bytes(link.hash or b"").hex(),
        "at": link.at.isoformat(),
    }
    return _signer().sign(json.dumps(head, separators=(",", ":")))


def check_head(text: str) -> dict[str, Any]:
    """The head, if it was signed here and its link still stands in the chain.

    :raises UnknownHeadError: saying what is wrong
    """
    try:
        head: dict[str, Any] = json.loads(_signer().unsign(text.strip()))
    except BadSignature as error:
        raise UnknownHeadError(
            "The signature is wrong: the head was changed, or signed with another key."
        ) from error
    link = ChainLink.objects.filter(position=head["position"]).first()
    if link is None:
        raise UnknownHeadError(
            f"Link {head['position']} is gone: the log was cut off after this head was taken."
        )
    if bytes(link.hash or b"").hex() != head["hash"]:
        raise UnknownHeadError(
            f"Link {head['position']} is another one now: the log was rewritten after "
            f"{head['at']}, when this head was taken."
        )
    return head


def _signer() -> Signer:
    return Signer(key=settings.AUDIT_SIGNING_KEY, salt=_SALT, sep="  ")
