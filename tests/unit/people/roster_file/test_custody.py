"""Whether somebody is in custody, from words and dates."""

from __future__ import annotations

from datetime import date

import pytest

from digitizer.model.people import CustodyStatus
from digitizer.people.roster_file.custody import UnknownWord, custody, in_words

IN, OUT, AWAY, OTHER = (
    CustodyStatus.IN_CUSTODY,
    CustodyStatus.RELEASED,
    CustodyStatus.TRANSFERRED,
    CustodyStatus.OTHER,
)
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("In Custody", IN),
        ("ACTIVE", IN),
        ("Bonded-Out", OUT),
        ("transferred out", AWAY),
        ("Escaped", OTHER),
        ("Dropped Off Roster", OTHER),
    ],
)
def test_words_with_one_meaning(word: str, status: CustodyStatus) -> None:
    assert custody(word, None, "", {}, TODAY) is status


@pytest.mark.parametrize(
    "word", ["Pretrial", "Weekender", "Hospital", "Hold for other agency", "N"]
)
def test_words_that_a_person_explains(word: str) -> None:
    with pytest.raises(UnknownWord, match=word):
        custody(word, None, "", {}, TODAY)
    plain = word.casefold().replace(" ", "")
    assert custody(word, None, "", {plain: OTHER}, TODAY) is OTHER


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("", IN),
        ("NULL", IN),
        ("12:00:00 AM", IN),
        ("12/12/0001", IN),
        ("1/1/1900 12:00:00 AM", IN),
        ("6/28/2026 10:22:44 AM", OUT),
        ("2026-06-28T10:22:44-05", OUT),
        ("11/28/2026", OUT),
        ("11/29/2026", IN),
        ("7/6/82", OUT),
        ("1/2/27", IN),
        ("Yes", OUT),
        ("No", IN),
    ],
)
def test_release_dates(cell: str, status: CustodyStatus) -> None:
    assert custody(None, cell, "", {}, TODAY) is status


@pytest.mark.parametrize("cell", ["28/06/2026", "2026", "20:44.3", "soon", "2026-13-01", "46222"])
def test_what_is_no_date(cell: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        custody(None, cell, "", {}, TODAY)


def test_a_word_and_a_date_must_agree() -> None:
    with pytest.raises(ValueError, match="is in custody, but the release date"):
        custody("Active", "6/28/2026", "", {}, TODAY)
    assert custody("Transferred", "6/28/2026", "", {}, TODAY) is AWAY
    assert custody("", "6/28/2026", "", {}, TODAY) is OUT
    with pytest.raises(ValueError, match="no status"):
        custody("", None, "", {}, TODAY)


def test_a_column_of_yes_and_no() -> None:
    assert [in_words(each) for each in ("Y", "no", "maybe")] == [
        "in_custody",
        "not in custody",
        "maybe",
    ]
