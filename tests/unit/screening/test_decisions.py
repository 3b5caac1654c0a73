"""Each decision is a named person's, has a reason, and writes exactly one event."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.letters.actions import mailbox
from digitizer.messages import outgoing
from digitizer.model.errors import Conflict, DigitizerError, NotAllowed, NotFound, UsageError
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import SplitLetter
from digitizer.model.people import Actor, ActorKind
from digitizer.operations import actions as operations
from digitizer.screening import decisions
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate
from tests.support.held_mail import awaiting, sealed
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    GONE,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    deliver,
    events,
    file,
    held_letter,
    held_whole,
    letter_of,
    letters_of,
    new_cover,
    new_reply_sheet,
    one_more_event,
    scan_row,
    split_of,
    stored_letter,
    used_by,
)

# --- what each decision does, and the one event it writes


def test_assign(facility: Facility) -> None:
    held = held_letter(facility)
    with one_more_event(facility, "assign", f"letter:{held}", CLERK):
        assert decisions.assign(facility, held, PETRA, CLERK, "her name is on it") == held
    (entry,) = mailbox(facility, PETRA, OPERATOR)
    assert (entry.letter, entry.pages) == (held, 4)
    assert decisions.held(facility, OPERATOR) == ()


def test_assign_a_scan_held_whole_makes_one_letter(facility: Facility) -> None:
    scan = held_whole(facility)
    assert [
        (item.letter, item.scan, item.pages) for item in decisions.held(facility, OPERATOR)
    ] == [(None, scan, (1, 2, 3))]
    made = decisions.assign(facility, scan, ORSON, CLERK, "looked")
    assert mailbox(facility, ORSON, OPERATOR)[0].letter == made
    assert scan_row(facility, scan).state == "filed"


def test_release(facility: Facility) -> None:
    waiting = awaiting(facility)
    with one_more_event(facility, "release", f"letter:{waiting}", CLERK):
        decisions.release(facility, waiting, CLERK, "fine")
    assert mailbox(facility, ORSON, OPERATOR)[0].letter == waiting


def test_reject_a_letter_and_a_scan(facility: Facility) -> None:
    held, scan = held_letter(facility), held_whole(facility)
    with one_more_event(facility, "reject", f"letter:{held}", CLERK):
        decisions.reject(facility, held, CLERK, "glitter")
    with one_more_event(facility, "reject", f"scan:{scan}", CLERK):
        decisions.reject(facility, scan, CLERK, "an advertisement")
    assert decisions.held(facility, OPERATOR) == ()
    assert stored_letter(facility, held).reason == "glitter"
    assert scan_row(facility, scan).reason == "an advertisement"


# --- who may, and why

Decision = Callable[[Facility, str, Actor, str], object]


DECISIONS: dict[str, Decision] = {
    "assign": lambda facility, held, by, why: decisions.assign(facility, held, ORSON, by, why),
    "release": decisions.release,
    "reject": decisions.reject,
    "rescanned": lambda facility, held, by, why: decisions.rescanned(facility, held, "x", by, why),
    "cut": lambda facility, held, by, why: decisions.cut(facility, held, 3, by, why),
    "join": lambda facility, held, by, why: decisions.join(facility, held, "x", by, why),
    "mark": lambda facility, held, by, why: decisions.mark_page(
        facility, held, 1, PageRole.BLANK, by, why
    ),
    "move": lambda facility, held, by, why: decisions.move_page(facility, held, 1, True, by, why),
    "ask for rescan": decisions.ask_for_rescan,
}


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
@pytest.mark.parametrize(
    ("by", "why", "error"),
    [
        (INVESTIGATOR, "because", NotAllowed),
        (as_inmate(ORSON), "because", NotAllowed),
        (OPERATOR, "because", NotAllowed),
        (Actor(ActorKind.STAFF, "no role"), "because", NotAllowed),
        (CLERK, " ", UsageError),
    ],
)
def test_who_may_not_decide_and_no_reason(
    facility: Facility, decision: Decision, by: Actor, why: str, error: type[DigitizerError]
) -> None:
    held = held_letter(facility)
    before = events(facility)
    with pytest.raises(error):
        decision(facility, held, by, why)
    assert events(facility) == before
    assert stored_letter(facility, held).state == LetterState.HELD


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_what_does_not_exist(facility: Facility, decision: Decision) -> None:
    before = events(facility)
    with pytest.raises(NotFound):
        decision(facility, "none", CLERK, "because")
    assert events(facility) == before


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_what_is_decided_stays_decided(facility: Facility, decision: Decision) -> None:
    done = deliver(facility, PETRA, "words", b"done")
    deliver(facility, PETRA, "words", b"other")
    before = events(facility)
    with pytest.raises((Conflict, NotFound)):
        decision(facility, done, CLERK, "because")
    assert events(facility) == before
    assert len(mailbox(facility, PETRA, OPERATOR)) == 2


@pytest.mark.parametrize(
    "name", ["assign", "release", "reject", "rescanned", "cut", "join", "mark"]
)
def test_without_its_event_a_decision_has_no_effect(
    facility: Facility, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The event is written in the same transaction: if it fails, nothing happened."""
    held = awaiting(facility) if name == "release" else held_letter(facility)
    other = deliver(facility, ORSON, "again", b"again")
    if name == "join":
        held, other = decisions.cut(facility, held, 2, CLERK, "why")
    before = (decisions.held(facility, OPERATOR), operations.reconcile(facility, OPERATOR))

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(audit, "record", fail)
    two: dict[str, Decision] = {
        "rescanned": lambda facility, held, _, why: decisions.rescanned(
            facility, held, other, SUPERVISOR, why
        ),
        "join": lambda facility, held, by, why: decisions.join(facility, held, other, by, why),
    }
    with pytest.raises(ZeroDivisionError):
        {**DECISIONS, **two}[name](facility, held, CLERK, "why")
    assert (decisions.held(facility, OPERATOR), operations.reconcile(facility, OPERATOR)) == before


