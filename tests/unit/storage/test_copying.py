"""Durable copies of files, trees and blobs."""

from __future__ import annotations

import errno
import io
import os
import signal
from pathlib import Path

import pytest

from digitizer.storage import copying
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.copying import (
    copy_blobs,
    copy_file,
    copy_tree,
    current_file,
    finish_replacing,
    replace_and_overwrite,
    replace_file,
    write_file,
)
from digitizer.support import failpoints


def test_a_file_is_replaced_whole_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    (tmp_path / "state.new").write_bytes(b"of one who died")
    for content in (b"first", b"second"):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_replaced_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    replace_and_overwrite(path, b"first key")
    with path.open("rb") as old:
        replace_and_overwrite(path, b"another")
        assert old.read() != b"first key"
    assert path.read_bytes() == b"another"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("point", ["written", "set_aside", "renamed"])
def test_whoever_dies_while_replacing_leaves_one_whole_file(tmp_path: Path, point: str) -> None:
    path = tmp_path / "keys"
    replace_and_overwrite(path, b"first")
    child = os.fork()
    if not child:
        try:
            failpoints.arm(f"replacing.{point}")
            replace_and_overwrite(path, b"second")
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    found = current_file(path).read_bytes()
    assert found == (b"first" if point == "written" else b"second")
    finish_replacing(path)
    assert path.read_bytes() == found
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys"
    replace_and_overwrite(path, b"first")

    def full(where: Path, content: bytes) -> None:
        where.write_bytes(content[:2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copying, "write_file", full)
    with pytest.raises(OSError, match="No space"):
        replace_and_overwrite(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_overwrites_nothing(tmp_path: Path) -> None:
    write_file(tmp_path / "new", b"first")
    with pytest.raises(FileExistsError):
        write_file(tmp_path / "new", b"second")
    assert (tmp_path / "new").read_bytes() == b"first"


def test_a_copy_is_private_whatever_its_source_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"words")
    (tmp_path / "a").chmod(0o644)
    copy_file(tmp_path / "a", tmp_path / "b")
    assert ((tmp_path / "b").read_bytes(), (tmp_path / "b").stat().st_mode & 0o777) == (
        b"words",
        0o600,
    )


def test_a_tree_is_copied_without_half_written_files_and_links(tmp_path: Path) -> None:
    source, target = tmp_path / "inbox", tmp_path / "copy"
    (source / "deep").mkdir(parents=True)
    (source / "1.pdf").write_bytes(b"one")
    (source / "deep" / "2.pdf").write_bytes(b"two")
    (source / ".half").write_bytes(b"ha")
    (source / "link").symlink_to(source / "1.pdf")
    os.utime(source / "1.pdf", (1_000_000, 1_000_000))
    assert copy_tree(source, target) == 2
    copied = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert copied == {"1.pdf", "deep/2.pdf"}
    assert (target / "1.pdf").stat().st_mtime == 1_000_000


def test_a_tree_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert copy_tree(tmp_path / "none", tmp_path / "copy") == 0


def test_blobs_that_the_target_lacks_are_copied_and_altered_ones_named(tmp_path: Path) -> None:
    source, target = LocalBlobs(tmp_path / "a"), LocalBlobs(tmp_path / "b")
    both, sound, altered = (source.put(io.BytesIO(each))[0] for each in (b"1", b"2", b"3"))
    target.put(io.BytesIO(b"1"))
    path = source.path(altered)
    path.chmod(0o600)
    path.write_bytes(b"other")
    assert list(copy_blobs(source, target)) == [altered]
    assert {name: target.exists(name) for name in (both, sound, altered)} == {
        both: True,
        sound: True,
        altered: False,
    }
    assert len(list(target.names())) == 2
