"""PDF pages as pictures, through PDFium.

A page that is one picture, as scanners write it, is taken out at its own resolution without
re-sampling; any other page is drawn. PDFium is not thread-safe: one process, one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from math import hypot, sqrt
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from digitizer.parts.opening import structure
from digitizer.parts.opening.page import (
    DAMAGED,
    DEFAULT_DPI,
    PAGE_DAMAGED,
    OpenedPage,
    OpeningLimits,
    Picture,
    believable_dpi,
    is_too_large,
    too_large,
)
from digitizer.parts.opening.pictures import MOST_STRETCH, has_unfilled_rows, square
from digitizer.vocabulary.errors import UnopenableFile

_POINTS = 72  # an inch
_LEAST_DPI, _MOST_DPI = 100, 600  # of a page that is drawn
_MOST_OBJECTS = 20_000  # looked at on a page; beyond it is simply drawn
_LARGE = 0.25  # share of the page from which a picture sets the resolution
_TURNS: dict[tuple[int, ...], int] = {  # by the signs of a drawing matrix's a, b, c, d
    (1, 0, 0, 1): 0,
    (0, -1, 1, 0): 1,
    (-1, 0, 0, -1): 2,
    (0, 1, -1, 0): 3,
}
_SLACK = 2.0  # points by which a picture may miss its page's edges
_INVISIBLE = 3  # text rendering mode: the words a scanner's own OCR laid under the picture


class PdfPages:
    """An opened PDF whose structure was found whole."""

    def __init__(
        self, pdf: pdfium.PdfDocument, whole: structure.Structure, limits: OpeningLimits
    ) -> None:
        self._pdf = pdf
        self._whole = whole
        self._limits = limits

    @property
    def count(self) -> int:
        return self._whole.count

    def page(self, number: int, dpi_hint: int) -> OpenedPage:
        """One page, counted from 1. Raises UnopenableFile where it cannot be shown whole."""
        self._whole.check(number)
        notes = self._whole.notes(number)
        try:
            page = self._pdf[number - 1]
        except pdfium.PdfiumError as error:
            raise UnopenableFile(PAGE_DAMAGED) from error
        try:
            drawing = _Drawing(page)
            self._refuse_large_pictures(drawing)
            if drawing.is_one_picture() and self._is_plain(number):
                return self._taken_out(number, drawing, dpi_hint, notes)
            return self._drawn(number, drawing, dpi_hint, notes)
        finally:
            page.close()

    def _is_plain(self, number: int) -> bool:
        picture = self._whole.sole_picture(number)
        return picture is not None and structure.plain(picture)

    def _refuse_large_pictures(self, drawing: _Drawing) -> None:
        for picture in drawing.pictures:
            width, height = picture.get_px_size()
            if is_too_large(width, height, self._limits):
                raise UnopenableFile(too_large(width, height, self._limits))

    def _taken_out(
        self, number: int, drawing: _Drawing, dpi_hint: int, notes: tuple[str, ...]
    ) -> OpenedPage:
        (picture,) = drawing.pictures
        image = _pixels(picture)
        across, down = _resolution(picture)
        turns = drawing.quarter_turns()
        if turns % 2:
            across, down = down, across
        image = np.ascontiguousarray(np.rot90(image, -turns))
        return square(number, image, across, down, self._limits, dpi_hint, notes)

    def _drawn(
        self, number: int, drawing: _Drawing, dpi_hint: int, notes: tuple[str, ...]
    ) -> OpenedPage:
        for picture in drawing.pictures:
            if drawing.share(picture) >= _LARGE:
                _pixels(picture)  # PDFium leaves out what it cannot decode; this raises
        dpi = self._drawing_dpi(drawing, dpi_hint)
        image = drawing.at(dpi)
        height, width = image.shape[:2]
        return OpenedPage(number, image, believable_dpi(width, height, dpi, dpi_hint), notes)

    def _drawing_dpi(self, drawing: _Drawing, dpi_hint: int) -> float:
        """What its largest pictures have; the usual for print; less where the page is huge."""
        usual = dpi_hint or DEFAULT_DPI
        large = [p for p in drawing.pictures if drawing.share(p) >= _LARGE]
        native = max((min(_resolution(p)) for p in large), default=0.0)
        dpi = native if native and not drawing.has_print else max(native, usual)
        dpi = min(max(dpi, _LEAST_DPI), max(_MOST_DPI, usual))
        width, height = drawing.size
        most = sqrt(self._limits.megapixels * 1_000_000 / (width * height)) * _POINTS * 0.999
        if most < min(dpi, native or _LEAST_DPI):
            across, down = width / _POINTS * usual, height / _POINTS * usual
            raise UnopenableFile(too_large(across, down, self._limits))
        return min(dpi, most)


@contextmanager
def opened(file: BinaryIO, limits: OpeningLimits) -> Iterator[PdfPages]:
    """Raises UnopenableFile for what is locked or damaged, or where a page may be missing."""
    path = f"/proc/self/fd/{file.fileno()}"  # no name can trouble either library
    with structure.examined(path, limits) as whole:
        named = Path(path).resolve().exists()  # else a copy in memory, which has no name
        try:
            pdf = pdfium.PdfDocument(path if named else file)
        except pdfium.PdfiumError as error:
            locked = "assword" in str(error)
            raise UnopenableFile(structure.LOCKED if locked else DAMAGED) from error
        try:
            if len(pdf) != whole.count:
                raise UnopenableFile(DAMAGED)
            if pdf.get_formtype() == pdfium_c.FORMTYPE_ACRO_FORM:
                pdf.init_forms()
            yield PdfPages(pdf, whole, limits)
        finally:
            pdf.close()


class _Drawing:
    """What is drawn on a page. All measures in points, before the page's own rotation."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.page = page
        self.size: tuple[float, float] = page.get_size()
        if min(self.size) <= 0:
            raise UnopenableFile(PAGE_DAMAGED)
        self._box = page.get_bbox()
        self._objects = list(islice(page.get_objects(max_depth=3), _MOST_OBJECTS))
        self.pictures = [o for o in self._objects if o.type == pdfium_c.FPDF_PAGEOBJ_IMAGE]

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
        width, height = (max(1, round(side * dpi / _POINTS)) for side in self.size)
        bitmap = pdfium.PdfBitmap.new_native(
            width, height, pdfium_c.FPDFBitmap_BGR, rev_byteorder=True
        )
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_REVERSE_BYTE_ORDER
        whole = (0, 0, width, height, 0, flags)
        pdfium_c.FPDF_RenderPageBitmap(bitmap, self.page, *whole)
        if self.page.formenv:
            pdfium_c.FPDF_FFLDraw(self.page.formenv, bitmap, self.page, *whole)
        return _lean(bitmap.to_numpy())

    def share(self, picture: pdfium.PdfImage) -> float:
        width, height = _drawn_size(picture)
        return width * height / (self.size[0] * self.size[1])

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

    def _matrix_turns(self) -> int | None:
        """Clockwise quarter turns that the drawing gives the picture; None for other drawings."""
        a, b, c, d, _, _ = self.pictures[0].get_matrix().get()
        slack = 0.002 * max(abs(a), abs(b), abs(c), abs(d))
        signs = tuple(0 if abs(v) <= slack else 1 if v > 0 else -1 for v in (a, b, c, d))
        return _TURNS.get(signs)

    def _is_covered_by(self, picture: pdfium.PdfImage) -> bool:
        edges = zip(picture.get_bounds(), self._box, strict=True)
        return all(abs(drawn - box) <= _SLACK for drawn, box in edges)


