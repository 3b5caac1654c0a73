"""The code of a box is read as it is typed, and is a code of no sheet."""

from __future__ import annotations

import pytest

from digitizer.engines.codes.box_code import new_box_code, read_box_code
from digitizer.engines.codes.cover_code import KeyRing, claims_legal, is_ours, new_key, verify
from digitizer.model.errors import UsageError


def test_it_is_read_however_it_is_typed() -> None:
    code = new_box_code()
    for typed in (code, code.lower(), code.replace("-", ""), code[2:], f" {code} "):
        assert read_box_code(typed) == code


def test_mistakes_are_noticed() -> None:
    code = new_box_code()
    other = "7" if code[2] != "7" else "8"
    for typed in ("", "B-", code[:-1], code + "0", code[:2] + other + code[3:], "a letter"):
        with pytest.raises(UsageError, match="box"):
            read_box_code(typed)


def test_no_scan_takes_it_for_a_sheet() -> None:
    ring = KeyRing({1: new_key()}, 1)
    for _ in range(200):
        code = new_box_code()
        assert not is_ours(code)
        assert not claims_legal(code)
        assert verify(code, ring) is None
