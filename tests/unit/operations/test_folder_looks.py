"""Whether the watched folders are emptied; one that does not answer holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from digitizer.facility import Facility
from digitizer.operations import folder_looks
from digitizer.operations.findings import Finding
from digitizer.operations.folder_looks import folder_findings
from digitizer.scanners.profiles import watched_folders
from digitizer.support.clock import now
from inbox_watch.folder import FolderLook, WatchedFolder, look


@pytest.fixture(autouse=True)
def _forgets() -> Iterator[None]:
    folder_looks._looking.clear()
    yield
    folder_looks._looking.clear()


def _found(facility: Facility, minutes: int = 0) -> list[Finding]:
    folders = watched_folders(facility.profiles, facility.home)
    return list(folder_findings(folders, now() + timedelta(minutes=minutes)))


def test_a_file_that_is_not_taken_in_is_told_after_ten_minutes(facility: Facility) -> None:
    inbox = facility.home / "inbox" / "default"
    (inbox / "stack.pdf").write_bytes(b"x")
    (inbox / "half.pdf.tmp").write_bytes(b"x")
    assert _found(facility, 9) == []
    (found,) = _found(facility, 11)
    assert "1 file in" in found.message
    assert found.what == "folder default"


def test_a_folder_that_is_gone_is_told(facility: Facility) -> None:
    (facility.home / "inbox" / "default").rmdir()
    (found,) = _found(facility)
    assert "cannot be read" in found.message


def test_a_folder_that_does_not_answer_is_looked_at_once_until_it_does(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, looks = threading.Event(), []

    def hang(folder: WatchedFolder) -> FolderLook:
        looks.append(folder)
        answers.wait()
        return look(folder)

    monkeypatch.setattr(folder_looks, "look", hang)
    monkeypatch.setattr(folder_looks, "_SECONDS", 0.01)
    try:
        for _ in range(3):
            (found,) = _found(facility)
            assert "does not answer" in found.message
        assert len(looks) == 1
    finally:
        answers.set()
    folder_looks._looking[looks[0].path]._over.wait()
    monkeypatch.setattr(folder_looks, "look", look)
    monkeypatch.setattr(folder_looks, "_SECONDS", 60)
    assert _found(facility) == []
