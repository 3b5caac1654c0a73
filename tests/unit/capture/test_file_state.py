"""By its state a file that changed is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from digitizer.capture.file_state import has_changed, state_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.pdf").write_bytes(b"first")
    return tmp_path / "a.pdf"


@pytest.mark.parametrize("local", [True, False])
def test_what_lies_still_has_not_changed_and_what_grew_has(path: Path, local: bool) -> None:
    before = state_of(path, local)
    assert not has_changed(path, before, local)
    path.write_bytes(b"longer than first")
    assert has_changed(path, before, local)


def test_what_is_rewritten_with_its_old_time_is_noticed_on_a_disk_of_this_machine(
    path: Path,
) -> None:
    before, stat = state_of(path, local=True), path.stat()
    path.write_bytes(b"other")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert has_changed(path, before, local=True)


def test_another_file_or_a_link_in_its_place_is_another(path: Path) -> None:
    before = state_of(path, local=False)
    path.rename(path.with_name("b.pdf"))
    assert not has_changed(path, before, local=False)
    path.symlink_to(path.with_name("b.pdf"))
    assert has_changed(path, before, local=False)
