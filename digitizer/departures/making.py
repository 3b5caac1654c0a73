"""Making the file in a private folder, which is gone afterwards, however this process ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from digitizer.capture.private_folder import private_folder
from digitizer.departures.building import Built, build
from digitizer.facility import Facility
from digitizer.model.errors import StorageError
from digitizer.storage.database import reading

#: One after another: each takes a processor, and room on the disk for three times what it holds.
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def made(facility: Facility, inmate_id: int) -> Iterator[Built]:
    """The file, while the block lasts. Raises StorageError."""
    with _ONE_AT_A_TIME, private_folder(facility) as folder:
        with disk_trouble_said(), reading(facility.engine) as tx:
            built = build(facility, tx, inmate_id, folder)
        yield built


@contextmanager
def disk_trouble_said() -> Iterator[None]:
    """Raises StorageError for an error of the disk."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The file could not be made ({error.strerror or error}). Free some space on the "
            "disk of the home."
        ) from error
