"""Seal keys outside the database: wrapped, written once, destroyed for good."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from digitizer.model.errors import NotFound, SettingsError, StorageError
from digitizer.storage import seal_keys
from digitizer.storage.seal_keys import SealKeys, make_master_key, open_seal_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_master_key(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> SealKeys:
    return open_seal_keys(folder)


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_key_is_kept_wrapped(folder: Path, keys: SealKeys) -> None:
    with keys.new() as made:
        pass
    assert open_seal_keys(folder).find(made.id) == made.key
    for form in (made.key, made.key.hex().encode(), base64.b64encode(made.key)):
        assert form not in _all_bytes(folder)
    (path,) = (folder / "seals").iterdir()
    assert (path.stat().st_mode & 0o777, path.stat().st_size) == (0o600, 4096)
    assert made.key.hex() not in repr(made)


def test_a_destroyed_key_is_overwritten_before_its_name_goes(
    folder: Path, keys: SealKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    with keys.new() as made:
        pass
    path = folder / "seals" / made.id
    held = os.open(path, os.O_RDONLY)  # the file system still has the blocks for us
    before = os.read(held, 4096)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(descriptor))
    keys.destroy(made.id)
    after = os.pread(held, 4096, 0)
    os.close(held)
    assert len(after) == 4096
    assert before[:40] not in after
    assert len(synced) == 4, "each pass, then the folder"
    assert not path.exists()
    with pytest.raises(NotFound):
        keys.find(made.id)
    keys.destroy(made.id)


def test_another_master_key_opens_nothing(tmp_path: Path, folder: Path, keys: SealKeys) -> None:
    key_id = keys.keep(b"k" * 32)
    (folder / "seals.json").unlink()
    with pytest.raises(SettingsError, match="missing"):
        open_seal_keys(folder)
    with pytest.raises(SettingsError, match="missing"):
        make_master_key(folder)
    make_master_key(tmp_path / "other")
    (tmp_path / "other" / "seals.json").rename(folder / "seals.json")
    with pytest.raises(StorageError, match="does not open"):
        open_seal_keys(folder).find(key_id)


@pytest.mark.parametrize("damage", ["{}", "{", '{"master": "00"}', '{"master": 1}'])
def test_a_damaged_master_key_is_refused(folder: Path, damage: str) -> None:
    (folder / "seals.json").write_text(damage)
    with pytest.raises(SettingsError, match="damaged"):
        open_seal_keys(folder)


def test_a_master_key_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "seals.json").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod"):
        open_seal_keys(folder)


def test_a_full_disk_keeps_no_key(
    folder: Path, keys: SealKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seal_keys, "sync_folder", full)
    with pytest.raises(StorageError, match="No space"):
        keys.keep(b"k" * 32)
    assert keys.names() == set()


def test_a_name_is_never_a_path(keys: SealKeys) -> None:
    with pytest.raises(NotFound):
        keys.find("../seals.json")
