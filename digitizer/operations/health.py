"""The state of the service: whether it can work now, and in numbers."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from digitizer import __version__
from digitizer.access.acting import looking, permit
from digitizer.access.permissions import Act
from digitizer.capture.scans import leases
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError
from digitizer.model.people import Actor
from digitizer.operations.counts import Numbers, count
from digitizer.operations.findings import LEAST_FREE
from digitizer.storage.database import linked_sqlite, writing
from digitizer.storage.key_file import read_key_ring
from digitizer.storage.tables import SCHEMA_VERSION
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Check:
    """One condition for taking mail in and working it. ``message`` is why it is not met."""

    name: str
    good: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """The service at the moment ``at``. ``free`` is the free space on the home's disk, in bytes;
    ``workers`` are those alive, in whatever process."""

    at: datetime
    numbers: Numbers
    free: int
    workers: int
    build: dict[str, str]


def health(facility: Facility, by: Actor) -> Health:
    with looking(facility, by, Act.OPERATE) as look:
        numbers = count(look.tx, facility.settings.covers)
    return Health(
        at=now(),
        numbers=numbers,
        free=_free(facility),
        workers=_workers(facility),
        build=_build(),
    )


def checks(facility: Facility, by: Actor) -> Iterator[Check]:
    """Whether the database can be written, the disk has room and the keys can be read."""
    permit(facility, by, Act.OPERATE)
    return _checks(facility)


def readiness(facility: Facility, by: Actor) -> tuple[Check, ...]:
    """The same conditions, for other programs."""
    permit(facility, by, Act.REPORTS)
    return tuple(_checks(facility))


def _checks(facility: Facility) -> Iterator[Check]:
    yield _writable(facility)
    free = _free(facility)
    room = free >= LEAST_FREE
    yield Check("disk", room, "" if room else f"only {free >> 20} MiB are free")
    try:
        read_key_ring(facility.key_file)
        yield Check("keys", True)
    except DigitizerError as error:
        yield Check("keys", False, str(error))


def _writable(facility: Facility) -> Check:
    try:
        with writing(facility.engine):
            return Check("database", True)
    except DigitizerError as error:
        return Check("database", False, str(error))


def _free(facility: Facility) -> int:
    return shutil.disk_usage(facility.home).free


def _workers(facility: Facility) -> int:
    """How many of those that have a lock file still hold its lock."""
    here = sum(1 for _ in facility.run_folder.glob("*.lock"))
    return max(0, here - len(leases.dead(facility.run_folder)))


def _build() -> dict[str, str]:
    return {
        "version": __version__,
        "schema": SCHEMA_VERSION,
        "python": platform.python_version(),
        "sqlite": ".".join(map(str, linked_sqlite())),
    }
