from __future__ import annotations

import pytest

from digitizer.engines.codes.cover_code import verify
from trials.forgery import FORGERIES, Forgery, attempts, forger, main


def test_no_forgery_is_accepted() -> None:
    counts = dict(attempts(13_000, seed=5))
    assert sum(count.tries for count in counts.values()) == 13_000
    assert {name: count.accepted for name, count in counts.items() if count.accepted} == {}


def test_what_was_printed_is_accepted() -> None:
    mind = forger(2)
    assert all(verify(each.text, mind.ring) == each.code for each in mind.genuine)


@pytest.mark.parametrize("way", FORGERIES)
def test_a_forgery_is_hardly_ever_the_genuine_text(way: Forgery) -> None:
    mind = forger(3)
    printed = {each.text for each in mind.genuine}
    assert sum(way(mind) in printed for _ in range(200)) < 100


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tries", "130"]) == 0
    assert "| **all** | 130 | **0** | |" in capsys.readouterr().out
