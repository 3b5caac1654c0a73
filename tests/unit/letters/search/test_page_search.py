"""Search: exact before alike, phrases, beginnings, and never somebody else's page."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitizer.facility import Facility
from digitizer.letters.search import page_search, ranking
from digitizer.letters.search.indexing import index_again
from digitizer.letters.search.page_search import search_pages
from digitizer.letters.transcripts import correct
from digitizer.model.mail import Hit
from digitizer.model.paper import Transcript
from digitizer.storage.database import reading, writing
from tests.support.made_mail import (
    DOUBT,
    ORSON,
    PETRA,
    deliver,
    file,
    letter_of,
    new_cover,
    read,
    split_of,
)


def _search(
    facility: Facility, query: str, whose: str | None = ORSON, limit: int = 20
) -> list[Hit]:
    with reading(facility.engine) as tx:
        return list(search_pages(tx, query, whose, limit))


def _found(facility: Facility, query: str, whose: str | None = ORSON) -> list[str]:
    return [hit.letter for hit in _search(facility, query, whose)]


def _stack(facility: Facility, *texts: Transcript, content: bytes = b"one letter") -> str:
    """One letter, with a page for each text; so each hit is known by its page."""
    code = new_cover(facility)
    last = 1 + len(texts)
    return file(
        facility, split_of(letter_of(code, 1, last)), dict(enumerate(texts, 2)), content=content
    )


def _pages(facility: Facility, query: str) -> list[int]:
    return [hit.page for hit in _search(facility, query)]


def test_exact_comes_before_alike(facility: Facility) -> None:
    _stack(facility, read("a gardem of weeds"), read("my garden"), read("nothing of the kind"))
    assert _pages(facility, "garden") == [2, 1]
    assert _search(facility, "garden")[0].score == 1.0


def test_the_whole_word_comes_before_its_beginning(facility: Facility) -> None:
    _stack(facility, read("gardening"), read("a garden"))
    assert _pages(facility, "garden") == [2, 1]
    assert _pages(facility, "gardeni") == [1, 2]


@pytest.mark.parametrize("query", ["cafe", "CAFÉ", "café", "Cafe\u0301", "“cafe”"])
def test_case_and_accents_do_not_matter(facility: Facility, query: str) -> None:
    _stack(facility, read("the Café was closed"))
    assert _pages(facility, query) == [1]


def test_the_words_of_a_phrase_must_be_side_by_side(facility: Facility) -> None:
    _stack(facility, read("the old red house"), read("the red old house"), read("red\nhouse"))
    assert set(_pages(facility, "red house")) == {1, 2, 3}
    assert set(_pages(facility, '"red house"')) == {1, 3}
    assert _pages(facility, '"old house" red') == [2]
    assert _pages(facility, '"house red"') == []


def test_a_page_without_the_phrase_is_not_enough(facility: Facility) -> None:
    """The other words are also looked for in other spellings, though that page has them as they
    are."""
    _stack(facility, read("house old garden"), read("old house"), read("an old house, a gardem"))
    assert [hit.page for hit in _search(facility, '"old house" garden', limit=1)] == [3]


def test_what_a_reader_guessed_is_found_after_what_it_read(facility: Facility) -> None:
    _stack(facility, read("my dearest hother", brother=0.3, mother=0.6), read("his brother"))
    assert _pages(facility, "brother")[0] == 2
    assert set(_pages(facility, "brother")) == {1, 2}


def test_a_phrase_may_be_in_another_reading_of_the_page(facility: Facility) -> None:
    _stack(facility, read("my dear hother", mother=0.6), read("mother dear"))
    assert _pages(facility, '"dear mother"') == [1]


def test_a_phrase_of_guesses_is_found_after_one_that_was_read(facility: Facility) -> None:
    _stack(facility, read("my dear hother", mother=0.6), read("dear mother"), read("dear, other"))
    assert _pages(facility, '"dear mother"') == [2, 1]


def test_a_corrected_page_is_no_longer_found_by_a_phrase_of_guesses(facility: Facility) -> None:
    _stack(facility, read("my dear hother", mother=0.6))
    with writing(facility.engine) as tx:
        correct(tx, 2, "my dear hot her mother", "Clara Clerk")
        index_again(tx, 2)
    assert _pages(facility, '"dear mother"') == []
    assert _pages(facility, '"her mother"') == [1]


def test_a_common_word_is_looked_up_where_the_rare_one_is(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the newest of very many pages with a word are read, and still none is missed."""
    monkeypatch.setattr(ranking, "_ENOUGH_PAGES", 2)
    _stack(facility, read("common rare"), *[read("common")] * 6, read("rare"))
    assert _pages(facility, "common rare")[0] == 1
    assert _search(facility, "common rare")[0].score == 1.0


