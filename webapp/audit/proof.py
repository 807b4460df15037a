"""Whether one entry, and the link of its transaction, are what was sealed.

`audit.verification` proves the whole log; this looks at one place of it while somebody reads there.
Like that one it lets the database hand out texts, and hashes them here.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from audit.hashing import digest_of, hash_of
from audit.kinds import Kind
from audit.models import AuditEntry, ChainLink
from audit.sql.chain import link_text
from audit.sql.entries import canonical

# Of a transaction with more entries, only `verify_audit` computes the digest.
MOST_ENTRIES = 5_000


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was computed. `follows`, `digest_right`: None where it was not."""

    sealed_text: str
    hash: str
    entry_right: bool
    unlocked: bool
    link: ChainLink | None
    link_right: bool
    follows: bool
    digest_right: bool | None

    @property
    def whole(self) -> bool:
        return (
            self.entry_right and self.link_right and self.follows and self.digest_right is not False
        )


# The entry, its link, and the hash of the link before that.
_SEALED = f"""
    SELECT {canonical("e")}, e.hash, {link_text("l")}, before.hash,
        l.batch, l.position, l.at, l.entries, l.digest, l.previous, l.hash
    FROM audit_auditentry e
    LEFT JOIN audit_chainlink l ON l.batch = e.batch
    LEFT JOIN audit_chainlink before ON before.position = l.position - 1
    WHERE e.id = %s
"""  # noqa: S608 - our own text
_LINK = ("batch", "position", "at", "entries", "digest", "previous", "hash")


def prove(entry: AuditEntry) -> Proof:
    """Compute the hashes of `entry` and of its link again."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED, [entry.pk])
        text, stored, text_of_link, hash_before, *values = cursor.fetchone()
    told = dict(zip(_LINK, values, strict=True))
    link = None if told["batch"] is None else ChainLink(**told)
    sealed = None if link is None else _sealed_together(link)
    changed = _hashes_before_changes({entry.pk, *(sealed or ())})
    return Proof(
        sealed_text=text,
        hash=bytes(stored).hex(),
        entry_right=hash_of(text) == bytes(stored),
        unlocked=entry.pk in changed,
        link=link,
        link_right=link is not None and hash_of(text_of_link) == bytes(link.hash or b""),
        follows=link is not None and _follows(link, hash_before),
        digest_right=None if link is None else _digest_right(link, sealed, changed),
    )


def _follows(link: ChainLink, hash_before: bytes | None) -> bool:
    """It holds the hash of the link before it."""
    if link.position == 1:
        return bytes(link.previous or b"") == b""
    return hash_before is not None and bytes(hash_before) == bytes(link.previous or b"")


def _sealed_together(link: ChainLink) -> dict[int, bytes] | None:
    """The hashes of the entries of a transaction, also of those removed; None of too many."""
    if (link.entries or 0) > MOST_ENTRIES:
        return None
    rows = AuditEntry.objects.filter(batch=link.pk).values_list("pk", "hash")[: MOST_ENTRIES + 1]
    hashes = {number: bytes(sealed) for number, sealed in rows}
    removed = AuditEntry.objects.filter(kind=Kind.ENTRY_REMOVED, details__batch=link.pk)
    for object_id, details in removed.values_list("object_id", "details"):
        hashes[int(object_id)] = _hash_before(details)
    return hashes


def _digest_right(
    link: ChainLink, hashes: Mapping[int, bytes] | None, changed: Mapping[int, bytes]
) -> bool | None:
    """The transaction has all of its entries, as they were sealed, and no more."""
    if hashes is None:
        return None
    sealed = {number: changed.get(number, now) for number, now in hashes.items()}
    return digest_of(sealed) == bytes(link.digest or b"")


def _hashes_before_changes(numbers: Collection[int]) -> dict[int, bytes]:
    """What those of these entries were sealed with that were changed with the log unlocked."""
    with connection.cursor() as cursor:
        # The newest first, so that the oldest step stays.
        cursor.execute(
            "SELECT object_id, details FROM audit_auditentry WHERE root_model = %s "
            "AND root_id = ANY(%s) AND kind = %s ORDER BY id DESC",
            ["audit.auditentry", [str(number) for number in numbers], Kind.ENTRY_CHANGED.value],
        )
        steps = cursor.fetchall()
    return {int(object_id): _hash_before(json.loads(details)) for object_id, details in steps}


def _hash_before(details: Mapping[str, Any] | None) -> bytes:
    return bytes.fromhex((details or {})["hash"])
