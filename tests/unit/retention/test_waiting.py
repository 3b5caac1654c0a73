"""In doubt nothing is destroyed: whatever somebody still has to do about it keeps it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from digitizer.access import second_person
from digitizer.facility import Facility
from digitizer.messages import requests
from digitizer.model.events import Subject
from digitizer.model.mail import LetterState, ScanState
from digitizer.model.originals import GivenTo
from digitizer.model.retention import MailKind, Thing, Waits
from digitizer.originals import actions as originals
from digitizer.retention import actions
from digitizer.retention.waiting import reasons
from digitizer.screening import decisions
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, inmate, letter, message, page, scan
from digitizer.storage.tables_appeals import appeal, rejection
from digitizer.storage.tables_originals import paper, paper_hold
from digitizer.storage.tables_prints import print_job
from digitizer.storage.tables_requests import inmate_request, request_step
from digitizer.storage.tables_screening import blind_check
from digitizer.storage.tables_upkeep import outbox
from digitizer.support.clock import now
from tests.support.asked_staff import ME, with_requests
from tests.support.filed_forms import new_form, scan_form
from tests.support.kept_mail import LONG_AGO, old_message, old_stack, scheduled
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    held_letter,
    held_whole,
)


def test_each_keeps_it(facility: Facility) -> None:
    here = scheduled(facility)
    mine, other = old_stack(here, [ORSON, PETRA], 0)
    with reading(here.engine) as tx:
        owner = tx.execute(sa.select(inmate.c.id).where(inmate.c.booking_number == ORSON)).scalar()
    this = letter.c.id == mine.id
    request: dict[str, object] = {
        "inmate_id": owner,
        "form": "Property",
        "grievance": False,
        "plan": {},
    }
    asked = {"request_id": 1, "place": 1, "words": "?", "late": False, "came": now()}
    rejected = {"what": "pages", "item": mine.id, "event": 1, "parts": [], "reasons": []}
    rejected |= {"decided": now() - LONG_AGO, "decided_by": "x", "sheet": "returned"}
    rejected |= {"kept_by": "", "kept_why": ""}
    told_now = sa.update(rejection).values(told_inmate=now())
    told_then = sa.update(rejection).values(told_inmate=now() - LONG_AGO)
    appealed = {"rejection_id": 1, "side": "inmate", "level": 1, "words": "?", "at": now()}
    appealed |= {"came": now().date(), "late": False, "due": now().date(), "entered_by": ""}
    appealed |= {"decided_by": "", "why": ""}
    drawn = {"letter_id": mine.id, "first_by": "x", "passed": [], "drawn": now()}
    of_scan = scan.c.id == mine.scan
    prints, sent = sa.update(print_job).where(print_job.c.copied == mine.id), outbox.c.cause
    steps: list[tuple[Waits | None, list[sa.Executable]]] = [
        (None, []),
        (None, [sa.insert(inmate_request).values(id=1, **request, sent=now())]),
        (Waits.REQUEST, [sa.insert(request_step).values(**asked)]),
        (None, [sa.update(request_step).values(answered=now())]),
        (Waits.APPEAL, [sa.insert(rejection).values(**rejected)]),  # nobody was told yet
        (Waits.APPEAL, [told_now]),
        (None, [told_then]),
        (Waits.APPEAL, [sa.insert(appeal).values(**appealed)]),
        (Waits.APPEAL, [sa.update(appeal).values(decided=now())]),
        (None, [sa.update(rejection).values(ended=now())]),
        (Waits.UNSETTLED, [sa.insert(blind_check).values(**drawn)]),
        (None, [sa.update(blind_check).values(by="y")]),
        (Waits.PAPER, [prints.values(state="doubtful")]),
        (None, [prints.values(state="spoiled")]),
        (Waits.NOTICE, [sa.update(outbox).where(sent.contains(mine.id)).values(state="failed")]),
        (None, [sa.update(outbox).values(state="dropped")]),
        (Waits.SEALED, [sa.update(scan).where(of_scan).values(sealed=True)]),
        (None, [sa.update(scan).where(of_scan).values(sealed=False)]),
        (Waits.UNSETTLED, [sa.update(scan).where(of_scan).values(state=str(ScanState.WORKING))]),
        (None, [sa.update(scan).where(of_scan).values(state=str(ScanState.FILED))]),
        (Waits.ENTANGLED, [sa.update(page).where(page.c.number == 6).values(letter_id=None)]),
        (None, [sa.update(page).where(page.c.number == 6).values(letter_id=other.id)]),
    ]
    for number, (wanted, statements) in enumerate(steps):
        with writing(here.engine) as tx:
            for each in statements:
                tx.execute(each)
        assert _waits(here, mine.id) == (() if wanted is None else (wanted,)), number
    with writing(here.engine) as tx:
        second_person.ask(tx, Subject.letter(mine.id), SUPERVISOR, "?")
    assert _waits(here, mine.id) == (Waits.UNSETTLED,)
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).where(this).values(state=str(LetterState.HELD)))
    assert _waits(here, mine.id) is None, "what is held is not even due"


def _waits(facility: Facility, letter_id: str) -> tuple[Waits, ...] | None:
    found = actions.due(facility, OPERATOR, MailKind.LETTERS)
    return next((each.waits for each in found if each.id == letter_id), None)


def test_an_earlier_scan_of_its_paper_goes_first(facility: Facility) -> None:
    here = scheduled(facility)
    (first,) = old_stack(here, [ORSON], 0, LONG_AGO + timedelta(days=2))
    (second,) = old_stack(here, [ORSON], 1)
    with writing(here.engine) as tx:
        replaced = {"state": str(LetterState.REPLACED), "replaced_by": second.id}
        tx.execute(sa.update(letter).where(letter.c.id == first.id).values(**replaced))
    assert _waits(here, first.id) == ()
    assert _waits(here, second.id) == (Waits.EARLIER,)


def test_a_message_waits_for_its_review(facility: Facility) -> None:
    here = scheduled(facility)
    sent = old_message(here, ORSON, 5)
    assert [each.waits for each in actions.due(here, OPERATOR, MailKind.MESSAGES)] == [()]
    with writing(here.engine) as tx:
        tx.execute(sa.update(message).where(message.c.id == sent.id).values(state="in_review"))
    (found,) = actions.due(here, OPERATOR, MailKind.MESSAGES)
    assert found.waits == (Waits.UNSETTLED,)


def test_the_time_to_object_runs_from_the_last_decision(facility: Facility) -> None:
    """However long ago it came: it was recalled and given to another, or rejected just now."""
    here = scheduled(facility)
    held, whole = held_letter(here), held_whole(here)
    decisions.assign(here, held, ORSON, SUPERVISOR, "it is his")
    other = held_letter(here, content=b"another")
    decisions.reject(here, other, SUPERVISOR, "not allowed")
    decisions.reject(here, whole, SUPERVISOR, "not allowed")
    with writing(here.engine) as tx:
        tx.execute(sa.update(letter).values(received=now() - LONG_AGO))
        tx.execute(sa.update(scan).values(taken_in=now() - LONG_AGO))

    def waits(days: int) -> dict[str, set[Waits]]:
        then = now() - timedelta(days=days)
        with writing(here.engine) as tx:
            tx.execute(sa.update(event).values(at=then))
        kinds = MailKind.LETTERS, MailKind.REJECTED
        due = [each for kind in kinds for each in actions.due(here, OPERATOR, kind)]
        return {each.id: set(each.waits) for each in due}

    most = max(here.settings.appeal_days) + 30
    of_decision = {Waits.UNSETTLED}
    rejected = {Waits.APPEAL}  # nobody noted it: nobody knows who was told
    assert waits(most - 1) == {
        held: of_decision,
        whole: of_decision,
        other: of_decision | rejected,
    }
    assert waits(most + 1) == {held: set(), whole: set(), other: rejected}


def test_paper_goes_before_its_scan(facility: Facility) -> None:
    """The paper is not destroyed unless its scan can be read: so the scan goes last."""
    here = scheduled(facility)
    mine, _ = old_stack(here, [ORSON, PETRA], 0)

    def waits() -> tuple[Waits, ...]:
        with reading(here.engine) as tx:
            return reasons(tx, here.settings, Thing.LETTER, mine.id, now().date())

    assert waits() == ()
    box = originals.make_box(here, "", CLERK)
    originals.put_paper(here, mine.scan, box, CLERK)
    assert waits() == (Waits.ORIGINAL,)
    today = now().astimezone().date()
    originals.hold_paper(here, mine.scan, today, SUPERVISOR, "a claim")
    with writing(here.engine) as tx:
        tx.execute(sa.update(paper).values(box_id=None))
    assert waits() == (Waits.ORIGINAL,)
    with writing(here.engine) as tx:
        tx.execute(sa.update(paper_hold).values(until=today - timedelta(days=1)))
    assert waits() == (), "its last day is over"
    originals.put_paper(here, mine.scan, box, CLERK)
    originals.give_paper(here, mine.scan, GivenTo.SENDER, "", CLERK)
    assert waits() == ()


def test_the_form_of_a_request_is_kept_while_that_may_go_on(facility: Facility) -> None:
    """What it says is read on it alone."""
    here = with_requests(scheduled(facility))
    form = scan_form(here, new_form(here))
    (mine,) = requests.own_requests(here, ME)
    (other,) = old_stack(here, [ORSON], 0)

    def waits(some_id: str) -> bool:
        with reading(here.engine) as tx:
            found = reasons(tx, here.settings, Thing.LETTER, some_id, now().date())
        return Waits.REQUEST in found

    assert waits(form.id)
    assert waits(other.id), "whatever waits for an answer keeps all of its inmate"
    requests.answer_request(here, mine.number, "No.", CLERK)
    assert waits(form.id)
    assert not waits(other.id)
    with writing(here.engine) as tx:  # the days to go on are over
        tx.execute(sa.update(request_step).values(answered=now() - LONG_AGO))
    assert not waits(form.id)
    with writing(here.engine) as tx:
        tx.execute(sa.update(request_step).values(answered=now()))
    assert waits(form.id)
    with writing(here.engine) as tx:
        tx.execute(sa.update(inmate_request).values(closed=now()))
    assert not waits(form.id)
