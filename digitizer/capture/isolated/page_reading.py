"""Reading the pages of a scan: these functions run in sandboxes, never in our own process.

They return words as an engine read them; the picture in the work folder is left the way up in
which it was read.
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
    """What was read on a page. ``turned``: its picture was turned clockwise by so many degrees, and
    was turned back to read it; ``mirrored``: it was flipped left to right first."""

    transcript: Transcript
    turned: int = 0
    mirrored: bool = False


def read_upright(
    path: str, dpi: int, languages: tuple[str, ...], maybe_turned: bool = False
) -> UprightReading:
    """Reads a prepared picture of the work folder as it is or, where it may be turned as its cover
    was (or, if a back, the opposite way), the way up in which a few of its lines read best. Its
    picture is left that way up. Raises EngineError.
    """
    image = load(Path(path).read_bytes())
    degrees = way_up(image) if maybe_turned else 0
    upright = turn(image, -degrees // 90)
    if degrees:
        keep_picture(Path(path), encode(upright))
    return UprightReading(read_page(upright, dpi, languages), degrees)


def read_again(
    path: str, dpi: int, languages: tuple[str, ...], read: UprightReading
) -> UprightReading:
    """Reads a picture whose first reading was doubtful again, if a few of its lines read better
    another way up or, where that is doubtful too, mirrored. Returns the better reading, and leaves
    the picture that way. Raises EngineError.
    """
    image = load(Path(path).read_bytes())
    degrees = way_up(image)
    best, picture = read, image
    if degrees:
        turned = turn(image, -degrees // 90)
        other = _read_turned(turned, dpi, languages, read, degrees, mirrored=False)
        best, picture = _better(languages, (read, image), (other, turned))
    if is_doubtful(best.transcript) and (turned_by := way_up_mirrored(image)) is not None:
        flipped = turn(np.ascontiguousarray(np.fliplr(image)), -turned_by // 90)
        other = _read_turned(flipped, dpi, languages, read, turned_by, mirrored=True)
        best, picture = _better(languages, (best, picture), (other, flipped))
    if best is not read:
        keep_picture(Path(path), encode(picture))
    return best


def _read_turned(
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
    """The reading with more language; of few words, which may be names, the more certain one."""
    few = all(len(read.transcript.words) < _LEAST_WORDS for read, _ in pairs)
    measure = _certainty if few else partial(_language, languages)
    return max(pairs, key=lambda pair: measure(pair[0]))


# Upright letters are read with a confidence of 0.5 or more, and half of their words are long;
# upside down ones with 0.4 or less, or as the short words that any scrawl resembles.
_DOUBTFUL = 0.45
_LONG_WORD, _LONG_SHARE = 4, 0.25
_LEAST_WORDS = 5
# A few words are read with 0.96 or more if upright, and with 0.6 or less if sideways, upside down
# or mirrored, unless they are read as a vertical line.
_FEW_DOUBTFUL = 0.75
_SIDEWAYS = 0.6  # share of the words that are higher than wide


def is_doubtful(read: Transcript) -> bool:
    """Whether the page may have been read sideways or upside down."""
    words = [word for word in read.words if len(word.text) > 1]
    if len(words) < _LEAST_WORDS:
        return _are_few_doubtful(read)
    vertical = sum(word.box.height > word.box.width for word in words)
    long = sum(len(word.text) >= _LONG_WORD for word in words)
    return (
        vertical > _SIDEWAYS * len(words)
        or read.confidence < _DOUBTFUL
        or long < _LONG_SHARE * len(words)
    )


def _are_few_doubtful(read: Transcript) -> bool:
    """The same for a page on which few words were read, or none although something is there."""
    if read.kind in (PageKind.BLANK, PageKind.PHOTO):
        return False
    vertical = sum(word.box.height > word.box.width for word in read.words)
    return read.confidence < _FEW_DOUBTFUL or vertical > _SIDEWAYS * len(read.words)


def _certainty(read: UprightReading) -> float:
    """How certainly it was read; this counts double if its words are horizontal."""
    return read.transcript.confidence * (1 + _horizontal(read))


def _language(languages: tuple[str, ...], read: UprightReading) -> float:
    """How much language was read, and how certainly. A vertical line can be read too, as in a
    margin, but a page full of them is sideways."""
    return familiar_words(read.transcript.words, languages) * (1 + _horizontal(read))


def _horizontal(read: UprightReading) -> float:
    """The share (0..1) of the words that are horizontal, as on an upright page."""
    words = read.transcript.words
    return sum(word.box.width >= word.box.height for word in words) / len(words) if words else 0.0


def read_marked(
    path: str, dpi: int, languages: tuple[str, ...], writing: Box | None = None
) -> UprightReading:
    """Reads one prepared picture of the work folder as it is, or only its box for writing. Raises
    EngineError.
    """
    read = read_page(_written(path, writing), dpi, languages)
    if writing is not None:
        read = replace(read, words=tuple(_moved(word, writing) for word in read.words))
    return UprightReading(read)


def read_from_file(
    path: str, number: int, limits: OpeningLimits, languages: tuple[str, ...]
) -> tuple[Transcript, float]:
    """One page of a file, opened, turned upright, straightened and read; and how many seconds
    that took.

    Raises UnopenableFile or EngineError.
    """
    start = time.perf_counter()
    page = prepare(open_page(Path(path), number, limits, 0), _NEVER_BLANK)
    turned = orientation(find_marks(page.image, page.dpi)) or 0
    image = turn(page.image, -turned // 90)
    return read_page(image, page.dpi, languages), time.perf_counter() - start


def _written(path: str, writing: Box | None) -> Picture:
    """A picture of the work folder, or only its box for writing."""
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
    """A page as it is sent to another reader, and what its ink looks like."""

    jpeg: bytes
    ink: InkShapes


_PACKED_SIDE = 2000  # pixels of the longer side: a letter page at 180 dpi


def pack_picture(path: str, writing: Box | None) -> PackedPage:
    """One prepared picture of the work folder, or only its box for writing, packed."""
    image = _written(path, writing)
    return PackedPage(pack(image, _PACKED_SIDE), ink_shapes(find_specks(image)))
