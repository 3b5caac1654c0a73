"""Which emoji our font draws as one picture, in black and white (HarfBuzz)."""

from __future__ import annotations

from functools import lru_cache

import uharfbuzz

from digitizer.engines.printing.kit.fonts import EMOJI, open_font


@lru_cache(maxsize=4096)
def is_drawn(picture: str) -> bool:
    """Whether these characters, an emoji or several joined by U+200D, become one glyph."""
    font = open_font(EMOJI)
    if font is None or not font.has(picture):
        return False
    buffer = uharfbuzz.Buffer()
    buffer.add_str(picture)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font.shaper, buffer)
    return len(buffer.glyph_infos or ()) == 1
