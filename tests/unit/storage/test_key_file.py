"""Rings of keys in private files."""

from __future__ import annotations

import json
import os
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from digitizer.model.errors import SettingsError
from digitizer.storage.key_file import make_key_ring, read_key_ring, rotate_key


def test_a_ring_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "covers.json"
    make_key_ring(path)
    first = read_key_ring(path)
    make_key_ring(path)
    assert read_key_ring(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert (first.current, len(first.keys[1])) == (1, 32)
    assert "keys" not in repr(first)


def test_rotation_keeps_the_old_keys(tmp_path: Path) -> None:
    path = tmp_path / "covers.json"
    make_key_ring(path)
    first = read_key_ring(path)
    assert rotate_key(path) == 2
    second = read_key_ring(path)
    assert second.current == 2
    assert second.keys[1] == first.keys[1]
    assert second.keys[2] != first.keys[1]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"current": 1, "keys": {}}',
        '{"current": 1, "keys": {"1": "zz"}}',
        '{"current": 2, "keys": {"1": "' + "ab" * 32 + '"}}',
        '{"current": 1, "keys": {"1": ""}}',
        '{"current": 1, "keys": ["1"]}',
        "é",
    ],
)
def test_a_damaged_ring_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "covers.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="damaged"):
        read_key_ring(path)


def test_a_ring_that_others_can_read_or_none_can(tmp_path: Path) -> None:
    path = tmp_path / "covers.json"
    with pytest.raises(SettingsError, match="missing"):
        read_key_ring(path)
    make_key_ring(path)
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_key_ring(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_key_ring(path)


def test_two_that_rotate_at_once_add_a_key_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second begins while the first is writing: it waits, and neither key is lost."""
    path = tmp_path / "covers.json"
    make_key_ring(path)
    others: list[Future[int]] = []
    sync = os.fsync

    def rotate_elsewhere(descriptor: int) -> None:
        if not others:
            others.append(elsewhere.submit(rotate_key, path))
            wait(others, timeout=0.2)  # an unlocked one ends meanwhile; a locked one never does
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", rotate_elsewhere)
    with ThreadPoolExecutor(1) as elsewhere:
        numbers = {rotate_key(path), others[0].result()}
    assert numbers == {2, 3}
    assert set(read_key_ring(path).keys) == {1, 2, 3}


def test_a_broken_off_write_leaves_the_old_ring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "covers.json"
    make_key_ring(path)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="No space"):
            rotate_key(path)
    assert path.read_bytes() == before
    assert rotate_key(path) == 2
    assert json.loads(path.read_bytes())["current"] == 2
