"""Characters that a terminal obeys are made visible."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.support.visible import as_name, visible, visible_json
from tests.support.evil_names import RAW


@given(st.text())
def test_a_line_stays_one_line_and_json_stays_the_same(text: str) -> None:
    assert not RAW.search(visible(text))
    assert len(visible(text).splitlines()) <= 1
    line = visible_json(json.dumps(text, ensure_ascii=False))
    assert not RAW.search(line)
    assert json.loads(line) == text


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Mary \u202egreb\u202c", "Mary greb"),
        ("\u2066Ada\u2069 \u200fFenn\u200e", "Ada Fenn"),
        ("Ad\u00ada\u200b\ufeff", "Ada"),
        ("Ada\n\tFenn\x07 ", "Ada Fenn"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("\u202e", ""),
    ],
)
def test_a_name_has_nothing_that_cannot_be_seen(typed: str, name: str) -> None:
    assert as_name(typed) == name
