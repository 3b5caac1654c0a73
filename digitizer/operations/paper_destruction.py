"""Confirming that paper was destroyed: the stored files are read again first, each and whole."""

from __future__ import annotations

from dataclasses import dataclass

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.capture.private_folder import private_folder
from digitizer.facility import Facility
from digitizer.model.people import Actor
from digitizer.operations.scrub import is_as_named
from digitizer.originals import destroying
from digitizer.storage.database import reading


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Counts of scans."""

    destroyed: int
    left_out: int


def confirm(facility: Facility, number: int, by: Actor) -> Confirmed:
    """A second person confirms a list that another proposed. What is not due any more, and what
    has a stored file that is not as it was when it came in, is left out with its reason; an alarm
    tells of the latter.

    Raises NotAllowed, NeedsProof, NotFound, StorageError where a file cannot be read just now, and
    Conflict for a list that is over or that they proposed themselves.
    """
    confirming = acting(facility, by, Act.CONFIRM_PAPER_DESTRUCTION)
    with reading(facility.engine) as tx:
        destroying.need_second(tx, number, by.name)
        files = destroying.files_of(tx, number)
    with private_folder(facility) as folder:
        sound = {
            scan
            for scan, digests in files.items()
            if all(is_as_named(facility.originals, each, folder) for each in digests)
        }
    with confirming as action:
        return Confirmed(*destroying.carry_out(action, facility.settings, number, sound))
