"""Training lines out of transcribed pages: pieces found by the detector, text aligned to them.

A page's transcription says what stands on it, not where. Each piece that the detector finds is
read by the recogniser as it is, and takes the transcribed line, or the words of one, that its
reading is most like. A piece whose reading is like nothing is left out; a better recogniser
aligns more pieces, so that training can be repeated with what it taught.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidfuzz.distance import Levenshtein

from digitizer.parts.reading import ppocr
from digitizer.parts.reading.detector import find_lines
from digitizer.parts.reading.lattice import best_path
from digitizer.parts.reading.pictures import Picture, cut_out

#: Around a piece, as a share of its height, so that augmentation can cut it differently.
MARGIN = 0.15
#: Pixels: a picture of 48 for the line and its margins.
HEIGHT = 64

_WHOLE_LINE = 0.45  # similarity (0..1) from which a piece is a transcribed line, …
_SHORT_LINE = 0.75  # … from which it is one of fewer than five letters, …
_SOME_WORDS = 0.6  # … and from which it is some neighbouring words of one
_WHOLE_BONUS = 0.08
_TYPOGRAPHIC = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-"})


@dataclass(frozen=True, slots=True)
class Line:
    """A picture (64 × width × 3, with margins) and what is written on it."""

    picture: Picture
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page's pieces as pictures, what the recogniser reads on each, and the transcription.

    ``kind`` is the corpus folder (typed, mixed, handwritten), ``name`` the file's stem.
    """

    kind: str
    name: str
    truth: str
    pictures: tuple[Picture, ...]
    readings: tuple[str, ...]


def cut_page(path: Path) -> Page:
    """Finds and reads the pieces of the page picture at ``path``, transcribed beside it."""
    image = np.asarray(Image.open(path).convert("RGB"))
    pieces = find_lines(image)
    frames = ppocr.posteriors([cut_out(image, piece, 48) for piece in pieces])
    return Page(
        kind=path.parent.name,
        name=path.stem,
        truth=path.with_suffix(".txt").read_text(encoding="utf-8"),
        pictures=tuple(cut_out(image, _grown(piece), HEIGHT) for piece in pieces),
        readings=tuple(best_path(rows, ppocr.alphabet()) for rows in frames),
    )


def aligned(page: Page, letters: str) -> Iterator[Line]:
    """The pieces of ``page`` whose text is known, in ``letters`` and plain quotes and dashes."""
    truths = [_plain(line) for line in page.truth.split("\n")]
    texts = align(page.readings, [line for line in truths if line])
    for number, text in texts.items():
        known = _plain("".join(letter for letter in text if letter in letters))
        if len(known) >= 2:
            yield Line(page.pictures[number], known)


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


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(_TYPOGRAPHIC)).strip()


def _grown(piece: NDArray[np.float32]) -> NDArray[np.float32]:
    """The corners moved outwards by MARGIN of the height on every side."""
    down = MARGIN * (piece[3] - piece[0] + piece[2] - piece[1]) / 2
    along = piece[1] - piece[0] + piece[2] - piece[3]
    along = along / max(1e-6, float(np.linalg.norm(along))) * np.linalg.norm(down)
    moves = [-down - along, -down + along, down + along, down - along]
    return (piece + np.array(moves)).astype(np.float32)
