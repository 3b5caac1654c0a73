"""What ``fuzz`` runs in isolated workers, which cannot import what is in ``__main__``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from digitizer.parts.marks import find_marks
from digitizer.parts.opening import OpenedPage, OpeningLimits, count_pages, open_pages
from digitizer.parts.symbols import find_all_symbols, find_our_symbols

_PAGES = 3


def open_some(path: str) -> int:
    """Opens the file's first pages; returns how many could be shown."""
    limits = OpeningLimits(megapixels=20)
    numbers = range(1, min(_PAGES, count_pages(Path(path), limits)) + 1)
    opened = open_pages(Path(path), numbers, limits, 0)
    return sum(isinstance(page, OpenedPage) for page in opened)


def look_for_codes(path: str, dpi: int) -> list[str]:
    """All that the decoders and the marks' detector make of one picture: the texts read."""
    picture = np.load(path, allow_pickle=False)
    sightings = find_our_symbols(picture, dpi, (0.2, 0.1, 0.9, 0.8), find_marks(picture, dpi))
    texts = [symbol.text for symbol in sightings.symbols]
    return texts + [symbol.text for symbol in find_all_symbols(picture)]
