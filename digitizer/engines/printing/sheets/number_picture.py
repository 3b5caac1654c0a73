"""The number of a cover as a picture, to be kept on a telephone and copied by hand."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from digitizer.support.paths import PRINT_TEMPLATES

_WIDTH, _MARGIN = 1080, 60
_LARGE, _SMALL, _LINE = 150, 40, 58


def number_picture(number: str, lines: Sequence[str]) -> bytes:
    """PNG: the number across the picture, and below it the lines of the address."""
    height = 2 * _MARGIN + _LARGE + 90 + _LINE * len(lines)
    picture = Image.new("L", (_WIDTH, height), 255)
    pen = ImageDraw.Draw(picture)
    pen.text((_WIDTH / 2, _MARGIN), number, fill=0, font=_fitting(number, _LARGE), anchor="ma")
    top = _MARGIN + _LARGE + 90
    for place, line in enumerate(lines):
        pen.text((_WIDTH / 2, top + place * _LINE), line, 0, _fitting(line, _SMALL), anchor="ma")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _fitting(text: str, size: int) -> ImageFont.FreeTypeFont:
    """As large as asked for, or as fits across."""
    file = str(PRINT_TEMPLATES / "fonts" / "NotoSans-Bold.ttf")
    font = ImageFont.truetype(file, size)
    wide = font.getlength(text)
    most = _WIDTH - 2 * _MARGIN
    return font if wide <= most else ImageFont.truetype(file, int(size * most / wide))
