"""Pages of a PDF drawn as they look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from digitizer.engines.opening import open_page
from tests.support.files_to_open import LIMITS, drawing, one_page_pdf


@pytest.mark.parametrize(
    "draw",
    [
        "q 122.4 0 0 158.4 0 0 cm /Im0 Do Q BT /F1 30 Tf 20 60 Td (Secret) Tj ET",
        "q 122.4 0 0 158.4 0 0 cm /Im0 Do Q 0 g 20 50 60 20 re f",
        "0 0 122.4 20 re W n q 122.4 0 0 158.4 0 0 cm /Im0 Do Q",
        "q -122.4 0 0 158.4 122.4 0 cm /Im0 Do Q",
        "q 60 0 0 80 0 0 cm /Im0 Do Q",
        "q 122.4 4 -5 158.4 0 0 cm /Im0 Do Q",
    ],
    ids=["text", "box", "clip", "mirrored", "small", "askew"],
)
def test_any_other_page_is_drawn_as_it_looks(tmp_path: Path, draw: str) -> None:
    path = one_page_pdf(tmp_path / "a", drawing(), draw)
    page = open_page(path, 1, LIMITS, 0)
    small = np.asarray(Image.fromarray(page.image).convert("L").resize((170, 220)))
    assert np.abs(small.astype(int) - drawing()).mean() > 3


def test_words_laid_under_a_scan_do_not_blow_it_up(tmp_path: Path) -> None:
    under = "BT 3 Tr /F1 12 Tf 20 60 Td (word) Tj ET q 122.4 0 0 158.4 0 0 cm /Im0 Do Q"
    page = open_page(one_page_pdf(tmp_path / "a", drawing(), under), 1, LIMITS, 0)
    assert page.dpi == 100
    assert page.image.shape == (220, 170)


def test_an_inverted_picture_is_seen_as_viewers_show_it(tmp_path: Path) -> None:
    path = one_page_pdf(tmp_path / "a", drawing(), Decode=[1, 0])
    assert np.array_equal(open_page(path, 1, LIMITS, 0).image, 255 - drawing())


def test_print_is_drawn_at_the_scanners_resolution(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(612, 792))
        pdf.save(tmp_path / "a")
    assert open_page(tmp_path / "a", 1, LIMITS, 0).image.shape == (3300, 2550)
    assert open_page(tmp_path / "a", 1, LIMITS, 200).image.shape == (2200, 1700)
