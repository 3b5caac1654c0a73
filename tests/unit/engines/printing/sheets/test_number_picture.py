"""The number of a cover as a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from digitizer.engines.printing.sheets.number_picture import number_picture


@pytest.mark.parametrize("line", ["Mail Room", "A very long line of an address " * 4])
def test_all_of_it_is_within_the_picture(line: str) -> None:
    with Image.open(io.BytesIO(number_picture("K7QM-3XTR-D", (line,)))) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "L"
        ink = picture.point(lambda value: 255 - value).getbbox()
        assert ink is not None
        left, top, right, bottom = ink
        assert left >= 50
        assert top >= 50
        assert right <= picture.width - 50
        assert bottom <= picture.height
        assert right - left > picture.width / 2
