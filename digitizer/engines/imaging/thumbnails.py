"""Small pictures of pages, to find a page by."""

from __future__ import annotations

import io

from PIL import Image

#: Pixels: a strip of pages shows them half as wide, and screens may have two pixels for one.
_WIDTH, _HEIGHT = 220, 300


def thumbnail(picture: bytes) -> bytes:
    """A page's derived picture (JPEG or PNG, made here) as a small JPEG of its whole.

    Takes 5 ms for a JPEG, which is decoded at the size that is needed.
    """
    with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as page:
        page.draft("RGB" if page.mode == "RGB" else "L", (_WIDTH, _HEIGHT))
        small = page.convert("RGB" if page.mode == "RGB" else "L")
        small.thumbnail((_WIDTH, _HEIGHT), Image.Resampling.BOX)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=70)
    return out.getvalue()
