"""What lies in a folder, and what of it may be handed over."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from inbox_watch.errors import FolderLost
from inbox_watch.folder import WatchedFolder, look

STRANGE = [
    os.fsdecode(b"letter \xff\xfe.pdf"),
    "two\nlines.pdf",
    " leading space.pdf",
    "-rf.pdf",
    "ünï 邮件.pdf",
    "'; drop table.pdf",
]


def folder(path: Path, **more: object) -> WatchedFolder:
    return WatchedFolder(path, "desk", **more)  # type: ignore[arg-type]  # keywords of tests


def test_ordinary_files_with_their_states(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"abc")
    (tmp_path / "empty.pdf").touch()
    seen = look(folder(tmp_path))
    status = (tmp_path / "a.pdf").stat()
    assert seen.files["a.pdf"].size == 3
    assert seen.files["a.pdf"].mtime_ns == status.st_mtime_ns
    assert seen.files["a.pdf"].inode == status.st_ino
    assert seen.files["empty.pdf"].size == 0
    assert seen.ignored == {}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_names_survive(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert list(look(folder(tmp_path)).files) == [name]


def test_dot_files_and_litter_are_passed_over_in_silence(tmp_path: Path) -> None:
    for name in (".hidden", ".scan.pdf.Xy12", "Thumbs.db"):
        (tmp_path / name).touch()
    seen = look(folder(tmp_path))
    assert (seen.files, seen.ignored) == ({}, {})


def test_what_is_no_file_is_never_handed_over_but_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.pdf").symlink_to("/etc/hostname")
    (tmp_path / "dangling.pdf").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.pdf")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "s.pdf"))
    seen = look(folder(tmp_path))
    listening.close()
    assert seen.files == {}
    assert seen.ignored.keys() == {"sub", "link.pdf", "dangling.pdf", "pipe.pdf", "s.pdf"}
    assert "folder" in seen.ignored["sub"].reason
    assert "link" in seen.ignored["link.pdf"].reason
    assert not any(each.file for each in seen.ignored.values())


def test_temporary_names_are_ignored_with_patience(tmp_path: Path) -> None:
    for name in ("~$a.pdf", "a.tmp", "a.pdf.part", "a.crdownload"):
        (tmp_path / name).touch()
    seen = look(folder(tmp_path))
    assert seen.files == {}
    assert all(each.file and each.patience for each in seen.ignored.values())


def test_a_file_of_no_wanted_kind_is_named_with_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.docx").touch()
    (tmp_path / "B.PDF").touch()
    seen = look(folder(tmp_path, patterns=("*.pdf", "*.tif")))
    assert list(seen.files) == ["B.PDF"]
    assert "*.pdf, *.tif" in seen.ignored["a.docx"].reason


def test_inode_numbers_of_shares_are_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    assert look(folder(tmp_path, polling=True)).files["a.pdf"].inode == 0


def test_a_lost_folder_is_told_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(FolderLost, match=r"gone \(profile desk\) cannot be read.*Mount the share"):
        look(folder(tmp_path / "gone"))


def test_a_file_in_the_folders_place_is_a_lost_folder(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    with pytest.raises(FolderLost):
        look(folder(tmp_path / "f"))
