"""Sealing: what was encrypted opens with its key or passphrase, and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.errors import StorageError
from digitizer.storage import encryption
from digitizer.storage.encryption import decrypt, encrypt, new_seal_key


@pytest.fixture(autouse=True, scope="module")
def _cheap_stretching() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encryption, "_COST", 2)
        yield


@given(st.text(), st.binary())
def test_a_passphrase_opens_what_it_encrypted(passphrase: str, content: bytes) -> None:
    encrypted = encryption.encrypt_with_passphrase(passphrase, content)
    assert encryption.decrypt_with_passphrase(passphrase, encrypted) == content


@given(st.text(), st.text(), st.binary())
def test_another_passphrase_does_not(one: str, other: str, content: bytes) -> None:
    encrypted = encryption.encrypt_with_passphrase(one, content)
    if one != other:
        with pytest.raises(StorageError, match="passphrase is wrong"):
            encryption.decrypt_with_passphrase(other, encrypted)


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    encrypted = bytearray(encryption.encrypt_with_passphrase("words", b"keys"))
    place = data.draw(st.integers(0, len(encrypted) - 1))
    encrypted[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StorageError):
        encryption.decrypt_with_passphrase("words", bytes(encrypted))


@given(st.binary(max_size=60))
def test_nonsense_does_not_open(encrypted: bytes) -> None:
    with pytest.raises(StorageError):
        encryption.decrypt_with_passphrase("words", encrypted)


def test_the_same_content_encrypted_twice_looks_different() -> None:
    first, second = (encryption.encrypt_with_passphrase("a", b"b") for _ in range(2))
    assert first != second


@given(content=st.binary(max_size=500))
def test_what_is_encrypted_opens_only_with_its_key(content: bytes) -> None:
    key = new_seal_key()
    encrypted = encrypt(key, content)
    assert decrypt(key, encrypted) == content
    assert len(content) < 8 or content not in encrypted
    with pytest.raises(StorageError):
        decrypt(new_seal_key(), encrypted)
    with pytest.raises(StorageError):
        decrypt(key, encrypted[:-1])
    with pytest.raises(StorageError):
        decrypt(key, b"")
