"""The two barcode decoders, each asked once: zxing-cpp, and zbar through pyzbar.

Whatever a decoder raises is a doubt about the page, put into words; it is never passed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from digitizer.engines.codes.cover_code import is_ours
from digitizer.model.paper import Box, Symbol

try:
    from pyzbar import pyzbar
except ImportError:  # Debian's libzbar0 is missing: one decoder is left, and `doctor` says so.
    pyzbar = None

Picture = NDArray[np.uint8]

ZXING = "zxing-cpp"
ZBAR = "zbar"
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
EVERY_FORMAT = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllReadable)
#: The codes made of modules in two directions, by the names that a Symbol carries.
SQUARE_FORMATS = frozenset({"QRCode", "DataMatrix", "Aztec", "AztecCode", "MaxiCode"})


def has_second_decoder() -> bool:
    """Whether zbar is there to check on zxing-cpp."""
    return pyzbar is not None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look of one decoder gave: symbols, places it could not decode, and failures."""

    symbols: tuple[Symbol, ...] = ()
    undecoded: tuple[Box, ...] = ()
    trouble: tuple[str, ...] = ()

    def __add__(self, other: Look) -> Look:
        return Look(
            self.symbols + other.symbols,
            self.undecoded + other.undecoded,
            self.trouble + other.trouble,
        )

    def moved(self, scale: float, left: int = 0, top: int = 0) -> Look:
        """The same look in the pixels of a picture of which this one is a scaled cut-out."""
        return replace(
            self,
            symbols=tuple(
                replace(each, box=moved(each.box, scale, left, top)) for each in self.symbols
            ),
            undecoded=tuple(moved(box, scale, left, top) for box in self.undecoded),
        )

    @property
    def ours(self) -> tuple[Symbol, ...]:
        """The symbols that claim to be ours."""
        return tuple(symbol for symbol in self.symbols if is_ours(symbol.text))


def zxing(
    picture: Picture,
    *,
    thorough: bool,
    formats: zxingcpp.BarcodeFormats = QR,
) -> Look:
    """One look of zxing-cpp; a thorough one also at other thresholds and reduced sizes."""
    ways = [zxingcpp.Binarizer.LocalAverage]
    if thorough:
        ways += [zxingcpp.Binarizer.GlobalHistogram, zxingcpp.Binarizer.FixedThreshold]
    try:
        return sum((_zxing_once(picture, formats, way, thorough) for way in ways), Look())
    except Exception as error:  # whatever a decoder raises is a doubt about this page
        return Look(trouble=(f"{ZXING} failed: {error}",))


def _zxing_once(
    picture: Picture,
    formats: zxingcpp.BarcodeFormats,
    way: zxingcpp.Binarizer,
    thorough: bool,
) -> Look:
    found = zxingcpp.read_barcodes(
        picture,
        formats=formats,
        try_rotate=thorough,
        try_downscale=thorough,
        try_invert=thorough,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=way,
        return_errors=True,
    )
    boxes = [bounds(_quad(each.position)) for each in found]
    return Look(
        tuple(
            Symbol(str(each.format).replace(" ", ""), each.text, box, (ZXING,))
            for each, box in zip(found, boxes, strict=True)
            if each.valid
        ),
        tuple(box for each, box in zip(found, boxes, strict=True) if not each.valid),
    )


def _quad(position: zxingcpp.Position) -> tuple[tuple[float, float], ...]:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((float(corner.x), float(corner.y)) for corner in corners)


def zbar(picture: Picture) -> Look:
    """One look of zbar, at QR and Code 128 only: with others it invents what is not there."""
    if pyzbar is None or min(picture.shape) < 2:
        return Look()
    wanted = [pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128]
    try:
        found = pyzbar.decode(np.ascontiguousarray(picture), symbols=wanted)
        return Look(tuple(_from_zbar(each) for each in found))
    except Exception as error:  # whatever a decoder raises is a doubt about this page
        return Look(trouble=(f"{ZBAR} failed: {error}",))


def _from_zbar(found: pyzbar.Decoded) -> Symbol:
    names = {"QRCODE": "QRCode", "CODE128": "Code128"}
    box = Box(found.rect.left, found.rect.top, found.rect.width, found.rect.height)
    return Symbol(names[found.type], found.data.decode("utf-8", "replace"), box, (ZBAR,))


def bounds(corners: Iterable[tuple[float, float]]) -> Box:
    """The upright box around these points."""
    xs, ys = zip(*corners, strict=True)
    left, top = round(min(xs)), round(min(ys))
    return Box(left, top, round(max(xs)) - left, round(max(ys)) - top)


def moved(box: Box, scale: float, left: int = 0, top: int = 0) -> Box:
    """The box, scaled and then shifted."""
    return Box(
        round(box.left * scale) + left,
        round(box.top * scale) + top,
        round(box.width * scale),
        round(box.height * scale),
    )
