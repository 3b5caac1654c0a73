"""Reading the pages of a scan: these functions run in isolated processes, never in ours.

What comes back are words as an engine read them; the picture in the work folder is left the way
up in which it was read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from digitizer.capture.isolated.work_folder import keep_picture
from digitizer.engines.codes.marks import find_marks, orientation
from digitizer.engines.imaging import encode, load, pack, prepare, turn
from digitizer.engines.opening import OpeningLimits, open_page
from digitizer.engines.reading import read_page, way_up, way_up_mirrored
from digitizer.engines.reading.layout.pictures import Picture
from digitizer.engines.reading.layout.specks import InkShapes, find_specks, ink_shapes
from digitizer.engines.reading.text.plausible import familiar_words
from digitizer.model.paper import Box, PageKind, Transcript, Word

_NEVER_BLANK = 0.0  # share of ink: whoever asks for a page's text wants what is there


@dataclass(frozen=True, slots=True)
class UprightReading:
    """What was read on a page, and the degrees (clockwise) by which its picture, which lay
    turned, was turned back for it; ``mirrored``: it was flipped left to right first."""

    transcript: Transcript
    turned: int = 0
    mirrored: bool = False


def read_upright(
    path: str, dpi: int, languages: tuple[str, ...], maybe_turned: bool = False
) -> UprightReading:
    """Reads a prepared picture of the work folder as it lies or, where it may lie as its turned
    cover did (or, a back, the other way round), as a few of its lines read best. Its picture is
    left that way up. Raises EngineError.
    """
    image = load(Path(path).read_bytes())
    degrees = way_up(image) if maybe_turned else 0
    upright = turn(image, -degrees // 90)
    if degrees:
        keep_picture(Path(path), encode(upright))
    return UprightReading(read_page(upright, dpi, languages), degrees)


def read_otherwise(
    path: str, dpi: int, languages: tuple[str, ...], read: UprightReading
) -> UprightReading:
    """Reads a picture again whose first reading was doubtful, if a few of its lines read better
    another way up or, where that too is doubtful, mirrored; the better reading, and its picture
    left that way. Raises EngineError.
    """
    image = load(Path(path).read_bytes())
    degrees = way_up(image)
    best, picture = read, image
    if degrees:
        turned = turn(image, -degrees // 90)
        other = _read_so(turned, dpi, languages, read, degrees, mirrored=False)
        best, picture = _better(languages, (read, image), (other, turned))
    if is_doubtful(best.transcript) and (lay := way_up_mirrored(image)) is not None:
        flipped = turn(np.ascontiguousarray(np.fliplr(image)), -lay // 90)
        other = _read_so(flipped, dpi, languages, read, lay, mirrored=True)
        best, picture = _better(languages, (best, picture), (other, flipped))
    if best is not read:
        keep_picture(Path(path), encode(picture))
    return best


def _read_so(
    picture: Picture,
    dpi: int,
    languages: tuple[str, ...],
    before: UprightReading,
    degrees: int,
    *,
    mirrored: bool,
) -> UprightReading:
    transcript = read_page(picture, dpi, languages)
    return UprightReading(transcript, (before.turned + degrees) % 360, mirrored)


def _better(
    languages: tuple[str, ...], *pairs: tuple[UprightReading, Picture]
) -> tuple[UprightReading, Picture]:
    """The reading with more language; of a few words, which may be names, the surer one."""
    few = all(len(read.transcript.words) < _LEAST_WORDS for read, _ in pairs)
    measure = _surely if few else partial(_sense, languages)
    return max(pairs, key=lambda pair: measure(pair[0]))


# Letters upright are read with a confidence of 0.5 or more, and half of their words are long;
# upside down with 0.4 or less, or as short words that every scrawl has something of.
_DOUBTFUL = 0.45
_LONG_WORD, _LONG_SHARE = 4, 0.25
_LEAST_WORDS = 5
# A few words upright are read with 0.96 or more, and lying, on their head or mirrored with 0.6 or
# less, unless as standing ones.
_FEW_DOUBTFUL = 0.75
_SIDEWAYS = 0.6  # share of the words that stand higher than wide


def is_doubtful(read: Transcript) -> bool:
    """Whether the page may have been read on its side or its head."""
    words = [word for word in read.words if len(word.text) > 1]
    if len(words) < _LEAST_WORDS:
        return _are_few_doubtful(read)
    standing = sum(word.box.height > word.box.width for word in words)
    long = sum(len(word.text) >= _LONG_WORD for word in words)
    return (
        standing > _SIDEWAYS * len(words)
        or read.confidence < _DOUBTFUL
        or long < _LONG_SHARE * len(words)
    )


def _are_few_doubtful(read: Transcript) -> bool:
    """The same of a page on which a few words were read, or none though something is there."""
    if read.kind in (PageKind.BLANK, PageKind.PHOTO):
        return False
    standing = sum(word.box.height > word.box.width for word in read.words)
    return read.confidence < _FEW_DOUBTFUL or standing > _SIDEWAYS * len(read.words)


def _surely(read: UprightReading) -> float:
    """How surely it was read; twice as much if its words lie."""
    return read.transcript.confidence * (1 + _lying(read))


def _sense(languages: tuple[str, ...], read: UprightReading) -> float:
    """How much language was read, and how surely. A line that stands upright is read too, as if
    it were in a margin, but a page of them lies on its side."""
    return familiar_words(read.transcript.words, languages) * (1 + _lying(read))


def _lying(read: UprightReading) -> float:
    """The share (0..1) of the words that lie, as words of a page that is upright do."""
    words = read.transcript.words
    return sum(word.box.width >= word.box.height for word in words) / len(words) if words else 0.0


def read_marked(
    path: str, dpi: int, languages: tuple[str, ...], writing: Box | None = None
) -> UprightReading:
    """Reads one prepared picture of the work folder as it stands, or the box of it that is
    written in. Raises EngineError.
    """
    read = read_page(_written(path, writing), dpi, languages)
    if writing is not None:
        read = replace(read, words=tuple(_moved(word, writing) for word in read.words))
    return UprightReading(read)


def read_from_file(
    path: str, number: int, limits: OpeningLimits, languages: tuple[str, ...]
) -> tuple[Transcript, float]:
    """One page of a file, opened, set upright and straight, and read; and the seconds it took.

    Raises UnopenableFile or EngineError.
    """
    start = time.perf_counter()
    page = prepare(open_page(Path(path), number, limits, 0), _NEVER_BLANK)
    turned = orientation(find_marks(page.image, page.dpi)) or 0
    image = turn(page.image, -turned // 90)
    return read_page(image, page.dpi, languages), time.perf_counter() - start


def _written(path: str, writing: Box | None) -> Picture:
    """A picture of the work folder, or the box of it that is written in."""
    image = load(Path(path).read_bytes())
    if writing is None:
        return image
    cut = image[writing.top : writing.bottom, writing.left : writing.right]
    return np.ascontiguousarray(cut)


def _moved(word: Word, by: Box) -> Word:
    box = replace(word.box, left=word.box.left + by.left, top=word.box.top + by.top)
    return replace(word, box=box)


@dataclass(frozen=True, slots=True)
class PackedPage:
    """A page as another reader is shown it, and what its ink looks like."""

    jpeg: bytes
    ink: InkShapes


_PACKED_SIDE = 2000  # pixels of the longer side: a letter page at 180 dpi


def pack_picture(path: str, writing: Box | None) -> PackedPage:
    """One prepared picture of the work folder, or the box of it that is written in, packed."""
    image = _written(path, writing)
    return PackedPage(pack(image, _PACKED_SIDE), ink_shapes(find_specks(image)))
