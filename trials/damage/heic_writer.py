"""Writes HEIC files whose HEVC holds its samples as they are (pulse code modulation), for no
encoder at hand may be shipped (ITU-T H.265; ISO/IEC 23008-12)."""

from __future__ import annotations

import struct

import numpy as np

from trials.damage.paper import Pixels

_BLOCK = 32  # pixels a side: the largest block that may hold plain samples
_LEVEL = 93  # 3.1: up to 983,040 pixels
_VPS, _SPS, _PPS, _IDR = 32, 33, 34, 19
# Table 9-46, for a range of 448 to 510: what the less likely symbol takes, by state.
_LESS_LIKELY = (
    240,
    227,
    216,
    205,
    195,
    185,
    175,
    166,
    158,
    150,
    142,
    135,
    128,
    122,
    116,
    110,
    104,
    99,
    94,
    89,
    85,
    80,
    76,
    72,
    69,
    65,
    62,
    59,
    56,
    53,
    50,
    48,
    45,
    43,
    41,
    39,
    37,
    35,
    33,
    31,
    30,
    28,
    27,
    25,
    24,
    23,
    22,
    21,
    20,
    19,
    18,
    17,
    16,
    15,
    14,
    14,
    13,
    12,
    12,
    11,
    11,
    10,
    9,
)


