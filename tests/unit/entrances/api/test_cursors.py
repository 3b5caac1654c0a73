"""Cursors: what one list wrote, and nothing else."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.entrances.api import cursors
from digitizer.model.errors import UsageError

MOMENT = datetime(2026, 3, 5, 14, 7, 9, 123456, tzinfo=UTC)


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_what_was_written_is_read() -> None:
    assert cursors.read_number("a", cursors.write("a", 7)) == 7
    assert cursors.read_moment("a", cursors.write("a", MOMENT, "x1")) == (MOMENT, "x1")
    assert (cursors.read_number("a", None), cursors.read_moment("a", None)) == (0, None)


@pytest.mark.parametrize(
    "value",
    [
        {"b": [7]},
        {"a": 7},
        {"a": [-1]},
        {"a": [2**60]},
        {"a": [True]},
        {"a": [True, 1]},
        {"a": ["7"]},
        {"a": ["2026-03-05", "x"]},
        {"a": ["0001-01-01T00:00:00+00:00", "x" * 65]},
        {"a": ["2026-03-05T00:00:00+00:00", "\x00"]},
        {"a": ["nonsense", "x"]},
        [],
        None,
    ],
)
def test_another_lists_cursor_is_refused(value: object) -> None:
    for read in (cursors.read_number, cursors.read_moment):
        with pytest.raises(UsageError, match="after"):
            read("a", _encoded(value))


@given(st.text(max_size=60))
def test_nonsense_is_refused(text: str) -> None:
    for read in (cursors.read_number, cursors.read_moment):
        with pytest.raises(UsageError):
            read("a", text)
