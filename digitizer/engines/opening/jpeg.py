"""Whether a JPEG's scan data are all there and sound, whatever its coding (ITU-T T.81).

A decoder that runs out of data fills the rest of the page with grey and calls that a warning; so
does one that meets a wrong code. Here libjpeg-turbo is asked for its warnings (simplejpeg), and
what it does not warn of is looked for: scans that are missing, data left over at the end, a
stretch that a disk or a network filled with zeros.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import simplejpeg

from digitizer.engines.opening.jpeg_markers import END, FRAMES, Scan, Walk, height_of, plain_of
from digitizer.engines.opening.page import CUT_OFF, PAGE_DAMAGED, Picture
from digitizer.model.errors import UnopenableFile

_PICTURES_OF_INDEX = 0xB002  # the tag under which they are listed
_HOLE = 32  # zero bytes: 256 bits, of which some 60 coefficients would come
_REFINING_HOLE = 128  # more correction bits than one run of blocks collects (1,000 in libjpeg)
_MOST_SCANS = 100  # an encoder writes ten; of more, each would be decoded again and again
_PADDING = 4  # bytes that a feeder's chip may put behind the last code
_DAMAGE = ("Corrupt JPEG", "Premature end", "Inconsistent progression")
_TAILS = (b"", bytes.fromhex("a55a3cc3960f69f0"))  # behind arithmetic data, which may end early
_EIGHTH = {"min_factor": 8, "min_height": 1, "min_width": 1, "fastdct": True, "fastupsample": True}


@dataclass(frozen=True, slots=True)
class JpegFacts:
    """What is really coded. ``height`` is the one of the DNL marker where there is one; ``end`` is
    the offset behind the end marker, where anything else in the file begins."""

    width: int
    height: int
    components: int
    end: int


def check_jpeg(data: bytes) -> JpegFacts:
    """What one JPEG holds; ``data`` begins with its first byte, and may go on behind its end.

    Raises UnopenableFile where scan data are missing, cut or damaged. The height is not kept to
    any limit here: ask ``jpeg_size`` before, since the data are decoded (to an eighth).
    """
    walk = Walk(data)
    with _in_words_of(walk):
        _check(walk, _Decoder())
    return JpegFacts(walk.width, height_of(walk), len(walk.components), walk.end)


def checked_pixels(data: bytes) -> Picture | None:
    """Pixels of a grey or colour JPEG (HxW, or HxWx3 RGB), once it was found whole as by
    ``check_jpeg``; None for CMYK and the like. Raises UnopenableFile."""
    walk = Walk(data)
    decoder = _Decoder(keep=True)
    with _in_words_of(walk):
        _check(walk, decoder)
        return decoder.pixels if decoder.pixels is not None else decoded(plain_of(walk))


@contextlib.contextmanager
def _in_words_of(walk: Walk) -> Iterator[None]:
    """A page without its end marker is cut off, whatever shows it."""
    try:
        yield
    except UnopenableFile as error:
        raise UnopenableFile(str(error) if walk.is_ended else CUT_OFF) from error


def _check(walk: Walk, decoder: _Decoder) -> None:
    if walk.frame in FRAMES:
        _refuse_missing_scans(walk)
        _refuse_empty_scans(walk)
        _refuse_holes(walk)
        _refuse_what_does_not_decode(walk, decoder)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height as really coded, without decoding. Raises UnopenableFile."""
    walk = Walk(data)
    return walk.width, height_of(walk)


def end_of(data: bytes) -> int:
    """The offset behind its end marker. Raises UnopenableFile."""
    return Walk(data).end


