"""A TIFF's page, decoded whatever its compression, colours and resolution."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.engines.opening import OpenedPage, open_page
from tests.support.files_to_open import LIMITS, colourful, drawing, pages_of, save


@pytest.mark.parametrize(
    "compression",
    ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "group3", "group4"],
)
def test_black_and_white_tiff_of_every_compression(tmp_path: Path, compression: str) -> None:
    first, second = (Image.fromarray(drawing(seed=seed)).convert("1") for seed in (1, 2))
    path = save(
        first,
        tmp_path / "a",
        format="TIFF",
        compression=compression,
        dpi=(200, 200),
        save_all=True,
        append_images=[second],
    )
    pages = pages_of(path)
    assert [page.number for page in pages] == [1, 2]
    for page, seed in zip(pages, (1, 2), strict=True):
        assert isinstance(page, OpenedPage)
        assert page.dpi == 200
        assert np.array_equal(page.image, drawing(seed=seed))


def test_jpeg_in_tiff(tmp_path: Path) -> None:
    path = save(Image.fromarray(colourful()), tmp_path / "a", format="TIFF", compression="jpeg")
    image = open_page(path, 1, LIMITS, 0).image
    assert np.abs(image.astype(int) - colourful()).mean() < 20


def test_white_may_be_stored_as_nought(tmp_path: Path) -> None:
    path = save(Image.fromarray(drawing()).convert("1"), tmp_path / "a", format="TIFF")
    data = path.read_bytes()
    photometric = data.index(struct.pack("<HHI", 262, 3, 1)) + 8
    path.write_bytes(data[:photometric] + struct.pack("<H", 0) + data[photometric + 2 :])
    assert np.array_equal(open_page(path, 1, LIMITS, 0).image, 255 - drawing())


def test_resolution_in_centimetres(tmp_path: Path) -> None:
    picture = Image.fromarray(drawing())
    path = save(
        picture,
        tmp_path / "a",
        format="TIFF",
        resolution_unit="cm",
        x_resolution=118.11,
        y_resolution=118.11,
    )
    assert open_page(path, 1, LIMITS, 0).dpi == 300


def test_a_fax_is_drawn_out_to_square_pixels(tmp_path: Path) -> None:
    picture = Image.fromarray(drawing(1728, 1078)).convert("1")
    path = save(picture, tmp_path / "a", format="TIFF", compression="group4", dpi=(204, 98))
    page = open_page(path, 1, LIMITS, 0)
    assert page.image.shape == (2244, 1728)
    assert page.dpi == 204
