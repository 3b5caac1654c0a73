"""An agency of several facilities on one PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from digitizer.facility import Facility, make_home, open_facility
from digitizer.operations.facilities import add_facility
from digitizer.operations.moving import move_home
from digitizer.storage.database import writing
from tests.support.made_mail import OPERATOR, fill_roster


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
