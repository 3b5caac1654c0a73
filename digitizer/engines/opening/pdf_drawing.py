"""A PDF's page as PDFium draws it, and its pictures as PDFium decodes them.

PDFium is not thread-safe: one process, one thread.
"""

from __future__ import annotations

from itertools import islice
from math import hypot
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from digitizer.engines.opening.page import MOST_STRETCH, PAGE_DAMAGED, Picture
from digitizer.engines.opening.pdf_contents import POINTS
from digitizer.model.errors import UnopenableFile

_MOST_OBJECTS = 20_000  # looked at on a page; beyond it is simply drawn
_DEEPEST = 12  # drawings within drawings
_TURNS: dict[tuple[int, ...], int] = {  # by the signs of a drawing matrix's a, b, c, d
    (1, 0, 0, 1): 0,
    (0, -1, 1, 0): 1,
    (-1, 0, 0, -1): 2,
    (0, 1, -1, 0): 3,
}
_SLACK = 2.0  # points by which a picture may miss its page's edges
_SAMPLED = 64  # rows of which one is looked at first: most colour shows at once
_INVISIBLE = 3  # text rendering mode: the words a scanner's own OCR laid under the picture


class Drawing:
    """What is drawn on a page. All measures in points, before the page's own rotation.

    ``unit`` is the page's UserUnit: how many points a point of it has on paper.
    """

    def __init__(self, page: pdfium.PdfPage, unit: float) -> None:
        self.page = page
        self.unit = unit
        self.size: tuple[float, float] = page.get_size()
        if min(self.size) <= 0:
            raise UnopenableFile(PAGE_DAMAGED)
        self._box = page.get_bbox()
        self._objects = list(islice(page.get_objects(max_depth=_DEEPEST), _MOST_OBJECTS))
        self.pictures = [o for o in self._objects if o.type == pdfium_c.FPDF_PAGEOBJ_IMAGE]

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height on paper, as shown."""
        width, height = (side * self.unit / POINTS for side in self.size)
        return width, height

    @property
    def has_print(self) -> bool:
        """Whether text or lines are drawn that are to be seen."""
        return any(
            each.type in (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING)
            or (
                each.type == pdfium_c.FPDF_PAGEOBJ_TEXT
                and pdfium_c.FPDFTextObj_GetTextRenderMode(each) != _INVISIBLE
            )
            for each in self._objects
        )

    def at(self, dpi: float) -> Picture:
        """The page as a viewer shows it, with notes and filled-in forms."""
        width, height = (max(1, round(side * dpi)) for side in self.inches)
        bitmap = pdfium.PdfBitmap.new_native(
            width, height, pdfium_c.FPDFBitmap_BGR, rev_byteorder=True
        )
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_REVERSE_BYTE_ORDER
        whole = (0, 0, width, height, 0, flags)
        pdfium_c.FPDF_RenderPageBitmap(bitmap, self.page, *whole)
        if self.page.formenv:
            pdfium_c.FPDF_FFLDraw(self.page.formenv, bitmap, self.page, *whole)
        return lean(bitmap.to_numpy())

    def is_one_picture(self) -> bool:
        """One picture that covers the page, upright or turned by right angles, unclipped."""
        if len(self._objects) != 1 or len(self.pictures) != 1:
            return False
        (picture,) = self.pictures
        clip = pdfium_c.FPDFPageObj_GetClipPath(picture)
        return (
            self._matrix_turns() is not None
            and not _is_stretched(picture)
            and self._is_covered_by(picture)
            and pdfium_c.FPDFPage_GetAnnotCount(self.page) == 0
            and not pdfium_c.FPDFPageObj_HasTransparency(picture)
            and not (clip and pdfium_c.FPDFClipPath_CountPaths(clip) > 0)
        )

    def quarter_turns(self) -> int:
        """Clockwise quarter turns from the picture as stored to the page as shown."""
        rotation: int = self.page.get_rotation()
        return ((self._matrix_turns() or 0) + rotation // 90) % 4

    def resolution(self) -> tuple[float, float]:
        """Dots per inch along the one picture's own width and height."""
        across, down = _resolution(self.pictures[0])
        return across / self.unit, down / self.unit

    def _matrix_turns(self) -> int | None:
        """Clockwise quarter turns that the drawing gives the picture; None for other drawings."""
        a, b, c, d, _, _ = self.pictures[0].get_matrix().get()
        slack = 0.002 * max(abs(a), abs(b), abs(c), abs(d))
        signs = tuple(0 if abs(v) <= slack else 1 if v > 0 else -1 for v in (a, b, c, d))
        return _TURNS.get(signs)

    def _is_covered_by(self, picture: pdfium.PdfImage) -> bool:
        edges = zip(picture.get_bounds(), self._box, strict=True)
        return all(abs(drawn - box) <= _SLACK for drawn, box in edges)


def decoded(picture: pdfium.PdfImage) -> Picture:
    """Its pixels as stored. Raises UnopenableFile where PDFium cannot decode it."""
    try:
        stored = picture.get_bitmap().to_numpy()
        return lean(stored[..., 2::-1] if stored.ndim == 3 else stored)  # PDFium has BGR
    except (pdfium.PdfiumError, RuntimeError, ValueError, TypeError) as error:
        raise UnopenableFile(PAGE_DAMAGED) from error


def lean(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> Picture:
    """A copy of a decoder's buffer: HxW where all is grey, else HxWx3."""
    if pixels.ndim == 2:
        return pixels.copy()
    if pixels.shape[2] == 1:
        return pixels[..., 0].copy()
    if _is_grey(pixels[::_SAMPLED]) and _is_grey(pixels):
        return pixels[..., 0].copy()
    return np.ascontiguousarray(pixels[..., :3])


def _is_grey(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bool:
    red, green, blue = (pixels[..., i] for i in range(3))
    return np.array_equal(red, green) and np.array_equal(green, blue)


def _resolution(picture: pdfium.PdfImage) -> tuple[float, float]:
    """Dots a inch of page along the picture's own width and height; 0 where it has no extent."""
    a, b, c, d, _, _ = picture.get_matrix().get()
    sizes = zip(picture.get_px_size(), (hypot(a, b), hypot(c, d)), strict=True)
    across, down = (pixels * POINTS / drawn if drawn > 0 else 0.0 for pixels, drawn in sizes)
    return across, down


def _is_stretched(picture: pdfium.PdfImage) -> bool:
    """Whether its pixels are drawn far from square; fax, at 204 by 98 dots an inch, is not."""
    across, down = _resolution(picture)
    return min(across, down) <= 0 or max(across, down) / min(across, down) > MOST_STRETCH


def pictures_in(pdf: bytes) -> list[Picture]:
    """The pictures on the first page of a PDF that was made here. Raises UnopenableFile."""
    document = pdfium.PdfDocument(pdf)
    try:
        return [decoded(picture) for picture in Drawing(document[0], 1.0).pictures]
    finally:
        document.close()
