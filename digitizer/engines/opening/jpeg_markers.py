"""The markers and scans of a JPEG, gone over without decoding (ITU-T T.81, annex B)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from digitizer.engines.opening.page import CUT_OFF, PAGE_DAMAGED
from digitizer.model.errors import UnopenableFile

_SOI, _EOI, _SOS, _DQT, _DHT, _DNL, _APP0 = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDC, 0xE0
FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}  # what libjpeg decodes: sequential and progressive
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}  # lossless, hierarchical
_PROGRESSIVE, _ARITHMETIC = {0xC2, 0xCA}, {0xC9, 0xCA}
_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a segment
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # behind scan data
_UNKNOWN_HEIGHTS = (0, 0xFFFF)  # feeders that do not yet know how long the sheet is
_DRI, _APP14 = 0xDD, 0xEE
_DECODERS_NEED = {_SOS, _DQT, _DHT, _DRI, *FRAMES, *_OTHER_FRAMES}
_LEAST_BYTES = {_APP0: 14, _APP14: 12}  # JFIF and Adobe, which name the colours; else broken
_NEVER = 1 << 16
START, END = b"\xff\xd8", b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Scan:
    begin: int  # of its entropy-coded data
    end: int
    first: int  # coefficient
    last: int
    high: int  # bit position reached before; 0 in the first scan of a coefficient
    low: int
    components: tuple[tuple[int, int, int], ...]  # identifier, DC table, AC table
    zeros: dict[int, int]  # the symbol whose code is all zeros, by table class * 16 + id


@dataclass
class Walk:
    """The markers of one JPEG. Raises UnopenableFile where they do not fit together."""

    data: bytes
    frame: int = 0
    frame_at: int = 0
    components: tuple[int, ...] = ()
    width: int = 0
    height: int = 0
    later_height: int = 0
    is_broken: bool = False  # a segment that names the colours is too short to
    end: int = 0
    scans: list[Scan] = field(default_factory=list)
    plain: list[bytes] = field(default_factory=lambda: [START])
    _zeros: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for marker, at, size in self._segments():
            body = self.data[at : at + size]
            if marker in FRAMES | _OTHER_FRAMES:
                self._frame(marker, body)
            elif marker == _DHT:
                self._tables(body)
            elif marker == _DQT and _has_zero(body):
                raise UnopenableFile(PAGE_DAMAGED)
            elif marker == _DNL and size >= 2 and self.scans:
                self.later_height = int.from_bytes(body[:2], "big")
            self.is_broken |= size < _LEAST_BYTES.get(marker, 0)
            if marker in _DECODERS_NEED or size >= _LEAST_BYTES.get(marker, _NEVER):
                self.plain.append(b"\xff%c" % marker + self.data[at - 2 : at + size])
        if not self.frame:
            raise UnopenableFile(CUT_OFF)

    @cached_property
    def is_arithmetic(self) -> bool:
        return self.frame in _ARITHMETIC

    @property
    def is_ended(self) -> bool:
        return self.data.endswith(END, 0, self.end)

    def _segments(self) -> Iterator[tuple[int, int, int]]:
        """Marker, where its content begins, and the content's length; up to the end marker."""
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
            marker, at = data[at + 1], at + 2
            if marker in _BARE or marker == 0:
                continue
            size = int.from_bytes(data[at : at + 2], "big") - 2
            if size < 0 or at + 2 + size > len(data):
                raise UnopenableFile(CUT_OFF)
            yield marker, at + 2, size
            at += 2 + size
            if marker == _SOS:
                begin, at = at, self._scan(at - size, at)
                self.plain.append(self.data[begin:at])

    def _frame(self, marker: int, body: bytes) -> None:
        if self.frame or len(body) < 6 or len(body) < 6 + 3 * body[5]:
            raise UnopenableFile(PAGE_DAMAGED)
        self.frame, self.frame_at = marker, sum(map(len, self.plain)) + 4
        self.height, self.width = struct.unpack(">HH", body[1:5])
        self.components = tuple(body[6 + 3 * i] for i in range(body[5]))

    def _tables(self, body: bytes) -> None:
        while len(body) > 17:
            count = sum(body[1:17])
            self._zeros[body[0]] = body[17] if count else 0
            body = body[17 + count :]

    def _scan(self, at: int, begin: int) -> int:
        """Notes the scan whose header's content is at ``at``; returns where its data end."""
        found = _NEXT_MARKER.search(self.data, begin)
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
        self.scans.append(Scan(begin, end, first, last, bits >> 4, bits & 15, named, zeros))
        return end


def height_of(walk: Walk) -> int:
    later = walk.later_height
    return later if later and walk.height in _UNKNOWN_HEIGHTS else walk.height


def plain_of(walk: Walk) -> bytes:
    height = height_of(walk)
    if height == 0:
        raise UnopenableFile(CUT_OFF)  # the marker that gives it comes behind the data
    data = b"".join((*walk.plain, END))
    at = walk.frame_at + 1
    return data[:at] + struct.pack(">H", height) + data[at + 2 :]


def _has_zero(body: bytes) -> bool:
    """Whether a quantization table has a step of 0, as only a hole in the file gives it."""
    while len(body) >= 65:
        wide = body[0] >> 4
        size = 128 if wide else 64
        steps = np.frombuffer(body[1 : 1 + size], ">u2" if wide else "u1")
        if not steps.all():
            return True
        body = body[1 + size :]
    return False
