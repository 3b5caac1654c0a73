"""Photos that were added to messages which were never sent are not kept for good."""

from __future__ import annotations

from digitizer.access.acting import permit
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.messages import photos
from digitizer.model.people import Actor
from digitizer.storage.database import writing


def forget_unused_photos(facility: Facility, by: Actor) -> int:
    """Removes the photos that neither a draft nor a message has had for a day; returns how many.
    Raises StorageError."""
    permit(facility, by, Act.OPERATE)
    with writing(facility.engine) as tx:
        return photos.forget_unused(tx, facility.pictures)
