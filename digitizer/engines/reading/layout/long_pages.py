"""Pages far longer than wide, as feeders scan receipts and banners: read in parts.

Seen whole, such a page is made so small that its writing is specks, and none of it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from digitizer.engines.reading.layout.pictures import Picture
from digitizer.model.paper import Transcript, Word

_LONGEST_SHEET = 20.0  # inches; tabloid has 17
_USUAL_DPI = 300
_SHAPE = 1.4  # a part's height over its width: that of the pages that the readers know
_LONG = 2.2  # times as high as wide
_SEARCHED = 0.2  # of a part's height, around its end, in which the emptiest rows are looked for
_GAP = 1 / 15  # inch of rows that are to be empty


def parts_of(image: Picture, dpi: int) -> list[tuple[int, int]]:
    """The rows at which each part begins and ends; the whole page where it is not long."""
    height, width = image.shape[:2]
    if height <= max(_LONG * width, _LONGEST_SHEET * (dpi or _USUAL_DPI)):
        return [(0, height)]
    cuts = [0, *_cuts(image, round(_SHAPE * width), dpi or _USUAL_DPI), height]
    return list(pairwise(cuts))


def _cuts(image: Picture, length: int, dpi: int) -> Iterator[int]:
    """Rows where a part may end without cutting through writing."""
    height, reach = image.shape[0], round(_SEARCHED * length)
    last = 0
    while height - last > length + reach:
        start = last + length - reach
        last = start + _emptiest(image[start : last + length + reach], round(_GAP * dpi))
        yield last


def _emptiest(rows: Picture, gap: int) -> int:
    """The middle of the emptiest stretch of so many rows: least changes along a row."""
    grey = rows if rows.ndim == 2 else rows.mean(axis=2)
    busy = np.abs(np.diff(grey.astype(np.float32), axis=1)).mean(axis=1)
    smooth = cv2.blur(busy.reshape(-1, 1), (1, max(1, gap))).ravel()
    emptiest = np.flatnonzero(smooth <= smooth.min() + 1e-6)
    return int(emptiest[len(emptiest) // 2])


def joined(parts: Sequence[tuple[int, Transcript]]) -> Transcript:
    """One transcript of the parts of a page, each with the row where it begins."""
    read = [each for _, each in parts if each.words]
    if not read:
        return parts[0][1]
    words: list[Word] = []
    for top, each in parts:
        first = 1 + max((word.line for word in words), default=-1)
        words += [_lower(word, top, first) for word in each.words]
    most = max(read, key=lambda each: len(each.words))
    return Transcript(
        engine=most.engine,
        text="\n".join(each.text for _, each in parts if each.text),
        confidence=sum(each.confidence * len(each.words) for each in read) / len(words),
        words=tuple(words),
        kind=most.kind,
        unread=max(each.unread for _, each in parts),
    )


def _lower(word: Word, top: int, line: int) -> Word:
    return replace(word, box=replace(word.box, top=word.box.top + top), line=word.line + line)
