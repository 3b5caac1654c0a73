"""Photos that were added to messages which were never sent are not kept for good."""

from __future__ import annotations

from digitizer.access.acting import keeping
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.messages import photos
from digitizer.model.people import Actor


def forget_unused_photos(facility: Facility, by: Actor) -> int:
    """Removes the photos that neither a draft nor a message has had for a day; returns how many.
    Raises StorageError."""
    with keeping(facility, by, Act.OPERATE) as look:
        return photos.forget_unused(look.tx, facility.pictures)
