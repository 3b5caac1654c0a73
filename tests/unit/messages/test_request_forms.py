"""Forms for requests that came in: what is read of them, and only as long as they are delivered."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from digitizer.covers import register
from digitizer.facility import Facility
from digitizer.letters import mailboxes
from digitizer.messages import requests
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import LetterState
from digitizer.model.paper import CoverCode, SplitLetter
from digitizer.model.scanner_profile import Sides
from digitizer.screening import decisions, recalls, sealing_by_hand
from digitizer.storage.database import reading, writing
from digitizer.storage.every_table import metadata
from digitizer.storage.tables import cover, letter
from digitizer.storage.tables_requests import request_step
from tests.support.asked_staff import COMPLAINT, ME, with_requests
from tests.support.filed_forms import WORDS, new_form, scan_form
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    ORSON,
    SUPERVISOR,
    StoredLetter,
    file,
    letters_of,
    scan_row,
    split_of,
    stored_letter,
    used_by,
)

DUPLEX = Sides.DUPLEX


@dataclass(frozen=True, slots=True)
class Filed:
    """A form of two pages that became a request."""

    letter: StoredLetter
    request: int


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_requests(facility)


@pytest.fixture
def filed(here: Facility) -> Filed:
    stored = scan_form(here, new_form(here))
    (mine,) = requests.own_requests(here, ME)
    return Filed(stored, mine.number)


def _everything(facility: Facility) -> str:
    """Whatever stands in the tables."""
    with reading(facility.engine) as tx:
        found = [tx.execute(sa.select(each)).all() for each in metadata.sorted_tables]
    return repr(found)


def test_what_a_form_says_is_read_on_it_and_kept_nowhere_else(here: Facility, filed: Filed) -> None:
    own = requests.open_own_request(here, filed.request, ME)
    assert own.request.body == f"The shower is cold\n{WORDS}"
    assert own.pictures == (2,)
    assert not own.request.current.is_taken_back
    with reading(here.engine) as tx:
        assert tx.execute(sa.select(request_step.c.words)).scalars().all() == [""]


@pytest.mark.parametrize("copied", ["", WORDS])
def test_no_table_keeps_any_text_of_a_sealed_form(
    here: Facility, filed: Filed, copied: str
) -> None:
    """``copied``: as an earlier version did."""
    with writing(here.engine) as tx:
        tx.execute(sa.update(request_step).values(words=copied))
    assert "Zinnia" in _everything(here)
    recalls.recall(here, filed.letter.id, SUPERVISOR, "page 2 is of a lawyer")
    sealing_by_hand.seal_held(here, filed.letter.id, 2, CLERK, "of a lawyer")
    assert scan_row(here, filed.letter.scan_id).sealed
    for word in WORDS.split()[:2]:
        assert word not in _everything(here)
    opened = requests.open_request(here, filed.request, CLERK)
    assert (opened.request.body, opened.pictures) == ("", (0,))
    assert opened.request.current.is_taken_back


def test_a_form_that_was_taken_back_is_shown_to_nobody(here: Facility, filed: Filed) -> None:
    assert requests.form_picture(here, filed.request, 1, 2, ME)
    recalls.recall(here, filed.letter.id, SUPERVISOR, "page 2 is of another")
    for by in (ME, CLERK):
        with pytest.raises(NotFound):
            requests.form_picture(here, filed.request, 1, 2, by)
    (mine,) = requests.own_requests(here, ME)
    assert (mine.body, mine.current.paper) == ("", LetterState.HELD)
    # its second page is cut off, and the first is delivered
    _, second = decisions.cut(here, filed.letter.id, 2, CLERK, "of another")
    decisions.assign(here, filed.letter.id, ORSON, CLERK, "his")
    own = requests.open_own_request(here, filed.request, ME)
    assert (own.request.body, own.pictures) == ("The shower is cold", (1,))
    decisions.reject(here, second, CLERK, "not allowed")
    recalls.recall(here, filed.letter.id, SUPERVISOR, "again")
    decisions.reject(here, filed.letter.id, CLERK, "not allowed")
    own = requests.open_own_request(here, filed.request, ME)
    assert (own.request.body, own.pictures) == ("", (0,))
    assert own.request.current.paper is LetterState.REJECTED


def test_a_part_that_is_withheld_is_covered(here: Facility, filed: Filed) -> None:
    recalls.recall(here, filed.letter.id, SUPERVISOR, "it names somebody")
    decisions.withhold_part(here, filed.letter.id, 1, "10,10,50,50", CLERK, "it names somebody")
    decisions.withhold(here, filed.letter.id, 2, CLERK, "of another")
    decisions.assign(here, filed.letter.id, ORSON, CLERK, "his")
    own = requests.open_own_request(here, filed.request, ME)
    assert own.pictures == (1,)
    assert "Zinnia" not in own.request.body
    shown = requests.form_picture(here, filed.request, 1, 1, ME)
    with reading(here.engine) as tx:
        (page,) = mailboxes.delivered_pages(tx, filed.letter.id)
    assert page.picture is not None
    assert shown == page.shown(here.pictures)
    assert shown != here.pictures.get(page.picture)


@pytest.mark.parametrize(
    ("sides", "pages", "behind"),
    [
        (Sides.SIMPLEX, (1,), ""),
        (Sides.SIMPLEX, (1, 2), "2"),
        (Sides.DUPLEX, (1, 2), ""),
        (Sides.DUPLEX, (1, 2, 3), "3"),
        (Sides.ODD_EVEN, (1, 4), ""),
        (Sides.ODD_EVEN, (1, 2, 3), "2, 3"),
    ],
)
def test_what_lies_behind_a_form_is_looked_at_by_a_person(
    here: Facility, sides: Sides, pages: tuple[int, ...], behind: str
) -> None:
    code = new_form(here)
    split = split_of(SplitLetter(code, (), pages, ()))
    (stored,) = letters_of(here, file(here, split, count=4, sides=sides))
    if not behind:
        assert (stored.state, stored.doubts) == (LetterState.DELIVERED, [])
        return
    assert (stored.state, stored.doubts) == (LetterState.HELD, ["form_sheets"])
    assert f"(page {behind})" in stored.reason
    assert requests.own_requests(here, ME) == ()
    # who cut off what is somebody else's delivers the rest
    _, second = decisions.cut(here, stored.id, int(behind[0]), CLERK, "of another")
    decisions.assign(here, stored.id, ORSON, CLERK, "his")
    (mine,) = requests.own_requests(here, ME)
    assert mine.current.letter == stored.id
    assert stored_letter(here, second).state is LetterState.HELD


def test_a_form_is_joined_with_nothing_but_itself(here: Facility) -> None:
    code = new_form(here)
    parts = (
        SplitLetter(code, (), (1,), (), (DOUBT,)),
        SplitLetter(None, (), (2,), (), (DOUBT,)),
        SplitLetter(new_form(here), (), (3,), (), (DOUBT,)),
        SplitLetter(code, (), (4,), (), (DOUBT,)),
    )
    form, loose, other, same = letters_of(here, file(here, split_of(*parts)))
    for first, second in ((form, loose), (loose, form), (form, other), (other, form)):
        with pytest.raises(Conflict, match="a form for a request"):
            decisions.join(here, first.id, second.id, CLERK, "one letter")
    decisions.join(here, form.id, same.id, CLERK, "both are on this form")
    decisions.assign(here, form.id, ORSON, CLERK, "his")
    (mine,) = requests.own_requests(here, ME)
    assert mine.current.letter == form.id


def _used(here: Facility, code: CoverCode) -> bool:
    return used_by(here, code) is not None


@pytest.mark.parametrize("next_step", [False, True])
def test_an_undo_takes_back_the_step_that_the_decision_made(
    here: Facility, next_step: bool
) -> None:
    number = requests.send_request(here, COMPLAINT.name, "?", ME)
    requests.answer_request(here, number, "No.", CLERK)
    before = requests.own_requests(here, ME)
    code = new_form(here, after=number if next_step else None)
    held = scan_form(here, code, held=True)
    decisions.assign(here, held.id, ORSON, CLERK, "his")
    assert requests.own_requests(here, ME) != before
    decisions.undo_last(here, CLERK)
    assert requests.own_requests(here, ME) == before
    assert stored_letter(here, held.id).state is LetterState.HELD
    assert not _used(here, code)
    # its paper, scanned again meanwhile, is the one step that it asks for
    again = scan_form(here, code, content=b"again")
    assert again.state is LetterState.DELIVERED
    with pytest.raises(Conflict, match="asked for already"):
        decisions.assign(here, held.id, ORSON, CLERK, "his")
    steps = [step.letter for each in requests.own_requests(here, ME) for step in each.steps]
    assert steps.count(again.id) == 1
    assert held.id not in steps


@pytest.mark.parametrize("done", ["seen by the inmate", "seen by staff", "answered"])
def test_it_is_too_late_once_anybody_saw_the_request(here: Facility, done: str) -> None:
    code = new_form(here)
    held = scan_form(here, code, held=True)
    decisions.assign(here, held.id, ORSON, CLERK, "his")
    (mine,) = requests.own_requests(here, ME)
    if done == "seen by the inmate":
        requests.open_own_request(here, mine.number, ME)
    elif done == "seen by staff":
        requests.open_request(here, mine.number, SUPERVISOR)
    else:
        requests.answer_request(here, mine.number, "No.", SUPERVISOR)
    with pytest.raises(Conflict, match=r"too late .* A supervisor can recall it"):
        decisions.undo_last(here, CLERK)
    assert [each.number for each in requests.own_requests(here, ME)] == [mine.number]
    assert _used(here, code)


def test_delivered_again_after_a_recall_an_undo_leaves_the_request(
    here: Facility, filed: Filed
) -> None:
    """The step is not that decision's."""
    recalls.recall(here, filed.letter.id, SUPERVISOR, "a mistake")
    decisions.assign(here, filed.letter.id, ORSON, CLERK, "his")
    decisions.undo_last(here, CLERK)
    (mine,) = requests.own_requests(here, ME)
    assert (mine.number, mine.current.paper) == (filed.request, LetterState.HELD)


def test_one_code_asks_for_one_step_even_if_it_is_unspent(here: Facility, filed: Filed) -> None:
    with reading(here.engine) as tx:
        code = tx.execute(
            sa.select(letter.c.cover_id).where(letter.c.id == filed.letter.id)
        ).scalar_one()
        known = register.look_up(tx, code)
    assert known is not None
    with writing(here.engine) as tx:
        tx.execute(sa.update(cover).where(cover.c.id == code).values(used_by=None))
    again = scan_form(here, known.code, content=b"again")
    assert (again.state, again.doubts) == (LetterState.HELD, ["reply_used"])
    assert len(requests.own_requests(here, ME)) == 1
