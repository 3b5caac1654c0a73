"""Which way up a page lies: as its longest lines read best. Cheaper than to read it twice."""

from __future__ import annotations

import numpy as np

from digitizer.parts.reading.detector import Quad, find_lines
from digitizer.parts.reading.pictures import Picture
from digitizer.parts.reading.ppocr import cut_line
from digitizer.parts.reading.recognisers import read_writing, sureness

_SAMPLE = 8  # lines; both ways take half a second
_SIDEWAYS = 0.6  # share of the ink's length in lines that stand upright


def way_up(image: Picture) -> int:
    """The degrees clockwise (0, 90, 180, 270) by which the page seems turned; 0 where nothing is
    written. Raises EngineError."""
    lines = find_lines(image)
    standing = [line for line in lines if _stands(line)]
    length = sum(map(_length, lines))
    sideways = bool(lines) and sum(map(_length, standing)) >= _SIDEWAYS * length
    chosen = sorted(
        standing if sideways else [line for line in lines if not _stands(line)], key=_length
    )[-_SAMPLE:]
    pictures = [cut_line(image, line) for line in chosen]
    as_found, over_head = (
        sum(sureness(read_writing(line)) for line in some)
        for some in (pictures, [np.ascontiguousarray(np.rot90(one, 2)) for one in pictures])
    )
    # A line that stands is cut to be read from the top down, as on a page turned clockwise.
    first, second = (90, 270) if sideways else (0, 180)
    return first if as_found >= over_head else second


def _stands(line: Quad) -> bool:
    across, down = np.abs(line[1] - line[0])
    return bool(down > across)


def _length(line: Quad) -> float:
    return float(np.linalg.norm(line[1] - line[0]))
