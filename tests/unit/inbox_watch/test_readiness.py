"""The last look before a hand-over."""

from __future__ import annotations

import os
from pathlib import Path

from inbox_watch.folder import WatchedFolder, file_state
from inbox_watch.readiness import Readiness, readiness, still_there
from inbox_watch.settling import FileState


def seen(path: Path) -> tuple[WatchedFolder, str, FileState]:
    folder = WatchedFolder(path.parent, "lobby")
    return folder, path.name, file_state(path.lstat(), folder)


def test_an_unchanged_file_is_ready(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.pdf")
    path.write_bytes(b"x")
    assert readiness(*seen(path)) is Readiness.READY
    assert still_there(*seen(path))


def test_a_file_that_grew_is_not_the_one_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    before = seen(path)
    path.write_bytes(b"xy")
    assert readiness(*before) is Readiness.CHANGED
    assert not still_there(*before)


def test_a_file_that_is_gone_or_became_a_link_or_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    before = seen(path)
    path.unlink()
    assert readiness(*before) is Readiness.CHANGED
    path.symlink_to("/etc/hostname")
    assert readiness(*before) is Readiness.CHANGED
    path.unlink()
    os.mkfifo(path)
    assert readiness(*before) is Readiness.CHANGED
    assert not still_there(*before)


def test_a_file_still_open_for_writing_is_seen_to_be(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    with path.open("ab"):
        assert readiness(*seen(path)) is Readiness.OPEN
    assert readiness(*seen(path)) is Readiness.READY


def test_a_file_open_for_reading_is_ready(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    with path.open("rb"):
        assert readiness(*seen(path)) is Readiness.READY
