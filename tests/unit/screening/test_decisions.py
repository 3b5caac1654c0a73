"""The desk: each decision is a named person's, has a reason, and writes exactly one event."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.covers import register
from digitizer.facility import House
from digitizer.letters.actions import mailbox
from digitizer.messages import outgoing
from digitizer.model.errors import (
    Conflict,
    DigitizerError,
    NotAllowed,
    NotFound,
    UsageError,
)
from digitizer.model.mail import Direction, LetterState, PageRole, Queue
from digitizer.model.paper import CodeKind, CoverCode, Split, SplitLetter
from digitizer.model.people import Actor, ActorKind
from digitizer.model.settings import Release
from digitizer.operations import actions as operations
from digitizer.screening import decisions
from digitizer.storage.tables import inmate, letter, reading, writing
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    GONE,
    INVESTIGATOR,
    LEGAL,
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
    one_more_event,
    scan_row,
    split_of,
    used_by,
)


def _state(house: House, letter_id: str) -> sa.Row[tuple[object, ...]]:
    with reading(house.engine) as tx:
        return tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()


def _sealed(house: House) -> str:
    scan = file(house, Split(whole=(LEGAL,), sealed=True), count=2, content=b"legal")
    with writing(house.engine) as tx:
        from digitizer.storage.tables import scan as scans

        tx.execute(sa.update(scans).where(scans.c.id == scan).values(sealed=True))
    return scan


def _awaiting(house: House, content: bytes = b"review") -> str:
    code = new_cover(house)
    scan = file(
        house, split_of(letter_of(code, 1, 2)), content=content, release=Release.AFTER_REVIEW
    )
    (row,) = letters_of(house, scan)
    return str(row.id)


# --- what each decision does, and the one event it writes


def test_assign(house: House) -> None:
    held = held_letter(house)
    with one_more_event(house, "assign", f"letter:{held}", CLERK):
        assert decisions.assign(house, held, PETRA, CLERK, "her name is on it") == held
    (entry,) = mailbox(house, PETRA, OPERATOR)
    assert (entry.letter, entry.pages) == (held, 4)
    assert decisions.held(house, OPERATOR) == ()


def test_assign_a_scan_held_whole_makes_one_letter(house: House) -> None:
    scan = held_whole(house)
    assert [(item.letter, item.scan, item.pages) for item in decisions.held(house, OPERATOR)] == [
        (None, scan, (1, 2, 3))
    ]
    made = decisions.assign(house, scan, ORSON, CLERK, "looked")
    assert mailbox(house, ORSON, OPERATOR)[0].letter == made
    assert scan_row(house, scan).state == "filed"


def test_release(house: House) -> None:
    waiting = _awaiting(house)
    with one_more_event(house, "release", f"letter:{waiting}", CLERK):
        decisions.release(house, waiting, CLERK, "fine")
    assert mailbox(house, ORSON, OPERATOR)[0].letter == waiting


def test_reject_a_letter_and_a_scan(house: House) -> None:
    held, scan = held_letter(house), held_whole(house)
    with one_more_event(house, "reject", f"letter:{held}", CLERK):
        decisions.reject(house, held, CLERK, "glitter")
    with one_more_event(house, "reject", f"scan:{scan}", CLERK):
        decisions.reject(house, scan, CLERK, "an advertisement")
    assert decisions.held(house, OPERATOR) == ()
    assert _state(house, held).reason == "glitter"
    assert scan_row(house, scan).reason == "an advertisement"


def test_rescanned(house: House) -> None:
    held, scan = held_letter(house), held_whole(house)
    new = deliver(house, ORSON, "anew", b"anew")
    with one_more_event(house, "rescanned", f"letter:{held}", CLERK):
        decisions.rescanned(house, held, new, CLERK, "better picture")
    with one_more_event(house, "rescanned", f"scan:{scan}", CLERK):
        decisions.rescanned(house, scan, new, CLERK, "better picture")
    assert _state(house, held).replaced_by == new
    assert decisions.held(house, OPERATOR) == ()


def test_cut_and_join(house: House) -> None:
    held = held_letter(house)
    with one_more_event(house, "cut", f"letter:{held}", CLERK):
        first, second = decisions.cut(house, held, 3, CLERK, "two hands")
    assert [item.pages for item in decisions.held(house, OPERATOR)] == [(1, 2), (3, 4)]
    with one_more_event(house, "join", f"letter:{first}", CLERK):
        assert decisions.join(house, first, second, CLERK, "one after all") == first
    assert [item.pages for item in decisions.held(house, OPERATOR)] == [(1, 2, 3, 4)]
    assert _state(house, second).state == LetterState.REPLACED


def test_mark_a_page(house: House) -> None:
    held = held_letter(house)
    with one_more_event(house, "mark page", f"letter:{held}", CLERK):
        decisions.mark_page(house, held, 1, PageRole.COVER, CLERK, "it is a cover")
    decisions.mark_page(house, held, 4, PageRole.BLANK, CLERK, "nothing on it")
    assert decisions.held(house, OPERATOR)[0].pages == (2, 3)
    decisions.mark_page(house, held, 4, PageRole.CONTENT, CLERK, "pencil, after all")
    decisions.assign(house, held, ORSON, CLERK, "looked")
    assert mailbox(house, ORSON, OPERATOR)[0].pages == 3


# --- who may, and why


Decision = Callable[[House, str, Actor, str], object]
DECISIONS: dict[str, Decision] = {
    "assign": lambda house, held, by, why: decisions.assign(house, held, ORSON, by, why),
    "release": decisions.release,
    "reject": decisions.reject,
    "rescanned": lambda house, held, by, why: decisions.rescanned(house, held, "x", by, why),
    "cut": lambda house, held, by, why: decisions.cut(house, held, 3, by, why),
    "join": lambda house, held, by, why: decisions.join(house, held, "x", by, why),
    "mark": lambda house, held, by, why: decisions.mark_page(
        house, held, 1, PageRole.BLANK, by, why
    ),
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
    house: House, decision: Decision, by: Actor, why: str, error: type[DigitizerError]
) -> None:
    held = held_letter(house)
    before = events(house)
    with pytest.raises(error):
        decision(house, held, by, why)
    assert events(house) == before
    assert _state(house, held).state == LetterState.HELD


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_what_does_not_exist(house: House, decision: Decision) -> None:
    before = events(house)
    with pytest.raises(NotFound):
        decision(house, "none", CLERK, "because")
    assert events(house) == before


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_what_is_settled_stays_settled(house: House, decision: Decision) -> None:
    done = deliver(house, PETRA, "words", b"done")
    deliver(house, PETRA, "words", b"other")
    before = events(house)
    with pytest.raises((Conflict, NotFound)):
        decision(house, done, CLERK, "because")
    assert events(house) == before
    assert len(mailbox(house, PETRA, OPERATOR)) == 2


@pytest.mark.parametrize(
    "name", ["assign", "release", "reject", "rescanned", "cut", "join", "mark"]
)
def test_a_decision_without_its_event_is_none(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The event is written in the same transaction: if it fails, nothing happened."""
    held = _awaiting(house) if name == "release" else held_letter(house)
    other = deliver(house, ORSON, "anew", b"anew")
    if name == "join":
        held, other = decisions.cut(house, held, 2, CLERK, "why")
    before = (decisions.held(house, OPERATOR), operations.reconcile(house, OPERATOR))

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(audit, "record", fail)
    two: dict[str, Decision] = {
        "rescanned": lambda house, held, by, why: decisions.rescanned(house, held, other, by, why),
        "join": lambda house, held, by, why: decisions.join(house, held, other, by, why),
    }
    with pytest.raises(ZeroDivisionError):
        {**DECISIONS, **two}[name](house, held, CLERK, "why")
    assert (decisions.held(house, OPERATOR), operations.reconcile(house, OPERATOR)) == before


