"""A make-believe scanner: puts paper on the glass a little askew, with noise, and writes files.

For the demo, the tests and the benchmarks. Pages are uint8 RGB arrays at 300 dpi on US Letter
(3300 x 2550 pixels) before the glass.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

Page = NDArray[np.uint8]

DPI = 300
HEIGHT, WIDTH = 11 * DPI, DPI * 17 // 2
_PAPER = 250


def paper() -> Page:
    """An empty sheet, not quite white."""
    return np.full((HEIGHT, WIDTH, 3), _PAPER, np.uint8)


def pdf_pages(pdf: bytes | Path) -> list[Page]:
    """The pages of a PDF as printed: rendered at 300 dpi, laid on US Letter from the top left."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            _on_paper(np.asarray(page.render(scale=DPI / 72).to_pil().convert("RGB")))
            for page in document
        ]
    finally:
        document.close()


def _on_paper(picture: Page) -> Page:
    sheet = paper()
    height, width = min(HEIGHT, picture.shape[0]), min(WIDTH, picture.shape[1])
    sheet[:height, :width] = np.minimum(picture[:height, :width], _PAPER)
    return sheet


def picture_page(picture: Page, margin: float = 0.04) -> Page:
    """A picture of a letter laid on a sheet, as large as fits inside the margin."""
    room_h, room_w = int(HEIGHT * (1 - 2 * margin)), int(WIDTH * (1 - 2 * margin))
    scale = min(room_h / picture.shape[0], room_w / picture.shape[1])
    size = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    sheet = paper()
    top, left = (HEIGHT - size[1]) // 2, (WIDTH - size[0]) // 2
    sheet[top : top + size[1], left : left + size[0]] = small
    return sheet


def typed_page(text: str) -> Page:
    """A typewritten page: 12 point Courier, about 70 characters a line."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    block = canvas.beginText(72, 690)
    block.setFont("Courier", 12)
    block.setLeading(18)
    block.textLines(text)
    canvas.drawText(block)
    canvas.save()
    return pdf_pages(out.getvalue())[0]


def written_page(lines: Sequence[str]) -> Page:
    """A page in a make-believe hand."""
    page = paper()
    write_on(page, lines, left=250, top=600, step=200, size=3.2)
    return page


def write_on(
    page: Page, lines: Sequence[str], left: int, top: int, step: int, size: float = 2.4
) -> None:
    """Writes lines on a page with a make-believe pen; ``left``, ``top``, ``step`` in pixels."""
    for number, line in enumerate(lines):
        place, pen = (left, top + step * number), cv2.FONT_HERSHEY_SCRIPT_COMPLEX
        cv2.putText(page, line, place, pen, size, (60, 30, 30), 4)


def photograph(path: Path) -> Page:
    return np.asarray(Image.open(path).convert("RGB"))


def glass(page: Page, rng: np.random.Generator, skew: float = 1.0, noise: float = 3.0) -> Page:
    """The page as scanned: turned by up to ``skew`` degrees, with noise of that deviation."""
    angle = float(rng.uniform(-skew, skew))
    centre = (page.shape[1] / 2, page.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(centre, angle, 1.0)
    size = (page.shape[1], page.shape[0])
    turned = cv2.warpAffine(page, turn, size, flags=cv2.INTER_LINEAR, borderValue=(_PAPER,) * 3)
    grain = noise * rng.standard_normal(turned.shape[:2], np.float32)
    noisy: Page = np.clip(turned + grain[:, :, None], 0, 255).astype(np.uint8)
    return noisy


def with_blank_backs(fronts: Iterable[Page]) -> list[Page]:
    """Duplex: each front followed by its empty back."""
    return [side for front in fronts for side in (front, paper())]


def write_pdf(pages: Sequence[Page], path: Path, quality: int = 80) -> None:
    """One JPEG a page, as office scanners write it."""
    first, *rest = [Image.fromarray(page) for page in pages]
    first.save(path, "PDF", save_all=True, append_images=rest, resolution=DPI, quality=quality)


def write_tiff_g4(pages: Sequence[Page], path: Path) -> None:
    """Multi-page bilevel TIFF, as production scanners write it."""
    first, *rest = [_bilevel(page) for page in pages]
    options: dict[str, Any] = {"compression": "group4", "dpi": (DPI, DPI)}
    first.save(path, "TIFF", save_all=True, append_images=rest, **options)


def _bilevel(page: Page) -> Image.Image:
    grey = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), (3, 3), 0)
    local = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 51, 25)
    return Image.fromarray(local).convert("1", dither=Image.Dither.NONE)


def write_jpeg(page: Page, path: Path, quality: int = 88) -> None:
    Image.fromarray(page).save(path, "JPEG", quality=quality, dpi=(DPI, DPI))


def blacken(page: Page, boxes: Iterable[tuple[int, int, int, int]], grow: int = 12) -> Page:
    """The page with boxes (left, top, right, bottom in pixels) painted over in black."""
    painted = page.copy()
    for left, top, right, bottom in boxes:
        painted[max(0, top - grow) : bottom + grow, max(0, left - grow) : right + grow] = 0
    return painted
