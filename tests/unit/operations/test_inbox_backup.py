"""The inbox in a backup."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.capture.intake import take_from_inbox
from digitizer.facility import Facility
from digitizer.operations import backup, inbox_backup
from digitizer.operations.backup import back_up
from digitizer.storage import encryption
from tests.support.backed_up import PASSPHRASE, lay
from tests.support.made_mail import OPERATOR


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's is slow on purpose."""
    monkeypatch.setattr(encryption, "_COST", 2)


@pytest.mark.parametrize(
    ("seconds_ago", "meanwhile", "is_copied"),
    [
        (7200, "is left alone", True),
        (-7200, "is left alone", True),
        (1, "is left alone", False),
        (7200, "grows", False),
        (7200, "goes away", False),
        (7200, "is taken in", True),
        (1, "is taken in", True),
        (7200, "grows and is taken in", False),
    ],
)
def test_no_half_written_file_is_in_a_backup(
    facility: Facility,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seconds_ago: float,
    meanwhile: str,
    is_copied: bool,
) -> None:
    monkeypatch.setattr(inbox_backup, "_AT_REST", 3600.0)  # a busy machine takes what it takes
    path = lay(facility, "stack.tif", b"one page", seconds_ago)
    copy_mail = backup._copy_mail

    def something_happens(facility: Facility, folder: Path, earlier: Path | None) -> backup._Copied:
        if "grows" in meanwhile:
            path.write_bytes(b"one page, another page")
        if "taken in" in meanwhile:
            take_from_inbox(facility, [path], "default", OPERATOR)
        if meanwhile == "goes away":
            path.unlink()
        return copy_mail(facility, folder, earlier)

    monkeypatch.setattr(backup, "_copy_mail", something_happens)
    back_up(facility, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert (tmp_path / "backup" / "inbox" / "default" / "stack.tif").exists() == is_copied
