"""Pictures that Pillow opens."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.GifImagePlugin import GifImageFile

from digitizer.engines.opening import open_page
from digitizer.model.errors import UnopenableFile
from tests.support.files_to_open import LIMITS, colourful, one_page_pdf, refusal, save


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_orientation_is_heeded(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = np.kron(np.array([[0, 255], [128, 60]], np.uint8), np.ones((32, 48), np.uint8))
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(np.ascontiguousarray(stored))
    options = {"tiffinfo": {0x0112: orientation}} if kind == "TIFF" else {"exif": exif}
    path = save(picture, tmp_path / "a", format=kind, **options)
    image = open_page(path, 1, LIMITS, 0).image
    assert image.shape == upright.shape
    assert np.abs(image.astype(int) - upright).max() < 12


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP", "JPEG2000", "PNG", "JPEG"])
def test_the_kind_is_known_by_content(tmp_path: Path, kind: str) -> None:
    path = save(Image.fromarray(colourful()), tmp_path / "scan.pdf", format=kind)
    assert open_page(path, 1, LIMITS, 0).image.shape[:2] == (220, 170)


def test_see_through_parts_show_white_paper(tmp_path: Path) -> None:
    clear = np.zeros((20, 30, 4), np.uint8)
    path = save(Image.fromarray(clear, "RGBA"), tmp_path / "a", format="PNG")
    assert (open_page(path, 1, LIMITS, 0).image == 255).all()


def test_sixteen_and_twelve_bits_become_eight(tmp_path: Path) -> None:
    deep = np.array([[0, 65535, 32768]] * 9, np.uint16)
    path = save(Image.fromarray(deep), tmp_path / "a", format="PNG")
    assert open_page(path, 1, LIMITS, 0).image[0].tolist() == [0, 255, 127]
    path = save(Image.fromarray(deep // 16), tmp_path / "b", format="TIFF")
    assert open_page(path, 1, LIMITS, 0).image[0].tolist() == [0, 255, 127]


def test_a_picture_too_large_is_not_decoded(tmp_path: Path) -> None:
    huge = Image.new("1", (20_000, 20_000))
    for kind in ("PNG", "TIFF", "GIF", "BMP"):
        path = save(huge, tmp_path / kind, format=kind)
        assert "megapixels" in refusal(path)
    pixels = np.zeros((5000, 5000), np.uint8)
    assert "megapixels" in refusal(one_page_pdf(tmp_path / "pdf", pixels))


def test_a_gif_decodes_no_frame_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To show a frame it decodes those before it, each of which may claim to be any size."""
    sizes: list[tuple[int, int]] = []
    prepare = GifImageFile.load_prepare

    def note(picture: GifImageFile) -> None:
        sizes.append(picture.size)
        prepare(picture)

    monkeypatch.setattr(GifImageFile, "load_prepare", note)
    frames = b"".join(
        b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x44\x01\0"
        for side in (1, 6000, 1)
    )
    path = tmp_path / "growing.gif"
    path.write_bytes(b"GIF89a\1\0\1\0\x80\0\0" + bytes(6) + frames + b";")
    with pytest.raises(UnopenableFile, match="megapixels allowed"):
        open_page(path, 3, LIMITS, 0)
    assert set(sizes) <= {(1, 1)}
