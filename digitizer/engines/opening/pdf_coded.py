"""Whether a picture in a PDF has all the pixels that its dictionary claims, by its coding.

PDFium fills what is missing with white, black or grey, or leaves the picture out.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from PIL import Image

from digitizer.engines.opening import jbig2, jpx
from digitizer.engines.opening.fax import (
    FaxCoding,
    check_fax,
    check_fax_strips,
    group4_picture,
)
from digitizer.engines.opening.jpeg import check_jpeg, fixed, jpeg_size
from digitizer.engines.opening.page import PAGE_DAMAGED
from digitizer.model.errors import UnopenableFile

_FLATE, _DCT, _FAX = "/FlateDecode", "/DCTDecode", "/CCITTFaxDecode"
_JBIG2, _JPX = "/JBIG2Decode", "/JPXDecode"
_CODECS = {_DCT, _FAX, _JBIG2, _JPX}  # that code pictures; the others code bytes
_SPACES = {
    "/DeviceGray": 1,
    "/CalGray": 1,
    "/Indexed": 1,
    "/Separation": 1,
    "/DeviceRGB": 3,
    "/CalRGB": 3,
    "/Lab": 3,
    "/DeviceCMYK": 4,
}
_PNG_PREDICTORS = 10  # and above: each row begins with a byte of its own
_FAX_COLUMNS = 1728  # where none are given
_PIECE = 1 << 16  # bytes unpacked at once: a thousand times as many may come out
_LOOKED_AT = 1 << 16  # bytes beyond the last row
_MOST_EXTRA = 2  # rows that a program's buffer may be longer


@dataclass(frozen=True, slots=True)
class Coded:
    """A picture as its dictionary claims it. ``components`` is None where that cannot be known.

    ``data`` are coded by ``codec`` ("" for plain rows of pixels) with ``parms`` alone.
    """

    image: Any
    width: int
    height: int
    bits: int
    components: int | None
    filters: tuple[str, ...]
    parms: Any

    @property
    def codec(self) -> str:
        last = self.filters[-1] if self.filters else ""
        return last if last in _CODECS else ""

    @property
    def is_jbig2(self) -> bool:
        return self.codec == _JBIG2

    @property
    def row_bytes(self) -> int:
        """Of a row of pixels, at least."""
        return (self.width * self.bits * (self.components or 1) + 7) // 8


def described(image: Any) -> Coded:
    """``image`` is a stream, or an image in the line of a drawing."""
    inline = isinstance(image, pikepdf.PdfInlineImage)
    entries = image.obj if inline else image
    mask = bool(entries.get("/ImageMask", False))
    filters = _listed(entries.get("/Filter"))
    parms = _listed(entries.get("/DecodeParms"))
    return Coded(
        image=image,
        width=int(entries.get("/Width", 0)),
        height=int(entries.get("/Height", 0)),
        bits=1 if mask else int(entries.get("/BitsPerComponent", 1)),
        components=1 if mask else _components(entries.get("/ColorSpace")),
        filters=tuple(str(each) for each in filters),
        parms=parms[-1] if len(parms) == len(filters) and parms else None,
    )


def refuse_incomplete(image: Any) -> Image.Image | None:
    """Raises UnopenableFile where pixels are missing, or are others than the dictionary claims.

    Returns the picture of a Group 4 fax, which was decoded on the way (``fax.group4_picture``).
    """
    coded = described(image)
    match coded.codec:
        case "":
            _refuse_missing_rows(coded)
        case "/JBIG2Decode":
            _refuse_incomplete_jbig2(coded)
        case "/JPXDecode":
            jpx.refuse_incomplete(codec_data(coded), coded.width, coded.height)
        case "/CCITTFaxDecode":
            return _checked_fax(coded)
        case "/DCTDecode":
            _refuse_incomplete_jpeg(coded)
    return None


def has_symbols(image: Any) -> bool:
    """Whether shapes of letters are stored once and repeated."""
    coded = described(image)
    if not coded.is_jbig2:
        return False
    return jbig2.has_symbol_dictionary(jbig2_globals(coded)) or jbig2.has_symbol_dictionary(
        codec_data(coded)
    )


def codec_data(coded: Coded) -> bytes:
    """What the picture's own codec reads: other filters before it are undone."""
    raw: bytes = coded.image.read_raw_bytes()
    if len(coded.filters) < 2:
        return raw
    with pikepdf.new() as scratch:
        before = [pikepdf.Name(each) for each in coded.filters[:-1]]
        stream = pikepdf.Stream(scratch, raw, Filter=pikepdf.Array(before))
        plain: bytes = stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized)
        return plain


def jbig2_globals(coded: Coded) -> bytes:
    if isinstance(coded.parms, pikepdf.Dictionary) and "/JBIG2Globals" in coded.parms:
        shared: bytes = coded.parms.JBIG2Globals.read_bytes()
        return shared
    return b""


def jpeg_to_fix(image: Any) -> bytes | None:
    """The picture's JPEG as every decoder reads it, where it is one that they do not."""
    coded = described(image)
    if coded.codec != _DCT:
        return None
    return fixed(codec_data(coded))


