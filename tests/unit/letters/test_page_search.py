"""Search: exact before alike, phrases, beginnings, and never a page of somebody else."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitizer.facility import House
from digitizer.letters.search import page_search, ranking
from digitizer.letters.search.page_search import index_again, search_pages
from digitizer.letters.transcripts import correct
from digitizer.model.mail import Hit
from digitizer.model.paper import Box, Transcript, Word
from digitizer.storage.tables import reading, shelf, writing
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


def _search(house: House, query: str, whose: str | None = ORSON, limit: int = 20) -> list[Hit]:
    with reading(house.engine) as tx:
        return list(search_pages(tx, query, whose, limit))


def _found(house: House, query: str, whose: str | None = ORSON) -> list[str]:
    return [hit.letter for hit in _search(house, query, whose)]


def _stack(house: House, *texts: Transcript, content: bytes = b"one letter") -> str:
    """One letter with a page a text; hits are then told by their page."""
    code = new_cover(house)
    last = 1 + len(texts)
    return file(house, split_of(letter_of(code, 1, last)), dict(enumerate(texts, 2)),
                content=content)  # fmt: skip


def _pages(house: House, query: str) -> list[int]:
    return [hit.page for hit in _search(house, query)]


def test_exact_comes_before_alike(house: House) -> None:
    _stack(house, read("a gardem of weeds"), read("my garden"), read("nothing of the kind"))
    assert _pages(house, "garden") == [2, 1]
    assert _search(house, "garden")[0].score == 1.0


def test_the_whole_word_comes_before_its_beginning(house: House) -> None:
    _stack(house, read("gardening"), read("a garden"))
    assert _pages(house, "garden") == [2, 1]
    assert _pages(house, "gardeni") == [1, 2]


@pytest.mark.parametrize("query", ["cafe", "CAFÉ", "café", "Cafe\u0301", "“cafe”"])
def test_case_and_accents_do_not_matter(house: House, query: str) -> None:
    _stack(house, read("the Café was closed"))
    assert _pages(house, query) == [1]


def test_a_phrase_must_stand_word_beside_word(house: House) -> None:
    _stack(house, read("the old red house"), read("the red old house"), read("red\nhouse"))
    assert set(_pages(house, "red house")) == {1, 2, 3}
    assert set(_pages(house, '"red house"')) == {1, 3}
    assert _pages(house, '"old house" red') == [2]
    assert _pages(house, '"house red"') == []


def test_a_page_without_the_phrase_is_not_enough(house: House) -> None:
    """The other words are looked for in other spellings although it has them as they are."""
    _stack(house, read("house old garden"), read("old house"), read("an old house, a gardem"))
    assert [hit.page for hit in _search(house, '"old house" garden', limit=1)] == [3]


def test_what_a_reader_guessed_is_found_after_what_it_read(house: House) -> None:
    _stack(house, read("my dearest hother", brother=0.3, mother=0.6), read("his brother"))
    assert _pages(house, "brother")[0] == 2
    assert set(_pages(house, "brother")) == {1, 2}


def test_a_phrase_may_stand_in_what_was_not_read(house: House) -> None:
    _stack(house, read("my dear hother", mother=0.6), read("mother dear"))
    assert _pages(house, '"dear mother"') == [1]


def test_a_phrase_of_guesses_is_found_after_one_that_was_read(house: House) -> None:
    _stack(house, read("my dear hother", mother=0.6), read("dear mother"), read("dear, other"))
    assert _pages(house, '"dear mother"') == [2, 1]


def test_a_corrected_page_is_no_longer_found_by_a_phrase_of_guesses(house: House) -> None:
    _stack(house, read("my dear hother", mother=0.6))
    with writing(house.engine) as tx:
        correct(tx, 2, "my dear hot her mother", "Clara Clerk")
        index_again(tx, 2)
    assert _pages(house, '"dear mother"') == []
    assert _pages(house, '"her mother"') == [1]


def test_a_common_word_is_looked_up_where_the_rare_one_stands(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of very many pages with a word only the newest are read, yet none is missed."""
    monkeypatch.setattr(ranking, "_ENOUGH_PAGES", 2)
    _stack(house, read("common rare"), *[read("common")] * 6, read("rare"))
    assert _pages(house, "common rare")[0] == 1
    assert _search(house, "common rare")[0].score == 1.0


def test_the_likest_words_of_a_page_are_the_ones_to_highlight(house: House) -> None:
    found = page_search.matching_words(read("my dear hother", mother=0.6), "mother")
    assert max(found, key=lambda pair: pair[1])[0].text == "hother"
    assert page_search.matching_words(read("my dear"), "xylophone") == ()


