"""PDF pages as pictures, through PDFium.

A page that is one picture, as scanners write it, is taken out at its own resolution without
re-sampling; any other page is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from digitizer.engines.opening import pdf_structure
from digitizer.engines.opening.page import (
    DAMAGED,
    PAGE_DAMAGED,
    OpenedPage,
    OpeningLimits,
    believable_dpi,
    is_too_large,
    too_large,
)
from digitizer.engines.opening.pdf_drawing import Drawing, decoded, pictures_in
from digitizer.engines.opening.pdf_resolution import drawing_dpi, scanned_dpi
from digitizer.engines.opening.pillow_pictures import square
from digitizer.model.errors import UnopenableFile


class PdfPages:
    """An opened PDF whose structure was found whole."""

    def __init__(
        self, pdf: pdfium.PdfDocument, whole: pdf_structure.Structure, limits: OpeningLimits
    ) -> None:
        self._pdf = pdf
        self._whole = whole
        self._limits = limits

    @property
    def count(self) -> int:
        return self._whole.count

    def page(self, number: int, dpi_hint: int) -> OpenedPage:
        """One page, counted from 1. Raises UnopenableFile where it cannot be shown whole."""
        placed = self._whole.pictures(number)
        self._refuse_large(each.size for each in placed if not each.is_read_by_rows)
        self._whole.check(number)
        self._whole.refuse_incomplete_jbig2(number, pictures_in)
        fixed = self._whole.fixed(number)
        if fixed is None:
            with _loaded(self._pdf, number) as page:
                return self._shown(number, page, dpi_hint)
        pdf = pdfium.PdfDocument(fixed)
        try:
            with _loaded(pdf, 1) as page:
                return self._shown(number, page, dpi_hint)
        finally:
            pdf.close()

    def _shown(self, number: int, page: pdfium.PdfPage, dpi_hint: int) -> OpenedPage:
        drawing = Drawing(page, self._whole.unit(number))
        self._refuse_large(picture.get_px_size() for picture in drawing.pictures)
        if drawing.is_one_picture() and self._whole.is_plain_picture(number):
            return self._taken_out(number, drawing, dpi_hint)
        return self._drawn(number, drawing, dpi_hint)

    def _refuse_large(self, sizes: Iterable[tuple[int, int]]) -> None:
        for width, height in sizes:
            if is_too_large(width, height, self._limits):
                raise UnopenableFile(too_large(width, height, self._limits))

    def _taken_out(self, number: int, drawing: Drawing, dpi_hint: int) -> OpenedPage:
        image = self._whole.plain_pixels(number)
        if image is None:
            image = decoded(drawing.pictures[0])
        across, down = drawing.resolution()
        turns = drawing.quarter_turns()
        if turns % 2:
            across, down = down, across
        image = np.ascontiguousarray(np.rot90(image, -turns))
        notes = self._whole.notes(number)
        return square(number, image, across, down, self._limits, dpi_hint, notes)

    def _drawn(self, number: int, drawing: Drawing, dpi_hint: int) -> OpenedPage:
        for picture in drawing.pictures:
            decoded(picture)  # PDFium leaves out what it cannot decode; this raises
        has_print = drawing.has_print
        scanned = scanned_dpi(self._whole.pictures(number), drawing.unit, has_print)
        dpi, notes = drawing_dpi(scanned, has_print, drawing.inches, dpi_hint, self._limits)
        image = drawing.at(dpi)
        height, width = image.shape[:2]
        stated = believable_dpi(width, height, dpi, dpi_hint)
        return OpenedPage(number, image, stated, (*self._whole.notes(number), *notes))


@contextmanager
def _loaded(pdf: pdfium.PdfDocument, number: int) -> Iterator[pdfium.PdfPage]:
    try:
        page = pdf[number - 1]
    except pdfium.PdfiumError as error:
        raise UnopenableFile(PAGE_DAMAGED) from error
    try:
        yield page
    finally:
        page.close()


@contextmanager
def opened(file: BinaryIO, limits: OpeningLimits) -> Iterator[PdfPages]:
    """Raises UnopenableFile for what is locked or damaged, or where a page may be missing."""
    path = f"/proc/self/fd/{file.fileno()}"  # no name can trouble either library
    with pdf_structure.examined(path, limits) as whole:
        named = Path(path).resolve().exists()  # else a copy in memory, which has no name
        try:
            pdf = pdfium.PdfDocument(path if named else file)
        except pdfium.PdfiumError as error:
            locked = "assword" in str(error)
            raise UnopenableFile(pdf_structure.LOCKED if locked else DAMAGED) from error
        try:
            if len(pdf) != whole.count:
                raise UnopenableFile(DAMAGED)
            if pdf.get_formtype() == pdfium_c.FORMTYPE_ACRO_FORM:
                pdf.init_forms()
            yield PdfPages(pdf, whole, limits)
        finally:
            pdf.close()
