"""A page's picture as a PDF object, not decoded and packed again where that can be helped."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, UnidentifiedImageError

from digitizer.model.errors import UnopenableFile

_JPEG_COLOURS = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}
_PNG_COLOURS = {0: (Name.DeviceGray, 1), 2: (Name.DeviceRGB, 3)}
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture_object(pdf: Pdf, data: bytes, number: int) -> Stream:
    """The JPEG or PNG ``data`` of page ``number``; raises UnopenableFile."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.format == "JPEG" and picture.mode in _JPEG_COLOURS:
                return _jpeg(pdf, data, picture)
            plain = _png(pdf, data)
            return _repacked(pdf, picture) if plain is None else plain
    except (UnidentifiedImageError, OSError, ValueError, struct.error) as error:
        raise UnopenableFile(
            f"The picture of page {number} cannot be opened ({error}). Make it again from the scan."
        ) from error


def check_opens(data: bytes) -> None:
    """Raises UnopenableFile for a picture that ``searchable_pdf`` would refuse."""
    with Pdf.new() as scratch:
        picture_object(scratch, data, 1)


def _jpeg(pdf: Pdf, data: bytes, picture: Image.Image) -> Stream:
    """The very bytes. Adobe's CMYK is stored inverted, which the decode array undoes."""
    stream = _stream(pdf, data, picture.size, _JPEG_COLOURS[picture.mode], 8)
    stream.Filter = Name.DCTDecode
    if picture.mode == "CMYK" and "adobe" in picture.info:
        stream.Decode = Array([1, 0] * 4)
    return stream


class _PngHeader(NamedTuple):
    width: int
    height: int
    bits: int
    colours: int
    compression: int
    filters: int
    interlace: int


def _png(pdf: Pdf, data: bytes) -> Stream | None:
    """A plain PNG's own packed rows, which PDF can read as they are; None for other PNGs."""
    if not data.startswith(_PNG_SIGNATURE):
        return None
    chunks = list(_chunks(data))
    header = _PngHeader(*struct.unpack(">IIBBBBB", chunks[0][1]))
    if header.colours not in _PNG_COLOURS or header.interlace:
        return None
    if any(kind == b"tRNS" for kind, _ in chunks):
        return None
    space, channels = _PNG_COLOURS[header.colours]
    rows = b"".join(body for kind, body in chunks if kind == b"IDAT")
    stream = _stream(pdf, rows, (header.width, header.height), space, header.bits)
    stream.Filter = Name.FlateDecode
    stream.DecodeParms = Dictionary(
        Predictor=15, Colors=channels, BitsPerComponent=header.bits, Columns=header.width
    )
    return stream


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A PNG's chunks: kind and content."""
    place = len(_PNG_SIGNATURE)
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        yield kind, data[place + 8 : place + 8 + length]
        place += 12 + length


def _repacked(pdf: Pdf, picture: Image.Image) -> Stream:
    """Any other picture, decoded and packed losslessly; what is transparent becomes white."""
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, "white")
        picture.paste(clear, mask=clear)
    elif picture.mode.startswith("I"):
        raise ValueError("interlaced pictures of 16 bits are not supported")
    elif picture.mode not in ("L", "RGB"):
        picture = picture.convert("RGB")
    space = _JPEG_COLOURS[picture.mode]
    stream = _stream(pdf, zlib.compress(picture.tobytes()), picture.size, space, 8)
    stream.Filter = Name.FlateDecode
    return stream


def _stream(pdf: Pdf, data: bytes, size: tuple[int, int], space: Name, bits: int) -> Stream:
    return Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=space,
        BitsPerComponent=bits,
    )
