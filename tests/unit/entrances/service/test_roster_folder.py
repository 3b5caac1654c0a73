"""The folder of the nightly roster: no file in it is deleted, and none is read half-written."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from digitizer.entrances.service.roster_folder import (
    DONE,
    SET_ASIDE,
    roster_folder,
    watch_rosters,
)
from digitizer.entrances.service.run import Service
from digitizer.facility import Facility
from digitizer.model.errors import SettingsError
from digitizer.people import actions as people
from tests.support.made_mail import OPERATOR, ORSON

HEAD = "booking_number,last_name,first_name,housing_unit,status"


def with_folder(facility: Facility, **values: object) -> Facility:
    wanted = facility.settings.roster.model_copy(update=values)
    return replace(facility, settings=facility.settings.model_copy(update={"roster": wanted}))


def test_files_are_imported_or_set_aside_and_kept(
    facility: Facility, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "jms"
    folder.mkdir()
    good = f"{HEAD}\n{ORSON},Testvale,Orson,D-9,in_custody\n"
    (folder / "a.csv").write_text(good)
    (folder / "b.csv").write_text("<html>Error")
    (folder / "c.csv").write_text(good)  # the same bytes again
    service = Service(with_folder(facility, folder=str(folder), settle_seconds=0.1))
    with caplog.at_level(logging.INFO, "digitizer"):
        watching = threading.Thread(target=watch_rosters, args=(service,))
        watching.start()
        while any(each.is_file() for each in folder.iterdir()):
            service.nudge.wait(0.05)
        service.end()
        watching.join()
    assert people.find_inmate(facility, ORSON, OPERATOR).housing_unit == "D-9"
    assert [each.name[17:] for each in sorted((folder / DONE).iterdir())] == ["a.csv", "c.csv"]
    assert [each.read_text() for each in (folder / SET_ASIDE).iterdir()] == ["<html>Error"]
    said = [record.getMessage() for record in caplog.records]
    assert any("b.csv was not imported" in each for each in said)
    assert not any("Testvale" in each for each in said)


def test_the_home_has_a_folder_of_its_own(facility: Facility) -> None:
    own = facility.home / "inbox-roster"
    own.rmdir()
    assert roster_folder(facility).path == own
    assert own.is_dir()


@pytest.mark.parametrize("where", ["inbox/default", "keys", "none"])
def test_a_folder_that_cannot_be_used(facility: Facility, where: str) -> None:
    wanted = with_folder(facility, folder=str(facility.home / where))
    with pytest.raises(SettingsError, match=r"\[roster\] folder"):
        roster_folder(wanted)
