"""The code on an envelope of legal mail is signed like a cover's, and is never a cover's."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.codes.cover_code import (
    PREFIX,
    KeyRing,
    claimed_kind,
    claims_item,
    claims_legal,
    is_ours,
    new_cover_code,
    payload,
    printed_short_id,
    read_short_id,
    retired_key_of,
    verify,
)
from digitizer.engines.codes.item_code import ItemCode, item_payload, new_item_code, verify_item
from digitizer.model.paper import CodeKind

RING = KeyRing({1: b"a" * 32, 7: b"b" * 32}, current=7)
item_codes = st.builds(
    ItemCode,
    key_id=st.sampled_from([1, 7]),
    item_id=st.binary(min_size=9, max_size=9).map(bytes.hex),
)


@given(item_codes)
def test_what_is_printed_is_read_back_and_is_no_cover(code: ItemCode) -> None:
    text = item_payload(code, RING)
    assert len(text) == 35
    assert verify_item(text, RING) == code
    assert verify(text, RING) is None
    assert claimed_kind(text) is None
    assert retired_key_of(text, KeyRing(RING.keys, 7, frozenset({1, 7}))) is None
    assert is_ours(text)
    assert claims_item(text)
    assert claims_legal(text)
    assert read_short_id(code.short_id) == code.short_id == printed_short_id(text)


@given(item_codes, st.integers(0, 159))
def test_a_changed_bit_is_refused(code: ItemCode, bit: int) -> None:
    raw = bytearray(base64.b32decode(item_payload(code, RING).removeprefix(PREFIX)))
    raw[bit // 8] ^= 1 << bit % 8
    changed = PREFIX + base64.b32encode(bytes(raw)).decode()
    assert verify_item(changed, RING) is None
    assert verify(changed, RING) is None


@given(st.sampled_from(CodeKind), st.text(max_size=40))
def test_nothing_else_is_one(kind: CodeKind, text: str) -> None:
    assert verify_item(text, RING) is None
    assert verify_item(payload(new_cover_code(kind, RING), RING), RING) is None
    strange = KeyRing({7: b"c" * 32}, 7)
    foreign = item_payload(new_item_code(strange), strange)
    assert verify_item(foreign, RING) is None
    assert claims_item(foreign)
