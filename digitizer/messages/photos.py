"""Photos of e-messages, on their way in: cleaned in a sandbox, then stored."""

from __future__ import annotations

import io

from digitizer.engines.isolation import Pool
from digitizer.facility import Facility
from digitizer.model.errors import SandboxFailed, UnopenableFile, UsageError

#: Bytes of one photo as it is sent; the largest of telephones are below it.
LARGEST = 25 * 1024 * 1024
_SECONDS = 30.0


def keep_photo(facility: Facility, data: bytes) -> str:
    """Stores the photo drawn anew, upright and without metadata; returns its name. The bytes that
    were sent are not kept. Raises UsageError, in words for its sender."""
    from digitizer.engines.imaging.sent_photos import clean_photo  # OpenCV is slow to load

    if len(data) > LARGEST:
        raise UsageError(f"A photo can have at most {LARGEST // 2**20} MB.")
    with Pool(1) as pool:
        try:
            clean = pool.submit(clean_photo, data, seconds=_SECONDS).result()
        except UnopenableFile as error:
            raise UsageError(str(error)) from error
        except SandboxFailed as error:
            raise UsageError("This photo cannot be opened. Send it again as a JPEG.") from error
    return facility.pictures.put(io.BytesIO(clean))[0]
