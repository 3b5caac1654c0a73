"""Sealing: what was locked opens with its key or passphrase, and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.model.errors import StorageError
from digitizer.storage import encryption


@pytest.fixture(autouse=True, scope="module")
def _cheap_stretching() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encryption, "_COST", 2)
        yield


@given(st.text(), st.binary())
def test_a_passphrase_opens_what_it_locked(passphrase: str, content: bytes) -> None:
    locked = encryption.lock_with_passphrase(passphrase, content)
    assert encryption.unlock_with_passphrase(passphrase, locked) == content


@given(st.text(), st.text(), st.binary())
def test_another_passphrase_does_not(one: str, other: str, content: bytes) -> None:
    locked = encryption.lock_with_passphrase(one, content)
    if one != other:
        with pytest.raises(StorageError, match="passphrase is wrong"):
            encryption.unlock_with_passphrase(other, locked)


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    locked = bytearray(encryption.lock_with_passphrase("words", b"keys"))
    place = data.draw(st.integers(0, len(locked) - 1))
    locked[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StorageError):
        encryption.unlock_with_passphrase("words", bytes(locked))


@given(st.binary(max_size=60))
def test_nonsense_does_not_open(locked: bytes) -> None:
    with pytest.raises(StorageError):
        encryption.unlock_with_passphrase("words", locked)


def test_two_locked_alike_look_different() -> None:
    assert encryption.lock_with_passphrase("a", b"b") != encryption.lock_with_passphrase("a", b"b")
