"""Encrypts bytes under a key of their own (AES-256-GCM), so that losing the key destroys them;
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


def encrypt(key: bytes, content: bytes) -> bytes:
    """Nonce (12 bytes), then ciphertext with its tag."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def decrypt(key: bytes, encrypted: bytes) -> bytes:
    """Raises StorageError if the key is the wrong one, or the bytes were changed."""
    try:
        return AESGCM(key).decrypt(encrypted[:_NONCE], encrypted[_NONCE:], None)
    except (InvalidTag, ValueError):
        raise StorageError("The sealed file cannot be decrypted with this key.") from None


def encrypt_with_passphrase(passphrase: str, content: bytes) -> bytes:
    """A mark of the format, salt (16 bytes), then as ``encrypt``."""
    salt = os.urandom(_SALT)
    return _MARK + salt + encrypt(derive_from_passphrase(passphrase, salt), content)


def decrypt_with_passphrase(passphrase: str, encrypted: bytes) -> bytes:
    """Raises StorageError if the passphrase is wrong, or the bytes were changed."""
    salt, rest = encrypted[len(_MARK) : len(_MARK) + _SALT], encrypted[len(_MARK) + _SALT :]
    try:
        if not encrypted.startswith(_MARK):
            raise StorageError("its format is unknown")
        return decrypt(derive_from_passphrase(passphrase, salt), rest)
    except StorageError:
        raise StorageError(
            "The encrypted keys cannot be opened: the passphrase is wrong, or the file is damaged."
        ) from None


def derive_from_passphrase(passphrase: str, salt: bytes) -> bytes:
    """A 256-bit key; slow, and heavy on memory, on purpose."""
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