class _Bits:
    """Bits in order, with the codes of clause 9.2."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def put(self, value: int, count: int) -> _Bits:
        self._bits += (value >> at & 1 for at in range(count - 1, -1, -1))
        return self

    def exp(self, *values: int) -> _Bits:
        for value in values:
            length = (value + 1).bit_length()
            self.put(value + 1, 2 * length - 1)
        return self

    def flags(self, *flags: int) -> _Bits:
        self._bits += flags
        return self

    def ended(self) -> bytes:
        """With the stop bit, and zeros up to a byte."""
        bits = [*self._bits, 1]
        bits += [0] * (-len(bits) % 8)
        return np.packbits(np.array(bits, np.uint8)).tobytes()


def heic(grey: Pixels, turns: int = 0, thumbnail: Pixels | None = None) -> bytes:
    """A HEIC file of one picture, which its irot box turns back by ``turns`` quarters
    anti-clockwise; with a smaller copy that is marked as its thumbnail, where one is given."""
    pictures = [grey] if thumbnail is None else [grey, thumbnail]
    coded = [_picture(each) for each in pictures]
    start = len(_file(pictures, [(0, len(data)) for data in coded], turns)) + 8
    places = []
    for data in coded:
        places.append((start, len(data)))
        start += len(data)
    return _file(pictures, places, turns) + _box(b"mdat", b"".join(coded))


def _file(pictures: list[Pixels], places: list[tuple[int, int]], turns: int) -> bytes:
    items = range(1, len(pictures) + 1)
    infos = b"".join(
        _full(b"infe", struct.pack(">HH", item, 0) + b"hvc1\0", version=2) for item in items
    )
    meta = (
        _full(b"hdlr", bytes(4) + b"pict" + bytes(13))
        + _full(b"pitm", struct.pack(">H", 1))
        + _full(b"iinf", struct.pack(">H", len(pictures)) + infos)
        + (_full(b"iref", _box(b"thmb", struct.pack(">HHH", 2, 1, 1))) if len(items) > 1 else b"")
        + _box(b"iprp", _properties(pictures, turns))
        + _full(b"iloc", _locations(places))
    )
    return _box(b"ftyp", b"heic\0\0\0\0mif1heic") + _full(b"meta", meta)


def _properties(pictures: list[Pixels], turns: int) -> bytes:
    boxes, linked = b"", b""
    for number, picture in enumerate(pictures):
        height, width = picture.shape
        boxes += _box(b"hvcC", _configuration(picture))
        boxes += _full(b"ispe", struct.pack(">II", width, height))
        boxes += _box(b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80))
        boxes += _box(b"irot", bytes([turns % 4]))
        first = 4 * number + 1
        linked += struct.pack(">HB", number + 1, 4) + bytes(
            (0x80 | first, first + 1, first + 2, 0x80 | first + 3)
        )
    return _box(b"ipco", boxes) + _full(b"ipma", struct.pack(">I", len(pictures)) + linked)


def _locations(places: list[tuple[int, int]]) -> bytes:
    entries = (
        struct.pack(">HHHII", item, 0, 1, at, size) for item, (at, size) in enumerate(places, 1)
    )
    return struct.pack(">HH", 0x4400, len(places)) + b"".join(entries)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _full(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + content)


def _configuration(picture: Pixels) -> bytes:
    head = bytes((1, 1)) + struct.pack(">I", 0x60000000) + b"\x90" + bytes(5) + bytes([_LEVEL])
    head += b"\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f\3"
    sets = ((_VPS, _vps()), (_SPS, _sps(*picture.shape[::-1])), (_PPS, _pps()))
    for kind, body in sets:
        unit = _unit(kind, body)
        head += struct.pack(">BHH", 0x80 | kind, 1, len(unit)) + unit
    return head


def _unit(kind: int, body: bytes) -> bytes:
    """A NAL unit: no three bytes in it may look like a start code (clause 7.4.2)."""
    out = bytearray((kind << 1, 1))
    zeros = 0
    for byte in body:
        if zeros == 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def _profile(bits: _Bits) -> _Bits:
    return bits.put(1, 8).put(0x60000000, 32).flags(1, 0, 0, 1).put(0, 44).put(_LEVEL, 8)


def _vps() -> bytes:
    bits = _profile(_Bits().put(0, 4).flags(1, 1).put(0, 6).put(0, 3).flags(1).put(0xFFFF, 16))
    return bits.flags(1).exp(0, 0, 0).put(0, 6).exp(0).flags(0, 0).ended()


def _sps(width: int, height: int) -> bytes:
    bits = _profile(_Bits().put(0, 4).put(0, 3).flags(1)).exp(0, 1, _whole(width), _whole(height))
    spare = (_whole(width) - width) // 2, (_whole(height) - height) // 2
    bits.flags(1).exp(0, spare[0], 0, spare[1]).exp(0, 0, 0).flags(1).exp(0, 0, 0)
    bits.exp(2, 0, 0, 3, 0, 0).flags(0, 0, 0, 1).put(7, 4).put(7, 4).exp(2, 0).flags(1)
    return bits.exp(0).flags(0, 0, 0, 0, 0).ended()


def _pps() -> bytes:
    bits = _Bits().exp(0, 0).flags(0, 0).put(0, 3).flags(0, 0).exp(0, 0, 0).flags(0, 0, 0)
    bits.exp(0, 0).flags(0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0).exp(0).flags(0, 0)
    return bits.ended()


def _whole(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _picture(grey: Pixels) -> bytes:
    """The one slice, as an item's data: its length, and the unit."""
    height, width = grey.shape
    spare = (0, _whole(height) - height), (0, _whole(width) - width)
    padded = np.pad(grey, spare, mode="edge")
    tops, lefts = (range(0, size, _BLOCK) for size in padded.shape)
    blocks = [padded[y : y + _BLOCK, x : x + _BLOCK].tobytes() for y in tops for x in lefts]
    chroma = bytes([128]) * (_BLOCK * _BLOCK // 2)
    body = _Bits().flags(1, 0).exp(0, 2, 0).ended()
    for number, block in enumerate(blocks):
        body += _before_samples(number) + block + chroma
    unit = _unit(_IDR, body + _end_of_slice())
    return struct.pack(">I", len(unit)) + unit


def _before_samples(number: int) -> bytes:
    """That the slice goes on, that the block is not parted, and that samples follow."""
    size = 510 - (2 if number else 0)
    size -= _LESS_LIKELY[min(number, len(_LESS_LIKELY) - 1)]
    low, shifts = 0, 0
    if size < 256:
        size, shifts = 2 * size, 1
    low += size - 2
    return _flushed(low, shifts)


def _end_of_slice() -> bytes:
    return _flushed(510 - 2, 0)


def _flushed(low: int, shifts: int) -> bytes:
    """The arithmetic coder's bits once a terminating symbol was coded (clause 9.3.4.9)."""
    shifts += 7
    low <<= 7
    text = format(low >> 7 | 1, f"0{shifts + 3}b")[1:]
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")
