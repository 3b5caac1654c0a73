"""Encrypted files come back as they were, or not at all."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.encrypted_files import (
    CHUNK,
    DamagedFile,
    chunks_of,
    decrypted,
    encrypted,
    opened,
)

KEY = bytes(range(32))
_HEAD, _TAG = 40, 16


def _encrypted(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(encrypted(key, chunks_of(io.BytesIO(content))))


def _decrypted(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(decrypted(key, io.BytesIO(content)))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_a_file_of_any_size_comes_back(size: int) -> None:
    content = os.urandom(size)
    stored = _encrypted(content)
    assert content[:32] not in stored[_HEAD:] or size < 8
    assert _decrypted(stored) == content
    assert opened(KEY, io.BytesIO(stored)).read() == content
    assert _encrypted(content) != stored, "equal files do not look equal"


@pytest.mark.parametrize("start", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 6])
def test_a_file_is_read_from_anywhere(start: int) -> None:
    content = os.urandom(2 * CHUNK + 7)
    assert opened(KEY, io.BytesIO(_encrypted(content)), start).read() == content[start:]


def test_whatever_is_changed_does_not_decrypt() -> None:
    stored = _encrypted(os.urandom(2 * CHUNK + 9))
    chunk = CHUNK + _TAG
    head, first, second, last = (
        stored[:_HEAD],
        stored[_HEAD : _HEAD + chunk],
        stored[_HEAD + chunk : _HEAD + 2 * chunk],
        stored[_HEAD + 2 * chunk :],
    )
    other = _encrypted(os.urandom(2 * CHUNK + 9))
    changed = {
        "cut at a chunk": head + first + second,
        "cut within a chunk": stored[:-1],
        "longer": stored + b"x",
        "the first chunk is missing": head + second + last,
        "swapped": head + second + first + last,
        "of another file": head + first + other[_HEAD + chunk :],
        "another salt": other[:_HEAD] + stored[_HEAD:],
        "a bit": stored[:100] + bytes([stored[100] ^ 1]) + stored[101:],
        "no mark": b"X" + stored[1:],
        "nothing but its head": head,
        "empty": b"",
    }
    for what, content in changed.items():
        with pytest.raises(DamagedFile):
            print(what, len(_decrypted(content)))
    with pytest.raises(DamagedFile):
        _decrypted(stored, bytes(32))


def test_a_store_with_a_key_keeps_its_promises(tmp_path: Path) -> None:
    store, content = LocalBlobs(tmp_path / "store", KEY), b"what only we may read" * 100_000
    name, size = store.put(io.BytesIO(content))
    assert (size, store.get(name)) == (len(content), content)
    assert store.put(io.BytesIO(content)) == (name, size)
    assert list(store.names()) == [name]
    assert b"only we may" not in store.path(name).read_bytes()
    private = tmp_path / "private"
    private.mkdir()
    path = store.local_path(name, private)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (content, 0o600)
    store.path(name).write_bytes(content)
    with pytest.raises(DamagedFile):
        store.get(name)
