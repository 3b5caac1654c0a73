"""The trial of separators finds what it looks for, and nothing where there is nothing."""

from __future__ import annotations

import random

import pytest

from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.scanner_profile import Sides
from trials.separators import MIXES, Mix, Tally, Trial, judge, run
from trials.stacks import Batch, Letter, Side, written


def _stack(*kinds: CodeKind) -> Batch:
    """Letters of one sheet each."""
    letters = []
    for number, kind in enumerate(kinds):
        sheet = Side(None, blank=False, codes=(CoverCode(kind, 1, f"{number}"),))
        letters.append(Letter(number, sheet.codes[0], [(sheet, sheet), (written(number), Side())]))
    return Batch(letters, Sides.SIMPLEX, None)


def _judged(batch: Batch, without: int, lost: set[int]) -> Tally:
    """What the trial says of this stack, a front of which is not there."""
    fronts = [front for letter in batch.letters for front, _ in letter.leaves]
    del fronts[without]
    tally = Tally()
    judge(batch, fronts, lost, tally)
    return tally


def test_two_letters_in_one_are_counted_and_told_from_what_a_lost_sheet_explains() -> None:
    batch = _stack(*[CodeKind.SEPARATOR] * 3)
    unexplained, explained = _judged(batch, 2, set()), _judged(batch, 2, {1})
    assert (unexplained.merged, unexplained.merged_by_loss, unexplained.matched) == (1, 0, 2)
    assert (explained.merged, explained.merged_by_loss) == (0, 1)


def test_a_page_under_the_wrong_cover_is_counted() -> None:
    batch = _stack(CodeKind.INMATE, CodeKind.SEPARATOR, CodeKind.INMATE)
    assert _judged(batch, 2, set()).astray == 1
    assert _judged(batch, 2, {1}).astray_by_loss == 1


@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: mix.title)
@pytest.mark.parametrize("rate", [0.0, 0.02, 0.1])
def test_faults_merge_no_letters_and_send_no_page_astray(mix: Mix, rate: float) -> None:
    tally = run(Trial(mix, faults=rate), 40, random.Random(7))
    assert (tally.matched > 0) is not mix.replies  # among replies it may be mail from inside
    assert (tally.merged, tally.astray, tally.misplaced) == (0, 0, 0)
    if not rate and not mix.replies:
        assert tally.good_separated > 0
        assert (tally.not_matched, tally.not_delivered) == (0, 0)
