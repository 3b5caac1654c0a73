"""Training lines, and how a transcription's text finds its place on a page.

A page's transcription says what stands on it, not where. Each piece that was found on a page takes
the transcribed line, or the words of one, that its reading is most like. A piece whose reading is
like nothing is left out; a better recogniser aligns more pieces, so that training can be repeated
with what it taught.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

Picture = NDArray[np.uint8]

#: Letters of western European languages, digits and the signs of letters; PP-OCRv6 knows 18,710
#: classes, and a stroke it cannot read easily becomes a Chinese one.
LETTERS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "¡¢£¥§¨ª«°±·º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüœŒ–—‘’“”…€"
)
#: Around a piece, as a share of its height, so that it can be varied by cutting it differently.
MARGIN = 0.15
#: Pixels: a picture of 48 for the line and its margins.
HEIGHT = 64

_WHOLE_LINE = 0.45  # similarity (0..1) from which a piece is a transcribed line, …
_SHORT_LINE = 0.75  # … from which it is one of fewer than five letters, …
_SOME_WORDS = 0.6  # … and from which it is some neighbouring words of one
_WHOLE_BONUS = 0.08
_OTHER_CASE = 0.12  # share of a line's letters
_TYPOGRAPHIC = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-"})
_QUALITY = 75  # of the JPEGs that lines are kept as


@dataclass(frozen=True, slots=True)
class Line:
    """A picture (64 × width × 3, or grey 64 × width, with margins) and what is written on it.
    ``kind`` says where it comes from, ``page`` which page shows it (none, if it was made)."""

    picture: Picture
    text: str
    kind: str
    page: str = ""


def in_colour(picture: Picture) -> Picture:
    """(64, width, 3) of a line that may be grey."""
    return np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture


def write_lines(lines: Iterable[Line], target: Path) -> None:
    target.write_bytes(pickle.dumps([packed(line) for line in lines]))


def packed(line: Line) -> tuple[bytes, str, str, str]:
    """The line as it is kept: its picture a JPEG."""
    _, jpeg = cv2.imencode(".jpg", line.picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return jpeg.tobytes(), line.text, line.kind, line.page


def read_lines(source: Path) -> list[Line]:
    with ThreadPoolExecutor() as threads:
        return list(threads.map(_unpacked, pickle.loads(source.read_bytes())))


def _unpacked(kept: tuple[bytes, str, str, str]) -> Line:
    jpeg, *others = kept
    picture = cv2.imdecode(np.frombuffer(jpeg, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    return Line(np.asarray(picture, dtype=np.uint8), *others)


def aligned(
    pictures: Sequence[Picture],
    readings: Sequence[str],
    truth: str,
    letters: str,
    kind: str,
    page: str,
) -> Iterator[Line]:
    """The pieces of a page whose text is known, in ``letters`` and plain quotes and dashes."""
    truths = [_plain(line) for line in truth.split("\n")]
    texts = align(readings, [line for line in truths if line])
    for number, text in texts.items():
        known = _plain("".join(letter for letter in text if letter in letters))
        if len(known) >= 2 and _same_case(_plain(readings[number]), known):
            yield Line(pictures[number], known, kind, page)


def align(readings: Sequence[str], truths: Sequence[str]) -> dict[int, str]:
    """The text of each reading (by its number) that is like a line of ``truths`` or some
    neighbouring words of one. No word of a line is given twice; the most alike choose first."""
    claims = sorted(
        (
            claim
            for piece, reading in enumerate(readings)
            if len(_plain(reading)) >= 2
            for line, truth in enumerate(truths)
            for claim in _claims(piece, _plain(reading), line, truth)
        ),
        key=lambda claim: -claim.worth,
    )
    texts: dict[int, str] = {}
    taken: dict[int, list[_Claim]] = {}
    for claim in claims:
        others = taken.setdefault(claim.line, [])
        if claim.piece not in texts and not any(claim.overlaps(other) for other in others):
            texts[claim.piece] = claim.text
            others.append(claim)
    return texts


@dataclass(frozen=True, slots=True)
class _Claim:
    """That ``piece`` shows the words ``start`` to ``stop`` of transcribed ``line``."""

    worth: float
    piece: int
    line: int
    start: int
    stop: int
    text: str

    def overlaps(self, other: _Claim) -> bool:
        return self.start < other.stop and other.start < self.stop


def _claims(piece: int, reading: str, line: int, truth: str) -> Iterator[_Claim]:
    words = truth.split(" ")
    if 0.7 <= len(reading) / len(truth) <= 1.4:
        alike = _alike(reading, truth)
        if alike >= (_WHOLE_LINE if len(truth) >= 5 else _SHORT_LINE):
            yield _Claim(alike + _WHOLE_BONUS, piece, line, 0, len(words), truth)
    if 5 <= len(reading) < len(truth):
        spans = [
            (start, stop)
            for start in range(len(words))
            for stop in range(start + 1, len(words) + 1)
            if 0.75 <= len(reading) / len(" ".join(words[start:stop])) <= 1.33
        ]
        claims = [
            _Claim(_alike(reading, text), piece, line, start, stop, text)
            for start, stop in spans
            for text in [" ".join(words[start:stop])]
        ]
        best = max(claims, key=lambda claim: claim.worth, default=None)
        if best is not None and best.worth >= _SOME_WORDS:
            yield best


def _alike(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(one.lower(), other.lower())


def _same_case(reading: str, text: str) -> bool:
    """Whether the capitals are where the reader sees them. Transcribers write many a letterhead's
    capitals small, and what is trained on such lines reads capitals so."""
    edits = Levenshtein.distance(reading, text)
    same_but_case = Levenshtein.distance(reading.lower(), text.lower())
    return edits - same_but_case <= _OTHER_CASE * len(text)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(_TYPOGRAPHIC)).strip()
