"""What ``fuzz`` runs in sandboxes, which cannot import what is in ``__main__``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import PIL

import digitizer.engines
from digitizer.engines.codes.barcodes import find_all_symbols, find_our_symbols
from digitizer.engines.codes.marks import find_marks
from digitizer.engines.opening import (
    OpenedPage,
    OpeningLimits,
    count_pages,
    open_pages,
)

_PAGES = 3
#: Whose lines guide the mutations: our parts, and the picture formats that are read in Python.
_WATCHED = tuple(str(Path(each.__path__[0])) for each in (digitizer.engines, PIL))

#: From one line to another of one file; line 0 is a function's beginning.
Way = tuple[str, int, int]


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


def traced(function: Callable[..., object], path: str, *more: object) -> object:
    """As ``function`` does; the ways that it took lie beside ``path`` after, however it ended."""
    ways: set[Way] = set()
    sys.settrace(lambda frame, _event, _argument: _follower(frame, ways))
    try:
        return function(path, *more)
    finally:
        sys.settrace(None)
        ways_file(path).write_text(json.dumps(sorted(ways)))


def ways_file(path: str | Path) -> Path:
    return Path(path).with_suffix(".ways")


def _follower(frame: FrameType, ways: set[Way]) -> Any:
    """Notes one call's ways from line to line; None for a function that is not watched."""
    file, last = frame.f_code.co_filename, 0
    if not file.startswith(_WATCHED):
        return None

    def follow(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal last
        if event == "line":
            ways.add((file, last, frame.f_lineno))
            last = frame.f_lineno
        return follow

    return follow
