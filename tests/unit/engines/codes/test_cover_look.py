"""A cover is known by its look where nothing of it can be read; what is none is not."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from digitizer.engines.codes.barcodes import find_our_symbols
from digitizer.engines.codes.cover_look import find_cover_look
from digitizer.engines.codes.marks import find_marks
from digitizer.model.paper import CodeKind

DPI = 150


def soft(image: Any, sigma: float = 6.0) -> Any:
    """Out of focus by a millimetre: no code, no mark, no word can be read."""
    return cv2.GaussianBlur(image, (0, 0), sigma)


def nothing_is_read(image: Any) -> bool:
    return not find_our_symbols(image, DPI).symbols and not find_marks(image, DPI)


@pytest.mark.parametrize("kind", CodeKind)
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("turns", range(4))
def test_every_kind_is_known_on_every_paper_whichever_way_it_lies(
    cover_scan: Any, kind: CodeKind, paper: Any, turns: int
) -> None:
    image = soft(np.rot90(cover_scan(kind, paper, DPI).image, turns).copy())
    look = find_cover_look(image, DPI)
    assert look is not None
    assert (look.kind is CodeKind.LEGAL) == (kind is CodeKind.LEGAL)
    assert not look.pale


WEARS: dict[str, Any] = {
    "pale": lambda image: 250 - ((255 - image) * 0.035).astype(np.uint8),
    "almost black": lambda image: (12 + image.astype(np.float32) * 8 / 255).astype(np.uint8),
    "negative": lambda image: 255 - image,
    "dragged": lambda image: cv2.blur(image, (1, 25)),
    "shifted": lambda image: soft(np.roll(image, (50, -45), axis=(0, 1))),
    "at 92 %": lambda image: scaled(soft(image), 0.92),
    "at 104 %": lambda image: scaled(soft(image), 1.04),
    "at 50 %": lambda image: scaled(soft(image, 4), 0.5),
    "askew": lambda image: turned(soft(image), 3),
    "upper half": lambda image: np.vstack([soft(image)[:830], np.full_like(image[830:], 20)]),
    "lower half": lambda image: np.vstack([np.full_like(image[:820], 250), soft(image)[820:]]),
    "grain": lambda image: grainy(soft(image)),
}


def scaled(image: Any, scale: float) -> Any:
    return turned(image, 0, scale)


def turned(image: Any, degrees: float, scale: float = 1.0) -> Any:
    height, width = image.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    return cv2.warpAffine(image, move, (width, height), borderValue=(250,))


def grainy(image: Any) -> Any:
    noise = np.random.default_rng(1).normal(0, 60, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("wear", WEARS)
@pytest.mark.parametrize("kind", [CodeKind.INMATE, CodeKind.LEGAL])
def test_it_is_known_through_what_strikes_all_of_it(
    cover_scan: Any, kind: CodeKind, wear: str
) -> None:
    image = np.ascontiguousarray(WEARS[wear](cover_scan(kind, "letter", DPI).image))
    assert find_cover_look(image, DPI) is not None


@pytest.mark.parametrize("kind", [CodeKind.INMATE, CodeKind.REPLY])
def test_a_drum_that_leaves_out_bands_leaves_the_rest(cover_scan: Any, kind: CodeKind) -> None:
    """All marks and the middle of each code are gone; what stands between them is in its place."""
    image = cover_scan(kind, "letter", DPI).image.copy()
    for top, bottom in ((4, 30), (68, 94), (132, 158), (196, 222), (260, 279)):  # mm
        image[round(top * DPI / 25.4) : round(bottom * DPI / 25.4)] = 255
    assert nothing_is_read(image)
    assert find_cover_look(image, DPI) is not None


def test_a_pale_look_says_that_it_may_show_through(cover_scan: Any) -> None:
    through = 250 - ((255 - soft(cover_scan(dpi=DPI).image)) * 0.06).astype(np.uint8)
    look = find_cover_look(np.ascontiguousarray(through[:, ::-1]), DPI)
    assert look is not None
    assert look.pale


def written_page(columns: int = 1) -> Any:
    page = np.full((1650, 1275), 250, np.uint8)
    for line in range(30):
        for column in range(columns):
            left = 110 + column * 1060 // columns
            text = "We all miss you and hope to see you soon"[line % 5 :][: 40 // columns]
            cv2.putText(page, text, (left, 170 + line * 45), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 40, 2)
    return page


def framed_page() -> Any:
    page = written_page()
    cv2.rectangle(page, (80, 80), (1195, 1570), 0, 6)
    cv2.rectangle(page, (80, 80), (300, 300), 0, -1)
    return page


def photograph() -> Any:
    rng = np.random.default_rng(3)
    clouds = cv2.resize(rng.uniform(20, 230, (14, 11)).astype(np.float32), (1275, 1650))
    return clouds.astype(np.uint8)


@pytest.mark.parametrize(
    "page",
    [
        np.full((1650, 1275), 250, np.uint8),
        np.zeros((1650, 1275), np.uint8),
        written_page(),
        written_page(2),
        written_page(3),
        framed_page(),
        photograph(),
        written_page()[:300, :400],
        np.full((1, 1), 200, np.uint8),
        np.full((3, 2000), 200, np.uint8),
    ],
)
def test_what_is_no_cover_has_not_its_look(page: Any) -> None:
    assert find_cover_look(page, DPI) is None
    assert find_cover_look(np.ascontiguousarray(page.T), DPI) is None


@pytest.mark.parametrize("gaps", [2, 3, 4])
def test_paragraphs_with_gaps_are_no_bands_of_a_cover(gaps: int) -> None:
    page = written_page()
    for top in np.linspace(250, page.shape[0] - 300, gaps).astype(int):
        page[top : top + round(14 * DPI / 25.4)] = 255
    assert find_cover_look(page, DPI) is None


def note(lines: int, size: float) -> Any:
    """A few lines on a sheet without any grain, as black and white scans are."""
    page = np.full((1650, 1275), 255, np.uint8)
    for line in range(lines):
        at = (110, round(120 + line * 45 * size))
        text = "We all miss you and hope to see you soon, mother"[: round(40 / size)]
        cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 0, 3)
    return page


@pytest.mark.parametrize("lines", range(1, 7))
def test_a_note_on_plain_paper_has_not_its_look(lines: int) -> None:
    for size in (1.1, 1.2, 1.3, 1.4, 1.5, 1.8):
        for page in (note(lines, size), np.rot90(note(lines, size))):
            assert find_cover_look(np.ascontiguousarray(page), DPI) is None, size


def test_real_letters_have_not_its_look(letters_corpus: Any) -> None:
    for path in letters_corpus[::10]:
        page: Any = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert find_cover_look(page, round(min(page.shape) / 8.5)) is None, path.name


@pytest.mark.parametrize("lines", range(0, 9, 2))
def test_a_page_that_is_mostly_empty_is_no_cover(lines: int) -> None:
    """A clean white page with a few lines at its top, of which the rest is as even as nothing."""
    image = np.full((1650, 1275), 255, np.uint8)
    for line in range(lines):
        for word in range(5):
            left, top = 120 + 190 * word, 140 + 50 * line
            image[top : top + 18, left : left + 150 : 7] = 60
    assert find_cover_look(image, DPI) is None
