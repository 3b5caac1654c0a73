"""Cover sheets to print."""

from __future__ import annotations

from functools import cache

import pypdfium2

from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, payload, short_id
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate

RING = KeyRing({1: b"k" * 32}, current=1)
SOMEBODY = Inmate("T-000123", "Testermann", "José María", "B-204", CustodyStatus.IN_CUSTODY)


@cache
def made_cover(kind: CodeKind) -> CoverSheet:
    code = new_cover_code(kind, RING)
    inmate = SOMEBODY if kind in (CodeKind.INMATE, CodeKind.REPLY) else None
    address = ("Mail Room", "1 Example Road", "Exampleville, EX 00000")
    return CoverSheet("Example Jail", address, inmate, kind, payload(code, RING), short_id(code))


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(str(document[0].get_textpage().get_text_bounded()).split())
    finally:
        document.close()
