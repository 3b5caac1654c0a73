"""The code of a sheet for the protected line: signed, of no cover, and one that seals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from digitizer.engines.codes.cover_code import (
    KeyRing,
    claims_item,
    claims_legal,
    is_ours,
    new_key,
    verify,
)
from digitizer.engines.codes.item_code import item_payload, new_item_code, verify_item
from digitizer.engines.codes.protected_code import protected_payload, verify_protected

RING = KeyRing({3: new_key()}, 3)
CODE = new_item_code(RING)
TEXT = protected_payload(CODE, RING)
_ZEROS = "MD1" + "A" * 32


def test_it_is_what_was_printed_and_nothing_else() -> None:
    assert verify_protected(TEXT, RING) == CODE
    assert verify(TEXT, RING) is None
    assert verify_item(TEXT, RING) is None
    assert verify_protected(item_payload(CODE, RING), RING) is None


@pytest.mark.parametrize(
    "spelled",
    [str.lower, lambda text: text + "A", lambda text: text[:-1], lambda _: "", lambda _: _ZEROS],
    ids=["small", "longer", "shorter", "nothing", "zeros"],
)
def test_any_other_spelling_is_none(spelled: Callable[[str], str]) -> None:
    assert verify_protected(spelled(TEXT), RING) is None


def test_it_claims_to_seal_also_where_another_facility_signed_it() -> None:
    assert is_ours(TEXT)
    assert claims_item(TEXT)
    assert claims_legal(TEXT)
    assert verify_protected(TEXT, KeyRing({3: new_key()}, 3)) is None