def _pixels(picture: pdfium.PdfImage) -> Picture:
    try:
        stored = picture.get_bitmap().to_numpy()
        image = _lean(stored[..., 2::-1] if stored.ndim == 3 else stored)  # PDFium has BGR
    except (pdfium.PdfiumError, RuntimeError, ValueError, TypeError) as error:
        raise UnopenableFile(PAGE_DAMAGED) from error
    if "DCTDecode" in picture.get_filters() and has_unfilled_rows(image):
        raise UnopenableFile(PAGE_DAMAGED)
    return image


def _lean(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> Picture:
    """A copy of PDFium's buffer: HxW where all is grey, else HxWx3."""
    if pixels.ndim == 2:
        return pixels.copy()
    if pixels.shape[2] == 1:
        return pixels[..., 0].copy()
    red, green, blue = (pixels[..., i] for i in range(3))
    if np.array_equal(red, green) and np.array_equal(green, blue):
        return red.copy()
    return np.ascontiguousarray(pixels[..., :3])


def _drawn_size(picture: pdfium.PdfImage) -> tuple[float, float]:
    a, b, c, d, _, _ = picture.get_matrix().get()
    return hypot(a, b), hypot(c, d)


def _resolution(picture: pdfium.PdfImage) -> tuple[float, float]:
    """Dots per inch along the picture's own width and height; 0 where it has no extent."""
    sizes = zip(picture.get_px_size(), _drawn_size(picture), strict=True)
    across, down = (pixels * _POINTS / drawn if drawn > 0 else 0.0 for pixels, drawn in sizes)
    return across, down


def _is_stretched(picture: pdfium.PdfImage) -> bool:
    """Whether its pixels are drawn far from square; fax, at 204 by 98 dots an inch, is not."""
    across, down = _resolution(picture)
    return min(across, down) <= 0 or max(across, down) / min(across, down) > MOST_STRETCH
