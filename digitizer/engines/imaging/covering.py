"""A page's picture with parts of it covered, and in each the reason (Pillow)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont

from digitizer.model.errors import UnopenableFile
from digitizer.model.paper import Box
from digitizer.support.paths import PRINT_TEMPLATES

_FONT = str(PRINT_TEMPLATES / "fonts" / "NotoSans-Regular.ttf")
_SAID = "Not delivered / No entregado:"
#: Pixels; the largest letters are such a share of the picture's width.
_SMALLEST, _LARGEST_SHARE = 9, 1 / 50
_STEP = 0.85
_WHITE: Mapping[str, int | tuple[int, int, int]] = {"1": 1, "L": 255, "RGB": (255, 255, 255)}
_BLACK: Mapping[str, int | tuple[int, int, int]] = {"1": 0, "L": 0, "RGB": (0, 0, 0)}


def covered(picture: bytes, parts: Sequence[tuple[Box, str]]) -> bytes:
    """The picture (JPEG or PNG, made here), in its own format and size, with each box of ``parts``
    painted white and framed, its text in it. A text that does not fit is left out. A JPEG keeps its
    tables, so that what is not covered stays as it is to within a grey level or two. Raises
    UnopenableFile for a damaged one.
    """
    try:
        page = Image.open(io.BytesIO(picture), formats=("JPEG", "PNG"))
        page.load()
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises, by the damage
        raise UnopenableFile(f"The picture of a page cannot be opened ({error}).") from error
    with page:
        is_jpeg = page.format == "JPEG"
        drawn = page if page.mode in _WHITE else page.convert("RGB")
        pen = ImageDraw.Draw(drawn)
        for box, reason in parts:
            _cover(pen, drawn, box, reason)
        out = io.BytesIO()
        resolution = {"dpi": page.info["dpi"]} if "dpi" in page.info else {}
        if is_jpeg:
            same = {"quality": "keep"} if drawn is page else {"quality": 90}
            drawn.save(out, "JPEG", **same, **resolution)
        else:
            drawn.save(out, "PNG", **resolution)
    return out.getvalue()


def _cover(pen: ImageDraw.ImageDraw, page: Image.Image, box: Box, reason: str) -> None:
    white, black = _WHITE[page.mode], _BLACK[page.mode]
    line = max(2, page.width // 600)
    pen.rectangle((box.left, box.top, box.right, box.bottom), fill=white, outline=black, width=line)
    room = box.width - 8 * line, box.height - 8 * line
    fitting = _fitting(f"{_SAID} {reason}", room, page.width)
    if fitting is not None:
        font, text = fitting
        pen.multiline_text((box.left + 4 * line, box.top + 4 * line), text, black, font)


def _fitting(
    text: str, room: tuple[int, int], width: int
) -> tuple[ImageFont.FreeTypeFont, str] | None:
    """The largest letters in which the text has room, and its lines; None where there are none."""
    size = max(float(_SMALLEST), width * _LARGEST_SHARE)
    while size >= _SMALLEST:
        font = ImageFont.truetype(_FONT, size)
        lines = _wrapped(font, text, room[0])
        height = 1.5 * size * len(lines)
        if height <= room[1] and all(font.getlength(line) <= room[0] for line in lines):
            return font, "\n".join(lines)
        size *= _STEP
    return None


def _wrapped(font: ImageFont.FreeTypeFont, text: str, width: int) -> list[str]:
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
