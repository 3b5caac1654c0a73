"""Photos that people send: opened, turned upright, and drawn again with nothing else in them.

Where a photo was taken, with which telephone and when stands beside the picture in its file; only
the pixels come through. They come from strangers, so callers run this in a sandbox.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from digitizer.engines.imaging.pixels import pack
from digitizer.engines.opening import OpeningLimits, kinds, open_page
from digitizer.model.errors import UnopenableFile

#: Pixels of the longer side: a whole page of paper at 200 dpi, and sharp on a tablet.
LONGEST = 2200
#: Telephones put several pictures into one file, of which the first is the photo.
_LIMITS = OpeningLimits(pages=20, megapixels=80)
_KINDS = (kinds.JPEG, kinds.PNG, kinds.WEBP, kinds.HEIF, kinds.GIF)


def clean_photo(data: bytes) -> bytes:
    """The photo as a JPEG without metadata, upright, at most LONGEST pixels wide or high. Raises
    UnopenableFile, in words for its sender."""
    if kinds.kind_of(data[: kinds.HEAD_BYTES]) not in _KINDS:
        raise UnopenableFile("This is no photo. Send it as a JPEG, PNG, HEIC or WebP picture.")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "photo")
        file.write_bytes(data)
        try:
            return pack(open_page(file, 1, _LIMITS, 0).image, LONGEST)
        except UnopenableFile as error:
            raise UnopenableFile(
                "This photo cannot be opened, or has too many pixels. Send it again as a JPEG."
            ) from error
