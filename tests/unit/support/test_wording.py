"""Counts and moments as people say them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from digitizer.support.wording import counted, local_moment


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "no pages"), (1, "1 page"), (2, "2 pages"), (None, "an unknown number of pages")],
)
def test_counts(number: int | None, said: str) -> None:
    assert counted(number, "page") == said


@pytest.fixture
def chicago(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("chicago")
@pytest.mark.parametrize(
    ("month", "said"), [(1, "2026-01-05 14:07 CST"), (7, "2026-07-05 15:07 CDT")]
)
def test_moments_say_which_clock(month: int, said: str) -> None:
    assert local_moment(datetime(2026, month, 5, 20, 7, tzinfo=UTC)) == said
