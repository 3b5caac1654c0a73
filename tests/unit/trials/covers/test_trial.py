from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digitizer.capture.cover_evidence import see
from digitizer.engines.codes.cover_code import verify
from tests.support.corpus import without_corpus
from trials.covers import others
from trials.covers.__main__ import run
from trials.covers.glass import Glass, scanned
from trials.covers.levels import ON_GLASS, ON_PAPER, SHARES, Fate, Level, fate
from trials.covers.paper_wear import destroyed
from trials.covers.report import report
from trials.covers.trial import (
    RIGHT,
    WRONG,
    Plan,
    Printed,
    fate_of,
    looked_at,
    opened,
    print_cover,
    printed_of,
    scan_of,
    wear,
)


def _chance(number: int) -> np.random.Generator:
    return np.random.default_rng(number)


@pytest.fixture(scope="module")
def printed() -> Printed:
    return print_cover(_chance(4))


def test_a_short_run_keeps_the_hard_laws() -> None:
    results = list(run(Plan(seed=7, peers_every=10), 20))
    assert len(results) == 20
    assert not any(each.wrong or each.peers_wrong for each in results)
    assert all(each.opened for each in results)
    must = (Level.CLEAN, Level.LIGHT, Level.ORDINARY)
    assert [each for each in results if each.level in must and not each.read] == []
    gone = [each for each in results if each.level is Level.DESTROYED]
    assert [each for each in gone if each.read or not each.recognised] == []
    assert "| **all** | 20 |" in report(results, [])


@pytest.mark.parametrize("number", range(6))
def test_a_cover_whose_codes_are_all_gone_is_known(printed: Printed, number: int) -> None:
    glass = replace(fate(Level.ORDINARY, _chance(number)).glass, dpi=200)
    its_fate = Fate(Level.DESTROYED, ((destroyed, 1),), glass)
    _, seen = looked_at(wear(printed.cover, printed.paper, its_fate, _chance(number)))
    assert not seen.codes
    assert seen.doubts


@pytest.mark.parametrize("name", [*ON_PAPER, *ON_GLASS])
def test_each_wear_alone_leaves_the_right_code_or_a_doubt(printed: Printed, name: str) -> None:
    chance, glass = _chance(1), Glass(dpi=200)
    on_paper = ((ON_PAPER[name], 2),) if name in ON_PAPER else ()
    if name in ON_GLASS:
        glass = ON_GLASS[name](glass, 2, chance)
    file = wear(printed.cover, printed.paper, Fate(Level.WORN, on_paper, glass), chance)
    page, seen = looked_at(file)
    assert seen.codes == (printed.code,)
    assert not see(page, WRONG).codes
    assert see(page, WRONG).doubts


def test_the_same_seed_wears_the_same_way(printed: Printed) -> None:
    plan = Plan(seed=3)
    assert fate_of(plan, 5, 2).glass == fate_of(plan, 5, 2).glass
    one, other = (scan_of(printed_of(plan, 5), plan, 5, 2) for _ in range(2))
    assert one == other
    assert scan_of(printed, plan, 5, 3) != one


def test_every_file_says_its_resolution_but_a_telephones(printed: Printed) -> None:
    for glass, dpi in ((Glass(dpi=200), 200), (Glass(fax=98), 204), (Glass(bilevel=True), 300)):
        assert opened(scanned(printed.cover, 300, glass, _chance(1))).dpi == dpi


def test_the_shares_of_the_levels_make_a_whole() -> None:
    assert sum(SHARES.values()) == pytest.approx(1)


def test_the_wrong_keys_have_the_right_ids(printed: Printed) -> None:
    assert WRONG.keys.keys() == RIGHT.keys.keys()
    assert verify(printed.text, RIGHT) == printed.code
    assert verify(printed.text, WRONG) is None


def test_no_page_of_the_corpus_is_taken_for_a_cover() -> None:
    strangers = others.look(every=25)
    if not strangers:
        without_corpus("the pages")
    assert {each.letter for each in strangers} == {True, False}
    assert [each for each in strangers if each.taken] == []
