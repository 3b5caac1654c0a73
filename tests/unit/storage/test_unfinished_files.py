"""Files whose lock shows that their writer lives."""

from __future__ import annotations

import os
from pathlib import Path

from digitizer.storage.unfinished_files import (
    folder_lock,
    is_there,
    make_locked_file,
    sweep_abandoned,
)


def test_what_is_being_written_stays_and_what_is_abandoned_goes(tmp_path: Path) -> None:
    alive, descriptor = make_locked_file(tmp_path, ".tmp")
    dead, abandoned = make_locked_file(tmp_path, ".tmp")
    os.close(abandoned)
    sweep_abandoned(tmp_path, ".tmp")
    assert alive.exists()
    assert not dead.exists()
    os.close(descriptor)
    sweep_abandoned(tmp_path, ".tmp")
    assert list(tmp_path.iterdir()) == []


def test_only_files_of_that_ending_and_no_links_are_swept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "link.tmp").symlink_to(tmp_path / "a.txt")
    sweep_abandoned(tmp_path, ".tmp")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "link.tmp"}
    sweep_abandoned(tmp_path / "missing")


def test_a_new_file_is_private_and_empty(tmp_path: Path) -> None:
    path, descriptor = make_locked_file(tmp_path)
    assert (path.stat().st_mode & 0o777, path.stat().st_size) == (0o600, 0)
    os.close(descriptor)


def test_an_open_file_is_there_until_its_name_is_anothers(tmp_path: Path) -> None:
    path, descriptor = make_locked_file(tmp_path)
    assert is_there(path, descriptor)
    path.unlink()
    assert not is_there(path, descriptor)
    path.touch()
    assert not is_there(path, descriptor)
    os.close(descriptor)


def test_a_folder_is_locked_again_after_it_was_let_go(tmp_path: Path) -> None:
    for _ in range(2):
        with folder_lock(tmp_path):
            (tmp_path / "mine").touch()
    assert (tmp_path / "mine").exists()
