"""Text made printable before it is set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.printing.kit.plain_text import clean, clean_line

ANY = st.text(st.characters(), max_size=300)


@given(ANY)
def test_cleaning_is_done_after_one_time(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb", "a   b"),
        ("a\x00\x07\x1bb\ufeff", "ab"),
        ("e\u0301", "é"),
        ("a\n \n\t\n\n\n\nb", "a\n\n\nb"),
        ("safe \u202egnp.exe", "safe gnp.exe"),
        ("\U0001d4d7\U0001d4ee\U0001d4fb\U0001d4f8", "Hero"),
        ("\U0001f602\U0001f602!", "\U0001f602\U0001f602!"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("\U0001f469\u200d\U0001f467", "\U0001f469\u200d\U0001f467"),
        (
            "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f468",
            "\U0001f469\u200d\u2764\u200d\U0001f468",
        ),
        ("\U0001f9d1\u200d\U0001f382", "\U0001f9d1\U0001f382"),
        ("\U0001f0a1\U0001f0a1", "[playing card ace of spades \u00d72]"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "[flag GB-ENG]"),
        ("\U0001f1f2", "M"),
        ("\U0001f1f2\U0001f1fd", "[flag MX]"),
        ("1\ufe0f\u20e3", "[1]"),
        ("\u2764\ufe0f", "\u2764"),
        ("\udc80", "\ufffd"),
    ],
)
def test_what_people_type_is_made_printable(typed: str, printed: str) -> None:
    assert clean(typed) == printed


def test_one_line_texts_have_no_line_ends() -> None:
    assert clean_line(" a\r\n b\t c ") == "a b c"
