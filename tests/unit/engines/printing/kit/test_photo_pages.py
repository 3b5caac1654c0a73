"""Pages of photos, up to four on each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.engines.printing.kit.photos import photo_problem
from digitizer.engines.printing.letters.letter import letter_pdf
from tests.support.pdf_looks import page_texts, picture
from tests.support.printed_letters import TO_INMATE, photo


def _red(pdf: bytes, page: int) -> tuple[float, float]:
    """The middle of what is red on a page, as fractions of the photo's width and height."""
    pixels = picture(pdf, page, 60).astype(int)
    red = (pixels[:, :, 0] > 180) & (pixels[:, :, 1] < 90)
    drawn = red | ((abs(pixels - 128) < 12).all(axis=2))
    rows = (drawn.mean(axis=1) > 0.2).nonzero()[0]  # a photo's, not a caption's
    columns = drawn[rows].any(axis=0).nonzero()[0]
    down, across = red.nonzero()
    return (
        float((across.mean() - columns[0]) / (columns[-1] - columns[0])),
        float((down.mean() - rows[0]) / (rows[-1] - rows[0])),
    )


@pytest.mark.parametrize(
    ("orientation", "across", "down"),
    [(1, 0.25, 0.25), (2, 0.75, 0.25), (3, 0.75, 0.75), (6, 0.75, 0.25), (8, 0.25, 0.75)],
)
def test_photos_stand_upright(orientation: int, across: float, down: float) -> None:
    letter = replace(TO_INMATE, photos=(photo("red", (1200, 900), orientation),))
    assert _red(letter_pdf(letter, "letter"), 1) == pytest.approx((across, down), abs=0.03)


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3), (25, 7)])
def test_up_to_four_photos_a_page(count: int, pages: int) -> None:
    texts = page_texts(letter_pdf(replace(TO_INMATE, photos=(photo("red"),) * count), "letter"))
    assert len(texts) == 1 + pages + 1
    for number in range(1, count + 1):
        assert sum(f"Photo {number} of {count}" in text for text in texts) == 1


def test_photos_stay_jpeg_and_are_the_letters_own() -> None:
    different = tuple(photo(colour) for colour in ("red", "blue", "red"))
    pdf = letter_pdf(replace(TO_INMATE, photos=different), "letter")
    assert pdf.count(b"/DCTDecode") == 2
    pixels = picture(pdf, 1, 60).reshape(-1, 3).astype(int)
    assert ((pixels[:, 0] > 200) & (pixels[:, 2] < 60)).any()
    assert ((pixels[:, 2] > 200) & (pixels[:, 0] < 60)).any()


def test_a_photo_that_cannot_be_opened_is_named_and_stops_nothing() -> None:
    letter = replace(TO_INMATE, photos=(b"no picture", photo("red"), photo("red")[:400]))
    texts = page_texts(letter_pdf(letter, "letter"))
    assert "Photo 1 could not be printed" in texts[1]
    assert "Photo 2 of 3" in texts[1]
    assert photo_problem(b"no picture") is not None
    assert photo_problem(photo("red")) is None
