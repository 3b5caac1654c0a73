"""Blobs: durable before they are named, never rewritten, nothing acknowledged on a failing disk."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitizer.model.errors import NotFound, StorageError
from digitizer.storage import blobs
from digitizer.storage.blobs import LocalBlobs
from digitizer.support import failpoints


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def _put(store: LocalBlobs, content: bytes) -> str:
    return store.put(io.BytesIO(content))[0]


def _files(store: LocalBlobs) -> list[str]:
    return sorted(path.name for path in store.root.rglob("*") if path.is_file())


@given(content=st.binary(max_size=3000))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_put_is_got(store: LocalBlobs, content: bytes) -> None:
    sha256, size = store.put(io.BytesIO(content))
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert store.get(sha256) == content
    assert store.exists(sha256)
    assert store.local_path(sha256, Path("/nowhere")).read_bytes() == content
    assert sha256 in set(store.names())


def test_its_name_is_its_digest_and_it_is_private(store: LocalBlobs) -> None:
    sha256 = _put(store, b"x")
    path = store.root / sha256[:2] / sha256
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert _files(store) == [sha256]


def test_the_same_bytes_are_never_rewritten(store: LocalBlobs) -> None:
    sha256 = _put(store, b"x")
    before = store.path(sha256).stat()
    assert _put(store, b"x") == sha256
    after = store.path(sha256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert _files(store) == [sha256]


def test_synced_before_it_has_its_name(store: LocalBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(store, b"the folders are there")
    done: list[str] = []
    sync, rename = os.fsync, Path.rename

    def note_sync(descriptor: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")  # noqa: PTH112
        sync(descriptor)

    def note_rename(self: Path, target: Path) -> Path:
        done.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "rename", note_rename)
    _put(store, b"x")
    assert done[0] == "file"
    assert done[-2:] == ["rename", "folder"]


@pytest.mark.parametrize("failing", ["fsync", "rename", "open", "sync_folder"])
def test_a_failing_disk_is_reported(
    store: LocalBlobs, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    _put(store, b"the folders are there")

    def fail(*_args: object, **_named: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if failing == "rename":
            patch.setattr(Path, "rename", fail)
        elif failing == "sync_folder":
            patch.setattr(blobs, "sync_folder", fail)
        else:
            patch.setattr(os, failing, fail)
        with pytest.raises(StorageError, match="No space left on device"):
            _put(store, b"x")
    assert not list((store.root / ".incoming").iterdir())
    assert _put(store, b"x") in _files(store), "it goes on when there is room again"


def test_a_source_that_breaks_off_leaves_nothing(store: LocalBlobs) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(StorageError):
        store.put(Broken(b"x"))
    assert _files(store) == []


def test_what_is_not_there(store: LocalBlobs) -> None:
    with pytest.raises(NotFound):
        store.get("0" * 64)
    assert not store.exists("0" * 64)
    store.delete("0" * 64)
    assert list(store.names()) == []


def test_delete(store: LocalBlobs) -> None:
    sha256 = _put(store, b"x")
    store.delete(sha256)
    assert not store.exists(sha256)


# --- what an earlier process left, and what a failed sync left


def test_what_dead_processes_were_writing_is_swept_once(store: LocalBlobs) -> None:
    incoming = store.root / ".incoming"
    incoming.mkdir(parents=True)
    (incoming / "left-by-the-dead").write_bytes(b"half a sca")
    sha256 = _put(store, b"x")
    assert _files(store) == [sha256]
    (incoming / "left-later").write_bytes(b"of a process that died after our start")
    _put(store, b"y")
    assert (incoming / "left-later").exists(), "only a new start looks again"
    _put(LocalBlobs(store.root), b"z")
    assert not any(incoming.iterdir())


def test_what_another_process_is_writing_is_left_alone(store: LocalBlobs) -> None:
    incoming = store.root / ".incoming"
    incoming.mkdir(parents=True)
    with (incoming / "at-work").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        _put(store, b"x")
        assert [path.name for path in incoming.iterdir()] == ["at-work"]
    _put(LocalBlobs(store.root), b"x")
    assert not any(incoming.iterdir()), "it was left without ever having been named"


def _before_the_first_lock(patch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Does ``action`` after the next file is made and before it is locked."""
    lock, waiting = fcntl.flock, [action]

    def act_first(file: int | IO[bytes], how: int) -> None:
        if how == fcntl.LOCK_EX and waiting:
            waiting.pop()()
        lock(file, how)

    patch.setattr(fcntl, "flock", act_first)


