"""PDFs that we drew ourselves as pictures (pdfium); a stranger's are opened in a sandbox."""

from __future__ import annotations

import io

import pypdfium2 as pdfium

_POINTS = 72


def first_page_png(pdf: bytes, dpi: int) -> bytes:
    """The first page as a grey PNG."""
    document = pdfium.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=dpi / _POINTS, grayscale=True).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    picture.convert("L").save(out, "PNG", optimize=True)
    return out.getvalue()
