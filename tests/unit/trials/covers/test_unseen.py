"""Wear that strikes codes, marks and words together: nothing so worn is taken for a letter."""

from __future__ import annotations

import numpy as np
import pytest

from trials.covers.unseen import Outcome, Task, judge, report
from trials.covers.unseen_wear import WEARS

#: At their worst these hide so much of a sheet that hardly a square is left; their share is given
#: in docs/lab/reliability.md.
_HIDES = {"blotted", "drum's bands", "folded over", "glare of a sleeve"}


@pytest.mark.parametrize("name", WEARS)
def test_each_wear_depends_on_its_chance_alone(name: str) -> None:
    page = np.full((220, 170), 255, np.uint8)
    page[40:90, 30:120] = 0
    one, same = (WEARS[name](page, 20, np.random.default_rng(4), 0.8) for _ in range(2))
    assert np.array_equal(one, same)
    assert one.dtype == np.uint8
    assert one.shape[:2] == page.shape
    assert page[60, 60] == 0


@pytest.mark.parametrize("name", [each for each in WEARS if each not in _HIDES])
def test_a_ruined_cover_is_read_or_a_doubt(name: str) -> None:
    outcome = judge(3, Task(name, 1.0, 1, letter=False))
    assert outcome is not None
    assert outcome.became in ("read", "cover", "unseen")


def test_a_report_counts_what_was_taken_for_a_letter() -> None:
    task = Task("moire", 1.0, 0, letter=False)
    table = report([Outcome(task, "letter"), Outcome(task, "read")])
    assert "| moire | 2 | 1 | 0 | 0 | **1** | 1 | 0 | 0 | 0 |" in table
