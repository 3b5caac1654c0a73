"""A font without a picture for any letter, for text that is found but not seen.

Every script can be written (``glyph_codes.py`` says how); all codes share one empty glyph, which
is not ``.notdef``. The idea is Tesseract's and OCRmyPDF's; the font here is made from nothing, as
the smallest that the OpenType specification, PDF 32000 (9.7.4, CIDFontType2) and PDF/A ask for.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from digitizer.engines.printing.kit.unicode_map import unicode_map
from digitizer.engines.searchable_pdf.glyph_codes import MEANINGLESS, Codes

ADVANCE = 500  # a glyph's width, in thousandths of the font size
ASCENT = 800
DESCENT = -200

_NAME = Name("/Glyphless")


def glyphless_font(pdf: Pdf, codes: Codes) -> Object:
    """The font as an object of ``pdf``; ``codes`` are its letters beyond the first plane."""
    program = _true_type()
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=_NAME,
        Flags=5,  # fixed pitch, symbolic
        FontBBox=Array([0, DESCENT, ADVANCE, ASCENT]),
        ItalicAngle=0,
        Ascent=ASCENT,
        Descent=DESCENT,
        CapHeight=ASCENT,
        StemV=80,
        FontFile2=_packed(pdf, program, Length1=len(program)),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=_NAME,
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=ADVANCE,
        CIDToGIDMap=_packed(pdf, b"\x00\x01" * 0x10000),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=_NAME,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=_packed(pdf, _to_unicode(codes)),
    )


def _packed(pdf: Pdf, data: bytes, **more: int) -> Stream:
    return Stream(pdf, zlib.compress(data, 9), Filter=Name.FlateDecode, **more)


def _to_unicode(codes: Codes) -> bytes:
    """The map from codes to letters, without those that mean nothing."""
    own = [f"<{first:04X}> <{last:04X}> <{first:04X}>" for first, last in _ranges()]
    beyond = [
        f"<{code:04X}> <{letter.encode('utf-16-be').hex().upper()}>"
        for letter, code in codes.items()
    ]
    blocks = "\n".join([*_blocks("bfrange", own), *_blocks("bfchar", beyond)])
    return unicode_map(blocks)


def _ranges() -> Iterator[tuple[int, int]]:
    """The codes that are their own letters, first and last of each run under one leading byte (a
    limit of the format)."""
    for high in range(0x0000, 0x10000, 0x100):
        meant = [code for code in range(high, high + 0x100) if code not in MEANINGLESS]
        if meant:  # what means nothing stands at a leading byte's beginning or end
            yield meant[0], meant[-1]


def _blocks(kind: str, rows: Sequence[str]) -> Iterator[str]:
    """Rows in blocks of 100, the format's limit."""
    for start in range(0, len(rows), 100):
        some = rows[start : start + 100]
        yield "\n".join([f"{len(some)} begin{kind}", *some, f"end{kind}"])


def _true_type() -> bytes:
    """A TrueType file of two empty glyphs: the tables that PDF asks of an embedded font."""
    head = struct.pack(
        ">IIIIHHqqhhhhHHhhh",
        *(0x00010000, 0x00010000, 0, 0x5F0F3CF5, 3, 1000, 0, 0),
        *(0, DESCENT, ADVANCE, ASCENT, 0, 8, 2, 0, 0),
    )
    hhea = struct.pack(
        ">IhhhHhhh8hH", 0x00010000, ASCENT, DESCENT, 0, ADVANCE, 0, 0, 0, 1, *[0] * 7, 1
    )
    maxp = struct.pack(">IH13H", 0x00010000, 2, 0, 0, 0, 0, 2, *[0] * 8)
    hmtx = struct.pack(">Hhh", ADVANCE, 0, 0)
    loca = struct.pack(">HHH", 0, 0, 0)
    tables = {
        b"glyf": b"\x00",
        b"head": head,
        b"hhea": hhea,
        b"hmtx": hmtx,
        b"loca": loca,
        b"maxp": maxp,
    }
    return _font_file(tables)


def _font_file(tables: dict[bytes, bytes]) -> bytes:
    """Tables (in order of their tags) behind their directory; ``head`` gets the file's sum."""
    directory, body = b"", b""
    start = 12 + 16 * len(tables)
    for tag, data in tables.items():
        directory += struct.pack(">4sIII", tag, _checksum(data), start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    font = struct.pack(">IHHHH", 0x00010000, len(tables), 64, 2, 32) + directory + body
    adjust = start + body.index(tables[b"head"]) + 8
    total = (0xB1B0AFBA - _checksum(font)) & 0xFFFFFFFF
    return font[:adjust] + struct.pack(">I", total) + font[adjust + 4 :]


def _checksum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF
