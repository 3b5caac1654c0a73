"""Whether a JPEG's scan data are all there and sound, whatever its coding (ITU-T T.81).

A decoder that runs out of data fills the rest of the page with grey and calls that a warning; so
does one that meets a wrong code. Here libjpeg-turbo is asked for its warnings (simplejpeg), and
what it does not warn of is looked for: scans that are missing, data left over at the end, a
stretch that a disk or a network filled with zeros.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import simplejpeg

from digitizer.parts.opening.page import CUT_OFF, PAGE_DAMAGED, Picture
from digitizer.vocabulary.errors import UnopenableFile

_SOI, _EOI, _SOS, _DQT, _DHT, _DNL, _APP0 = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDC, 0xE0
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}  # what libjpeg decodes: sequential and progressive
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}  # lossless, hierarchical
_PROGRESSIVE, _ARITHMETIC = {0xC2, 0xCA}, {0xC9, 0xCA}
_BARE = {0x01, *range(0xD0, 0xD9)}  # marks without a segment
_NEXT_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # behind scan data
_UNTOLD_HEIGHTS = (0, 0xFFFF)  # feeders that do not yet know how long the sheet is
_JFIF_BYTES = 14  # of the JFIF segment with its shortest content, none of which may be missing
_HOLE = 32  # zero bytes: 256 bits, of which some 60 coefficients would come
_REFINING_HOLE = 128  # more correction bits than one run of blocks collects (1,000 in libjpeg)
_MOST_SCANS = 100  # an encoder writes ten; of more, each would be decoded again and again
_PADDING = 4  # bytes that a feeder's chip may put behind the last code
_END = b"\xff\xd9"
_DAMAGE = ("Corrupt JPEG", "Premature end", "Inconsistent progression")
_TAILS = (b"", bytes.fromhex("a55a3cc3960f69f0"))  # behind arithmetic data, which may end early
_EIGHTH = {"min_factor": 8, "min_height": 1, "min_width": 1, "fastdct": True, "fastupsample": True}


@dataclass(frozen=True, slots=True)
class JpegFacts:
    """What is really coded. ``height`` is the one of the DNL mark where there is one; ``end`` is
    the offset behind the end mark, where anything else in the file begins."""

    width: int
    height: int
    components: int
    end: int


@dataclass(frozen=True, slots=True)
class _Scan:
    begin: int  # of its entropy-coded data
    end: int
    first: int  # coefficient
    last: int
    high: int  # bit position reached before; 0 in the first scan of a coefficient
    low: int
    components: tuple[tuple[int, int, int], ...]  # identifier, DC table, AC table
    zeros: dict[int, int]  # the symbol whose code is all zeros, by table class * 16 + id


@dataclass
class _Walk:
    """The marks of one JPEG. Raises UnopenableFile where they do not hang together."""

    data: bytes
    frame: int = 0
    frame_at: int = 0
    components: tuple[int, ...] = ()
    width: int = 0
    height: int = 0
    height_told_later: int = 0
    end: int = 0
    scans: list[_Scan] = field(default_factory=list)
    short_jfif: list[tuple[int, int]] = field(default_factory=list)
    _zeros: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for mark, at, size in self._segments():
            body = self.data[at : at + size]
            if mark in _FRAMES | _OTHER_FRAMES:
                self._frame(mark, at, body)
            elif mark == _DHT:
                self._tables(body)
            elif mark == _DQT and _has_nought(body):
                raise UnopenableFile(PAGE_DAMAGED)
            elif mark == _DNL and size >= 2 and self.scans:
                self.height_told_later = int.from_bytes(body[:2], "big")
            elif mark == _APP0 and size < _JFIF_BYTES:
                self.short_jfif.append((at - 4, at + size))
        if not self.frame:
            raise UnopenableFile(CUT_OFF)

    @cached_property
    def is_arithmetic(self) -> bool:
        return self.frame in _ARITHMETIC

    def _segments(self) -> Iterator[tuple[int, int, int]]:
        """Mark, where its content begins, and the content's length; up to the end mark."""
        data, at = self.data, 2
        if not data.startswith(b"\xff\xd8"):
            raise UnopenableFile(PAGE_DAMAGED)
        while True:
            at = data.find(b"\xff", at)
            while 0 <= at < len(data) - 1 and data[at + 1] == 0xFF:
                at += 1
            if not 0 <= at < len(data) - 1 or data[at + 1] == _EOI:
                self.end = at + 2 if 0 <= at < len(data) - 1 else len(data)
                return
            mark, at = data[at + 1], at + 2
            if mark in _BARE or mark == 0:
                continue
            size = int.from_bytes(data[at : at + 2], "big") - 2
            if size < 0 or at + 2 + size > len(data):
                raise UnopenableFile(CUT_OFF)
            yield mark, at + 2, size
            at += 2 + size
            if mark == _SOS:
                at = self._scan(at - size, at)

    def _frame(self, mark: int, at: int, body: bytes) -> None:
        if self.frame or len(body) < 6 or len(body) < 6 + 3 * body[5]:
            raise UnopenableFile(PAGE_DAMAGED)
        self.frame, self.frame_at = mark, at
        self.height, self.width = struct.unpack(">HH", body[1:5])
        self.components = tuple(body[6 + 3 * i] for i in range(body[5]))

    def _tables(self, body: bytes) -> None:
        while len(body) > 17:
            count = sum(body[1:17])
            self._zeros[body[0]] = body[17] if count else 0
            body = body[17 + count :]

    def _scan(self, at: int, begin: int) -> int:
        """Notes the scan whose header's content is at ``at``; gives where its data end."""
        found = _NEXT_MARK.search(self.data, begin)
        end = found.start() if found else len(self.data)
        body = self.data[at:begin]
        count = body[0] if body else 0
        if len(body) < 4 + 2 * count:
            raise UnopenableFile(PAGE_DAMAGED)
        named = tuple(
            (body[1 + 2 * i], body[2 + 2 * i] >> 4, body[2 + 2 * i] & 15) for i in range(count)
        )
        first, last, bits = body[1 + 2 * count : 4 + 2 * count]
        if self.frame not in _PROGRESSIVE:
            first, last, bits = 0, 63, 0
        zeros = dict(self._zeros)
        self.scans.append(_Scan(begin, end, first, last, bits >> 4, bits & 15, named, zeros))
        return end


