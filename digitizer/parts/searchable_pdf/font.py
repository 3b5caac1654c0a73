"""A font without a picture for any letter, for text that is found but not seen.

A two-byte code is its letter's UTF-16 unit, so every script can be written; all codes share one
empty glyph. The idea is Tesseract's and OCRmyPDF's; the font here is made from nothing, as the
smallest that the OpenType specification and PDF 32000 (9.7.4, CIDFontType2) ask for.
"""

from __future__ import annotations

import struct
import zlib

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

ADVANCE = 500  # a glyph's width, in thousandths of the font size
ASCENT = 800
DESCENT = -200

_NAME = Name("/Glyphless")


def glyphless_font(pdf: Pdf) -> Object:
    """The font as an object of ``pdf``."""
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
        FontFile2=_packed(pdf, _true_type()),
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
        ToUnicode=_packed(pdf, _to_unicode()),
    )


def _packed(pdf: Pdf, data: bytes) -> Stream:
    return Stream(pdf, zlib.compress(data, 9), Filter=Name.FlateDecode, Length1=len(data))


def _to_unicode() -> bytes:
    """The map from codes to letters: each to itself, in ranges of one leading byte."""
    rows = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in range(256)]
    blocks = (rows[start : start + 100] for start in range(0, 256, 100))  # 100: the format's limit
    ranges = "\n".join(
        f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in blocks
    )
    return f"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{ranges}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
""".encode("ascii")


def _true_type() -> bytes:
    """A TrueType file of two empty glyphs: the tables that PDF asks of an embedded font."""
    head = struct.pack(
        ">IIIIHHqqhhhhHHhhh",
        *(0x00010000, 0x00010000, 0, 0x5F0F3CF5, 3, 1000, 0, 0),
        *(0, DESCENT, ADVANCE, ASCENT, 0, 8, 2, 0, 0),
    )
    hhea = struct.pack(
        ">IhhhHhhh11hH", 0x00010000, ASCENT, DESCENT, 0, ADVANCE, 0, 0, 0, 1, *[0] * 10, 1
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
