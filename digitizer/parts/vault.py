"""Sealing bytes under a key of their own (AES-256-GCM), so that losing the key destroys them."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from digitizer.vocabulary.errors import StorageError

_NONCE = 12


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
