"""Pages that a ranking leaves out to save time could not have been among the first."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.letters.search import ranking
from digitizer.letters.search.ranking import ranked_pages
from digitizer.letters.search.terms import Alike
from digitizer.storage.database import reading
from tests.support.made_mail import file, letter_of, new_cover, read, split_of

_LIMIT = 4
_WORDS = ("garden", "gardens", "gardem", "gander", "letter", "latter", "better", "hope")


def _fill(facility: Facility) -> None:
    chance = Random(3)
    texts = {
        number: read(" ".join(chance.choices(_WORDS, k=5)), **{chance.choice(_WORDS): 0.2})
        for number in range(2, 32)
    }
    file(facility, split_of(letter_of(new_cover(facility), 1, 31)), texts)


def _ranked(
    facility: Facility, *words: str, phrase: tuple[str, ...] = ()
) -> list[tuple[int, float]]:
    with reading(facility.engine) as tx:
        return ranked_pages(tx, None, words, phrase, _LIMIT)[:_LIMIT]


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (("garden",), ()),
        (("gardne",), ()),
        (("garden", "letter"), ()),
        (("gardne", "hope"), ()),
        (("gardne", "lettre"), ()),
        (("hope",), ("better", "letter")),
        (("gardne",), ("letter",)),
    ],
)
def test_enough_pages_are_the_best_of_all(
    facility: Facility,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    phrase: tuple[str, ...],
) -> None:
    _fill(facility)
    monkeypatch.setattr(ranking, "_AT_FIRST", 1)
    found = _ranked(facility, *words, phrase=phrase)
    monkeypatch.setattr(ranking, "_enough", lambda *_: False)
    assert found == _ranked(facility, *words, phrase=phrase)
    assert len(found) == _LIMIT


def test_a_word_on_enough_pages_is_not_looked_for_in_other_spellings(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(facility)
    monkeypatch.setattr(ranking, "_alike", lambda *_: pytest.fail("was looked for"))
    assert len(_ranked(facility, "garden")) == _LIMIT


def test_no_more_spellings_are_looked_up_than_can_be_among_the_first(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(facility)
    monkeypatch.setattr(ranking, "_AT_FIRST", 1)
    looked_up: list[str] = []
    find = ranking._find

    def noted(tx: sa.Connection, owner: int | None, match: Any, alike: Alike) -> None:
        looked_up.append(match.word)
        find(tx, owner, match, alike)

    monkeypatch.setattr(ranking, "_find", noted)
    assert len(_ranked(facility, "gardens", "hope")) == _LIMIT
    assert looked_up.count("gardens") < len(["gardens", "garden", "gardem", "gander"])


def test_where_only_some_pages_can_be_read_they_are_those_with_the_most_similar_words(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "_ENOUGH_PAGES", 2)
    texts = {number: read("harden") for number in range(2, 12)}
    texts |= {12: read("gardens"), 13: read("gardena")}
    file(facility, split_of(letter_of(new_cover(facility), 1, 13)), texts)
    assert {page for page, _ in _ranked(facility, "garden", "hope")[:2]} == {12, 13}


def test_a_phrase_needs_all_its_words_as_they_are_spelled(facility: Facility) -> None:
    file(
        facility,
        split_of(letter_of(new_cover(facility), 1, 4)),
        {2: read("dear mother"), 3: read("dear mothen"), 4: read("dear hother", mother=0.3)},
    )
    assert {page for page, _ in _ranked(facility, phrase=("dear", "mother"))} == {2, 4}
