"""Puts the document together."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from digitizer import __version__
from digitizer.engines.searchable_pdf.colours import output_intents
from digitizer.engines.searchable_pdf.font import glyphless_font
from digitizer.engines.searchable_pdf.glyph_codes import Codes, codes_for
from digitizer.engines.searchable_pdf.layer import FONT, text_layer
from digitizer.engines.searchable_pdf.metadata import sayable, xmp
from digitizer.engines.searchable_pdf.page_pictures import picture_object
from digitizer.model.errors import UsageError
from digitizer.model.paper import Transcript, Word

PdfPage = tuple[bytes, int, Transcript | None]
"""A page: its picture (JPEG or PNG), the picture's dots an inch, and what was read on it. The
words' boxes are in pixels of that very picture."""

_POINTS = 72  # to an inch
_SHORTEST, _LONGEST = 3, 14_400  # a page's sides in points, says PDF/A


def searchable_pdf(pages: Sequence[PdfPage], title: str) -> bytes:
    """One PDF/A-2u of ``pages`` in their order; the same input gives the same bytes.

    A JPEG is embedded as it is, a PNG losslessly. A picture in printing colours (CMYK) is kept
    too; without a profile for its ink PDF/A allows none, and the document does not claim to be
    one. Raises UsageError for no pages, UnopenableFile for a picture that is neither.
    """
    if not pages:
        raise UsageError("A PDF needs at least one page, and this letter has none to show.")
    pdf = Pdf.new()
    pictures = [picture_object(pdf, page[0], number) for number, page in enumerate(pages, start=1)]
    codes = codes_for(word.text for page in pages for word in _words(page[2]))
    font = pdf.make_indirect(glyphless_font(pdf, codes))
    for picture, (_, dpi, transcript) in zip(pictures, pages, strict=True):
        _add_page(pdf, font, picture, dpi, _words(transcript), codes)
    is_archival = all(picture.ColorSpace != Name.DeviceCMYK for picture in pictures)
    if is_archival:
        pdf.Root.OutputIntents = output_intents(pdf)
    _describe(pdf, sayable(title), is_archival)
    written = BytesIO()
    pdf.save(
        written,
        deterministic_id=True,
        min_version="1.7",
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return written.getvalue()


def _words(transcript: Transcript | None) -> tuple[Word, ...]:
    return transcript.words if transcript else ()


def _add_page(
    pdf: Pdf, font: pikepdf.Object, picture: Stream, dpi: int, words: Sequence[Word], codes: Codes
) -> None:
    scale = _scale(int(picture.Width), int(picture.Height), dpi)
    width, height = int(picture.Width) * scale, int(picture.Height) * scale
    drawn = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Picture Do Q\n".encode()
    sides = [round(max(_SHORTEST, side), 3) for side in (width, height)]
    pdf.pages.append(
        pikepdf.Page(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, *sides]),
                Resources=Dictionary(
                    XObject=Dictionary({"/Picture": picture}), Font=Dictionary({FONT: font})
                ),
                Contents=pdf.make_stream(drawn + text_layer(words, codes, scale, height)),
            )
        )
    )


def _scale(width: int, height: int, dpi: int) -> float:
    """Points a pixel: as the picture's resolution says, unless the page were too long."""
    return min(_POINTS / max(1, dpi), _LONGEST / max(width, height))


def _describe(pdf: Pdf, title: str, is_archival: bool) -> None:
    producer = f"digitizer {__version__}"
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.docinfo["/Title"] = title
    pdf.docinfo["/Producer"] = producer
    packet = xmp(title, producer, "U" if is_archival else "")
    pdf.Root.Metadata = Stream(pdf, packet, Type=Name.Metadata, Subtype=Name.XML)
