"""Our own PDFs as pictures."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from digitizer.engines.opening.own_pdf import first_page_png
from digitizer.engines.printing.letters.letter import letter_pdf
from tests.support.printed_letters import TO_INMATE


def test_the_first_page_is_a_grey_picture_of_its_size() -> None:
    picture = Image.open(io.BytesIO(first_page_png(letter_pdf(TO_INMATE, "letter"), 50)))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "L", (425, 550))
    assert picture.getextrema() == (0, 255)


def test_several_threads_get_the_same_picture() -> None:
    """A page of samples asks for all of them at one moment."""
    pdf = letter_pdf(TO_INMATE, "letter")
    wanted = first_page_png(pdf, 50)
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda _: first_page_png(pdf, 50), range(60))) == {wanted}
