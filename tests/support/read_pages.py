"""Pages that were read, with their pictures."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pypdfium2
from PIL import Image

from digitizer.engines.searchable_pdf import PdfPage
from digitizer.model.paper import Box, Transcript, Word

DPI = 200


def picture(mode: str = "L", kind: str = "JPEG", **options: bool) -> bytes:
    """Grey slopes with a dark corner, 850 by 1100 pixels."""
    slope = np.linspace(120, 255, 850 * 1100).reshape(1100, 850).astype(np.uint8)
    slope[:50, :80] = 10
    written = BytesIO()
    Image.fromarray(slope).convert(mode).save(written, kind, **options)
    return written.getvalue()


def page(*words: Word, data: bytes | None = None) -> PdfPage:
    text = " ".join(word.text for word in words)
    return data or picture(), DPI, Transcript("test", text, 0.9, words)


DEAR = Word("Dear", Box(100, 200, 120, 40), 0.9, 0)
SENOR = Word("señor", Box(240, 210, 150, 30), 0.9, 0)
LOVE = Word("Łódź—любовь", Box(100, 600, 400, 44), 0.9, 1)


def all_text(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [document[number].get_textpage() for number in range(len(document))]
        texts = [one.get_text_range() for one in pages]
        for one in pages:
            one.close()
        return texts
    finally:
        document.close()
