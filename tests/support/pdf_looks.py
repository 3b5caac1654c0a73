"""What tests ask of a printed PDF: its words, where they stand, its codes, its picture."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2 as pdfium
import zxingcpp


def page_texts(pdf: bytes) -> list[str]:
    """The words of each page, as a reader copies them out; presentation forms as plain letters."""
    with pdfium.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    return ["".join(map(_plain, text)) for text in texts]


def _plain(character: str) -> str:
    return unicodedata.normalize("NFKC", character) if character > "\ufb4f" else character


def picture(pdf: bytes, page: int, dpi: int = 150) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A page as RGB pixels."""
    with pdfium.PdfDocument(pdf) as document:
        return np.asarray(document[page].render(scale=dpi / 72).to_pil().convert("RGB"))


def codes(pdf: bytes, page: int) -> list[str]:
    """The text of every code on a page, each as often as it is printed."""
    return [found.text for found in zxingcpp.read_barcodes(picture(pdf, page))]


def boxes(pdf: bytes, page: int, text: str) -> list[tuple[float, float, float, float]]:
    """Where ``text`` stands: left, top, right, bottom in mm from the page's top left corner."""
    with pdfium.PdfDocument(pdf) as document:
        height = document[page].get_height()
        words = document[page].get_textpage()
        found, searcher = [], words.search(text)
        while place := searcher.get_next():
            start, count = place
            marks = [words.get_charbox(at) for at in range(start, start + count)]
            left, bottom = min(m[0] for m in marks), min(m[1] for m in marks)
            right, top = max(m[2] for m in marks), max(m[3] for m in marks)
            points = (left, height - top, right, height - bottom)
            found.append(tuple(point * 25.4 / 72 for point in points))
    return [(a, b, c, d) for a, b, c, d in found]


def pdf_pages(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()
