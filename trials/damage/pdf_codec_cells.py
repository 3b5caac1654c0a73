"""What may happen to a picture's data in a PDF, for each coding."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from trials.damage.cell import Cell
from trials.damage.pdf_kit import (
    CODECS,
    HEIGHT,
    WIDTH,
    Coded,
    coded,
    filling,
    looks_like,
    page_pdf,
    picture_pdf,
    with_region_length,
    written,
)

_BILEVEL = {"G3", "G4", "JBIG2"}
_COLOURED = {"JPEG colour", "JPEG progressive", "JPEG CMYK"}
_HOLE = 200  # bytes
_NO_SUMS = "nothing in plain pixels shows whether they should be zeros"
_NO_ERRORS = "its packets of bits can be read whatever they are"
_NO_NEGATIVE = {
    "JPEG 2000": "/Decode does not hold for it, but in a stencil",
    "JPEG CMYK": "a full black plate makes it black all over",
}
_ONE_COMPONENT = "its pixels have one component, always"
_OWN_SPACE = {"JPEG 2000": "its own colours hold, not the dictionary's"}
_NO_MASK = "a mask has one component"

Harm = Callable[[Coded], Coded]


def _cut(picture: Coded, share: float = 0.6) -> Coded:
    return replace(picture, data=picture.data[: int(share * len(picture.data))])


def _cut_and_ended(picture: Coded, share: float = 0.6) -> Coded:
    ended = _cut(picture, share).data + picture.marker
    if picture.filter == "/JBIG2Decode":
        ended = with_region_length(ended)
    return replace(picture, data=ended)


def _with_hole(picture: Coded, filling: bytes = b"\0") -> Coded:
    at = len(picture.data) * 6 // 10
    data = picture.data[:at] + filling * _HOLE + picture.data[at + _HOLE :]
    return replace(picture, data=data)


def _with_gap(picture: Coded) -> Coded:
    at = len(picture.data) * 6 // 10
    data = picture.data[:at] + picture.data[at + _HOLE :]
    if picture.filter == "/JBIG2Decode":
        data = with_region_length(data)
    return replace(picture, data=data)


def _taller(picture: Coded) -> Coded:
    return replace(picture, height=HEIGHT + 60)


def _shorter(picture: Coded) -> Coded:
    return replace(picture, height=HEIGHT - 60)


def _wider(picture: Coded) -> Coded:
    more = picture.more.replace(f"/Columns {WIDTH}", f"/Columns {WIDTH + 40}")
    return replace(picture, width=WIDTH + 40, more=more)


def _other_space(picture: Coded) -> Coded:
    other = {"/DeviceGray": "/DeviceRGB", "/DeviceRGB": "/DeviceGray", "/DeviceCMYK": "/DeviceRGB"}
    return replace(picture, space=other[picture.space], more="")


def _impossible(codec: str, damage: str) -> str | None:
    if damage == "200 bytes zeroed":
        return {"raw": _NO_SUMS, "JPEG 2000": _NO_ERRORS}.get(codec)
    if damage.startswith("another colour space"):
        return _ONE_COMPONENT if codec in _BILEVEL else _OWN_SPACE.get(codec)
    return None


_HARMS: tuple[tuple[str, Harm], ...] = (
    ("cut off at 60 %", _cut),
    ("the last 5 % cut off", partial(_cut, share=0.95)),
    ("cut off, end marker put behind", _cut_and_ended),
    ("200 bytes zeroed", _with_hole),
    ("200 bytes taken out", _with_gap),
    ("fewer rows than the dictionary says", _taller),
    ("more rows than the dictionary says", _shorter),
    ("fewer pixels across than the dictionary says", _wider),
    ("another colour space in the dictionary", _other_space),
)


def cells() -> Iterator[Cell]:
    for codec in CODECS:
        yield _good(codec, "none", partial(_plain, codec))
        for damage, harm in _HARMS:
            yield _harmed(codec, damage, harm, _whole_page)
        for place, draw in (
            ("as a layer over a background", _layer),
            ("a small picture on the page", _small),
            ("within a form", _in_a_form),
        ):
            if codec in _COLOURED and draw is _layer:
                yield Cell("PDF", codec, f"cut off, {place}", impossible=_NO_MASK)
                continue
            yield _harmed(codec, f"cut off, {place}", _cut, draw)
            yield _placed(codec, place, draw)
        yield from _turned(codec)
    yield from _feeders()


def _height_at_the_end(picture: Coded, height: int) -> Coded:
    """As feeders write it that do not know yet how long the sheet is: in a DNL marker (T.81)."""
    at = re.search(rb"\xff[\xc0-\xc2]\0", picture.data)
    assert at is not None
    head = picture.data[: at.end() + 2] + struct.pack(">H", height)
    marker = b"\xff\xdc" + struct.pack(">HH", 4, picture.height)
    return replace(picture, data=head + picture.data[at.end() + 4 : -2] + marker + b"\xff\xd9")


def _feeders() -> Iterator[Cell]:
    for codec in ("JPEG baseline", "JPEG colour"):
        for height in (0, 65535):
            height_at = f"height {height:,}, given at the end"
            for place, draw in (("", _whole_page), (", within a form", _in_a_form)):
                yield _good(codec, height_at + place, partial(_dnl_page, codec, height, draw))
            cut = partial(_dnl_page, codec, height, _cut_page)
            yield Cell("PDF", codec, f"{height_at}, cut off and ended", 0, cut)


def _dnl_page(codec: str, height: int, draw: Callable[[Coded], bytes]) -> bytes:
    return draw(_height_at_the_end(coded(codec, written()), height))


def _cut_page(picture: Coded) -> bytes:
    return picture_pdf(_cut_and_ended(picture))


def _plain(codec: str) -> bytes:
    return picture_pdf(coded(codec, written()))


def _good(codec: str, damage: str, make: Callable[[], bytes], negative: bool = False) -> Cell:
    page = 255 - written() if negative else written()
    return Cell("PDF", codec, damage, 1, make, looks_right=looks_like(page))


def _harmed(codec: str, damage: str, harm: Harm, draw: Callable[[Coded], bytes]) -> Cell:
    why = _impossible(codec, damage)
    if why:
        return Cell("PDF", codec, damage, impossible=why)
    return Cell("PDF", codec, damage, 0, lambda: draw(harm(coded(codec, written()))))


def _placed(codec: str, place: str, draw: Callable[[Coded], bytes]) -> Cell:
    """The same page, nothing harmed: it is not held."""
    return Cell("PDF", codec, place, 1, lambda: draw(coded(codec, written())))


def _whole_page(picture: Coded) -> bytes:
    return picture_pdf(picture)


def _layer(picture: Coded) -> bytes:
    """Ink through a mask in this coding, over a background that is whole."""
    background = coded("Flate", written(seed=1))
    ink = coded("Flate", written() // 2)
    masks = picture.space == "/DeviceGray" and picture.bits == 8
    keys = "/SMask 7 0 R" if masks else "/Mask 7 0 R"
    mask = replace(picture, space="/DeviceGray") if masks else picture
    stencil = mask.stream(keys="" if masks else "/ImageMask true")
    return page_pdf(
        filling("X5") + filling("X6"), [background.stream(), ink.stream(keys=keys), stencil]
    )


def _small(picture: Coded) -> bytes:
    """A thirtieth of the page."""
    background = coded("Flate", written(seed=1))
    drawn = filling("X5") + "q 20 0 0 26 5 5 cm /X6 Do Q"
    return page_pdf(drawn, [background.stream(), picture.stream()])


def _in_a_form(picture: Coded) -> bytes:
    form = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 900 900]/Resources<</XObject<</X6 6 0 R>>>>"
        b"/Length %d>>stream\n%b\nendstream"
    )
    drawn = filling("X6").encode()
    return page_pdf("/X5 Do", [form % (len(drawn), drawn), picture.stream()])


def _turned(codec: str) -> Iterator[Cell]:
    """Negative by the dictionary is negative on the screen; /Rotate is heeded."""
    picture = CODECS[codec]

    def negative() -> bytes:
        made = picture(written())
        ranges = {"/DeviceGray": 1, "/DeviceRGB": 3}[made.space]
        turned = "/Decode[" + ("0 1" if "/Decode[1 0]" in made.more else "1 0 " * ranges) + "]"
        return picture_pdf(replace(made, more=made.more.replace("/Decode[1 0]", "") + turned))

    if codec in _NO_NEGATIVE:
        yield Cell("PDF", codec, "negative by /Decode", impossible=_NO_NEGATIVE[codec])
    else:
        yield _good(codec, "negative by /Decode", negative, negative=True)
    yield Cell(
        "PDF",
        codec,
        "turned by /Rotate",
        1,
        lambda: picture_pdf(picture(written()), "/Rotate 90"),
        looks_right=_sideways,
    )


def _sideways(seen: object) -> bool:
    page = written()[::-1].T  # a quarter turn clockwise
    return looks_like(page)(seen)
