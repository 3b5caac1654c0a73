"""Answers that take whole steps, by a clock that is set by hand."""

from __future__ import annotations

import asyncio

import pytest

from digitizer.entrances.web.shared import even_time as module
from digitizer.entrances.web.shared.even_time import STEP, even_time


class _Clock:
    """It moves by work and by sleep alone."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(module, "_now", clock.monotonic)
    monkeypatch.setattr(module, "_sleep", clock.sleep)
    return clock


async def _work(clock: _Clock, seconds: float, fails: bool = False) -> None:
    async with even_time():
        clock.now += seconds
        if fails:
            raise ValueError("it fails")


@pytest.mark.parametrize(
    ("work", "steps"), [(0.0, 0), (0.001, 1), (0.1, 1), (0.4999, 1), (0.6, 2), (5.2, 11)]
)
def test_whatever_the_work_takes_the_answer_takes_whole_steps(
    clock: _Clock, work: float, steps: int
) -> None:
    asyncio.run(_work(clock, work))
    assert clock.now - 100.0 == pytest.approx(steps * STEP)


def test_it_takes_as_long_to_fail(clock: _Clock) -> None:
    with pytest.raises(ValueError, match="it fails"):
        asyncio.run(_work(clock, 0.01, fails=True))
    assert clock.now - 100.0 == pytest.approx(STEP)
