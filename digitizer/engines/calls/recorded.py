"""What Janus wrote of one sound or one picture (its ``.mjr`` files), as frames with their times.

A file has a head (JSON), and then packets of RTP as they came, each with the milliseconds since it
was begun. Here nothing is decoded: a packet of Opus is a frame, and those of VP8 are put together.
Of a picture whose packets were lost, all goes until the next that stands by itself.
"""

from __future__ import annotations

import heapq
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_MARK, _PACKET = b"MJR00002", b"MEET"
#: Packets that may come so much too late.
_WINDOW = 64
#: Milliseconds by which the sender's clock may differ from ours.
_OFF = 2000
_RATES = {"opus": 48_000, "vp8": 90_000}
_WRAP = 1 << 32


class NotRecorded(Exception):
    """It is no recording of ours; the text says why."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``at`` is in milliseconds since the epoch. ``alone``: it needs no other before it."""

    at: int
    alone: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """``codec`` is "opus" or "vp8"; ``began`` in milliseconds since the epoch."""

    codec: str
    began: int


@dataclass(frozen=True, slots=True)
class _Rtp:
    """``number`` and ``time`` go on where the packet's own begin anew."""

    number: int
    time: int
    came: int
    last: bool
    payload: bytes


def read_head(stream: IO[bytes]) -> Head:
    """Raises NotRecorded."""
    mark, length = stream.read(len(_MARK)), stream.read(2)
    if mark != _MARK or len(length) != 2:
        raise NotRecorded("it does not begin as a recording does")
    try:
        head = json.loads(stream.read(struct.unpack(">H", length)[0]))
        codec, began = str(head["c"]), int(head.get("u") or head["s"]) // 1000
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotRecorded("its head is damaged") from None
    if codec not in _RATES:
        raise NotRecorded(f"it holds {codec}")
    return Head(codec, began)


def frames(head: Head, stream: IO[bytes]) -> Iterator[Frame]:
    """What follows the head. It ends at a packet that was not written to its end."""
    packets = _in_order(_packets(stream))
    timed = _timed(head, packets)
    yield from _pictures(timed) if head.codec == "vp8" else _sounds(timed)


def _packets(stream: IO[bytes]) -> Iterator[_Rtp]:
    before = 0, 0
    while True:
        lead = stream.read(10)
        if len(lead) < 10 or not lead.startswith(_PACKET):
            return
        came, length = struct.unpack(">IH", lead[4:])
        packet = stream.read(length)
        if len(packet) < length:
            return
        found = _parsed(packet, came, before)
        if found:
            before = found.number, found.time
            yield found


def _parsed(packet: bytes, came: int, before: tuple[int, int]) -> _Rtp | None:
    if len(packet) < 12 or packet[0] >> 6 != 2:
        return None
    number, time = struct.unpack(">HI", packet[2:8])
    start = 12 + 4 * (packet[0] & 15)
    if packet[0] & 16:
        if len(packet) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = len(packet) - (packet[-1] if packet[0] & 32 else 0)
    if end <= start:
        return None
    return _Rtp(
        _nearest(number, before[0], 1 << 16),
        _nearest(time, before[1], _WRAP),
        came,
        bool(packet[1] & 128),
        packet[start:end],
    )


def _nearest(value: int, before: int, size: int) -> int:
    """Of all numbers that are ``value`` but for whole ``size``, that next to ``before``."""
    return before + (value - before + size // 2) % size - size // 2


def _in_order(packets: Iterator[_Rtp]) -> Iterator[_Rtp]:
    waiting: list[tuple[int, int, _Rtp]] = []
    last: int | None = None
    for place, packet in enumerate(packets):
        heapq.heappush(waiting, (packet.number, place, packet))
        if len(waiting) > _WINDOW:
            number, _, found = heapq.heappop(waiting)
            if last is None or number > last:
                last = number
                yield found
    for number, _, found in sorted(waiting, key=lambda each: each[:2]):
        if last is None or number > last:
            last = number
            yield found


def _timed(head: Head, packets: Iterator[_Rtp]) -> Iterator[tuple[int, _Rtp]]:
    """By the sender's clock, as long as that agrees with when it came."""
    rate = _RATES[head.codec]
    first, anchor, latest = 0, -_OFF * 10, 0
    for each in packets:
        at = anchor + (each.time - first) * 1000 // rate
        if abs(at - each.came) > _OFF:
            first, anchor, at = each.time, each.came, each.came
        latest = max(latest, at)
        yield head.began + latest, each


def _sounds(timed: Iterator[tuple[int, _Rtp]]) -> Iterator[Frame]:
    for at, packet in timed:
        yield Frame(at, True, packet.payload)


def _pictures(timed: Iterator[tuple[int, _Rtp]]) -> Iterator[Frame]:
    parts: list[bytes] = []
    last, whole, lost = -1, False, True
    for at, packet in timed:
        begins, part = _vp8_part(packet.payload)
        gap = last >= 0 and packet.number != last + 1
        last = packet.number
        if gap:
            whole, lost = False, True
        if begins:
            parts, whole = [], True
        parts.append(part)
        if not packet.last:
            continue
        data = b"".join(parts)
        alone = bool(data) and not data[0] & 1
        if whole and data and (alone or not lost):
            lost = False
            yield Frame(at, alone, data)
        else:
            lost = True
        parts, whole = [], False


def _vp8_part(payload: bytes) -> tuple[bool, bytes]:
    """Whether a picture begins with it, and what of the picture is in it (RFC 7741)."""
    first, skip = payload[0], 1
    if first & 128 and len(payload) > 1:
        more, skip = payload[1], 2
        if more & 128 and len(payload) > skip:
            skip += 2 if payload[skip] & 128 else 1
        skip += bool(more & 64) + bool(more & 48)
    return bool(first & 16) and not first & 7, payload[skip:]
