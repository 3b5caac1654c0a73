"""Random verbs on two facilities of one database: nothing of the one is ever in the other's tables,
files, searches, exports, metrics or logs, but what a transfer took along."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import postgres
from tests.support.agencies import two_facilities
from tests.support.apart import STEPS, Apart, Step, check, do

_MOVE = STEPS[-1]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    reason = postgres.missing()
    if reason:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("apart")
    with postgres.server() as url:
        two = two_facilities(folder / "agency", url)
        yield Apart(two, folder)
        two.close()


@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 1), st.integers(0, 1)),
        min_size=4,
        max_size=14,
    )
)
@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
def test_nothing_of_one_is_in_the_other(apart: Apart, steps: list[tuple[Step, int, int]]) -> None:
    """One after the other in the same agency: what was done before stays, so nothing is tried again
    with fewer steps."""
    for step, place, who in steps:
        do(apart, step, place, who)
    check(apart)


def test_each_thing_by_itself_before_and_after_both_moved_there_and_back(apart: Apart) -> None:
    for place in (0, 1):
        for step in STEPS[:-1]:
            do(apart, step, place, place)
    check(apart)
    for place, who in ((0, 0), (1, 1), (1, 0), (0, 1)):
        do(apart, _MOVE, place, who)
        check(apart)
    moved = [word for word in apart.words if word.may == {0, 1} and "page1" in word.text]
    assert moved, "something went along"