def check_jpeg(data: bytes) -> JpegFacts:
    """What one JPEG holds; ``data`` begins with its first byte, and may go on behind its end.

    Raises UnopenableFile where scan data are missing, cut or damaged. The height is not kept to
    any limit here: ask ``jpeg_size`` before, since the data are decoded (to an eighth).
    """
    walk = _Walk(data)
    if walk.frame in _FRAMES:
        _refuse_missing_scans(walk)
        _refuse_holes(walk)
        _refuse_what_does_not_decode(walk)
    return JpegFacts(walk.width, _height(walk), len(walk.components), walk.end)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height as really coded, without decoding. Raises UnopenableFile."""
    walk = _Walk(data)
    return walk.width, _height(walk)


def with_height(data: bytes) -> bytes:
    """The JPEG as any decoder reads it: the height of its DNL mark put where it belongs, and no
    JFIF segment that is too short to be one. Raises UnopenableFile."""
    walk = _Walk(data)
    return _with_plain_header(walk)


def decoded(data: bytes) -> Picture | None:
    """Pixels of a grey or colour JPEG (HxW, or HxWx3 RGB); None for other kinds."""
    try:
        kind = simplejpeg.decode_jpeg_header(data, strict=False)[2]
        if kind not in ("Gray", "YCbCr", "RGB"):
            return None
        if kind == "Gray":
            grey = simplejpeg.decode_jpeg(data, colorspace="GRAY", strict=False)
            return np.asarray(grey)[:, :, 0]
        return np.asarray(simplejpeg.decode_jpeg(data, colorspace="RGB", strict=False))
    except ValueError as error:
        raise UnopenableFile(PAGE_DAMAGED) from error


def _height(walk: _Walk) -> int:
    told = walk.height_told_later
    return told if told and walk.height in _UNTOLD_HEIGHTS else walk.height


def _with_plain_header(walk: _Walk) -> bytes:
    height = _height(walk)
    if height == 0:
        raise UnopenableFile(CUT_OFF)  # the mark that tells it comes behind the data
    data = walk.data
    if height != walk.height:
        at = walk.frame_at + 1
        data = data[:at] + struct.pack(">H", height) + data[at + 2 :]
    for begin, end in reversed(walk.short_jfif):
        data = data[:begin] + data[end:]
    return data


def _has_nought(body: bytes) -> bool:
    """Whether a quantization table has a step of 0, as only a hole in the file gives it."""
    while len(body) >= 65:
        wide = body[0] >> 4
        size = 128 if wide else 64
        steps = np.frombuffer(body[1 : 1 + size], ">u2" if wide else "u1")
        if not steps.all():
            return True
        body = body[1 + size :]
    return False


def _refuse_missing_scans(walk: _Walk) -> None:
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
        raise UnopenableFile(CUT_OFF)


def _refuse_holes(walk: _Walk) -> None:
    """Zeros in a row are data only where the code of all zeros says that nothing is there."""
    for scan in walk.scans:
        hole = 0 if walk.is_arithmetic else _impossible_zeros(scan)
        if hole and walk.data.find(bytes(hole), scan.begin, scan.end) >= 0:
            raise UnopenableFile(PAGE_DAMAGED)


def _impossible_zeros(scan: _Scan) -> int:
    """How many zero bytes in a row no encoder writes in this scan; 0 where any number may be."""
    if scan.last == 0:
        says_something = any(scan.zeros.get(dc, 0) for _, dc, _ in scan.components)
        return _HOLE if says_something and scan.high == 0 else 0
    if scan.first > 0:  # progressive: blocks with nothing more in them are counted, not listed
        return _REFINING_HOLE if scan.high else _HOLE
    return _HOLE if any(scan.zeros.get(16 + ac, 0) & 15 for _, _, ac in scan.components) else 0


def _refuse_what_does_not_decode(walk: _Walk) -> None:
    walk = _Walk(_with_plain_header(_with_end_mark(walk)))
    if walk.is_arithmetic:
        _refuse_what_its_tail_changes(walk.data, walk.scans[-1].end)
        return
    warning, kind = _warning(walk.data)
    if warning.startswith(_DAMAGE):
        raise UnopenableFile(CUT_OFF if "remature" in warning else PAGE_DAMAGED)
    for scan in () if warning else walk.scans:
        less = walk.data[: _last_code(walk.data, scan.end)] + _END
        if not _warning(less, kind)[0]:
            raise UnopenableFile(PAGE_DAMAGED)  # less would have done: some data are left over


def _with_end_mark(walk: _Walk) -> _Walk:
    """A missing end mark is no harm where the data are all there."""
    whole = walk.data[: walk.end]
    return walk if whole.endswith(_END) else _Walk(whole + _END)


def _last_code(data: bytes, end: int) -> int:
    """Where scan data end, less their last byte: what is left cannot fill the picture."""
    for _ in range(_PADDING):
        if data[end - 2 : end] in (b"\0\0", b"\xff\0"):
            end -= 2 if data[end - 2] == 0xFF else 1
    end -= 2 if data[end - 2 : end] == b"\xff\0" else 1
    return end


def _warning(data: bytes, kind: str = "") -> tuple[str, str]:
    """What libjpeg says to the data ("" for nothing), and their kind of colour."""
    try:
        kind = kind or simplejpeg.decode_jpeg_header(data, strict=False)[2]
        _small(data, kind)
    except ValueError as error:
        return str(error) or "unknown", kind
    return "", kind


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
        raise UnopenableFile(CUT_OFF)
