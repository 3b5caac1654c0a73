"""Objects written as they are open as ReportLab's own do."""

from __future__ import annotations

import io

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.written import Written, WrittenStream


def test_objects_name_each_other_and_pages_and_streams_unpack() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.showPage()
    document = canvas._doc  # type: ignore[attr-defined]
    pages = [document.Reference(page) for page in document.Pages.pages]
    document.Reference(WrittenStream(b"content " * 99, "/Own 7 "), "stream")
    kept = document.Reference(Written("<< /Page {0} /Stream {stream} /Text (as is) >>", pages), "k")
    document.Catalog.__NoDefault__ = ["Kept", *document.Catalog.__NoDefault__]
    document.Catalog.Kept = kept
    canvas.save()
    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf:
        found = pdf.Root.Kept
        assert found.Page.objgen == pdf.pages[0].objgen
        assert found.Stream.read_bytes() == b"content " * 99
        assert int(found.Stream.Own) == 7
        assert str(found.Text) == "as is"