def end_of_index(data: bytes, begin: int) -> int:
    """Where the pictures end, in a file in which the JPEG ``data`` begins at ``begin``, that its
    multi-picture index names (CIPA DC-007: previews, gain maps, stereo); 0 without one."""
    head = data.find(b"MPF\0", 0, 1 << 16)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[head + 4 : head + 8]) if head >= 0 else None
    if order is None:
        return 0
    base = head + 4
    end = 0
    at = base + struct.unpack(order + "I", data[base + 4 : base + 8])[0]
    (count,) = struct.unpack(order + "H", data[at : at + 2].ljust(2, b"\0"))
    for tag, _, size, offset in struct.iter_unpack(
        order + "HHII", data[at + 2 : at + 2 + 12 * count][: 12 * count // 12 * 12]
    ):
        if tag == _PICTURES_OF_INDEX:
            entries = data[base + offset : base + offset + size]
            for entry in struct.iter_unpack(order + "IIIHH", entries[: len(entries) // 16 * 16]):
                place = base + entry[2] if entry[2] else 0
                end = max(end, begin + place + entry[1])
    return end


def plain(data: bytes) -> bytes:
    """The JPEG as any decoder reads it: the height of its DNL marker put where it belongs, and
    nothing but what decoding needs; no metadata. Raises UnopenableFile."""
    return plain_of(Walk(data))


def fixed(data: bytes) -> bytes | None:
    """The JPEG as any decoder reads it, where its header and its DNL marker give two
    heights, or a segment is too short; None where nothing is to be fixed. Raises UnopenableFile."""
    walk = Walk(data)
    return plain_of(walk) if walk.is_broken or height_of(walk) != walk.height else None


def decoded(data: bytes) -> Picture | None:
    """The same pixels without any check but that they can be decoded."""
    try:
        kind = simplejpeg.decode_jpeg_header(data, strict=False)[2]
        return _large(data, kind, strict=False)
    except ValueError as error:
        raise UnopenableFile(PAGE_DAMAGED) from error


def _refuse_missing_scans(walk: Walk) -> None:
    """Each coefficient of each component must have been coded down to its last bit."""
    reached = dict.fromkeys(walk.components, bytes([255] * 64))
    for scan in walk.scans:
        for component, _, _ in scan.components:
            bits = bytearray(reached.get(component, bytes(64)))
            bits[scan.first : scan.last + 1] = bytes([scan.low]) * (scan.last + 1 - scan.first)
            reached[component] = bytes(bits)
    if len(walk.scans) > _MOST_SCANS:
        raise UnopenableFile(PAGE_DAMAGED)
    if any(any(bits) for bits in reached.values()):
        raise UnopenableFile(PAGE_DAMAGED)


def _refuse_holes(walk: Walk) -> None:
    """Zeros in a row are data only where the code of all zeros says that nothing is there."""
    for scan in walk.scans:
        hole = 0 if walk.is_arithmetic else _impossible_zeros(scan)
        if hole and walk.data.find(bytes(hole), scan.begin, scan.end) >= 0:
            raise UnopenableFile(PAGE_DAMAGED)


def _refuse_empty_scans(walk: Walk) -> None:
    """A scan of which a marker is all that came: even an even picture costs a bit for each block.

    Blocks are 8 by 8 pixels, of a component that may have a quarter of the picture's size each way.
    """
    blocks = ceil(walk.width / 32) * ceil(height_of(walk) / 32)
    for scan in walk.scans:
        begins = scan.first == scan.high == 0 and not walk.is_arithmetic
        if begins and 8 * (scan.end - scan.begin) < blocks * len(scan.components):
            raise UnopenableFile(PAGE_DAMAGED)


def _impossible_zeros(scan: Scan) -> int:
    """How many zero bytes in a row no encoder writes in this scan; 0 where any number may be."""
    if scan.last == 0:
        is_coded = any(scan.zeros.get(dc, 0) for _, dc, _ in scan.components)
        return _HOLE if is_coded and scan.high == 0 else 0
    if scan.first > 0:  # progressive: blocks with nothing more in them are counted, not listed
        return _REFINING_HOLE if scan.high else _HOLE
    return _HOLE if any(scan.zeros.get(16 + ac, 0) & 15 for _, _, ac in scan.components) else 0


def _refuse_what_does_not_decode(walk: Walk, decoder: _Decoder) -> None:
    walk = Walk(plain_of(walk))
    last = walk.scans[-1]
    if walk.is_arithmetic:
        _refuse_what_its_tail_changes(walk.data, last.end)
        return
    warning = decoder.warning(walk.data)
    if warning.startswith(_DAMAGE):
        raise UnopenableFile(PAGE_DAMAGED)
    less = walk.data[: _last_code(walk.data, last.end)] + END
    if not warning and not decoder.warning(less, small=True):
        raise UnopenableFile(PAGE_DAMAGED)  # less would have done: some data are left over


def _last_code(data: bytes, end: int) -> int:
    """Where scan data end, less their last byte: what is left cannot fill the picture.

    Some encoders write a restart mark behind the last interval, too.
    """
    if data[end - 2] == 0xFF and 0xD0 <= data[end - 1] <= 0xD7:
        end -= 2
    for _ in range(_PADDING):
        if data[end - 2 : end] in (b"\0\0", b"\xff\0"):
            end -= 2 if data[end - 2] == 0xFF else 1
    end -= 2 if data[end - 2 : end] == b"\xff\0" else 1
    return end


class _Decoder:
    """libjpeg, asked for its warnings. ``keep``: what it decodes first is kept as ``pixels``."""

    def __init__(self, keep: bool = False) -> None:
        self.pixels: Picture | None = None
        self._keep = keep
        self._kind = ""

    def warning(self, data: bytes, small: bool = False) -> str:
        """What it says to the data; "" for nothing."""
        try:
            self._kind = self._kind or simplejpeg.decode_jpeg_header(data, strict=False)[2]
            if self._keep and not small:
                self.pixels = _large(data, self._kind, strict=True)
            if small or self.pixels is None:
                _small(data, self._kind)
        except ValueError as error:
            return str(error) or "unknown"
        return ""


def _large(data: bytes, kind: str, strict: bool) -> Picture | None:
    if kind == "Gray":
        grey = simplejpeg.decode_jpeg(data, colorspace="GRAY", strict=strict)
        return np.asarray(grey)[:, :, 0]
    if kind in ("YCbCr", "RGB"):
        return np.asarray(simplejpeg.decode_jpeg(data, colorspace="RGB", strict=strict))
    return None


def _small(data: bytes, kind: str, strict: bool = True) -> np.ndarray[Any, Any]:
    plain = "CMYK" if kind in ("CMYK", "YCCK") else "GRAY"
    return np.asarray(simplejpeg.decode_jpeg(data, colorspace=plain, strict=strict, **_EIGHTH))


def _refuse_what_its_tail_changes(data: bytes, end: int) -> None:
    """Arithmetic data may end before the picture does: what follows is read as zeros. So they are
    decoded with two things behind them: what differs was not in the data."""
    try:
        kind = simplejpeg.decode_jpeg_header(data, strict=False)[2]
        one, other = (
            _small(data[:end] + 4 * tail + data[end:], kind, strict=False) for tail in _TAILS
        )
        _small(data, kind)
    except ValueError as error:
        raise UnopenableFile(PAGE_DAMAGED) from error
    rows = max(len(one) - 2, 1)  # the last codes' own end may be read otherwise
    if (one[:rows] != other[:rows]).any():
        raise UnopenableFile(PAGE_DAMAGED)
