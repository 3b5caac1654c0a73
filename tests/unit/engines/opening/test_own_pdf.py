"""Our own PDFs as pictures."""

from __future__ import annotations

import io

from PIL import Image

from digitizer.engines.opening.own_pdf import first_page_png
from digitizer.engines.printing.letters.letter import letter_pdf
from tests.support.printed_letters import TO_INMATE


def test_the_first_page_is_a_grey_picture_of_its_size() -> None:
    picture = Image.open(io.BytesIO(first_page_png(letter_pdf(TO_INMATE, "letter"), 50)))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "L", (425, 550))
    assert picture.getextrema() == (0, 255)
