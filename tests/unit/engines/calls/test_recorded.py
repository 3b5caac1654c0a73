"""Recordings of Janus read as frames: what was lost, came late, or is no recording."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.calls.recorded import Frame, NotRecorded, frames, read_head

#: Begun then, in microseconds.
BEGAN = 1_700_000_000_000_000
KEY = b"\x00\x01\x02\x9d\x01\x2a" + struct.pack("<HH", 320, 240) + b"key"
NEXT = b"\x01next"


def written(codec: str, packets: Iterable[bytes]) -> bytes:
    head = json.dumps({"t": "a", "c": codec, "s": BEGAN, "u": BEGAN}).encode()
    return b"MJR00002" + struct.pack(">H", len(head)) + head + b"".join(packets)


def packet(number: int, time: int, came: int, payload: bytes, *, last: bool = True) -> bytes:
    lead = bytes([128, 96 | (128 if last else 0)])
    rtp = lead + struct.pack(">HII", number % 65536, time % 2**32, 7) + payload
    return b"MEET" + struct.pack(">IH", came, len(rtp)) + rtp


def read(recording: bytes) -> list[Frame]:
    stream = io.BytesIO(recording)
    return list(frames(read_head(stream), stream))


def shown(number: int, data: bytes, *, begins: bool = True, last: bool = True) -> bytes:
    """Ten pictures a second, a packet for each number."""
    lead = bytes([16 if begins else 0])
    return packet(number, number * 9000, number * 100, lead + data, last=last)


def test_sound_has_the_times_of_its_sender() -> None:
    """Also where their numbers begin anew, and what came is late by a little."""
    first = 2**32 - 960
    recording = written(
        "opus",
        (packet(65535 + each, first + each * 960, 20 * each + each % 3, b"%d" % each)
         for each in range(5)),
    )  # fmt: skip
    found = read(recording)
    assert [each.at - BEGAN // 1000 for each in found] == [0, 20, 40, 60, 80]
    assert [each.data for each in found] == [b"0", b"1", b"2", b"3", b"4"]


def test_a_sender_whose_clock_lies_is_not_believed() -> None:
    found = read(written("opus", (packet(1, 0, 0, b"a"), packet(2, 48_000 * 3600, 20, b"b"))))
    assert found[1].at - found[0].at == 20


def test_a_picture_is_put_together_and_one_out_of_order_too() -> None:
    parts = [
        shown(1, KEY[:7], last=False),
        shown(2, KEY[7:], begins=False),
        shown(4, NEXT),
        shown(3, NEXT),
    ]
    found = read(written("vp8", parts))
    assert [(each.alone, each.data) for each in found] == [
        (True, KEY),
        (False, NEXT),
        (False, NEXT),
    ]


def test_after_a_loss_nothing_is_shown_until_a_whole_picture() -> None:
    parts = [shown(1, KEY), shown(3, NEXT), shown(4, NEXT), shown(5, KEY), shown(6, NEXT)]
    found = read(written("vp8", parts))
    assert [each.alone for each in found] == [True, True, False]


def test_what_was_cut_off_ends_where_it_was() -> None:
    whole = written("vp8", [shown(1, KEY), shown(2, NEXT)])
    assert len(read(whole[:-1])) == 1


@pytest.mark.parametrize("text", [b"", b"MJR00002", b"RIFF0000\x00\x02{}", b"MJR00002\x00\x02[]"])
def test_what_is_no_recording_is_said(text: bytes) -> None:
    with pytest.raises(NotRecorded):
        read(text)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_whatever_a_browser_sent_is_read(packets: list[bytes]) -> None:
    framed = (b"MEET" + struct.pack(">IH", 20 * place, len(each)) + each
              for place, each in enumerate(packets))  # fmt: skip
    for codec in ("opus", "vp8"):
        read(written(codec, framed))