# --- what is refused


def test_only_to_an_inmate_in_custody(house: House) -> None:
    held = held_letter(house)
    with pytest.raises(UsageError, match="not in custody here"):
        decisions.assign(house, held, GONE, CLERK, "why")
    with pytest.raises(NotFound):
        decisions.assign(house, held, "nobody", CLERK, "why")


def test_release_asks_for_custody_again(house: House) -> None:
    waiting = _awaiting(house)
    with writing(house.engine) as tx:
        tx.execute(sa.update(inmate).values(status="transferred"))
    with pytest.raises(UsageError, match="not in custody here"):
        decisions.release(house, waiting, CLERK, "why")
    assert _state(house, waiting).state == LetterState.AWAITING_REVIEW


def test_a_held_letter_is_not_released_but_assigned(house: House) -> None:
    with pytest.raises(Conflict, match="Assign it"):
        decisions.release(house, held_letter(house), CLERK, "why")


def test_a_letter_without_content_is_not_delivered(house: House) -> None:
    code = new_cover(house)
    scan = file(house, split_of(SplitLetter(code, (1,), (), (2,), (DOUBT,))), count=2)
    (row,) = letters_of(house, scan)
    with pytest.raises(Conflict, match="no page to deliver"):
        decisions.assign(house, str(row.id), ORSON, CLERK, "why")


def test_a_scan_that_cannot_be_opened_is_not_assigned(house: House) -> None:
    scan = held_whole(house, count=0)
    with pytest.raises(Conflict, match="no pages"):
        decisions.assign(house, scan, ORSON, CLERK, "why")
    decisions.reject(house, scan, CLERK, "not a scan")


@pytest.mark.parametrize("page", [1, 5, 99])
def test_where_no_cut_can_be(house: House, page: int) -> None:
    with pytest.raises(Conflict, match="does not lie inside"):
        decisions.cut(house, held_letter(house), page, CLERK, "why")


def test_join_needs_two_of_one_scan(house: House) -> None:
    one, other = held_letter(house), held_letter(house, content=b"another scan")
    for pair in ((one, other), (one, one)):
        with pytest.raises(Conflict, match="same scan"):
            decisions.join(house, *pair, CLERK, "why")


