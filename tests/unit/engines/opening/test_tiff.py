"""Which directories of a TIFF are pages."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from digitizer.engines.opening import count_pages
from tests.support.files_to_open import LIMITS, drawing, endless_tiff, pages_of, refusal, save


def test_a_thumbnail_in_a_tiff_is_no_page_but_a_small_page_is(tmp_path: Path) -> None:
    full, small = Image.fromarray(drawing()), Image.fromarray(drawing()).resize((85, 110))

    def saved(subfile: int) -> Path:
        small.encoderinfo = {"tiffinfo": {254: subfile}}
        return save(full, tmp_path / "a", format="TIFF", save_all=True, append_images=[small])

    assert count_pages(saved(1), LIMITS) == 1
    assert count_pages(saved(0), LIMITS) == 2


def test_a_tiff_whose_pages_go_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(endless_tiff(3))
    assert len(pages_of(tmp_path / "good")) == 3
    (tmp_path / "bad").write_bytes(endless_tiff(3, loop=True))
    assert "damaged" in refusal(tmp_path / "bad")
