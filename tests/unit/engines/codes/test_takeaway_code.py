"""Codes that people key from a slip."""

from __future__ import annotations

import pytest

from digitizer.engines.codes.takeaway_code import (
    LENGTH,
    in_groups,
    new_takeaway_code,
    read_takeaway_code,
)

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_it_is_read_as_it_was_printed_and_as_people_key_it() -> None:
    code = new_takeaway_code()
    assert len(code) == LENGTH
    grouped = in_groups(code)
    assert [len(each) for each in grouped.split("-")] == [4] * 5
    for typed in (code, grouped, grouped.lower(), f" {grouped.replace('-', ' ')} "):
        assert read_takeaway_code(typed) == code
    assert read_takeaway_code(code.replace("0", "O").replace("1", "l")) == code


def test_every_wrong_letter_and_every_swap_is_seen() -> None:
    code = new_takeaway_code()
    for at in range(LENGTH):
        for letter in set(_LETTERS) - {code[at]}:
            assert read_takeaway_code(code[:at] + letter + code[at + 1 :]) is None
    for at in range(LENGTH - 1):
        if code[at] != code[at + 1]:
            swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
            assert read_takeaway_code(swapped) is None


@pytest.mark.parametrize("typed", ["", "A" * 19, "A" * 21, "?" * 20, "U" * 20])
def test_what_is_no_code(typed: str) -> None:
    assert read_takeaway_code(typed) is None


def test_codes_differ() -> None:
    assert len({new_takeaway_code() for _ in range(200)}) == 200
