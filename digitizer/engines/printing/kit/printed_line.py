"""A line of print as a picture, to compare with what a scanner saw (Pillow)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitizer.support.paths import PRINT_TEMPLATES

_BOLD = "NotoSans-Bold.ttf"


def bold_line(text: str, pixels_an_em: float) -> NDArray[np.uint8]:
    """``text`` in the bold face of our sheets, black on white, cut to its ink.

    Letters stand at their own widths, unkerned, as ReportLab sets them.
    """
    font = ImageFont.truetype(PRINT_TEMPLATES / "fonts" / _BOLD, pixels_an_em)
    size = (round(pixels_an_em * (len(text) + 2)), round(2 * pixels_an_em))
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    x = pixels_an_em
    for letter in text:
        draw.text((x, pixels_an_em * 1.5), letter, fill=0, font=font, anchor="ls")
        x += font.getlength(letter)
    drawn = np.asarray(picture)
    ys, xs = np.nonzero(drawn < 128)
    return np.ascontiguousarray(drawn[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1])
