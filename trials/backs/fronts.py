"""Fronts whose writing shines through: made ones, and pages of the corpus where it is at hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from trials.backs.side import Alpha, Side
from trials.backs.strokes import clouds, word

#: The darkness of a front, 0..1, of the side's own size.
Front = Alpha

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_LINES = (
    "Dear son we got your letter on Monday",
    "and everybody was so glad to hear",
    "Your sister starts school in the fall",
    "The dog still waits at the door",
    "I put ten dollars in the account",
    "Please write when you can and take care",
)


def written(side: Side, pen: float = 0.5, height: float = 4.0) -> Front:
    front = np.zeros(side.image.shape[:2], np.float32)
    step, lines = height * 2.4, int(side.rng.integers(3, 24))
    _lines(side, front, lines, step, height, pen)
    return front


def printed(side: Side) -> Front:
    front = np.zeros(side.image.shape[:2], np.float32)
    _lines(side, front, int(side.rng.integers(10, 45)), 5.0, 2.6, 0.35)
    if side.rng.random() < 0.4:
        front[side.px(12) : side.px(22), side.px(20) : side.px(110)] = 1  # a letterhead's bar
    return front


def _lines(side: Side, front: Front, count: int, step: float, height: float, pen: float) -> None:
    across, down = side.size
    top = side.between(15, 50)
    for number in range(count):
        if top + (number + 2) * step > down:
            break
        text = _LINES[int(side.rng.integers(len(_LINES)))]
        layer = word(side, text, height, pen)[:, : side.px(across - 30)]
        y, x = side.px(top + number * step), side.px(15)
        part = front[y : y + layer.shape[0], x : x + layer.shape[1]]
        np.maximum(part, layer[: part.shape[0], : part.shape[1]], out=part)


def bitmap_of_a_photograph(side: Side) -> Front:
    front = np.zeros(side.image.shape[:2], np.float32)
    width, height = side.between(60, 130), side.between(60, 130)
    picture = clouds(side, width, height, 12)
    y, x = side.px(side.between(20, 80)), side.px(side.between(15, 60))
    part = front[y : y + picture.shape[0], x : x + picture.shape[1]]
    part[:] = picture[: part.shape[0], : part.shape[1]]
    return front


@cache
def corpus_pages() -> tuple[Path, ...]:
    return tuple(sorted(CORPUS.glob("letters/*/*.jpg")) + sorted(CORPUS.glob("modern/*.jpg")))


def of_the_corpus(side: Side) -> Front:
    """A page of the corpus as a front: how much darker than its paper it is."""
    pages = corpus_pages()
    image = cv2.imread(str(pages[int(side.rng.integers(len(pages)))]), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    height, width = side.image.shape[:2]
    fitted = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.resize(fitted, (width // 16, height // 16), interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, np.ones((9, 9), np.uint8))
    paper = cv2.resize(cv2.blur(paper, (9, 9)), (width, height))
    return np.clip((np.asarray(paper) - fitted) / 150 - 0.05, 0, 1).astype(np.float32)
