"""An agency of several facilities on one PostgreSQL database."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from digitizer.agency import FOLDER
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.model.settings_file import FILE_NAME
from digitizer.operations.facilities import add_facility
from digitizer.operations.moving import move_home
from digitizer.storage.database import reading, writing
from digitizer.storage.every_table import metadata
from digitizer.storage.tables import inmate
from digitizer.support import failpoints
from digitizer.transfers import actions as transfers
from digitizer.transfers.actions import TakenOver
from tests.support.made_mail import (
    OPERATOR,
    ROSTER,
    SUPERVISOR,
    enter_people,
    fill_roster,
)

#: The booking number that Orson, and Petra, has in the facility "north".
ORSON_THERE, PETRA_THERE = "N-1", "N-2"


def make_agency(home: Path, url: str, *codes: str) -> None:
    """A home on the empty database at ``url``, and a facility more for each code."""
    make_home(home)
    move_home(home, url, OPERATOR)
    for code in codes:
        add_facility(home, code, f"{code.capitalize()} Jail", OPERATOR)


def opened(home: Path) -> Facility:
    """With invented people on its roster."""
    facility = open_facility(home)
    with writing(facility.engine) as tx:
        fill_roster(tx)
    return facility


def another_facility(facility: Facility, *people: Inmate) -> Facility:
    """The facility "north" beside this one, which has the people on its roster under the numbers
    N-1, N-2, …. Here each has a SQLite database of its own, which is quick."""
    place = facility.home / FOLDER / "north"
    make_home(place)
    config = place / FILE_NAME
    config.write_text(config.read_text("utf-8").replace('code = "main"', 'code = "north"'))
    north = open_facility(place)
    numbered = [replace(each, booking_number=f"N-{n}") for n, each in enumerate(people, 1)]
    list_people(north, *numbered)
    return north


@dataclass(frozen=True, slots=True)
class Two:
    """The agency's first facility, and "north"."""

    first: Facility
    north: Facility

    def close(self) -> None:
        for each in (self.first, self.north):
            each.engine.dispose()


def two_facilities(home: Path, url: str) -> Two:
    """Orson and Petra are on the roster of both, under other numbers in the second."""
    make_agency(home, url, "north")
    two = Two(opened(home), open_facility(home / FOLDER / "north"))
    here = [
        replace(ROSTER[0], booking_number=ORSON_THERE),
        replace(ROSTER[1], booking_number=PETRA_THERE),
    ]
    list_people(two.north, *here)
    return two


def list_people(facility: Facility, *people: Inmate) -> None:
    with writing(facility.engine) as tx:
        enter_people(tx, people)


def list_again(facility: Facility, booking_number: str) -> None:
    """They are in custody there once more, as the next roster says."""
    with writing(facility.engine) as tx:
        this = sa.update(inmate).where(inmate.c.booking_number == booking_number)
        tx.execute(this.values(status=str(CustodyStatus.IN_CUSTODY)))


def move(
    sender: Facility, number: str, receiver: Facility, there: str, **options: bool
) -> TakenOver:
    """Somebody is given to the other facility, and taken over there."""
    code = receiver.settings.facility.code
    sent = transfers.send(sender, number, code, SUPERVISOR, "ordered by the court")
    return transfers.take_over(receiver, sent.id, there, SUPERVISOR, "fingerprints", **options)


def all_text(facility: Facility) -> str:
    """Every row of every table, as a query of this facility sees them."""
    with reading(facility.engine) as tx:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in tx.execute(table.select())
        )


def dies_at(two: Two, point: str, act: Callable[[], object]) -> bool:
    """Whether a process that does this reaches the point at which it is killed."""
    child = os.fork()
    if not child:
        try:
            for each in (two.first, two.north):
                each.engine.dispose(close=False)  # its connections are the parent's
            failpoints.arm(point)
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