def test_a_start_elsewhere_takes_no_file_that_is_not_yet_locked(
    store: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process cleans up in the moment after a file is made, before it is locked."""
    _put(store, b"the folders are there")
    _before_the_first_lock(monkeypatch, lambda: _put(LocalBlobs(store.root), b"another's"))
    sha256 = _put(store, b"x")
    assert store.get(sha256) == b"x"
    assert not any((store.root / ".incoming").iterdir())


def test_what_cannot_be_swept_stops_no_intake(store: LocalBlobs) -> None:
    """Another user's, or no file at all: it stays, and mail comes in."""
    incoming = store.root / ".incoming"
    (incoming / "a folder").mkdir(parents=True)
    (incoming / "a link").symlink_to(store.root / "elsewhere")
    assert store.get(_put(store, b"x")) == b"x"
    assert {path.name for path in incoming.iterdir()} == {"a folder", "a link"}


def test_a_store_that_runs_on_sweeps_when_asked(store: LocalBlobs) -> None:
    store.sweep()  # nothing is there yet
    _put(store, b"x")
    incoming = store.root / ".incoming"
    (incoming / "left-later").write_bytes(b"of a process that died after our start")
    with (incoming / "at-work").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        store.sweep()
        assert [path.name for path in incoming.iterdir()] == ["at-work"]


def test_a_name_whose_sync_failed_is_given_again(
    store: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failed sync the kernel may take the name for clean: it is written once more."""
    store.delete(_put(store, b"x"))  # the folders are there
    done: list[str] = []
    rename, sync = Path.rename, blobs.sync_folder

    def note_rename(self: Path, target: Path) -> Path:
        done.append("rename")
        return rename(self, target)

    def note_sync(synced: Path) -> None:
        done.append("sync")
        if done.count("sync") == 1:
            raise OSError(5, "Input/output error")
        sync(synced)

    monkeypatch.setattr(Path, "rename", note_rename)
    monkeypatch.setattr(blobs, "sync_folder", note_sync)
    with pytest.raises(StorageError, match="Input/output error"):
        _put(store, b"x")
    sha256 = _put(store, b"x")
    assert done == ["rename", "sync", "rename", "sync"]
    _put(store, b"x")
    assert done[4:] == ["sync"], "now it is sure, and never rewritten"
    assert store.get(sha256) == b"x"


def test_a_folder_whose_sync_failed_is_made_again(
    store: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next attempt would find it, and name a blob in it that a power cut takes away."""
    _put(store, b"the folders are there")
    done: list[Path] = []
    sync = blobs.sync_folder

    def fail_once(folder: Path) -> None:
        done.append(folder)
        if done == [store.root]:
            raise OSError(5, "Input/output error")
        sync(folder)

    monkeypatch.setattr(blobs, "sync_folder", fail_once)
    with pytest.raises(StorageError, match="Input/output error"):
        _put(store, b"x")
    sha256 = _put(store, b"x")
    assert done == [store.root, store.root, store.path(sha256).parent]


def test_a_folder_that_the_dead_made_is_synced_once_more(
    store: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its maker may have died before its name was synced; then a power cut takes all in it."""
    _put(store, b"the root is there")
    folder = store.path(hashlib.sha256(b"x").hexdigest()).parent
    folder.mkdir()
    done: list[Path] = []
    monkeypatch.setattr(blobs, "sync_folder", done.append)
    _put(store, b"x")
    assert done == [store.root, folder]
    store.delete(_put(store, b"x"))
    _put(store, b"x")
    assert done[2:] == [folder, folder], "of its name we are sure now"


def test_many_at_once_with_twins_and_one_that_breaks_off(store: LocalBlobs) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    contents = [b"x" * number for number in range(200)] + [b"x", b"x"]
    sources = [partial(io.BytesIO, content) for content in contents]
    stored = store.put_all([*sources, Broken, *sources])
    assert isinstance(stored.pop(len(contents)), StorageError)
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    assert stored == [(d, len(c)) for d, c in zip(digests, contents, strict=True)] * 2
    assert _files(store) == sorted(set(digests))


def test_what_is_erased_is_overwritten_unless_somebody_else_keeps_the_same_bytes(
    store: LocalBlobs, tmp_path: Path
) -> None:
    alone, shared = _put(store, b"a letter" * 1000), _put(store, b"another" * 1000)
    watch = store.path(alone).open("rb")
    (tmp_path / "copy").hardlink_to(store.path(shared))
    for each in (alone, shared, alone):  # it is no error if it is gone already
        store.erase(each)
    assert _files(store) == []
    with watch:
        assert b"a letter" not in watch.read()
    assert (tmp_path / "copy").read_bytes() == b"another" * 1000


def test_who_dies_while_erasing_leaves_nothing_under_its_name(store: LocalBlobs) -> None:
    """The same bytes may come in again before anybody finishes it: they are stored."""
    for point in ("blobs.set_aside", "blobs.overwritten"):
        name = _put(store, b"a letter" * 1000)
        child = os.fork()
        if not child:
            try:
                failpoints.arm(point)
                store.erase(name)
            finally:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, point
        assert not store.exists(name)
        assert _put(store, b"a letter" * 1000) == name
        assert store.get(name) == b"a letter" * 1000
        watch = [path.open("rb") for path in store.root.rglob("erase-*")]
        assert len(watch) == 1
        store.sweep()
        with watch[0]:
            assert b"a letter" not in watch[0].read()
        assert _files(store) == [name]
        store.erase(name)
        assert _files(store) == []
