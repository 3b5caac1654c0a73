"""Puts the document together."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from digitizer import __version__
from digitizer.parts.searchable_pdf.font import glyphless_font
from digitizer.parts.searchable_pdf.layer import FONT, text_layer
from digitizer.parts.searchable_pdf.pictures import picture_object
from digitizer.vocabulary.errors import UsageError
from digitizer.vocabulary.paper import Transcript

PdfPage = tuple[bytes, int, Transcript | None]
"""A page: its picture (JPEG or PNG), the picture's dots an inch, and what was read on it. The
words' boxes are in pixels of that very picture."""

_POINTS = 72  # to an inch


def searchable_pdf(pages: Sequence[PdfPage], title: str) -> bytes:
    """One PDF of ``pages`` in their order; the same input gives the same bytes.

    A JPEG is embedded as it is, a PNG losslessly. Raises UsageError for no pages, UnopenableFile
    for a picture that is neither.
    """
    if not pages:
        raise UsageError("A PDF needs at least one page, and this letter has none to show.")
    pdf = Pdf.new()
    font = pdf.make_indirect(glyphless_font(pdf))
    for number, page in enumerate(pages, start=1):
        _add_page(pdf, font, page, number)
    _describe(pdf, title)
    written = BytesIO()
    pdf.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


def _add_page(pdf: Pdf, font: pikepdf.Object, page: PdfPage, number: int) -> None:
    data, dpi, transcript = page
    picture = picture_object(pdf, data, number)
    scale = _POINTS / max(1, dpi)
    width, height = int(picture.Width) * scale, int(picture.Height) * scale
    drawn = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Picture Do Q\n".encode()
    words = transcript.words if transcript else ()
    pdf.pages.append(
        pikepdf.Page(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
                Resources=Dictionary(
                    XObject=Dictionary({"/Picture": picture}), Font=Dictionary({FONT: font})
                ),
                Contents=pdf.make_stream(drawn + text_layer(words, scale, height)),
            )
        )
    )


def _describe(pdf: Pdf, title: str) -> None:
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/Producer"] = f"digitizer {__version__}"
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
        metadata["pdf:Producer"] = f"digitizer {__version__}"
