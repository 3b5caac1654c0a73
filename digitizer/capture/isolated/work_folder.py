"""The folder with the pictures of a scan while it is worked."""

from __future__ import annotations

from pathlib import Path

from digitizer.model.errors import StorageError


def keep_picture(path: Path, picture: bytes) -> None:
    """Writes one, replacing an earlier one. Raises StorageError."""
    try:
        path.write_bytes(picture)
    except OSError as error:  # a full disk is not the scan's fault: no attempt is counted
        raise StorageError(
            f"The picture of a page could not be written ({error.strerror})."
        ) from None