def test_pages_with_all_words_come_first(facility: Facility) -> None:
    _stack(facility, read("apples"), read("pears"), read("apples and pears"))
    assert _pages(facility, "apples pears")[0] == 3


def test_among_equals_the_page_with_more_of_the_word_comes_first(facility: Facility) -> None:
    filler = "and so on with many more words of no weight at all " * 5
    _stack(facility, read(f"parole {filler}"), read("parole parole parole"), read(f"x {filler}"))
    hits = _search(facility, "parole")
    assert [hit.page for hit in hits] == [2, 1]
    assert hits[0].score == hits[1].score


def test_never_somebody_elses_page(facility: Facility) -> None:
    hers = deliver(facility, PETRA, "secret garden", b"hers")
    mine = deliver(facility, ORSON, "my garden", b"mine")
    assert _found(facility, "garden", ORSON) == [mine]
    assert _found(facility, "secret", ORSON) == []
    assert _found(facility, '"secret garden"', ORSON) == []
    assert set(_found(facility, "garden", None)) == {mine, hers}
    assert _found(facility, "garden", "nobody") == []


def test_what_is_not_delivered_is_not_found(facility: Facility) -> None:
    code = new_cover(facility)
    file(facility, split_of(letter_of(code, 1, 2, DOUBT)), {2: read("garden")})
    assert _found(facility, "garden", None) == []


def test_a_cover_that_was_read_is_no_hit(facility: Facility) -> None:
    code = new_cover(facility)
    texts = {1: read("cover garden"), 2: read("letter")}
    file(facility, split_of(letter_of(code, 1, 2)), texts)
    assert _found(facility, "garden") == []


def test_a_corrected_page_is_not_found_by_its_old_text(facility: Facility) -> None:
    _stack(facility, read("gardem"))
    with writing(facility.engine) as tx:
        correct(tx, 2, "castle", "Clara Clerk")
        index_again(tx, 2)
    assert _pages(facility, "castle") == [1]
    assert _pages(facility, "gardem") == []


def test_the_limit_and_the_snippet(facility: Facility) -> None:
    long = "word " * 100 + "needle " + "word " * 100
    _stack(facility, read(long), read("needle"), read("needle"))
    assert len(_search(facility, "needle", limit=2)) == 2
    assert _search(facility, "needle", limit=0) == []
    (hit,) = [hit for hit in _search(facility, "needle") if hit.page == 1]
    assert "needle" in hit.snippet
    assert len(hit.snippet) <= 160


def test_very_long_words_and_queries(facility: Facility) -> None:
    _stack(facility, read("x" * 100))
    assert _pages(facility, "x" * 100) == [1]
    assert _pages(facility, " ".join(f"word{n}" for n in range(5000))) == []


def test_a_page_of_guesses_without_text(facility: Facility) -> None:
    _stack(facility, read("", lantern=0.4))
    (hit,) = _search(facility, "lantern")
    assert (hit.page, hit.snippet) == (1, "")


SYNTAX = [
    "'",
    '"',
    '""',
    '"""',
    "%",
    "_",
    "\\",
    "*",
    "garden*",
    "NEAR(a b)",
    "AND",
    "OR NOT",
    "a AND",
    "text:garden",
    "^garden",
    "-garden",
    "{a b}: c",
    "(",
    ")",
    "'; DROP TABLE letter; --",
    "page_text MATCH 'x'",
    "\x00",
    "a\x00b",
    "\udcff",
    "🌻",
    "",
    "   ",
    ":x",
    "?",
    "NULL",
    "rowid",
]


@pytest.mark.parametrize("query", SYNTAX)
def test_no_syntax_of_sql_or_fts_means_anything(facility: Facility, query: str) -> None:
    _stack(facility, read("garden near and or not null rowid"))
    _search(facility, query)
    _search(facility, query, None)
    assert _pages(facility, "garden") == [1]


@given(query=st.text(max_size=60))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_query_raises(facility: Facility, query: str) -> None:
    if not _search(facility, "garden"):
        _stack(facility, read("garden NEAR café 12 % _"))
    _search(facility, query)


@pytest.mark.parametrize("booking_number", [None, ORSON])
def test_pages_are_looked_at_without_going_through_all_letters(
    facility: Facility, booking_number: str | None
) -> None:
    """SQLite, which does not know how many rows there are, would begin with the letters."""
    plans: list[str] = []
    with reading(facility.engine) as tx:

        def explain(connection: sa.Connection, _: object, sql: str, asked: Any, *more: Any) -> None:
            if sql.startswith("SELECT page.id"):
                cursor = connection.connection.cursor()
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", asked)
                plans.extend(row[3] for row in cursor.fetchmany(1))

        sa.event.listen(tx, "before_cursor_execute", explain)
        page_search._found_pages(tx, range(50), booking_number)
    assert plans == ["SEARCH page USING INTEGER PRIMARY KEY (rowid=?)"]
