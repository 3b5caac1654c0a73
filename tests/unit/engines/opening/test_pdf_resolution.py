"""How large PDFs' pages are, and how finely they are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.engines.opening import OpenedPage, OpeningLimits, open_page
from digitizer.engines.opening.page import believable_dpi
from digitizer.engines.opening.pdf_resolution import drawing_dpi
from digitizer.model.errors import UnopenableFile
from trials.damage.pdf_kit import coded, filling, page_pdf, written

LIMITS = OpeningLimits()


def opened(content: bytes, path: Path, hint: int = 0) -> OpenedPage:
    path.write_bytes(content)
    return open_page(path, 1, LIMITS, hint)


def page_of(
    pixels: tuple[int, int], points: tuple[float, float], more: str = "", keys: str = ""
) -> bytes:
    picture = coded("Flate", written(*pixels)).stream()
    return page_pdf(filling("X5", points) + more, [picture], size=points, keys=keys)


@pytest.mark.parametrize("more", ["", "0 g 10 10 50 9 re f"], ids=["one picture", "with print"])
def test_a_users_unit_is_heeded(tmp_path: Path, more: str) -> None:
    """A letter page in points of a thirty-sixth of an inch."""
    page = opened(page_of((1700, 2200), (306, 396), more, keys="/UserUnit 2"), tmp_path / "a", 200)
    assert page.dpi == 200
    assert page.image.shape == (2200, 1700)


@pytest.mark.parametrize("unit", ["0", "-3", "(x)", "null"])
def test_a_users_unit_that_is_none_is_not_heeded(tmp_path: Path, unit: str) -> None:
    content = page_of((850, 1100), (612, 792), keys=f"/UserUnit {unit}")
    assert opened(content, tmp_path / "a").dpi == 100


@pytest.mark.parametrize("more", ["", filling("X5", (50, 60))], ids=["one picture", "two"])
def test_a_page_of_a_point_a_pixel_is_no_poster(tmp_path: Path, more: str) -> None:
    """1,152 by 1,498 points would be 16 by 20.8 inches; its pixels stay as they are."""
    page = opened(page_of((1152, 1498), (1152, 1498), more), tmp_path / "a")
    assert page.image.shape == (1498, 1152)
    assert 8 <= page.image.shape[1] / page.dpi <= 9


@pytest.mark.parametrize(
    ("width", "height", "dpi"),
    [(850, 1100, 100), (1275, 1650, 150), (842, 1191, 72), (595, 842, 72), (1700, 2200, 200)],
)
def test_seventy_two_is_believed_of_usual_sheets_only(width: int, height: int, dpi: int) -> None:
    assert believable_dpi(width, height, 72, 0) == dpi


@pytest.mark.parametrize("inches", [60, 200])
def test_a_long_page_is_drawn_so_that_it_can_be_read(tmp_path: Path, inches: int) -> None:
    content = page_pdf("0 g 72 72 99 99 re f", size=(8.5 * 72, inches * 72))
    page = opened(content, tmp_path / "a")
    assert page.dpi >= 200
    assert page.image.shape[0] == pytest.approx(inches * page.dpi, rel=0.01)


def test_a_page_too_large_is_drawn_coarser_with_a_note_or_refused() -> None:
    sheet = (8.5, 11.0)
    assert drawing_dpi(600, False, sheet, 0, LIMITS) == (600, ())
    dpi, notes = drawing_dpi(1200, False, sheet, 0, LIMITS)
    assert 1100 < dpi < 1200
    assert notes == (f"drawn at {dpi:.0f} dpi, though scanned at 1200",)
    with pytest.raises(UnopenableFile):
        drawing_dpi(300, False, (100.0, 100.0), 0, LIMITS)


def test_a_fine_logo_does_not_blow_up_a_typed_page(tmp_path: Path) -> None:
    logo = coded("Flate", written(400, 400)).stream()
    drawn = "q 48 0 0 48 20 700 cm /X5 Do Q 0 g 100 100 300 9 re f"
    page = opened(page_pdf(drawn, [logo], size=(612, 792)), tmp_path / "a")
    assert page.image.shape == (3300, 2550)
