"""PDFs made byte by byte: a picture in each coding, and pages that draw it in each way."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from trials.damage import jbig2_encoder

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

WIDTH, HEIGHT = 344, 440  # pixels; 1.72 by 2.2 inches at 200 dpi
DPI = 200


def written(width: int = WIDTH, height: int = HEIGHT, seed: int = 0) -> Pixels:
    """A grey page with writing on it: 0 and 255 only."""
    page = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(page)
    pen.fontmode = "1"
    for number, top in enumerate(range(height // 20, height - height // 8, height // 20)):
        pen.text((width // 15, top), f"{seed} Dear Aunt, line {number}", 0, font_size=height / 26)
    pen.rectangle((width // 2, height * 9 // 10, width * 9 // 10, height * 19 // 20), fill=0)
    return np.asarray(page)


def looks_like(page: Pixels, most: float = 12.0) -> Callable[[Any], bool]:
    """Whether a picture shows that page, at whatever resolution: mean difference of levels."""

    def looks(seen: Any) -> bool:
        if abs(seen.shape[0] * page.shape[1] / (seen.shape[1] * page.shape[0]) - 1) > 0.03:
            return False
        size = page.shape[1], page.shape[0]
        same_size = Image.fromarray(seen).convert("L").resize(size, Image.Resampling.BOX)
        return bool(np.abs(np.asarray(same_size).astype(int) - page).mean() < most)

    return looks


@dataclass(frozen=True, slots=True)
class Coded:
    """A picture's data and its dictionary: ``space``, ``bits`` and what else it needs.

    ``marker`` ends the data in this coding; where a copy broke off it may be put behind the cut.
    """

    data: bytes
    filter: str
    width: int
    height: int
    space: str = "/DeviceGray"
    bits: int = 8
    more: str = ""
    marker: bytes = b""

    def stream(self, *, keys: str = "", kind: str = "/Type/XObject/Subtype/Image") -> bytes:
        mask = "/ImageMask true" in keys
        look = "" if mask else f"/ColorSpace{self.space}"
        entries = (
            f"{kind}/Width {self.width}/Height {self.height}/BitsPerComponent {self.bits}"
            f"{look}{self.filter and '/Filter' + self.filter}{self.more}{keys}"
        )
        return stream(self.data, entries)


def stream(data: bytes, entries: str = "") -> bytes:
    return f"<<{entries}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"


def coded(codec: str, page: Pixels) -> Coded:
    """The page in a coding, by the table's name for it."""
    return CODECS[codec](page)


def _raw(page: Pixels) -> Coded:
    return Coded(page.tobytes(), "", page.shape[1], page.shape[0])


def _flate(page: Pixels) -> Coded:
    return replace(_raw(page), data=zlib.compress(page.tobytes()), filter="/FlateDecode")


def _tiff_strip(page: Pixels, compression: str) -> bytes:
    """The one strip of a TIFF that Pillow writes: the codings are those of PDF."""
    out = io.BytesIO()
    picture = Image.fromarray(page)
    bilevel = compression.startswith("group")
    (picture.convert("1") if bilevel else picture).save(
        out, "TIFF", compression=compression, tiffinfo={278: page.shape[0]}
    )
    out.seek(0)
    with Image.open(out) as made:
        tags: Any = made.tag_v2  # type: ignore[attr-defined]
        (offset,), (count,) = tags[273], tags[279]
    return out.getvalue()[offset : offset + count]


def _lzw(page: Pixels) -> Coded:
    return replace(_raw(page), data=_tiff_strip(page, "tiff_lzw"), filter="/LZWDecode")


def _run_length(page: Pixels) -> Coded:
    data = _tiff_strip(page, "packbits") + b"\x80"
    return replace(_raw(page), data=data, filter="/RunLengthDecode", marker=b"\x80")


def _fax(page: Pixels, compression: str, k: int, marker: bytes) -> Coded:
    height, width = page.shape
    more = f"/DecodeParms<</K {k}/Columns {width}/Rows {height}>>/Decode[1 0]"
    data = _tiff_strip(page, compression)
    return Coded(data, "/CCITTFaxDecode", width, height, bits=1, more=more, marker=marker)


def _jbig2(page: Pixels) -> Coded:
    data = jbig2_encoder.encode((page < 128).astype(np.uint8))
    return Coded(data, "/JBIG2Decode", page.shape[1], page.shape[0], bits=1, marker=b"\xff\xac")


