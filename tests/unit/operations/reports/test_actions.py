"""Reports as staff get them: figures for a spreadsheet, and paper."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed, NotFound
from digitizer.operations.reports import actions as reports
from digitizer.operations.reports.periods import Period
from digitizer.storage.database import writing
from digitizer.storage.tables import scan
from tests.support.known_times import KnownTimes
from tests.support.made_mail import CLERK, OPERATOR, ORSON, as_inmate

DAY = Period(date(2026, 11, 3), date(2026, 11, 3))


@pytest.fixture
def times(facility: Facility) -> KnownTimes:
    made = KnownTimes(facility)
    made.letter(made.scan("2026-11-03 10:00:00"), delivered="2026-11-03 10:02:00")
    return made


def test_a_figure_is_what_the_page_shows(times: KnownTimes) -> None:
    found = reports.figure_csv(times.facility, "delay", DAY, CLERK).decode("utf-8-sig")
    assert found.splitlines() == [
        '"Day","Half within (seconds)","95 % within (seconds)","Delivered"',
        '"2026-11-03","120","120","1"',
    ]


def test_a_scanners_name_is_no_formula(times: KnownTimes) -> None:
    with writing(times.facility.engine) as tx:
        tx.execute(sa.update(scan).values(profile="=1+1"))
    found = reports.figure_csv(times.facility, "scanner", DAY, CLERK).decode("utf-8-sig")
    assert '"\'=1+1"' in found


def test_a_figure_that_is_none(times: KnownTimes) -> None:
    with pytest.raises(NotFound):
        reports.figure_csv(times.facility, "gossip", DAY, OPERATOR)


def test_inmates_see_no_report(times: KnownTimes) -> None:
    with pytest.raises(NotAllowed):
        reports.report(times.facility, DAY, as_inmate(ORSON))


def test_every_figure_can_be_drawn(times: KnownTimes) -> None:
    for figure in reports.report(times.facility, DAY, CLERK).figures:
        assert reports.drawn(figure).startswith("<svg ")
