"""Faults of the disk, made by strace; ``python -m benchmarks.faults`` tries many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.faults import Fault, may_trace, trial
from digitizer.mailroom.house import make_home

pytestmark = pytest.mark.skipif(not may_trace(), reason="strace is absent or may not trace")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("write", "ENOSPC", 1),
        Fault("fsync", "EIO", 1),
        Fault("fsync", "EIO", 2),
        Fault("fsync", "EIO", 4),
        Fault("rename", "EDQUOT", 1),
    ],
    ids=str,
)
def test_what_is_not_stored_is_not_acknowledged(tmp_path: Path, fault: Fault) -> None:
    make_home(tmp_path / "home")
    one = trial(tmp_path / "home", fault, b"a scan " * 3000)
    assert one.hit
    assert one.loud
    assert not one.acknowledged
    assert not one.lost
    assert one.mended
    assert one.left == 0
