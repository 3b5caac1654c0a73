"""Transcripts as the program read them, and as people corrected them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from digitizer.facility import Facility
from digitizer.letters.transcripts import (
    correct,
    corrected,
    spelled,
    spellings_of,
    transcripts_of,
    words_from_json,
    words_to_json,
)
from digitizer.model.paper import PERSON, Box, Transcript, Word
from digitizer.storage.database import reading, writing
from tests.support.made_mail import ORSON, deliver

_READ = Transcript(
    "pp-ocrv6",
    "my deer sisler\nwent home",
    0.5,
    tuple(
        Word(text, Box(10 * place, 0, 9, 9), 0.5, line, (("other", 0.1),))
        for place, (text, line) in enumerate(
            [("my", 0), ("deer", 0), ("sisler", 0), ("went", 1), ("home", 1)]
        )
    ),
)


def test_a_corrected_word_is_where_the_wrong_one_was() -> None:
    right = corrected(_READ, "my dear sister\nwent home")
    assert (right.engine, right.confidence) == (PERSON, 1.0)
    assert [word.text for word in right.words] == ["my", "dear", "sister", "went", "home"]
    assert [word.box for word in right.words] == [word.box for word in _READ.words]
    assert all(word.confidence == 1 and not word.alternatives for word in right.words)


def test_a_word_nobody_saw_has_no_place_but_is_in_the_text() -> None:
    right = corrected(_READ, "my dear little sister\nwent slowly home")
    assert "slowly" in right.text
    assert [word.text for word in right.words if word.box == Box(40, 0, 9, 9)] == ["home"]
    assert len(right.words) <= 6


@given(st.text(alphabet="ab c\n", max_size=40))
def test_whatever_is_written_is_kept_whole(text: str) -> None:
    right = corrected(_READ, text)
    assert right.text == text
    assert len(right.words) <= len(text.split())


def test_words_survive_being_stored() -> None:
    assert words_from_json(words_to_json(_READ.words)) == _READ.words


def test_the_newest_correction_counts_and_the_reading_stays(facility: Facility) -> None:
    deliver(facility, ORSON, "my deer sisler", b"1")
    with reading(facility.engine) as tx:
        (page_id,) = transcripts_of(tx, range(1, 9))
    with writing(facility.engine) as tx:
        correct(tx, page_id, "my dear", "Clara Clerk")
        correct(tx, page_id, "my dear sister", "Clara Clerk")
    with reading(facility.engine) as tx:
        assert transcripts_of(tx, [page_id])[page_id].text == "my dear sister"
        kept = tx.exec_driver_sql("SELECT text FROM correction ORDER BY id").scalars().all()
        read = tx.exec_driver_sql("SELECT text FROM transcript").scalars().all()
    assert kept == ["my dear", "my dear sister"]
    assert "my deer sisler" in read


_SPELLING = st.text(st.sampled_from("ab,[]' é\"\\"), max_size=5)


@given(st.lists(st.tuples(_SPELLING, st.lists(_SPELLING, max_size=3)), min_size=1, max_size=4))
def test_words_are_spelled_as_they_are_kept(words: list[tuple[str, list[str]]]) -> None:
    kept = words_to_json(
        tuple(
            Word(text, Box(1, 2, 3, 4), 0.5, 0, tuple((other, 0.1) for other in others))
            for text, others in words
        )
    )
    parts = [part.split("\x1f") for part in spelled(json.dumps(kept)).split("\x1e")]
    assert [part[1:-1] for part in parts if part != [""]] == [
        [text, *others] for text, others in words
    ]


def test_a_corrected_page_is_spelled_as_it_was_corrected(facility: Facility) -> None:
    deliver(facility, ORSON, "my deer", b"a letter")
    with writing(facility.engine) as tx:
        (before,) = dict(spellings_of(tx, [2])).values()
        correct(tx, 2, "my dear", "Clara Clerk")
        (after,) = dict(spellings_of(tx, [2])).values()
    assert (before.text, after) == ("my deer", ("my dear", ""))
