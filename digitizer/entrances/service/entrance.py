"""The entrances over HTTP by their names on the command line."""

from __future__ import annotations

from enum import StrEnum


class Entrance(StrEnum):
    STAFF = "staff"
    INMATE = "inmate"
    FAMILY = "family"
    API = "api"


EVERY = frozenset(Entrance)
