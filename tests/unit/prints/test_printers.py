"""Folders and the print system, each with what can go wrong in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import NotFound, StorageError
from digitizer.model.settings import Settings
from digitizer.prints import printers
from digitizer.prints.printers import (
    Fate,
    Refused,
    Unsure,
    fate_of_file,
    find_printer,
    publish,
    send_to_lp,
    stage,
)
from tests.support.print_system import fake_lp, with_printers


def test_without_settings_there_are_the_outbox_and_the_browser(facility: Facility) -> None:
    outbox, here = printers.printers(facility).values()
    assert (outbox.name, outbox.folder, outbox.kind) == (
        "outbox",
        facility.home / "outbox",
        "folder",
    )
    assert (here.name, here.kind) == ("this computer", "here")
    with pytest.raises(NotFound, match="no printer office"):
        find_printer(facility, "office")


def test_a_printer_is_a_whole_path_or_a_name(facility: Facility, tmp_path: Path) -> None:
    named = with_printers(facility, office="HP_M400", shared=str(tmp_path))
    assert find_printer(named, "office").queue == "HP_M400"
    assert find_printer(named, "shared").folder == tmp_path


@pytest.mark.parametrize("where", ["-o evil", "a b", "", "; rm"])
def test_other_destinations_are_refused(where: str) -> None:
    with pytest.raises(ValueError, match="print system"):
        Settings.model_validate({"printers": {"office": where}})


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    staged = stage(tmp_path, "letter", b"%PDF")
    assert list(tmp_path.glob("*.pdf")) == []
    assert fate_of_file(staged.path, staged.draft) is Fate.NOT_OUT
    publish(staged)
    assert staged.path.read_bytes() == b"%PDF"
    assert fate_of_file(staged.path, staged.draft) is Fate.OUT
    staged.path.unlink()
    assert fate_of_file(staged.path, staged.draft) is Fate.UNKNOWN, "somebody took it"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    publish(stage(tmp_path, "letter", b"1"))
    staged = stage(tmp_path, "letter", b"2")
    assert staged.path.name == "letter-2.pdf"
    staged.path.write_bytes(b"another program's")
    with pytest.raises(Refused, match="is there already"):
        publish(staged)
    assert not staged.draft.exists()
    assert staged.path.read_bytes() == b"another program's"


def test_a_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(StorageError, match="Cannot write to"):
        stage(tmp_path / "out", "letter", b"%PDF")


def test_lp_gets_the_bytes_and_says_what_it_calls_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = fake_lp(tmp_path, monkeypatch)
    assert send_to_lp("HP_M400", "Batch 1", b"%PDF") == "HP_M400-7"
    assert (got / "HP_M400.pdf").read_bytes() == b"%PDF"


def test_lp_that_refuses_and_lp_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_lp(tmp_path, monkeypatch)
    with pytest.raises(Refused, match="took nothing: lp: The printer does not exist"):
        send_to_lp("nosuch", "Batch 1", b"%PDF")
    with pytest.raises(Unsure, match="killed"):
        send_to_lp("dies", "Batch 1", b"%PDF")
    monkeypatch.setattr(printers, "_LP_SECONDS", 0.2)
    with pytest.raises(Unsure, match="did not answer"):
        send_to_lp("hangs", "Batch 1", b"%PDF")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(Refused, match="install CUPS"):
        send_to_lp("HP_M400", "Batch 1", b"%PDF")
    assert os.environ["PATH"].endswith("nothing")
