"""Pictures of a PDF that are their pixels and nothing else, decoded without PDFium.

Most scanned pages are one such picture. Its own decoder is two to four times quicker, which pays
for the check that the picture is whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pikepdf
from PIL import Image

from digitizer.engines.opening import jpeg
from digitizer.engines.opening.page import Picture
from digitizer.engines.opening.pdf_coded import Coded, codec_data
from digitizer.engines.opening.pdf_drawing import lean

_JPEG_SPACES = ("/DeviceGray", "/DeviceRGB")


def is_plain(picture: pikepdf.Object) -> bool:
    """Whether an image is drawn as its pixels alone: no mask, no stencil, no transparency."""
    return not (
        bool(picture.get("/ImageMask", False))
        or "/Mask" in picture
        or "/SMask" in picture
        or picture.get("/SMaskInData", 0) != 0
    )


def pixels_of(coded: Coded, fax: Image.Image | None) -> Picture | None:
    """A plain picture that was found whole, as PDFium would show it; None for unusual ones.

    ``fax`` is what libtiff made of a fax: white where the coding says black.
    """
    space = str(coded.image.get("/ColorSpace"))
    decode = [float(each) for each in coded.image.get("/Decode", ())]
    if len(coded.filters) != 1:
        return None
    if coded.codec == "/DCTDecode" and space in _JPEG_SPACES and not decode and not coded.parms:
        colours = jpeg.decoded(codec_data(coded))
        return colours if colours is None else lean(colours)
    if fax is not None and space == "/DeviceGray" and decode in ([], [0, 1], [1, 0]):
        as_given = _message(coded.parms, "/BlackIs1") != (decode == [1, 0])
        pixels = np.asarray(fax.convert("L"))
        return pixels if as_given else 255 - pixels
    return None


def _message(parms: Any, key: str) -> bool:
    return isinstance(parms, pikepdf.Dictionary) and bool(parms.get(key, False))
