"""The entrances over HTTP by their names on the command line."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from digitizer.model.errors import UsageError


class Entrance(StrEnum):
    STAFF = "staff"
    INMATE = "inmate"
    FAMILY = "family"
    API = "api"


EVERY = frozenset({Entrance.STAFF, Entrance.INMATE, Entrance.API})


def check_entrances(entrances: Collection[Entrance]) -> None:
    """Raises UsageError for what is not there yet."""
    if Entrance.FAMILY in entrances:
        there = ", ".join(f"--door {each}" for each in Entrance if each in EVERY)
        raise UsageError(f"There are no pages for families yet. There are: {there}.")
