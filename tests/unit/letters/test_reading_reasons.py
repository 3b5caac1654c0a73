"""Who is asked why they open a delivered letter, and for how long the reason counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.letters import reading_reasons
from digitizer.model.errors import NeedsCase, NeedsReason, NotFound, UsageError
from digitizer.model.people import Actor, StaffRole
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from digitizer.support.clock import now
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    ORSON,
    SUPERVISOR,
    as_inmate,
    deliver,
    with_web_settings,
)

LOOKS: dict[str, Callable[[Facility, str, Actor], object]] = {
    "open": letters.open_letter,
    "picture": lambda facility, letter, by: letters.page_picture(facility, letter, 1, by),
    "pdf": letters.letter_pdf,
}


def _last_detail(facility: Facility) -> dict[str, object]:
    with reading(facility.engine) as tx:
        found = tx.execute(sa.select(event.c.detail).order_by(event.c.seq.desc()))
        return dict(found.scalars().first() or {})


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_clerk_says_why_first(
    facility: Facility, look: Callable[[Facility, str, Actor], object]
) -> None:
    mine, other = (deliver(facility, ORSON, "words", name) for name in (b"1", b"2"))
    with pytest.raises(NeedsReason):
        look(facility, mine, CLERK)
    with pytest.raises(UsageError):
        letters.give_reason(facility, mine, " ", CLERK)
    letters.give_reason(facility, mine, "a page is missing", CLERK)
    with suppress(NotFound):  # it has no picture
        look(facility, mine, CLERK)
    assert _last_detail(facility)["why"] == "a page is missing"
    with pytest.raises(NeedsReason):
        look(facility, other, CLERK)
    with pytest.raises(NeedsReason):
        look(facility, mine, replace(CLERK, name="Another Clerk"))
    for free in (SUPERVISOR, as_inmate(ORSON)):
        with suppress(NotFound):
            look(facility, mine, free)


def test_a_reason_gets_old(facility: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = deliver(facility, ORSON, "words", b"1")
    letters.give_reason(facility, mine, "a page is missing", CLERK)
    letters.open_letter(facility, mine, CLERK)
    later = now() + timedelta(minutes=facility.settings.web.reading_reason_minutes)
    monkeypatch.setattr(reading_reasons, "now", lambda: later)
    with pytest.raises(NeedsReason):
        letters.open_letter(facility, mine, CLERK)


def test_a_search_shows_no_words_of_a_letter_that_was_not_opened(facility: Facility) -> None:
    mine, other = (deliver(facility, ORSON, "the garden", name) for name in (b"1", b"2"))
    letters.give_reason(facility, mine, "a page is missing", CLERK)
    letters.give_reason_to_search(facility, "looking for it", CLERK)
    hits = {hit.letter: hit.snippet for hit in letters.search_mail(facility, "garden", CLERK)}
    assert set(hits) == {mine, other}
    assert (bool(hits[mine]), hits[other]) == (True, "")
    assert all(hit.snippet for hit in letters.search_mail(facility, "garden", SUPERVISOR))


@pytest.mark.parametrize("query", ["garden", "nowhere", '"the garden"', "gard*", ORSON])
def test_no_word_can_be_tried_on_letters_that_are_not_open(facility: Facility, query: str) -> None:
    """Whether it is there or not, alike; and nobody else's reason counts, nor that for a letter."""
    mine = deliver(facility, ORSON, "the garden", b"1")
    letters.give_reason(facility, mine, "a page is missing", CLERK)
    letters.give_reason_to_search(facility, "mine", replace(CLERK, name="Another Clerk"))
    for booking in (None, ORSON, "nobody"):
        with pytest.raises(NeedsReason, match="why you search"):
            letters.search_mail(facility, query, CLERK, booking)


def test_who_said_why_may_search_and_the_reason_is_recorded(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = deliver(facility, ORSON, "the garden", b"1")
    with pytest.raises(UsageError):
        letters.give_reason_to_search(facility, " ", CLERK)
    letters.give_reason_to_search(facility, "he asks for it", CLERK)
    assert [hit.letter for hit in letters.search_mail(facility, "garden", CLERK)] == [mine]
    told = _last_detail(facility)
    assert (told["why"], told["words"], told["letters"]) == ("he asks for it", "garden", [mine])
    with pytest.raises(NeedsReason):  # a search opens no letter
        letters.open_letter(facility, mine, CLERK)
    later = now() + timedelta(minutes=facility.settings.web.reading_reason_minutes)
    monkeypatch.setattr(reading_reasons, "now", lambda: later)
    with pytest.raises(NeedsReason):
        letters.search_mail(facility, "garden", CLERK)


def test_no_reason_opens_what_is_not_there(facility: Facility) -> None:
    with pytest.raises(NotFound):
        letters.give_reason(facility, "none", "curious", CLERK)


def test_whoever_corrects_a_page_said_why_too(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = deliver(facility, ORSON, "words", b"1")
    with pytest.raises(NeedsReason):
        letters.correct_page(facility, mine, 1, "guessed", CLERK)
    letters.give_reason(facility, mine, "to correct it", CLERK)
    later = now() + timedelta(hours=2)  # they typed for long: nothing of it is lost
    monkeypatch.setattr(reading_reasons, "now", lambda: later)
    letters.correct_page(facility, mine, 1, "the words", CLERK)
    assert _last_detail(facility)["why"] == "to correct it"
    letters.correct_page(facility, mine, 1, "the words again", SUPERVISOR)
    assert "why" not in _last_detail(facility)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_an_investigator_names_the_case_first(
    facility: Facility,
    monkeypatch: pytest.MonkeyPatch,
    look: Callable[[Facility, str, Actor], object],
) -> None:
    mine, other = (deliver(facility, ORSON, "words", name) for name in (b"1", b"2"))
    with pytest.raises(NeedsCase):
        look(facility, mine, INVESTIGATOR)
    with pytest.raises(NeedsCase):
        letters.search_mail(facility, "words", INVESTIGATOR)
    for bad in (" ", "x" * 41):
        with pytest.raises(UsageError):
            letters.name_case(facility, bad, INVESTIGATOR)
    letters.name_case(facility, " 26-0117  B", INVESTIGATOR)
    for each in (mine, other):
        with suppress(NotFound):  # it has no picture
            look(facility, each, INVESTIGATOR)
        assert _last_detail(facility)["case"] == "26-0117 B"
    assert letters.case_in_hand(facility, INVESTIGATOR) == "26-0117 B"
    assert letters.case_in_hand(facility, replace(INVESTIGATOR, name="Another")) == ""
    later = now() + timedelta(minutes=61)
    monkeypatch.setattr(reading_reasons, "now", lambda: later)
    with pytest.raises(NeedsCase):
        look(facility, mine, INVESTIGATOR)


def test_a_facility_may_ask_for_both_and_nobody_is_asked_in_the_shell(facility: Facility) -> None:
    mine = deliver(facility, ORSON, "words", b"1")
    web = with_web_settings(facility, case_number_for=(StaffRole.CLERK,))
    with pytest.raises(NeedsCase):
        letters.open_letter(web, mine, CLERK)
    letters.name_case(web, "26-0117", CLERK)
    with pytest.raises(NeedsReason, match="why you open"):
        letters.open_letter(web, mine, CLERK)
    letters.give_reason(web, mine, "a page is missing", CLERK)
    letters.open_letter(web, mine, CLERK)
    assert {"case": "26-0117", "why": "a page is missing"}.items() <= _last_detail(web).items()
    letters.open_letter(facility, mine, replace(INVESTIGATOR, shell="root"))
