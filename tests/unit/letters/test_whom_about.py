"""Whom a request is about opens the scan of its form nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from digitizer.auditing import actions as auditing
from digitizer.evidence.actions import make_pack
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.letters import whom_about
from digitizer.messages import requests
from digitizer.model.auditing import Wanted
from digitizer.model.errors import NotFound
from digitizer.model.mail import LetterState
from digitizer.model.people import Actor, StaffRole
from digitizer.screening import cases, checks, decisions, recalls, review
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import letter
from digitizer.storage.tables_screening import blind_check
from digitizer.support.clock import now
from tests.support.asked_staff import ME, WARDEN, with_requests
from tests.support.filed_forms import WORDS, new_form, scan_form
from tests.support.made_mail import CLERK, ORSON, SUPERVISOR, StoredLetter, held_letter

NAMED = Actor(CLERK.kind, "Nora Nightjar", StaffRole.SUPERVISOR, proven=True)
ANOTHER = replace(NAMED, name="Otis Other")


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_requests(facility)


@pytest.fixture
def form(here: Facility) -> StoredLetter:
    """Delivered, and about Nora Nightjar."""
    stored = scan_form(here, new_form(here))
    (mine,) = requests.own_requests(here, ME)
    requests.say_whom_about(here, mine.number, "Officer Nightjar", WARDEN, "Orson says she hit him")
    return stored


def _delivered(here: Facility, of: str) -> list[Callable[[Actor], object]]:
    def drawn(by: Actor) -> object:
        return checks.look_at(here, of, by)

    def picture(by: Actor) -> object:
        return checks.page_picture(here, of, 1, by)

    return [
        lambda by: letters.give_reason(here, of, "curious", by),
        lambda by: letters.open_letter(here, of, by),
        lambda by: letters.page_picture(here, of, 1, by),
        lambda by: letters.letter_pdf(here, of, by),
        lambda by: letters.correct_page(here, of, 1, "Nothing", by),
        lambda by: recalls.look_at_settled(here, of, by),
        lambda by: make_pack(here, of, by, "a claim"),
        drawn,
        picture,
        lambda by: recalls.recall(here, of, by, "a mistake"),
    ]


def _held(here: Facility, of: str) -> list[Callable[[Actor], object]]:
    return [
        lambda by: cases.look_at_held(here, of, by),
        lambda by: cases.held_picture(here, of, 1, by),
        lambda by: decisions.move_page(here, of, 1, True, by, "turned"),
        lambda by: decisions.cut(here, of, 1, by, "of another"),
        lambda by: decisions.assign(here, of, ORSON, by, "his"),
    ]


def test_nothing_of_it_is_opened_by_them(here: Facility, form: StoredLetter) -> None:
    with writing(here.engine) as tx:
        drawn = {"letter_id": form.id, "first_by": "Somebody", "passed": [1], "drawn": now()}
        tx.execute(sa.insert(blind_check).values(**drawn))
    assert checks.waiting(here, NAMED) == ()
    for do in _delivered(here, form.id):
        with pytest.raises(NotFound):
            do(NAMED)
    for do in _delivered(here, form.id):
        do(ANOTHER)  # the last of them recalls it
    assert [each.letter for each in decisions.held(here, ANOTHER)] == [form.id]
    assert decisions.held(here, NAMED) == ()
    for do in _held(here, form.id):
        with pytest.raises(NotFound):
            do(NAMED)
    for do in _held(here, form.id):
        do(ANOTHER)


def test_nor_what_was_cut_from_it_or_waits_for_a_review(here: Facility, form: StoredLetter) -> None:
    recalls.recall(here, form.id, ANOTHER, "a mistake")
    _, second = decisions.cut(here, form.id, 2, ANOTHER, "of another")
    with reading(here.engine) as tx:
        assert whom_about.about(tx, NAMED) == {form.id, second}
        assert whom_about.about(tx, ANOTHER) == whom_about.about(tx, ME) == frozenset()
    other = held_letter(here)
    assert [each.letter for each in decisions.held(here, NAMED)] == [other]
    with writing(here.engine) as tx:
        waits = {"state": str(LetterState.AWAITING_REVIEW)}
        tx.execute(sa.update(letter).values(**waits))
    assert [each.letter for each in review.waiting(here, NAMED)] == [other]
    assert review.look_at(here, other, NAMED).following is None
    for each in (form.id, second):
        with pytest.raises(NotFound):
            review.look_at(here, each, NAMED)
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).values(state=str(LetterState.HELD)))
    decisions.reject(here, second, ANOTHER, "not allowed")
    assert recalls.rejected(here, NAMED) == ()
    assert [each.id for each in recalls.rejected(here, ANOTHER)] == [second]


def test_a_form_for_the_next_step_is_hidden_while_it_waits(here: Facility) -> None:
    number = requests.send_request(here, "Complaint", "?", ME, about="Nightjar")
    requests.answer_request(here, number, "No.", CLERK)
    stored = scan_form(here, new_form(here, after=number), held=True)
    assert [each.letter for each in decisions.held(here, ANOTHER)] == [stored.id]
    assert decisions.held(here, NAMED) == ()
    with pytest.raises(NotFound):
        letters.open_letter(here, stored.id, NAMED)


def test_the_log_has_neither_the_names_nor_the_reason(here: Facility, form: StoredLetter) -> None:
    assert form.state is LetterState.DELIVERED
    found = auditing.search_log(here, Wanted(), SUPERVISOR, 0, 50)
    assert "say whom request is about" in repr(found)
    assert "hit him" not in repr(found)
    assert "Nightjar" not in repr(found)
    assert WORDS not in repr(found)
