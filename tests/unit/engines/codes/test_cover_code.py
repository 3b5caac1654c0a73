from __future__ import annotations

import base64
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.codes import cover_code
from digitizer.engines.codes.cover_code import (
    KeyRing,
    is_ours,
    payload,
    read_short_id,
    short_id,
    verify,
)
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind, CoverCode

RING = KeyRing({1: b"a" * 32, 7: b"b" * 32}, current=7)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE32 = string.ascii_uppercase + "234567"

cover_codes = st.builds(
    CoverCode,
    kind=st.sampled_from(CodeKind),
    key_id=st.sampled_from([1, 7]),
    cover_id=st.binary(min_size=9, max_size=9).map(bytes.hex),
    sheets=st.integers(0, 255),
)


@given(cover_codes)
def test_what_is_printed_is_read_back(code: CoverCode) -> None:
    text = payload(code, RING)
    assert len(text) == 35
    assert set(text) <= set(string.ascii_uppercase + string.digits)
    assert verify(text, RING) == code
    assert is_ours(text)


@given(cover_codes, st.integers(0, 34), st.sampled_from(BASE32 + "0189-= \n" + "abcmd"))
def test_a_changed_character_is_refused(code: CoverCode, at: int, new: str) -> None:
    text = payload(code, RING)
    changed = text[:at] + new + text[at + 1 :]
    assert changed == text or verify(changed, RING) is None


@given(cover_codes, st.integers(0, 159))
def test_a_changed_bit_is_refused(code: CoverCode, bit: int) -> None:
    text = payload(code, RING)
    place, within = divmod(bit, 5)
    turned = BASE32[BASE32.index(text[3 + place]) ^ (1 << within)]
    assert verify(text[: 3 + place] + turned + text[4 + place :], RING) is None


@given(cover_codes, st.text(max_size=3), st.integers(0, 34))
def test_longer_and_shorter_spellings_are_refused(code: CoverCode, more: str, length: int) -> None:
    text = payload(code, RING)
    assert verify(text[:length], RING) is None
    assert not more or verify(text + more, RING) is None
    assert not more or verify(more + text, RING) is None


@given(cover_codes)
def test_other_spellings_of_the_same_bytes_are_refused(code: CoverCode) -> None:
    text = payload(code, RING)
    for other in (text.lower(), text + "\n", text + "======", f" {text}", "MD2" + text[3:]):
        assert verify(other, RING) is None
        assert is_ours(other.strip())


@given(st.text())
def test_strangers_never_verify(text: str) -> None:
    assert verify(text, RING) is None


@given(cover_codes, st.binary(min_size=32, max_size=32))
def test_another_homes_key_never_verifies(code: CoverCode, key: bytes) -> None:
    theirs = KeyRing({code.key_id: key}, current=code.key_id)
    assert key in RING.keys.values() or verify(payload(code, theirs), RING) is None


def test_a_retired_key_still_verifies_and_a_forgotten_one_does_not() -> None:
    old = KeyRing({1: RING.keys[1]}, current=1)
    code = cover_code.new_cover_code(CodeKind.INMATE, old)
    assert verify(payload(code, old), RING) == code
    assert verify(payload(code, old), KeyRing({7: RING.keys[7]}, current=7)) is None


@pytest.mark.parametrize("head", [0x00, 0x21, 0x12, 0x51, 0x60, 0xF0, 0x1F])
def test_an_unknown_kind_or_flag_is_refused_even_if_signed(head: int) -> None:
    body = bytes([head, 1, 0]) + bytes(9)
    raw = body + cover_code._mac(body, RING.keys[1])
    assert verify("MD1" + base64.b32encode(raw).decode(), RING) is None


def test_a_label_is_an_inmates_cover_and_its_code_says_so() -> None:
    whole = cover_code.new_cover_code(CodeKind.INMATE, RING, 2)
    label = replace(whole, label=True)
    assert verify(payload(label, RING), RING) == label
    assert verify(payload(whole, RING), RING) == whole
    said = [cover_code.claims_label(payload(each, RING)) for each in (whole, label)]
    assert said == [False, True]
    assert cover_code.claimed_kind(payload(label, RING)) is CodeKind.INMATE


def test_new_codes_differ_and_carry_the_current_key() -> None:
    made = [cover_code.new_cover_code(CodeKind.INMATE, RING, 3) for _ in range(100)]
    assert len({code.cover_id for code in made}) == 100
    assert {(code.key_id, code.sheets) for code in made} == {(7, 3)}


@pytest.mark.parametrize("sheets", [-1, 256])
def test_counts_that_a_code_cannot_hold_are_refused(sheets: int) -> None:
    with pytest.raises(UsageError, match="255"):
        cover_code.new_cover_code(CodeKind.INMATE, RING, sheets)


def test_a_key_ring_does_not_print_its_keys() -> None:
    assert "aaaa" not in repr(RING)


@pytest.mark.parametrize("text", ["MD1", "MD2SOMETHING", "md9x", "MD0"])
def test_whatever_claims_our_prefix_is_ours(text: str) -> None:
    assert is_ours(text)


@pytest.mark.parametrize("text", ["", "MD", "MDX1", "https://example.org/MD1", " MD1", "1MD1"])
def test_foreign_codes_are_not_ours(text: str) -> None:
    assert not is_ours(text)


# ---- the short id


@given(cover_codes)
def test_a_short_id_reads_back_however_it_is_keyed(code: CoverCode) -> None:
    normal = short_id(code)
    sloppy = normal.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_short_id(normal) == normal
    assert read_short_id(sloppy) == normal
    assert read_short_id(normal.replace("-", "").replace("1", "I")) == normal


@given(cover_codes)
def test_every_single_mistake_and_every_swap_of_neighbours_is_caught(code: CoverCode) -> None:
    plain = short_id(code).replace("-", "")
    mistakes = {plain[:at] + new + plain[at + 1 :] for at in range(9) for new in ALPHABET}
    swaps = {plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :] for at in range(8)}
    for wrong in (mistakes | swaps) - {plain}:
        with pytest.raises(UsageError, match="typing mistake"):
            read_short_id(wrong)


def test_the_check_is_totally_anti_symmetric() -> None:
    """Every carry, every pair of digits: the law behind the test above, without chance."""
    for carry in range(32):
        after = [cover_code._doubled(carry ^ digit) for digit in range(32)]
        assert len(set(after)) == 32
        for one in range(32):
            for other in range(one):
                forth = cover_code._doubled(after[one] ^ other)
                assert forth != cover_code._doubled(after[other] ^ one)


@pytest.mark.parametrize("typed", ["", "K7QM-3XTR", "K7QM-3XTR-DD", "K7QM-3XTR-U", "K7QM_3XTR_D"])
def test_what_is_no_short_id_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="not a sheet number"):
        read_short_id(typed)
