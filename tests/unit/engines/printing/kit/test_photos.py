"""Photos as they are printed."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from digitizer.engines.printing.kit.photos import (
    MOST_PIXELS,
    open_photo,
    photo_problem,
    upright_size,
)
from tests.support.printed_letters import photo


def test_photos_keep_print_resolution_and_no_more() -> None:
    opened = open_photo(photo("red", (4000, 3000)), 400, 300)
    assert (opened.width, opened.height) == (1667, 1250)
    assert opened.placed(400, 300) == pytest.approx((400, 300), abs=0.5)
    small = open_photo(photo("red", (100, 100)), 400, 300)
    assert small.placed(400, 300) == pytest.approx((72, 72))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_header_tells_how_a_photo_will_stand(orientation: int) -> None:
    data = photo("red", (300, 200), orientation)
    opened = open_photo(data, 400, 400)
    assert upright_size(data) == (opened.width, opened.height)


def test_where_a_photo_was_taken_is_not_printed_into_the_file() -> None:
    assert Image.open(io.BytesIO(open_photo(photo("red"), 100, 100).jpeg)).getexif() == {}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_photos_of_every_mode_print(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (60, 40)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert photo_problem(out.getvalue()) is None


def test_a_giant_picture_is_refused_before_it_is_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (MOST_PIXELS // 8000 + 1, 8000)).save(out, "PNG")
    assert "pixels" in (photo_problem(out.getvalue()) or "")