def test_marks_of_other_pages_and_roles(house: House) -> None:
    held = held_letter(house)
    with pytest.raises(NotFound):
        decisions.mark_page(house, held, 9, PageRole.BLANK, CLERK, "why")
    with pytest.raises(UsageError):
        decisions.mark_page(house, held, 1, PageRole.RECORDED, CLERK, "why")


def test_two_held_things_never_replace_each_other(house: House) -> None:
    one, other = held_letter(house), held_letter(house, content=b"another scan")
    decisions.rescanned(house, one, other, CLERK, "why")
    with pytest.raises(Conflict, match="itself rejected or replaced"):
        decisions.rescanned(house, other, one, CLERK, "why")
    assert [item.letter for item in decisions.held(house, OPERATOR)] == [other]


def test_nothing_is_replaced_by_itself_or_its_own_scan(house: House) -> None:
    held = held_letter(house)
    second = decisions.cut(house, held, 2, CLERK, "why")[1]
    scan = _state(house, held).scan_id
    for new in (held, second, scan, "none"):
        with pytest.raises(NotFound):
            decisions.rescanned(house, held, str(new), CLERK, "why")


# --- covers and replies


def test_assigning_uses_up_a_single_use_cover(house: House) -> None:
    code = new_cover(house, once=True)
    held = held_letter(house, code)
    assert used_by(house, code) is None
    decisions.assign(house, held, ORSON, CLERK, "counted")
    assert used_by(house, code) == _state(house, held).scan_id
    again = file(house, split_of(letter_of(code, 1, 2)), content=b"again")
    assert letters_of(house, again)[0].state == LetterState.HELD


def _held_reply(house: House) -> str:
    with writing(house.engine) as tx:
        code = register.fresh_code(tx, CodeKind.REPLY, house.keys)
        sent = outgoing.queue_message(
            tx, direction=Direction.TO_INMATE, inmate_id=1, correspondent="Aunt Ida",
            address=None, subject="", body="Hi", photos=(), cover_id=code.cover_id,
        )  # fmt: skip
        register.enrol(tx, code, inmate_id=1, message_id=sent)
    scan = file(house, split_of(SplitLetter(code, (), (1,), (), (DOUBT,))), content=b"reply")
    return str(letters_of(house, scan)[0].id)


def test_a_held_reply_goes_to_its_thread_only(house: House) -> None:
    held = _held_reply(house)
    with pytest.raises(Conflict, match="another inmate"):
        decisions.assign(house, held, PETRA, CLERK, "why")
    decisions.assign(house, held, ORSON, CLERK, "looked")
    assert mailbox(house, ORSON, OPERATOR) == ()
    with reading(house.engine) as tx:
        (thread,) = outgoing.threads_of(tx, ORSON)
    assert [reply.letter for reply in thread.replies] == [held]
    assert thread.message.state == "answered"


# --- sealed


@pytest.mark.parametrize("name", ["assign", "cut", "mark", "release"])
def test_nobody_opens_what_is_sealed(house: House, name: str) -> None:
    scan = _sealed(house)
    for by in (CLERK, SUPERVISOR):
        with pytest.raises(Conflict, match="sealed"):
            DECISIONS[name](house, scan, by, "why")


def test_only_who_may_unseal_settles_what_is_sealed(house: House) -> None:
    scan = _sealed(house)
    new = deliver(house, ORSON, "anew", b"anew")
    before = events(house)
    with pytest.raises(NotAllowed):
        decisions.reject(house, scan, CLERK, "why")
    with pytest.raises(NotAllowed):
        decisions.rescanned(house, scan, new, CLERK, "why")
    assert events(house) == before
    with one_more_event(house, "rescanned", f"scan:{scan}", SUPERVISOR):
        decisions.rescanned(house, scan, new, SUPERVISOR, "the legal letter was handed over")
    assert scan_row(house, scan).sealed


# --- which queue


def test_each_held_item_is_in_its_queue(house: House) -> None:
    """Whose a letter is, is one question; where it begins and ends another, and comes first."""
    unknown = file(house, split_of(letter_of(CoverCode(CodeKind.INMATE, 1, "ab" * 9), 1, 2)))
    gone = file(house, split_of(letter_of(new_cover(house, GONE), 1, 2)), content=b"gone")
    both = file(
        house, split_of(letter_of(new_cover(house, GONE), 1, 2, DOUBT)), content=b"gone, and more"
    )
    wanted = {
        letters_of(house, unknown)[0].id: Queue.MATCH,
        letters_of(house, gone)[0].id: Queue.MATCH,
        letters_of(house, both)[0].id: Queue.EXCEPTION,
        held_letter(house): Queue.EXCEPTION,
        held_whole(house): Queue.EXCEPTION,
        _awaiting(house): Queue.SCREENING,
        _sealed(house): Queue.LEGAL,
    }
    assert {
        item.letter or item.scan: item.queue for item in decisions.held(house, OPERATOR)
    } == wanted
