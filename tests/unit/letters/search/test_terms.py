"""Comparing in memory finds what comparing with every term would find."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance.Indel import normalized_similarity

from digitizer.facility import Facility
from digitizer.letters.search import terms
from digitizer.letters.search.terms import Terms, shelve_terms, terms_of
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import shelf, term

_WORDS = st.lists(st.text(alphabet="abcde19éд", min_size=1, max_size=9), unique=True, max_size=30)


def _add(facility: Facility, *words: str) -> None:
    with writing(facility.engine) as tx:
        for word in words:
            tx.execute(sa.insert(term).prefix_with("OR IGNORE").values(text=word))


def _alike(facility: Facility, word: str, most: int = 100) -> dict[str, float]:
    with reading(facility.engine) as tx:
        texts = dict(tx.execute(sa.select(term.c.id, term.c.text)).tuples().all())
        found = terms_of(tx).alike(word, 0.65, 0.95, most)
    pairs = zip(found.ids.tolist(), found.likeness.tolist(), strict=True)
    return {texts[number]: likeness for number, likeness in pairs}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_WORDS, st.text(alphabet="abcde19éд", min_size=1, max_size=9))
@example(["long" * 16, "long" * 15 + "king", "lon" * 20], "long" * 16)
@example(["длинное" * 8, "длинное" * 8 + "е"], "длинное" * 8)
def test_nothing_alike_is_missed(facility: Facility, words: list[str], asked: str) -> None:
    _add(facility, *words)
    with reading(facility.engine) as tx:
        every = tx.execute(sa.select(term.c.text)).scalars().all()
    likeness = {word: normalized_similarity(asked.encode(), word.encode()) for word in every}
    begun = {word: 0.95 for word in every if word.startswith(asked) and word != asked}
    wanted = {word: max(like, begun.get(word, 0)) for word, like in likeness.items()}
    wanted = {word: like for word, like in wanted.items() if like >= 0.65}
    assert _alike(facility, asked, most=10_000) == pytest.approx(wanted, abs=1e-6)


def test_the_most_alike_come_first(facility: Facility) -> None:
    _add(facility, "gardener", "garden", "gardem", "warden")
    assert list(_alike(facility, "garden", most=2)) == ["garden", "gardener"]


def test_beginnings_come_beside_the_most_alike_and_the_shortest_first(facility: Facility) -> None:
    _add(facility, "gar", "gardenersgarden", "gardeners", "gardened", "engard", "gard")
    assert list(_alike(facility, "gard", most=2)) == ["gard", "gar"]
    assert list(_alike(facility, "gard", most=3)) == ["gard", "gardened", "gar", "engard"]
    begun = {"gardened", "gardeners", "gardenersgarden"}
    assert set(_alike(facility, "gard", most=9)) == {"gard", "gar", "engard", *begun}


def test_new_terms_are_seen_and_other_alphabets_too(facility: Facility) -> None:
    assert _alike(facility, "garden") == {}
    _add(facility, "garden")
    assert list(_alike(facility, "garden")) == ["garden"]
    _add(facility, "сестра", "x" * 64)
    assert list(_alike(facility, "сестры")) == ["сестра"]
    assert list(_alike(facility, "x" * 64)) == ["x" * 64]


def test_what_is_shelved_is_found_as_before_and_once(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by a new process, which reads the shelves and the terms that are on none."""
    monkeypatch.setattr(terms, "_FULL", 2)
    _add(facility, "gardener", "garden", "gardem", "warden", "сестра", "harden")
    _shelve(facility)
    _add(facility, "gardens")
    found = _alike(facility, "garden")
    with reading(facility.engine) as tx:
        texts = dict(tx.execute(sa.select(term.c.id, term.c.text)).tuples().all())
        shelved = tx.execute(sa.select(sa.func.max(shelf.c.last_term))).scalar_one()
        fresh = Terms()
        fresh.refresh(tx)
    assert [texts[number] for number in fresh.alike("garden", 0.65, 0.95, 100).ids.tolist()] == [
        *found
    ]
    assert (len(texts), texts[shelved]) == (7, "warden")
    assert set(found) == {"garden", "gardens", "gardem", "gardener", "harden", "warden"}


def test_where_there_is_no_term_none_is_shelved(facility: Facility) -> None:
    _shelve(facility)
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(shelf)).all() == []


def _shelve(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        shelve_terms(tx, 4)