def _marked(text: str, query: str) -> list[int]:
    """The places, from 0, of the words that are highlighted."""
    words = tuple(
        Word(word, Box(10 * place, 0, 9, 9), 0.9) for place, word in enumerate(text.split())
    )
    found = page_search.matching_words(Transcript("made-up", text, 0.9, words), query)
    return [word.box.left // 10 for word, _ in found]


def test_of_a_phrase_only_the_words_in_a_row_are_highlighted() -> None:
    text = "the dog sat by the garden house and the cat in the garden"
    assert _marked(text, '"in the garden"') == [10, 11, 12]
    assert _marked(text, '"the gardem house"') == [4, 5, 6]
    assert _marked(text, '"the garden" dog') == [1, 4, 5, 11, 12]


def test_a_phrase_runs_over_dashes_and_words_that_count_twice() -> None:
    assert _marked("a well-known — garden", '"well known garden"') == [1, 3]
    assert _marked("a well known garden", "well-known") == [1, 2]


def test_a_phrase_that_nowhere_stands_is_highlighted_word_by_word() -> None:
    assert _marked("garden of the house", '"house garden"') == [0, 3]


def test_each_word_asked_for_is_highlighted_though_another_fits_better() -> None:
    assert _marked("the garden behind the lightbouze", "garden lighthouse") == [1, 4]
    assert _marked("the garden of the warden", "garden") == [1]


def test_pages_with_all_words_come_first(house: House) -> None:
    _stack(house, read("apples"), read("pears"), read("apples and pears"))
    assert _pages(house, "apples pears")[0] == 3


def test_among_equals_the_page_with_more_of_the_word_comes_first(house: House) -> None:
    filler = "and so on with many more words of no weight at all " * 5
    _stack(house, read(f"parole {filler}"), read("parole parole parole"), read(f"x {filler}"))
    hits = _search(house, "parole")
    assert [hit.page for hit in hits] == [2, 1]
    assert hits[0].score == hits[1].score


def test_never_a_page_of_somebody_else(house: House) -> None:
    hers = deliver(house, PETRA, "secret garden", b"hers")
    mine = deliver(house, ORSON, "my garden", b"mine")
    assert _found(house, "garden", ORSON) == [mine]
    assert _found(house, "secret", ORSON) == []
    assert _found(house, '"secret garden"', ORSON) == []
    assert set(_found(house, "garden", None)) == {mine, hers}
    assert _found(house, "garden", "nobody") == []


def test_what_is_not_delivered_is_not_found(house: House) -> None:
    code = new_cover(house)
    file(house, split_of(letter_of(code, 1, 2, DOUBT)), {2: read("garden")})
    assert _found(house, "garden", None) == []


def test_a_cover_that_was_read_is_no_hit(house: House) -> None:
    code = new_cover(house)
    texts = {1: read("cover garden"), 2: read("letter")}
    file(house, split_of(letter_of(code, 1, 2)), texts)
    assert _found(house, "garden") == []


def test_a_corrected_page_forgets_what_it_said(house: House) -> None:
    _stack(house, read("gardem"))
    with writing(house.engine) as tx:
        correct(tx, 2, "castle", "Clara Clerk")
        index_again(tx, 2)
    assert _pages(house, "castle") == [1]
    assert _pages(house, "gardem") == []


def test_the_limit_and_the_snippet(house: House) -> None:
    long = "word " * 100 + "needle " + "word " * 100
    _stack(house, read(long), read("needle"), read("needle"))
    assert len(_search(house, "needle", limit=2)) == 2
    assert _search(house, "needle", limit=0) == []
    (hit,) = [hit for hit in _search(house, "needle") if hit.page == 1]
    assert "needle" in hit.snippet
    assert len(hit.snippet) <= 160


def test_very_long_words_and_queries(house: House) -> None:
    _stack(house, read("x" * 100))
    assert _pages(house, "x" * 100) == [1]
    assert _pages(house, " ".join(f"word{n}" for n in range(5000))) == []


def test_a_page_of_guesses_without_text(house: House) -> None:
    _stack(house, read("", lantern=0.4))
    (hit,) = _search(house, "lantern")
    assert (hit.page, hit.snippet) == (1, "")


SYNTAX = [
    "'", '"', '""', '"""', "%", "_", "\\", "*", "garden*", "NEAR(a b)", "AND", "OR NOT", "a AND",
    "text:garden", "^garden", "-garden", "{a b}: c", "(", ")", "'; DROP TABLE letter; --",
    "page_text MATCH 'x'", "\x00", "a\x00b", "\udcff", "🌻", "", "   ", ":x", "?", "NULL", "rowid",
]  # fmt: skip


@pytest.mark.parametrize("query", SYNTAX)
def test_no_syntax_of_sql_or_fts_means_anything(house: House, query: str) -> None:
    _stack(house, read("garden near and or not null rowid"))
    _search(house, query)
    _search(house, query, None)
    assert _pages(house, "garden") == [1]


@given(query=st.text(max_size=60))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_query_raises(house: House, query: str) -> None:
    if not _search(house, "garden"):
        _stack(house, read("garden NEAR café 12 % _"))
    _search(house, query)


def test_terms_are_shelved_once_they_are_many(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_search, "_SHELVED_TOGETHER", 3)
    deliver(house, ORSON, "two words", b"1")
    assert _shelved(house) is None
    deliver(house, ORSON, "three more words", b"2")
    assert _shelved(house) == 3


def _shelved(house: House) -> int | None:
    with reading(house.engine) as tx:
        last: int | None = tx.execute(sa.select(sa.func.max(shelf.c.last_term))).scalar()
    return last


@pytest.mark.parametrize("booking_number", [None, ORSON])
def test_pages_are_looked_at_without_going_through_all_letters(
    house: House, booking_number: str | None
) -> None:
    """SQLite, which knows no numbers of rows, would rather begin with the delivered letters."""
    plans: list[str] = []
    with reading(house.engine) as tx:

        def explain(connection: sa.Connection, _: object, sql: str, asked: Any, *more: Any) -> None:
            if sql.startswith("SELECT page.id"):
                cursor = connection.connection.cursor()
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", asked)
                plans.extend(row[3] for row in cursor.fetchmany(1))

        sa.event.listen(tx, "before_cursor_execute", explain)
        page_search._page_rows(tx, range(50), booking_number)
    assert plans == ["SEARCH page USING INTEGER PRIMARY KEY (rowid=?)"]
