"""The secrets of second factors, encrypted before the database sees them."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableSecretError(Exception):
    """No key of ``SECOND_FACTOR_KEYS`` opens it."""


def encrypt(text: str) -> str:
    """With the first key."""
    return _box().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """With whichever key it was encrypted with.

    :raises UnreadableSecretError: if that key is not among them any more
    """
    try:
        return _box().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError from None


def reencrypt(encrypted: str) -> str:
    """The same secret with the first key."""
    return encrypt(decrypt(encrypted))


def _box() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in settings.SECOND_FACTOR_KEYS])


def _fernet(key: str) -> Fernet:
    """Keys may be any text: what encrypts is derived from them, for this purpose alone."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"signin.second_factor")
    return Fernet(base64.urlsafe_b64encode(derived.derive(key.encode())))
