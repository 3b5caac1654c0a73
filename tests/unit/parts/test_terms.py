"""Likeness in memory gives what comparing with every term would give."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitizer.mailroom.house import House
from digitizer.parts.tables import reading, term, writing
from digitizer.parts.terms import terms_of
from digitizer.parts.words import similarity

_WORDS = st.lists(st.text(alphabet="abcde19", min_size=1, max_size=9), unique=True, max_size=30)


def _add(house: House, *words: str) -> None:
    with writing(house.engine) as tx:
        for word in words:
            tx.execute(sa.insert(term).prefix_with("OR IGNORE").values(text=word))


def _alike(house: House, word: str, cutoff: float = 0.65, most: int = 100) -> dict[str, float]:
    with reading(house.engine) as tx:
        texts = dict(tx.execute(sa.select(term.c.id, term.c.text)).tuples().all())
        found = terms_of(tx).alike(word, cutoff, most)
    return {texts[number]: likeness for number, likeness in found}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_WORDS, st.text(alphabet="abcde19", min_size=1, max_size=9))
def test_nothing_alike_is_missed(house: House, words: list[str], asked: str) -> None:
    _add(house, *words)
    with reading(house.engine) as tx:
        every = tx.execute(sa.select(term.c.text)).scalars().all()
    wanted = {word: similarity(asked, word) for word in every if similarity(asked, word) >= 0.65}
    assert _alike(house, asked, most=10_000) == pytest.approx(wanted, abs=1e-6)


def test_the_most_alike_come_first(house: House) -> None:
    _add(house, "gardener", "garden", "gardem", "warden")
    assert list(_alike(house, "garden", most=2)) == ["garden", "gardener"]


def test_beginnings(house: House) -> None:
    _add(house, "gar", "garden", "gardener", "grade", "engarden")
    with reading(house.engine) as tx:
        found = terms_of(tx).beginning("gard", 10)
        texts = tx.execute(sa.select(term.c.id, term.c.text)).tuples().all()
    assert [dict(texts)[number] for number in found] == ["garden", "gardener"]


def test_new_terms_are_seen_and_other_alphabets_too(house: House) -> None:
    assert _alike(house, "garden") == {}
    _add(house, "garden")
    assert list(_alike(house, "garden")) == ["garden"]
    _add(house, "сестра", "x" * 64)
    assert list(_alike(house, "сестры")) == ["сестра"]
    assert list(_alike(house, "x" * 64)) == ["x" * 64]
