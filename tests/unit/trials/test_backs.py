"""The bench of backs: every kind can be made, and a few of each are judged right."""

from __future__ import annotations

import numpy as np

from trials.backs.__main__ import is_good, report, run
from trials.backs.trial import Back, Result, backs, sheet_of


def test_a_plan_has_every_kind_and_half_of_it_is_held_out() -> None:
    plan = backs(seed=1, filled=60, empty=60)
    assert sum(each.held_out for each in plan) == len(plan) // 2
    assert sum(each.empty for each in plan) == 60
    assert len({each.name for each in plan}) >= 44


def test_a_back_is_made_again_from_its_seed() -> None:
    back = backs(seed=3, filled=1, empty=0)[0]
    assert np.array_equal(sheet_of(back).back, sheet_of(back).back)


def test_a_few_backs_are_judged() -> None:
    results = run(backs(seed=7, filled=6, empty=6))
    assert not any(each.is_wrong for each in results if not each.back.empty)
    assert "| **all** | 6 |" in report(results)


def test_what_is_hidden_or_shown_too_often_fails_the_run() -> None:
    def judged(empty: bool, answer: str) -> Result:
        return Result(Back(1, 1, empty, False, "made up"), answer, answer, "none")

    assert is_good([judged(False, "perhaps blank"), judged(True, "blank")])
    assert not is_good([judged(False, "blank")])
    assert not is_good([judged(True, "perhaps blank")])
    assert is_good([judged(True, "content"), *[judged(True, "blank")] * 49])
