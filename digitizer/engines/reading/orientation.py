"""Which way up a page lies, and whether it is mirrored: as its longest lines read best. Cheaper
than to read it twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitizer.engines.reading.ctc.detector import Quad, find_lines, find_lines_within
from digitizer.engines.reading.ctc.recognisers import read_writing, sureness
from digitizer.engines.reading.layout.pictures import Picture
from digitizer.engines.reading.layout.specks import find_specks
from digitizer.engines.reading.readers.ppocr import cut_line
from digitizer.model.paper import Box

_SAMPLE = 8  # lines; both ways take half a second
_SIDEWAYS = 0.6  # share of the ink's length in lines that stand upright
_AROUND = 0.02  # of the page's longer side, around its ink
# Lines read the right way round have a mean sureness of 0.87 to 1.0, mirrored ones 0.4 to 0.82.
_MIRRORED_SURE, _MIRRORED_SURER = 0.85, 0.08


@dataclass(frozen=True, slots=True)
class _Sample:
    """The longest lines of a page, cut out; ``sideways`` where they stand upright."""

    lines: Sequence[Picture]
    sideways: bool

    def sure(self, changed: Callable[[Picture], Any]) -> float:
        """How surely the lines are read, each changed so; the sum of 0..1 a line."""
        return sum(
            sureness(read_writing(np.ascontiguousarray(changed(line)))) for line in self.lines
        )


def way_up(image: Picture) -> int:
    """The degrees clockwise (0, 90, 180, 270) by which the page seems turned; 0 where nothing is
    written. Raises EngineError."""
    sample = _sample(image)
    as_found, over_head = sample.sure(_as_it_is), sample.sure(_over_head)
    # A line that stands is cut to be read from the top down, as on a page turned clockwise.
    first, second = (90, 270) if sample.sideways else (0, 180)
    return first if as_found >= over_head else second


def way_up_mirrored(image: Picture) -> int | None:
    """The degrees by which the page, once it is flipped left to right, seems turned; None where
    it does not read clearly better for being flipped. Raises EngineError."""
    sample = _sample(image)
    if not sample.lines:
        return None
    flipped, flipped_over = sample.sure(np.fliplr), sample.sure(np.flipud)
    best, count = max(flipped, flipped_over), len(sample.lines)
    plain = max(sample.sure(_as_it_is), sample.sure(_over_head))
    if best < _MIRRORED_SURE * count or best < plain + _MIRRORED_SURER * count:
        return None
    # To flip a page flips its standing lines, cut from the top down, upside down.
    first, second = (270, 90) if sample.sideways else (0, 180)
    return first if flipped >= flipped_over else second


def _as_it_is(line: Picture) -> Picture:
    return line


def _over_head(line: Picture) -> Picture:
    return np.rot90(line, 2)


def _sample(image: Picture) -> _Sample:
    lines = find_lines(image) or _lines_in_the_ink(image)
    standing = [line for line in lines if _stands(line)]
    length = sum(map(_length, lines))
    sideways = bool(lines) and sum(map(_length, standing)) >= _SIDEWAYS * length
    chosen = standing if sideways else [line for line in lines if not _stands(line)]
    longest = sorted(chosen, key=_length)[-_SAMPLE:]
    return _Sample([cut_line(image, line) for line in longest], sideways)


def _lines_in_the_ink(image: Picture) -> list[Quad]:
    """The lines of a page with so few that a look at the whole of it overlooks them."""
    specks = find_specks(image)
    if not len(specks):
        return []
    around = _AROUND * max(image.shape[:2])
    height, width = image.shape[:2]
    left = max(0, int(specks.left.min() / specks.factor - around))
    top = max(0, int(specks.top.min() / specks.factor - around))
    right = min(width, int(specks.right.max() / specks.factor + around))
    bottom = min(height, int(specks.bottom.max() / specks.factor + around))
    return find_lines_within(image, Box(left, top, right - left, bottom - top))


def _stands(line: Quad) -> bool:
    across, down = np.abs(line[1] - line[0])
    return bool(down > across)


def _length(line: Quad) -> float:
    return float(np.linalg.norm(line[1] - line[0]))
