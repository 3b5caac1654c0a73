"""What a typed or scanned text is, before any register is asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, new_key, payload
from digitizer.engines.codes.item_code import item_payload, new_item_code
from digitizer.legal.scanning import read
from digitizer.model.legal import Answer, Cause
from digitizer.model.paper import CodeKind

KEYS, OTHERS = KeyRing({1: new_key()}, 1), KeyRing({1: new_key()}, 1)
CODE = new_item_code(KEYS)
TEXT = item_payload(CODE, KEYS)


def test_a_code_of_ours_and_its_number_are_known() -> None:
    for text in (TEXT, f"  {TEXT.lower()}\n"):
        assert read(text, KEYS).item_id == CODE.item_id
    for typed in (CODE.short_id, CODE.short_id.lower().replace("-", ""), f" {CODE.short_id} "):
        assert read(typed, KEYS).short_id == CODE.short_id


def test_what_is_none_of_ours() -> None:
    marker, cover = (
        payload(new_cover_code(kind, KEYS), KEYS) for kind in (CodeKind.LEGAL, CodeKind.INMATE)
    )
    for text, answer, cause in (
        ("", Answer.UNREADABLE, Cause.NO_CODE),
        (" \t", Answer.UNREADABLE, Cause.NO_CODE),
        ("K7QM", Answer.UNREADABLE, Cause.MISTYPED),
        (TEXT[:12], Answer.UNKNOWN, Cause.NOT_SIGNED),
        (item_payload(CODE, OTHERS), Answer.UNKNOWN, Cause.NOT_SIGNED),
        (TEXT[:-1], Answer.UNKNOWN, Cause.NOT_SIGNED),
        (TEXT + "A", Answer.UNKNOWN, Cause.NOT_SIGNED),
        (marker, Answer.UNKNOWN, Cause.OTHER_SHEET),
        (cover, Answer.UNKNOWN, Cause.OTHER_SHEET),
        ("9400111899560123456789", Answer.UNKNOWN, Cause.FOREIGN),
        ("https://example.org/a", Answer.UNKNOWN, Cause.FOREIGN),
    ):
        refusal = read(text, KEYS).refusal
        assert refusal is not None
        assert (refusal.answer, refusal.cause, refusal.item) == (answer, cause, None), text


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    found = read(text, KEYS)
    assert found.item_id is None
    assert (found.refusal is None) == (found.short_id is not None)
