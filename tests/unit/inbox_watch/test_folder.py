"""What lies in a folder, and what of it may be handed over."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from inbox_watch.errors import FolderLost
from inbox_watch.folder import FORGOTTEN_SECONDS, WatchedFolder, look

STRANGE = [
    os.fsdecode(b"letter \xff\xfe.pdf"),
    "two\nlines.pdf",
    " leading space.pdf",
    "-rf.pdf",
    "ünï 邮件.pdf",
    "'; drop table.pdf",
]


def folder(path: Path, **more: object) -> WatchedFolder:
    return WatchedFolder(path, "lobby", **more)  # type: ignore[arg-type]  # keywords of tests


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


def test_what_systems_leave_everywhere_is_passed_over_in_silence(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).touch()
    for name in ("@eaDir", "#recycle", ".hidden"):
        (tmp_path / name).mkdir()
    seen = look(folder(tmp_path))
    assert (seen.files, seen.ignored) == ({}, {})


def test_what_is_written_beside_a_scan_is_ignored_with_patience(tmp_path: Path) -> None:
    for name in ("a.xml", "a.pdf.md5", "._a.pdf", "a.pdf:Zone.Identifier"):
        (tmp_path / name).write_bytes(b"x")
    seen = look(folder(tmp_path))
    assert seen.files == {}
    assert len(seen.ignored) == 4
    for each in seen.ignored.values():
        assert (each.file, each.patience, each.unfinished) == (True, FORGOTTEN_SECONDS, False)
        assert "beside a scan" in each.reason


def test_what_the_profile_asks_for_by_its_ending_is_a_scan(tmp_path: Path) -> None:
    for name in ("a.idx", "b.idx.part", "c.xml"):
        (tmp_path / name).write_bytes(b"x")
    assert list(look(folder(tmp_path, patterns=("*.pdf", "*.idx"))).files) == ["a.idx"]
    assert list(look(folder(tmp_path, patterns=("*",))).files) == []


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
    names = {"~$a.pdf", "a.tmp", "a.pdf.part", "a.crdownload", ".a.pdf.Xy12Ab", "a.tmp.pdf"}
    for name in names:
        (tmp_path / name).touch()
    seen = look(folder(tmp_path))
    assert (seen.files, set(seen.ignored)) == ({}, names)
    for each in seen.ignored.values():
        assert (each.file, each.patience, each.unfinished) == (True, FORGOTTEN_SECONDS, True)


def test_a_file_of_no_wanted_kind_is_named_with_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.docx").touch()
    (tmp_path / "B.PDF").touch()
    seen = look(folder(tmp_path, patterns=("*.pdf", "*.tif")))
    assert list(seen.files) == ["B.PDF"]
    assert "*.pdf, *.tif" in seen.ignored["a.docx"].reason


def test_what_shares_say_of_inodes_and_changes_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    seen = look(folder(tmp_path, polling=True)).files["a.pdf"]
    assert (seen.inode, seen.changed_ns) == (0, 0)
    assert look(folder(tmp_path)).files["a.pdf"].changed_ns != 0


def test_a_lost_folder_is_reported_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(FolderLost, match=r"gone \(profile lobby\) cannot be read.*Mount the share"):
        look(folder(tmp_path / "gone"))


def test_a_file_in_the_folders_place_is_a_lost_folder(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    with pytest.raises(FolderLost):
        look(folder(tmp_path / "f"))
