"""What is hashed outside of the database, and how: SHA-256, as the database sealed it."""

import hashlib
from collections.abc import Mapping


def hash_of(text: str) -> bytes:
    """Of the sealed text of an entry, or of what a link says."""
    return hashlib.sha256(text.encode()).digest()


def digest_of(hashes: Mapping[int, bytes]) -> bytes:
    """Of a transaction: the hashes of its entries, in the order of their numbers."""
    return hashlib.sha256(b"".join(hashes[number] for number in sorted(hashes))).digest()
