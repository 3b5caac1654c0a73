"""PDFs that we drew ourselves as pictures (pdfium); a stranger's are opened in a sandbox."""

from __future__ import annotations

import io
import threading

import pypdfium2 as pdfium

_POINTS = 72
#: pdfium may be called by one thread of a process at a time.
_ONE_AT_A_TIME = threading.Lock()


def first_page_png(pdf: bytes, dpi: int) -> bytes:
    """The first page as a grey PNG."""
    with _ONE_AT_A_TIME:
        document = pdfium.PdfDocument(pdf)
        try:
            picture = document[0].render(scale=dpi / _POINTS, grayscale=True).to_pil().copy()
        finally:
            document.close()
    out = io.BytesIO()
    picture.convert("L").save(out, "PNG", optimize=True)
    return out.getvalue()
