"""Hints to look sooner."""

from __future__ import annotations

from pathlib import Path

from inbox_watch.folder import WatchedFolder
from inbox_watch.hints import Hints
from tests.support.patience import until


def test_a_change_is_a_hint_once_and_for_its_own_folder(tmp_path: Path) -> None:
    here, there = (WatchedFolder(tmp_path / name, name) for name in ("here", "there"))
    hints = Hints(lambda _folder, error: (_ for _ in ()).throw(error))
    try:
        for folder in (here, there):
            folder.path.mkdir()
            hints.listen(folder)
        assert not hints.hinted(here)
        (here.path / "a.pdf").write_bytes(b"words")
        until(lambda: hints.hinted(here))
        assert not hints.hinted(there)
    finally:
        hints.stop()


def test_a_folder_that_cannot_be_listened_to_is_reported_and_never_hints(tmp_path: Path) -> None:
    missing, told = WatchedFolder(tmp_path / "missing", "missing"), list[WatchedFolder]()
    hints = Hints(lambda folder, _error: told.append(folder))
    try:
        hints.listen(missing)
        assert told == [missing]
        assert not hints.hinted(missing)
    finally:
        hints.stop()
    hints.stop()
