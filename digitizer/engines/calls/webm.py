"""One sound and one picture as a film (WebM), piece by piece: what any browser plays.

Nothing is decoded or encoded anew. It can be written while it is read, so it holds no length and no
index: a player shows it from the start, and jumps in it once it has read it.
"""

from __future__ import annotations

import heapq
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from digitizer.engines.calls.recorded import Frame

_PROGRAM = b"digitizer"
_PICTURE, _SOUND = 1, 2
#: Milliseconds after which another cluster begins; the time of a frame in one has 16 bits.
_LONGEST = 5000
_UNKNOWN = b"\x01" + b"\xff" * 7
#: An Opus stream of two channels, 48 kHz (RFC 7845).
_OPUS = b"OpusHead\x01\x02" + struct.pack("<HIHB", 0, 48_000, 0, 0)


@dataclass(frozen=True, slots=True)
class Tracks:
    """Either may be missing."""

    sound: Iterator[Frame] | None = None
    picture: Iterator[Frame] | None = None


def film(tracks: Tracks) -> Iterator[bytes]:
    """Its bytes; nothing where nothing was said or shown."""
    picture = _from_first_alone(tracks.picture) if tracks.picture else iter(())
    first = next(picture, None)
    marked = heapq.merge(
        _marked(_PICTURE, _after(first, picture)),
        _marked(_SOUND, tracks.sound or iter(())),
        key=lambda each: each[1].at,
    )
    cluster: list[bytes] = []
    began: int | None = None
    start = 0
    for track, frame in marked:
        if began is None:
            began = start = frame.at
            yield _head(_size(first) if first else None, sound=tracks.sound is not None)
        jumps = track == _PICTURE and frame.alone
        if cluster and (frame.at - start > _LONGEST or jumps):
            yield _cluster(start - began, cluster)
            cluster = []
        if not cluster:
            start = frame.at
        block = struct.pack(">BhB", 128 | track, frame.at - start, 128 if frame.alone else 0)
        cluster.append(_element(0xA3, block + frame.data))
    if cluster and began is not None:
        yield _cluster(start - began, cluster)


def _from_first_alone(frames: Iterator[Frame]) -> Iterator[Frame]:
    shown = False
    for each in frames:
        shown = shown or (each.alone and len(each.data) >= 10)
        if shown:
            yield each


def _after(first: Frame | None, others: Iterator[Frame]) -> Iterator[Frame]:
    if first:
        yield first
    yield from others


def _marked(track: int, frames: Iterator[Frame]) -> Iterator[tuple[int, Frame]]:
    return ((track, each) for each in frames)


def _size(first: Frame) -> tuple[int, int]:
    width, height = struct.unpack("<HH", first.data[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _head(size: tuple[int, int] | None, *, sound: bool) -> bytes:
    tracks = b""
    if size:
        shown = _element(0xB0, _number(size[0])) + _element(0xBA, _number(size[1]))
        tracks += _track(_PICTURE, 1, b"V_VP8", _element(0xE0, shown))
    if sound:
        heard = _element(0xB5, struct.pack(">d", 48_000.0)) + _element(0x9F, _number(2))
        own = _element(0x63A2, _OPUS) + _element(0xE1, heard)
        tracks += _track(_SOUND, 2, b"A_OPUS", own)
    about = (
        _element(0x2AD7B1, _number(1_000_000))
        + _element(0x4D80, _PROGRAM)
        + _element(0x5741, _PROGRAM)
    )
    kind = (
        _element(0x4286, _number(1))
        + _element(0x42F7, _number(1))
        + _element(0x42F2, _number(4))
        + _element(0x42F3, _number(8))
        + _element(0x4282, b"webm")
        + _element(0x4287, _number(4))
        + _element(0x4285, _number(2))
    )
    return (
        _element(0x1A45DFA3, kind)
        + _id(0x18538067)
        + _UNKNOWN
        + _element(0x1549A966, about)
        + _element(0x1654AE6B, tracks)
    )


def _track(number: int, kind: int, codec: bytes, own: bytes) -> bytes:
    return _element(
        0xAE,
        _element(0xD7, _number(number))
        + _element(0x73C5, _number(number))
        + _element(0x83, _number(kind))
        + _element(0x9C, _number(0))
        + _element(0x86, codec)
        + own,
    )


def _cluster(at: int, blocks: list[bytes]) -> bytes:
    return _element(0x1F43B675, _element(0xE7, _number(at)) + b"".join(blocks))


def _element(name: int, content: bytes) -> bytes:
    return _id(name) + (len(content) | 1 << 56).to_bytes(8, "big") + content


def _id(name: int) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8, "big")


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
