"""Sealing bytes under a key of their own (AES-256-GCM), so that losing the key destroys them;
and under a passphrase (scrypt, then the same), so that they may leave the machine."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from digitizer.model.errors import StorageError

_NONCE = 12
_MARK = b"MDKEYS1\n"  # what the file is, and how its key is made from the passphrase
_SALT = 16
_COST = 2**17  # scrypt's N with r=8, p=1: 128 MiB and about half a second (OWASP's choice)


def new_seal_key() -> bytes:
    return AESGCM.generate_key(256)


def lock(key: bytes, content: bytes) -> bytes:
    """Nonce (12 bytes), then ciphertext with its tag."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def unlock(key: bytes, locked: bytes) -> bytes:
    """Raises StorageError if the key is not the one, or the bytes were changed."""
    try:
        return AESGCM(key).decrypt(locked[:_NONCE], locked[_NONCE:], None)
    except (InvalidTag, ValueError):
        raise StorageError("The sealed file does not open with this key.") from None


def lock_with_passphrase(passphrase: str, content: bytes) -> bytes:
    """A mark of the format, salt (16 bytes), then as ``lock``."""
    salt = os.urandom(_SALT)
    return _MARK + salt + lock(_stretched(passphrase, salt), content)


def unlock_with_passphrase(passphrase: str, locked: bytes) -> bytes:
    """Raises StorageError if the passphrase is wrong, or the bytes were changed."""
    salt, rest = locked[len(_MARK) : len(_MARK) + _SALT], locked[len(_MARK) + _SALT :]
    try:
        if not locked.startswith(_MARK):
            raise StorageError("it is of no known format")
        return unlock(_stretched(passphrase, salt), rest)
    except StorageError:
        raise StorageError(
            "The sealed keys do not open: the passphrase is wrong, or the file was damaged."
        ) from None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
