"""How much of a page's ink no word was read of: a line that no detector found vanishes without a
sign, and nothing in the text shows it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digitizer.engines.reading.layout.print_lines import gathered, rules
from digitizer.engines.reading.layout.specks import Specks
from digitizer.model.paper import Word

_READ = 0.5  # of a speck's box that is in words: joined writing leaves them for a good part


def unread_share(specks: Specks, words: Sequence[Word]) -> float:
    """The share (0..1) of the ink that may be writing, lies together as words do, and is in no
    box of the ``words``, which are in pixels of the page. What lies alone, as a stroke that
    reaches far down, is not counted."""
    ink = specks[specks.letters & ~rules(specks)]
    if not len(ink):
        return 0.0
    left = ink[_covered(ink, words) < _READ]
    usual = float(np.median(ink.height))
    lost = sum(float(some.area.sum()) for some, _ in gathered(left, usual)) if len(left) else 0.0
    return lost / float(ink.area.sum())


def _covered(ink: Specks, words: Sequence[Word]) -> NDArray[np.float64]:
    """Which share of each speck's box is in the words' boxes."""
    height, width = ink.size
    read = np.zeros((height, width), dtype=np.uint8)
    for word in words:
        edges = (word.box.left, word.box.top, word.box.right, word.box.bottom)
        left, top, right, bottom = (round(edge * ink.factor) for edge in edges)
        cv2.rectangle(read, (left, top), (right, bottom), 1, cv2.FILLED)
    sums = cv2.integral(read)
    x, y = ink.left.astype(int), ink.top.astype(int)
    end, foot = ink.right.astype(int), ink.bottom.astype(int)
    inside = sums[foot, end] - sums[y, end] - sums[foot, x] + sums[y, x]
    return np.asarray(inside / np.maximum(1.0, ink.width * ink.height))