def jbig2_trial(coded: Coded) -> bytes:
    """A PDF that draws a JBIG2 picture, and the same with another end behind its data."""
    data, shared = codec_data(coded), jbig2_globals(coded)
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        drawn = {}
        for name, end in (("/A", bytes), ("/B", jbig2.with_other_end)):
            parms = pikepdf.Dictionary()
            if shared:
                parms.JBIG2Globals = pikepdf.Stream(pdf, end(shared))
            drawn[name] = pikepdf.Stream(
                pdf,
                end(data),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=coded.width,
                Height=coded.height,
                ColorSpace=pikepdf.Name.DeviceGray,
                BitsPerComponent=1,
                Filter=pikepdf.Name.JBIG2Decode,
                DecodeParms=parms,
            )
        pdf.add_blank_page()
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(drawn))
        pdf.pages[0].Contents = pikepdf.Stream(pdf, b"/A Do /B Do")
        pdf.save(out)
    return out.getvalue()


def _refuse_incomplete_jbig2(coded: Coded) -> None:
    data = codec_data(coded)
    jbig2.refuse_incomplete(data, jbig2_globals(coded), coded.width, coded.height)
    for region, width, height in jbig2.fax_regions(data):
        check_fax(region, height, FaxCoding(width, k=-1))


def _refuse_incomplete_jpeg(coded: Coded) -> None:
    """Viewers do not agree on what they show where the dictionary describes another picture."""
    data = codec_data(coded)
    if jpeg_size(data) != (coded.width, coded.height):
        raise UnopenableFile(PAGE_DAMAGED)
    facts = check_jpeg(data)
    if coded.components not in (None, facts.components):
        raise UnopenableFile(PAGE_DAMAGED)


def _checked_fax(coded: Coded) -> Image.Image | None:
    data, coding = codec_data(coded), _fax_coding(coded)
    picture = None
    if coding.k < 0 and not coding.byte_align:
        picture = group4_picture(data, coded.height, coded.width)
    check_fax_strips((data,), coded.height, coded.height, coding, picture)
    return picture


def _fax_coding(coded: Coded) -> FaxCoding:
    parms = coded.parms if isinstance(coded.parms, pikepdf.Dictionary) else pikepdf.Dictionary()
    columns = int(parms.get("/Columns", _FAX_COLUMNS))
    if columns != coded.width:
        raise UnopenableFile(PAGE_DAMAGED)
    aligned = bool(parms.get("/EncodedByteAlign", False))
    return FaxCoding(columns, int(parms.get("/K", 0)), byte_align=aligned)


def _refuse_missing_rows(coded: Coded) -> None:
    needed = coded.row_bytes * coded.height
    if coded.filters == (_FLATE,):
        size, extra = _unpacked(coded, needed)
    else:
        level = pikepdf.StreamDecodeLevel.specialized
        inline = isinstance(coded.image, pikepdf.PdfInlineImage)
        data = coded.image.read_bytes() if inline else coded.image.read_bytes(decode_level=level)
        size, extra = len(data), data[needed : needed + _LOOKED_AT]
    if size < needed or (coded.components and _has_rows(extra, coded.row_bytes)):
        raise UnopenableFile(PAGE_DAMAGED)


def _has_rows(extra: bytes, row_bytes: int) -> bool:
    """Whether there is more to see below the last row: a program's empty buffer is even."""
    return len(extra) > _MOST_EXTRA * row_bytes and extra.count(extra[:1]) < len(extra)


def _unpacked(coded: Coded, needed: int) -> tuple[int, bytes]:
    """How many bytes of pixels there are, and the first of those beyond the ones needed."""
    row, of_row = _packed_row(coded)
    most = needed // row * of_row + of_row
    unpacker, size, extra = zlib.decompressobj(), 0, b""
    raw = coded.image.read_raw_bytes()
    try:
        for start in range(0, len(raw), _PIECE):
            piece = unpacker.decompress(raw[start : start + _PIECE])
            if size + len(piece) > most and len(extra) < _LOOKED_AT:
                extra += piece[max(0, most - size) :][:_LOOKED_AT]
            size += len(piece)
            if unpacker.eof or size > 2 * most + _LOOKED_AT:
                break
    except zlib.error as error:
        raise UnopenableFile(PAGE_DAMAGED) from error
    return size // of_row * row if row != of_row else size, extra


def _packed_row(coded: Coded) -> tuple[int, int]:
    """Bytes of a row of pixels, and of the same row as it was packed."""
    parms = coded.parms
    if not isinstance(parms, pikepdf.Dictionary) or parms.get("/Predictor", 1) < _PNG_PREDICTORS:
        return max(1, coded.row_bytes), max(1, coded.row_bytes)
    pixel = int(parms.get("/Colors", 1)) * int(parms.get("/BitsPerComponent", 8))
    row = (int(parms.get("/Columns", 1)) * pixel + 7) // 8
    return row, row + 1


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return list(value) if isinstance(value, pikepdf.Array) else (value,)


def _components(space: Any) -> int | None:
    """Components a pixel; None where it is not one of the usual spaces."""
    if isinstance(space, pikepdf.Array) and len(space) > 0:
        if str(space[0]) == "/ICCBased":
            return int(space[1].get("/N", 1))
        if str(space[0]) == "/DeviceN":
            return len(space[1])
        space = space[0]
    return _SPACES.get(str(space))
