"""What the numbers of the pictures mean as colours: sRGB, as scanners and cameras give them.

The profile is made from nothing, as the smallest that ICC.1:2001 (version 2, which every reader
knows) asks of a screen's: three primaries, a white, and the curve of IEC 61966-2-1.
"""

from __future__ import annotations

import struct
from functools import cache

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

_NAME = "sRGB IEC61966-2.1"
#: CIE XYZ under D50, the profile's own white.
_WHITE = (0.9642, 1.0, 0.8249)
_RED, _GREEN, _BLUE = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
_CURVE_POINTS = 1024


def output_intents(pdf: Pdf) -> Array:
    """The entry of the document's catalogue under which grey and RGB pictures mean sRGB."""
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String(_NAME),
        RegistryName=String("http://www.color.org"),
        Info=String(_NAME),
        DestOutputProfile=Stream(pdf, srgb_profile(), N=3),
    )
    return Array([pdf.make_indirect(intent)])


@cache
def srgb_profile() -> bytes:
    """An ICC profile of sRGB."""
    curve = _curve()
    tags = {
        b"desc": _description(_NAME),
        b"cprt": b"text" + bytes(4) + b"No copyright, use freely\0",
        b"wtpt": _xyz(_WHITE),
        b"rXYZ": _xyz(_RED),
        b"gXYZ": _xyz(_GREEN),
        b"bXYZ": _xyz(_BLUE),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    directory, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    for tag, data in tags.items():
        if data not in places:  # the three curves are one
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        directory += struct.pack(">4sII", tag, places[data], len(data))
    return _header(start + len(body)) + directory + body


def _header(size: int) -> bytes:
    made = (2000, 1, 1, 0, 0, 0)  # a fixed time, so that the same letter gives the same bytes
    return struct.pack(
        ">I4xI4s4s4s6H4s28x12s48x",
        *(size, 0x02100000, b"mntr", b"RGB ", b"XYZ "),
        *made,
        b"acsp",
        _xyz(_WHITE)[8:],
    )


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(0x10000 * each) for each in values))


def _description(text: str) -> bytes:
    content = text.encode("ascii") + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(content)) + content + bytes(78)


def _curve() -> bytes:
    """From what a picture says (0..1) to light (0..1), in 16 bits each."""
    steps = (step / (_CURVE_POINTS - 1) for step in range(_CURVE_POINTS))
    light = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in steps)
    points = [round(0xFFFF * each) for each in light]
    return b"curv" + bytes(4) + struct.pack(f">I{_CURVE_POINTS}H", _CURVE_POINTS, *points)
