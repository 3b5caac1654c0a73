"""Letters bound into one file for a housing unit, ready for one print job (pikepdf)."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pikepdf


def housing_unit_pdf(pdfs: Iterable[bytes], duplex: bool = False) -> bytes:
    """The given PDFs one after the other, as they are.

    With ``duplex`` each is filled up to whole sheets, so that no two letters share one.
    Equal files in equal order give equal bytes. pikepdf.PdfError if one is no PDF.
    """
    out = io.BytesIO()
    with pikepdf.new() as bound:
        for data in pdfs:
            with pikepdf.open(io.BytesIO(data)) as letter:
                bound.pages.extend(letter.pages)
                if duplex and len(letter.pages) % 2:
                    _, _, width, height = letter.pages[-1].mediabox
                    bound.add_blank_page(page_size=(float(width), float(height)))
        bound.save(out, deterministic_id=True)
    return out.getvalue()


def page_count(pdf: bytes) -> int:
    """The number of pages of a PDF that we made."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
