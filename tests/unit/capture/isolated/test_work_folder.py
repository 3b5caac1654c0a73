"""Pictures of a scan while it is worked."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.capture.isolated.work_folder import keep_picture
from digitizer.model.errors import StorageError


def test_a_later_picture_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    for picture in (b"first", b"second"):
        keep_picture(tmp_path / "page", picture)
    assert (tmp_path / "page").read_bytes() == b"second"


def test_what_cannot_be_written_is_no_fault_of_the_scan(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="could not be written"):
        keep_picture(tmp_path / "missing" / "page", b"picture")
