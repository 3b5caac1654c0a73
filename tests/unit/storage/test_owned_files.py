"""A file is readable while one of its owners has its key, and to nobody afterwards."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import pytest

from digitizer.storage.encrypted_files import CHUNK, DamagedFile
from digitizer.storage.encryption import new_seal_key
from digitizer.storage.key_book import owner_of
from digitizer.storage.owned_files import open_owned, owners_in, write_owned

ONE, TWO = owner_of("T", "one"), owner_of("T", "two")
CONTENT = b"what two messages share " * 60_000  # more than a chunk


def _written(path: Path) -> dict[bytes, bytes]:
    keys = {ONE: new_seal_key(), TWO: new_seal_key()}
    assert write_owned(io.BytesIO(CONTENT), path, keys) == sha256(CONTENT).hexdigest()
    return keys


def test_each_owner_opens_it_and_nobody_else(tmp_path: Path) -> None:
    keys = _written(tmp_path / "file")
    assert len(CONTENT) > CHUNK
    assert CONTENT[:40] not in (tmp_path / "file").read_bytes()
    assert owners_in(tmp_path / "file") == {ONE, TWO}
    for owner in (ONE, TWO):
        stream = open_owned(tmp_path / "file", {owner: keys[owner]})
        assert stream is not None
        with stream:
            assert stream.read() == CONTENT
    assert open_owned(tmp_path / "file", {}) is None
    assert open_owned(tmp_path / "file", {owner_of("T", "x"): keys[ONE]}) is None
    # The same bytes came in again, after their first owner's key was destroyed.
    assert open_owned(tmp_path / "file", {ONE: new_seal_key()}) is None


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    _written(tmp_path / "file")
    with pytest.raises(FileExistsError):
        _written(tmp_path / "file")


def _readable(path: Path, keys: dict[bytes, bytes]) -> bool:
    stream = open_owned(path, keys)
    if stream is None:
        return False
    with stream:
        return stream.read() == CONTENT


@pytest.mark.parametrize("place", [0, 11, 12 + 2 * 56 + 20, 500, -1])
def test_a_damaged_file_is_never_believed(tmp_path: Path, place: int) -> None:
    path = tmp_path / "file"
    keys = _written(path)
    assert _readable(path, keys)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedFile):
        _readable(path, keys)


def test_one_owner_whose_key_is_damaged_does_not_lock_out_the_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    keys = _written(path)
    content = bytearray(path.read_bytes())
    content[12 + 20] ^= 1
    path.write_bytes(content)
    assert _readable(path, {TWO: keys[TWO]})
    assert not _readable(path, {ONE: keys[ONE]})
    assert _readable(path, keys)


@pytest.mark.parametrize("size", [4, 10, 60, 12 + 2 * 56 + 20, len(CONTENT) // 2])
def test_one_that_is_cut_short_is_damaged(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    keys = _written(path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DamagedFile):
        _readable(path, keys)
