"""Faults of the disk, made by strace; ``trials.faults`` and ``filing_faults`` try many more."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import pytest

from digitizer.facility import make_home
from trials import filing_faults
from trials.faults import Fault, may_trace, trial
from trials.kill_scans import make_home_with_mail

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
    one = trial(tmp_path / "home", fault, [b"a scan " * 3000])
    assert one.hit
    assert one.loud
    assert not one.acknowledged
    assert not one.lost
    assert one.fixed
    assert one.left == 0


@pytest.mark.parametrize(
    "fault", [Fault("fsync", "EIO", 1), Fault("write", "ENOSPC", 4, span=3)], ids=str
)
def test_of_some_together_those_not_stored_are_not_acknowledged(
    tmp_path: Path, fault: Fault
) -> None:
    make_home(tmp_path / "home")
    one = trial(tmp_path / "home", fault, [b"%d of some scans " % n * 3000 for n in range(6)])
    assert (one.hit, one.loud, one.lost, one.fixed, one.left) == (True, True, 0, True, 0)
    assert one.acknowledged < one.scans


@pytest.fixture(scope="module")
def home_with_mail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("mail") / "home"
    make_home_with_mail(home)
    return home


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("filing", Fault("rename", "EDQUOT", 1)),
        ("filing", Fault("fsync", "EIO", 1)),
        ("filing", Fault("write", "ENOSPC", 3, span=3)),
        ("sealing", Fault("fsync", "EIO", 1)),
        ("sealing", Fault("write", "ENOSPC", 2)),
        ("sealing", Fault("unlink", "EIO", 1)),
    ],
    ids=str,
)
def test_a_fault_while_filing_is_reported_and_the_scan_filed_once_after_it(
    home_with_mail: Path, path: str, fault: Fault
) -> None:
    one = filing_faults.trial(home_with_mail, path, fault, seed=crc32(f"{path} {fault}".encode()))
    assert one.hit
    assert not one.silent
    assert one.wrong == ()
