"""What is kept of a file while its code is open: for how long, how many, and so that nobody else
reads it."""

from __future__ import annotations

import io
import os
import threading
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from digitizer.departures import keeping
from digitizer.departures.codes import Fitting
from digitizer.departures.keeping import BeingMade
from digitizer.facility import Facility
from digitizer.people import roster
from digitizer.storage.database import reading
from digitizer.support.clock import now
from tests.support.leaving_mail import with_page
from tests.support.made_mail import ORSON


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_page(facility)


@pytest.fixture
def code(here: Facility) -> Fitting:
    """One of Orson's, open for an hour."""
    with reading(here.engine) as tx:
        row = roster.inmate_row_id(tx, ORSON)
        return Fitting(1, row, roster.inmate_of_row(tx, row), now() + timedelta(hours=1))


def kept_here(facility: Facility) -> list[int]:
    return [number for home, number in keeping._kept if home == facility.home]


def test_it_is_encrypted_and_has_no_name(here: Facility, code: Fitting) -> None:
    kept, is_new = keeping.kept(here, code)
    assert is_new
    assert keeping.kept(here, code) == (kept, False)
    stored = os.pread(kept.file, 2 * kept.length, 0)
    assert len(stored) > kept.length
    assert b"mailbox.json" not in stored
    assert os.fstat(kept.file).st_nlink == 0
    assert not [*here.work_folder.iterdir()]
    keeping.forget(here, code.id)
    assert kept_here(here) == []


def test_two_read_it_each_at_their_own_place_also_when_it_is_not_kept_any_more(
    here: Facility, code: Fitting
) -> None:
    kept, _ = keeping.kept(here, code)
    with kept.open(0) as first, kept.open(10) as second:
        keeping.forget(here, code.id)
        whole, rest = first.read(), second.read()
    assert (len(whole), whole[10:]) == (kept.length, rest)
    assert zipfile.is_zipfile(io.BytesIO(whole))


def test_it_goes_when_the_hour_ends(here: Facility, code: Fitting) -> None:
    before = set(threading.enumerate())
    keeping.kept(here, replace(code, closes=now()))
    for each in set(threading.enumerate()) - before:
        each.join()
    assert kept_here(here) == []


def test_only_so_many_are_kept_and_made(
    here: Facility, code: Fitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_kept", {})
    monkeypatch.setattr(keeping, "_MOST_KEPT", 2)
    for number in (1, 2, 3):
        keeping.kept(here, replace(code, id=number))
    assert kept_here(here) == [2, 3]
    monkeypatch.setattr(keeping, "_MOST_MADE", 0)
    with pytest.raises(BeingMade):
        keeping.kept(here, replace(code, id=4))
    for number in (2, 3):
        keeping.forget(here, number)
