"""How each language writes dates, counts and words of ours."""

from __future__ import annotations

from datetime import date, datetime

from digitizer.entrances.web.shared.wording import Wording, page_list

ENGLISH, SPANISH = Wording("en"), Wording("es")
LONG_AGO = datetime(2019, 11, 12, 14, 3).astimezone()
THIS_YEAR = datetime.now().astimezone().replace(month=3, day=5, hour=14, minute=3)


def test_a_letter_is_called_by_its_day_and_pages() -> None:
    assert ENGLISH.letter_name("letter", LONG_AGO, 3) == "Letter of 12 November 2019, 3 pages"
    assert ENGLISH.letter_name("reply", THIS_YEAR, 1) == "Reply of 5 March, 1 page"
    assert ENGLISH.letter_name("letter", THIS_YEAR, 0) == "Letter of 5 March, no pages"
    assert ENGLISH.letter_name("letter", THIS_YEAR, None).endswith("an unknown number of pages")


def test_a_moment_has_the_year_only_if_it_is_another() -> None:
    assert ENGLISH.moment(THIS_YEAR) == "Mar 5, 14:03"
    assert ENGLISH.moment(LONG_AGO) == "Nov 12, 2019, 14:03"
    assert SPANISH.moment(THIS_YEAR) == "5 mar, 14:03"
    assert SPANISH.moment(LONG_AGO) == "12 nov 2019, 14:03"


def test_days_as_each_language_writes_them() -> None:
    assert (ENGLISH.day(THIS_YEAR), SPANISH.day(THIS_YEAR)) == ("5 March", "5 de marzo")
    assert SPANISH.day(LONG_AGO) == "12 de noviembre de 2019"
    assert ENGLISH.written_date(LONG_AGO) == "November 12, 2019"
    assert SPANISH.written_date(LONG_AGO) == "12 de noviembre de 2019"
    monday = date(2026, 3, 2)
    assert (ENGLISH.weekday(monday), SPANISH.weekday(monday)) == ("Monday", "Lunes")
    assert ENGLISH.written_date(monday) == "March 2, 2026"


def test_details_leave_out_what_only_an_undo_needs() -> None:
    detail = {"to": "B1", "undo": {"of": "scan"}, "why": "hers", "pages": [1, 2], "left": None}
    digests = {"digests": ["a" * 64], "pictures": ["b" * 64]}
    assert ENGLISH.details({**detail, **digests}) == "to: B1; why: hers; pages: 1, 2"


def test_a_word_that_no_catalogue_has_is_shown_as_it_is() -> None:
    assert SPANISH.spaced("no_such_word") == "no such word"
    assert SPANISH.said("") == ""


def test_pages_in_runs() -> None:
    assert page_list((3, 1, 2, 7)) == "1-3, 7"
