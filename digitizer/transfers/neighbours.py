"""The other facilities of an agency, as one of them reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digitizer.agency import FOLDER, Member, members
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import UsageError
from digitizer.model.people import Actor, ActorKind
from digitizer.model.settings_file import FILE_NAME


def agency_home(facility: Facility) -> Path:
    """The agency's own home."""
    home = facility.home.resolve()
    above = home.parent.parent
    return above if home.parent.name == FOLDER and (above / FILE_NAME).is_file() else home


def others(facility: Facility) -> tuple[Member, ...]:
    home = facility.home.resolve()
    return tuple(each for each in members(agency_home(facility)) if each.home.resolve() != home)


def member(facility: Facility, code: str) -> Member:
    for each in others(facility):
        if each.code == code:
            return each
    codes = ", ".join(each.code for each in others(facility))
    raise UsageError(
        f"This agency has no other facility {code}."
        + (f" There are: {codes}." if codes else " This home is the only one.")
    )


@contextmanager
def opened(one: Member) -> Iterator[Facility]:
    """Another facility, with its own keys; closed afterwards."""
    there = open_facility(one.home, guest=True)
    try:
        yield there
    finally:
        there.engine.dispose()


def hands(facility: Facility) -> Actor:
    """Whose name stands in the other facility's log: there nobody of ours is known."""
    return Actor(ActorKind.MACHINE, f"facility {facility.settings.facility.code}")
