"""The trial of paper that is worn or lies: a short run of it, and that its judge can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.capture.cover_evidence import see
from digitizer.engines.codes.cover_code import KeyRing
from digitizer.model.paper import SeenPage, SurveyedPage
from trials.paper.trial import try_stack

STACKS, AT_ONCE = 50, 10


@pytest.mark.parametrize("first", range(0, STACKS, AT_ONCE))
def test_no_page_goes_astray_and_no_original_is_destroyed(first: int) -> None:
    """Fifty stacks, each with one thing done to it."""
    results = [try_stack(7, number) for number in range(first, first + AT_ONCE)]
    assert [each for each in results if each.astray or each.lost or each.destroyed] == []
    untouched = [each for each in results if each.done == "nothing"]
    assert all(each.needless == 0 for each in untouched)


def test_the_judge_sees_what_a_blind_pipeline_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any doubt at all, pages of the same stacks do go astray."""

    def blind(page: SurveyedPage, keys: KeyRing) -> SeenPage:
        return replace(see(page, keys), doubts=())

    monkeypatch.setattr("trials.paper.trial.see", blind)
    assert any(try_stack(7, number).astray for number in range(STACKS))
