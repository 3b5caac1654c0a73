"""Doubtful words are marked, whether the doubt is about a word or about the whole text."""

from __future__ import annotations

from dataclasses import replace

from digitizer.letters.doubtful_words import doubts_in, is_read_in_part, shown_lines
from digitizer.model.paper import PERSON, Box, Transcript, Word

_BOX = Box(0, 0, 9, 9)


def test_each_word_of_a_line_is_doubtful_by_itself() -> None:
    words = (Word("dear", _BOX, 0.6, 0), Word("Ava", _BOX, 0.59, 0), Word("hello", _BOX, 0.9, 1))
    lines = shown_lines(Transcript("engine", "dear Ava\nhello", 0.9, words))
    assert lines == [[("dear", False), ("Ava", True)], [("hello", False)]]
    assert doubts_in(lines) == (1, 3)


def test_a_text_without_words_is_doubtful_as_a_whole_or_not_at_all() -> None:
    assert doubts_in(shown_lines(Transcript("engine", "dear Ava\n\nhello", 0.5))) == (3, 3)
    assert doubts_in(shown_lines(Transcript("engine", "dear Ava", 0.6))) == (0, 2)


def test_a_correction_is_not_doubtful_and_every_word_of_it_is_shown() -> None:
    read = Transcript(PERSON, "dear little Ava", 1.0, (Word("dear", _BOX, 0.1, 0),))
    assert shown_lines(read) == [[("dear", False), ("little", False), ("Ava", False)]]


def test_a_page_that_may_have_lost_a_line_is_told_until_a_person_saw_it() -> None:
    read = Transcript("engine", "dear Ava", 0.9, unread=0.02)
    assert is_read_in_part(read)
    assert not is_read_in_part(replace(read, unread=0.019))
    assert not is_read_in_part(replace(read, engine=PERSON))


def test_nothing_read_is_nothing_shown() -> None:
    assert doubts_in(shown_lines(Transcript("engine", "", 0.0))) == (0, 0)
