"""The state of the service: whether it can work now, and in numbers."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from digitizer import __version__
from digitizer.access.acting import looking
from digitizer.access.permissions import Act, permit
from digitizer.capture.scans import leases
from digitizer.facility import House
from digitizer.model.errors import DigitizerError
from digitizer.model.people import Actor
from digitizer.operations.counts import Numbers, count
from digitizer.storage.key_file import read_key_ring
from digitizer.storage.tables import (
    SCHEMA_VERSION,
    linked_sqlite,
    writing,
)
from digitizer.support.clock import now

#: Less free than this (bytes) and the service is not ready: one large scan could fill the disk.
LEAST_FREE = 512 * 1024**2


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so for mail to be taken in and worked. ``says`` why it is not."""

    name: str
    good: bool
    says: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """The service at the moment ``at``. ``free`` is in bytes, of the disk of the home;
    ``workers`` are living supervisors, in whatever process."""

    at: datetime
    numbers: Numbers
    free: int
    workers: int
    build: dict[str, str]


def health(house: House, by: Actor) -> Health:
    with looking(house, by, Act.OPERATE) as look:
        numbers = count(look.tx, house.settings.covers)
    return Health(now(), numbers, _free(house), _workers(house), _build())


def checks(house: House, by: Actor) -> Iterator[Check]:
    """Whether the database takes a write, the disk has room and the keys can be read."""
    permit(by, Act.OPERATE)
    return _checks(house)


def _checks(house: House) -> Iterator[Check]:
    yield _writable(house)
    free = _free(house)
    room = free >= LEAST_FREE
    yield Check("disk", room, "" if room else f"only {free >> 20} MiB are free")
    try:
        read_key_ring(house.key_file)
        yield Check("keys", True)
    except DigitizerError as error:
        yield Check("keys", False, str(error))


def _writable(house: House) -> Check:
    try:
        with writing(house.engine):
            return Check("database", True)
    except DigitizerError as error:
        return Check("database", False, str(error))


def _free(house: House) -> int:
    return shutil.disk_usage(house.home).free


def _workers(house: House) -> int:
    """Of those that left a lock file, the ones that still hold it."""
    here = sum(1 for _ in house.run_folder.glob("*.lock"))
    return max(0, here - len(leases.dead(house.run_folder)))


def _build() -> dict[str, str]:
    return {
        "version": __version__,
        "schema": SCHEMA_VERSION,
        "python": platform.python_version(),
        "sqlite": ".".join(map(str, linked_sqlite())),
    }