def _jpeg(picture: Image.Image, space: str, **options: Any) -> Coded:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90, **options)
    data = out.getvalue()
    more = "/Decode[1 0 1 0 1 0 1 0]" if picture.mode == "CMYK" else ""
    return Coded(data, "/DCTDecode", *picture.size, space=space, more=more, marker=b"\xff\xd9")


def _baseline(page: Pixels) -> Coded:
    return _jpeg(Image.fromarray(page), "/DeviceGray")


def _colour(page: Pixels) -> Coded:
    return _jpeg(Image.fromarray(page).convert("RGB"), "/DeviceRGB")


def _progressive(page: Pixels) -> Coded:
    return _jpeg(Image.fromarray(page).convert("RGB"), "/DeviceRGB", progressive=True)


def _cmyk(page: Pixels) -> Coded:
    return _jpeg(Image.fromarray(page).convert("RGB").convert("CMYK"), "/DeviceCMYK")


def _jpx(page: Pixels) -> Coded:
    out = io.BytesIO()
    Image.fromarray(page).save(out, "JPEG2000", no_jp2=True, irreversible=False)
    return Coded(out.getvalue(), "/JPXDecode", page.shape[1], page.shape[0], marker=b"\xff\xd9")


CODECS: Mapping[str, Callable[[Pixels], Coded]] = {
    "raw": _raw,
    "Flate": _flate,
    "LZW": _lzw,
    "RunLength": _run_length,
    "G3": lambda page: _fax(page, "group3", 0, b"\0\x10\x01\0\x10\x01"),
    "G4": lambda page: _fax(page, "group4", -1, b"\0\x10\x01"),
    "JBIG2": _jbig2,
    "JPEG baseline": _baseline,
    "JPEG colour": _colour,
    "JPEG progressive": _progressive,
    "JPEG CMYK": _cmyk,
    "JPEG 2000": _jpx,
}


def pdf(objects: Mapping[int, bytes], trailer: str = "") -> bytes:
    """These objects with a right table of their places; object 1 is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return bytes(out) + _table(places, len(out), max(objects) + 1, trailer)


def _table(places: Mapping[int, int], at: int, size: int, trailer: str) -> bytes:
    rows = [b"0 1\n0000000000 65535 f \n"]
    rows += [b"%d 1\n%010d 00000 n \n" % each for each in places.items()]
    end = f"trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{at}\n%%EOF\n"
    return b"xref\n" + b"".join(rows) + end.encode()


def with_change(whole: bytes, number: int, body: bytes, size: int) -> bytes:
    """The same PDF with an object put in place of another, behind its end."""
    earlier = int(whole.rpartition(b"startxref")[2].split()[0])
    new = b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return (
        whole + new + _table({number: len(whole)}, len(whole) + len(new), size, f"/Prev {earlier}")
    )


def page_pdf(
    drawn: str,
    things: Sequence[bytes] = (),
    *,
    size: tuple[float, float] = (WIDTH * 72 / DPI, HEIGHT * 72 / DPI),
    keys: str = "",
    resources: str = "",
    box: str = "",
) -> bytes:
    """A page that draws: objects 5 and on are ``things``, by the names /X5 and on."""
    named = "".join(f"/X{number} {number} 0 R" for number in range(5, 5 + len(things)))
    box = box or f"/MediaBox[0 0 {size[0]} {size[1]}]"
    page = (
        f"<</Type/Page/Parent 2 0 R{box}/Contents 4 0 R"
        f"/Resources<</XObject<<{named}>>{resources}>>{keys}>>"
    )
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: page.encode(),
            4: stream(drawn.encode("latin-1")),
            **dict(enumerate(things, 5)),
        }
    )


def filling(name: str = "X5", size: tuple[float, float] | None = None) -> str:
    """Draws a picture over the whole page."""
    width, height = size or (WIDTH * 72 / DPI, HEIGHT * 72 / DPI)
    return f"q {width} 0 0 {height} 0 0 cm /{name} Do Q\n"


def picture_pdf(picture: Coded, keys: str = "") -> bytes:
    """A page that is one picture."""
    return page_pdf(filling(), [picture.stream()], keys=keys)


def with_region_length(data: bytes) -> bytes:
    """A JBIG2 page of one region whose length is made to fit what is left of its data."""
    head = len(jbig2_encoder.page_information(1, 1))
    at = head + 7
    return data[:at] + struct.pack(">I", len(data) - at - 4) + data[at + 4 :]