# --- what is refused


def test_only_to_an_inmate_in_custody(facility: Facility) -> None:
    held = held_letter(facility)
    with pytest.raises(UsageError, match="not in custody here"):
        decisions.assign(facility, held, GONE, CLERK, "why")
    with pytest.raises(NotFound):
        decisions.assign(facility, held, "nobody", CLERK, "why")


def test_releasing_checks_custody_again(facility: Facility) -> None:
    waiting = awaiting(facility)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(inmate).values(status="transferred"))
    with pytest.raises(UsageError, match="not in custody here"):
        decisions.release(facility, waiting, CLERK, "why")
    assert stored_letter(facility, waiting).state == LetterState.AWAITING_REVIEW


def test_a_held_letter_is_not_released_but_assigned(facility: Facility) -> None:
    with pytest.raises(Conflict, match="Assign it"):
        decisions.release(facility, held_letter(facility), CLERK, "why")


def test_a_letter_without_content_is_not_delivered(facility: Facility) -> None:
    code = new_cover(facility)
    scan = file(facility, split_of(SplitLetter(code, (1,), (), (2,), (DOUBT,))), count=2)
    (row,) = letters_of(facility, scan)
    with pytest.raises(Conflict, match="no page to deliver"):
        decisions.assign(facility, str(row.id), ORSON, CLERK, "why")


def test_a_scan_that_cannot_be_opened_is_not_assigned(facility: Facility) -> None:
    scan = held_whole(facility, count=0)
    with pytest.raises(Conflict, match="no pages"):
        decisions.assign(facility, scan, ORSON, CLERK, "why")
    decisions.reject(facility, scan, CLERK, "not a scan")


# --- covers and replies


def test_assigning_uses_up_a_single_use_cover(facility: Facility) -> None:
    code = new_cover(facility, once=True)
    held = held_letter(facility, code)
    assert used_by(facility, code) is None
    decisions.assign(facility, held, ORSON, CLERK, "counted")
    assert used_by(facility, code) == stored_letter(facility, held).scan_id
    again = file(facility, split_of(letter_of(code, 1, 2)), content=b"again")
    assert letters_of(facility, again)[0].state == LetterState.HELD


def _held_reply(facility: Facility) -> str:
    code = new_reply_sheet(facility)
    scan = file(facility, split_of(SplitLetter(code, (), (1,), (), (DOUBT,))), content=b"reply")
    return letters_of(facility, scan)[0].id


def test_a_held_reply_goes_to_its_thread_only(facility: Facility) -> None:
    held = _held_reply(facility)
    with pytest.raises(Conflict, match="another inmate"):
        decisions.assign(facility, held, PETRA, CLERK, "why")
    decisions.assign(facility, held, ORSON, CLERK, "looked")
    assert mailbox(facility, ORSON, OPERATOR) == ()
    with reading(facility.engine) as tx:
        (thread,) = outgoing.threads_of(tx, ORSON)
    assert [reply.letter for reply in thread.replies] == [held]
    assert thread.message.state == "answered"


# --- sealed


@pytest.mark.parametrize("name", ["assign", "cut", "mark", "release"])
def test_nobody_opens_what_is_sealed(facility: Facility, name: str) -> None:
    scan = sealed(facility)
    for by in (CLERK, SUPERVISOR):
        with pytest.raises(Conflict, match="sealed"):
            DECISIONS[name](facility, scan, by, "why")


def test_only_those_who_may_unseal_decide_about_what_is_sealed(facility: Facility) -> None:
    scan = sealed(facility)
    new = deliver(facility, ORSON, "again", b"again")
    before = events(facility)
    with pytest.raises(NotAllowed):
        decisions.reject(facility, scan, CLERK, "why")
    with pytest.raises(NotAllowed):
        decisions.rescanned(facility, scan, new, CLERK, "why")
    assert events(facility) == before
    with one_more_event(facility, "rescanned", f"scan:{scan}", SUPERVISOR):
        decisions.rescanned(facility, scan, new, SUPERVISOR, "the legal letter was handed over")
    assert scan_row(facility, scan).sealed
