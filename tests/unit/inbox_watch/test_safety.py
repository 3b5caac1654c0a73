"""Folders that must not be watched are refused, each with its fix."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inbox_watch.errors import UnsafeFolders, WatchError
from inbox_watch.folder import WatchedFolder
from inbox_watch.safety import refuse_overlaps, refuse_shared


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "inbox" / "default").mkdir(parents=True)
    (tmp_path / "home" / "blobs").mkdir()
    return tmp_path / "home"


def at(path: Path, name: str = "lobby") -> WatchedFolder:
    path.mkdir(parents=True, exist_ok=True)
    return WatchedFolder(path, name)


def refusal(folders: list[WatchedFolder], home: Path) -> str:
    with pytest.raises(UnsafeFolders) as caught:
        refuse_overlaps(folders, home, home / "inbox")
    assert isinstance(caught.value, WatchError)
    return str(caught.value)


def test_the_homes_own_inbox_and_folders_elsewhere_are_safe(home: Path, tmp_path: Path) -> None:
    folders = [at(home / "inbox" / "default"), at(home / "inbox" / "b"), at(tmp_path / "scans")]
    refuse_overlaps(folders, home, home / "inbox")


def test_names_that_only_begin_alike_do_not_overlap(home: Path, tmp_path: Path) -> None:
    refuse_overlaps([at(tmp_path / "scan"), at(tmp_path / "scans")], home)


def test_the_home_what_holds_it_and_what_is_in_it(home: Path) -> None:
    assert "overlaps with the home" in refusal([at(home)], home)
    assert "overlaps with the home" in refusal([at(home.parent)], home)
    assert "outside the home" in refusal([at(home / "blobs")], home)


def test_without_an_own_inbox_none_is_excepted(home: Path) -> None:
    with pytest.raises(UnsafeFolders, match="overlaps with the home"):
        refuse_overlaps([at(home / "inbox" / "default")], home)


def test_folders_that_are_equal_or_inside_one_another(home: Path, tmp_path: Path) -> None:
    outer, inner = at(tmp_path / "s", "outer"), at(tmp_path / "s" / "t", "inner")
    assert "taken in by both" in refusal([outer, inner], home)
    assert "taken in by both" in refusal([inner, outer], home)
    assert "profile twin" in refusal([outer, at(tmp_path / "s", "twin")], home)


def test_a_link_does_not_hide_an_overlap(home: Path, tmp_path: Path) -> None:
    real = at(tmp_path / "real")
    (tmp_path / "link").symlink_to(real.path)
    assert "overlap" in refusal([real, WatchedFolder(tmp_path / "link", "b")], home)
    (home / "inbox" / "sly").symlink_to(home / "blobs")
    assert "home" in refusal([WatchedFolder(home / "inbox" / "sly", "sly")], home)


def test_a_missing_folder_a_file_and_a_relative_path(home: Path, tmp_path: Path) -> None:
    assert "mkdir -p" in refusal([WatchedFolder(tmp_path / "none", "a")], home)
    (tmp_path / "file").touch()
    assert "is not a folder" in refusal([WatchedFolder(tmp_path / "file", "a")], home)
    assert "not an absolute path" in refusal([WatchedFolder(Path("scans"), "a")], home)


def test_a_folder_that_cannot_be_emptied(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # root may write anywhere, so the system's answer is made up
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "chmod u+rwx" in refusal([at(tmp_path / "scans")], home)


def test_every_problem_is_reported_at_once(home: Path, tmp_path: Path) -> None:
    message = refusal([WatchedFolder(tmp_path / "none", "a"), at(home / "blobs")], home)
    assert len(message.splitlines()) == 2


def test_folders_of_two_homes_must_not_be_one(tmp_path: Path) -> None:
    one = at(tmp_path / "scans", "south")
    refuse_shared([one, at(tmp_path / "others", "north")])
    with pytest.raises(UnsafeFolders, match="taken in by both"):
        refuse_shared([one, at(tmp_path / "scans" / "in", "north")])
