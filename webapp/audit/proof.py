"""Whether one entry, and the link of its transaction, are what was sealed.

`audit.verification` proves the whole log; this looks at one place of it while somebody reads there.
Like that one it lets the database hand out texts, and hashes them here.
"""

from dataclasses import dataclass

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


def prove(entry: AuditEntry) -> Proof:
    """Compute the hashes of `entry` and of its link again."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {canonical('e')}, hash "  # noqa: S608 - our own text
            "FROM audit_auditentry e WHERE id = %s",
            [entry.pk],
        )
        text, stored = cursor.fetchone()
    changed = _hashes_before_changes([entry.pk])
    link = ChainLink.objects.filter(batch=entry.batch).first()
    return Proof(
        sealed_text=text,
        hash=bytes(stored).hex(),
        entry_right=hash_of(text) == bytes(stored),
        unlocked=entry.pk in changed,
        link=link,
        link_right=link is not None and _link_right(link),
        follows=link is not None and _follows(link),
        digest_right=None if link is None else _digest_right(link),
    )


def _link_right(link: ChainLink) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {link_text('l')} "  # noqa: S608 - our own text
            "FROM audit_chainlink l WHERE batch = %s",
            [link.pk],
        )
        [text] = cursor.fetchone()
    return hash_of(text or "") == bytes(link.hash or b"")


def _follows(link: ChainLink) -> bool:
    """It holds the hash of the link before it."""
    if link.position == 1:
        return bytes(link.previous or b"") == b""
    before = ChainLink.objects.filter(position=(link.position or 0) - 1).first()
    return before is not None and bytes(before.hash or b"") == bytes(link.previous or b"")


def _digest_right(link: ChainLink) -> bool | None:
    """The transaction has all of its entries, as they were sealed, and no more."""
    if (link.entries or 0) > MOST_ENTRIES:
        return None
    rows = AuditEntry.objects.filter(batch=link.pk).values_list("pk", "hash")[: MOST_ENTRIES + 1]
    hashes = {number: bytes(sealed) for number, sealed in rows}
    removed = AuditEntry.objects.filter(kind=Kind.ENTRY_REMOVED, details__batch=link.pk)
    for entry in removed.only("object_id", "details"):
        hashes[int(entry.object_id)] = _hash_before(entry)
    hashes |= _hashes_before_changes(list(hashes))
    return digest_of(hashes) == bytes(link.digest or b"")


def _hashes_before_changes(numbers: list[int]) -> dict[int, bytes]:
    """What those of these entries were sealed with that were changed with the log unlocked."""
    steps = AuditEntry.objects.filter(
        root_model="audit.auditentry",
        root_id__in=[str(number) for number in numbers],
        kind=Kind.ENTRY_CHANGED,
    ).order_by("-pk")
    # The newest first, so that the oldest step stays.
    return {int(step.object_id): _hash_before(step) for step in steps.only("object_id", "details")}


def _hash_before(step: AuditEntry) -> bytes:
    return bytes.fromhex((step.details or {})["hash"])
