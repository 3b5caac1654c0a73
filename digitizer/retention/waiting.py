"""Why something whose time is over is not destroyed all the same. In doubt it is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa

from digitizer.audit import events_of
from digitizer.messages import request_items
from digitizer.model.events import DECISIONS, MESSAGE_DECISIONS, Subject
from digitizer.model.mail import LetterState, MessageState, PageRole, ScanState
from digitizer.model.originals import Place
from digitizer.model.prints import PrintState
from digitizer.model.retention import Thing, Waits
from digitizer.model.settings import Settings
from digitizer.model.visits import VisitState
from digitizer.notifications.outbox import OutState
from digitizer.people.correspondents.origins import origins_of
from digitizer.policies import legal_holds as holds
from digitizer.storage.tables import joint_request, letter, message, page, scan
from digitizer.storage.tables_appeals import appeal, rejection
from digitizer.storage.tables_calls import call_seat, recording, video_call
from digitizer.storage.tables_originals import paper, paper_hold, paper_request
from digitizer.storage.tables_prints import print_job
from digitizer.storage.tables_requests import inmate_request, request_step
from digitizer.storage.tables_screening import blind_check
from digitizer.storage.tables_upkeep import outbox
from digitizer.storage.tables_visits import visit, visit_guest
from digitizer.support.clock import now

_SETTLED = (LetterState.DELIVERED, LetterState.REJECTED, LetterState.REPLACED)
_MESSAGES_SETTLED = (
    MessageState.REFUSED,
    MessageState.DELIVERED,
    MessageState.PRINTED,
    MessageState.ANSWERED,
)
_ON_PAPER = (PrintState.PRINTED, PrintState.SPOILED)
_SENT = (OutState.SENT, OutState.DROPPED)
#: Beyond the days in which one may appeal: for the post, and for a decision to be noted.
_GRACE = timedelta(days=30)


def reasons(
    tx: sa.Connection, settings: Settings, thing: Thing, some_id: str, today: date
) -> tuple[Waits, ...]:
    """Each once; empty where it can be destroyed now."""
    find = {
        Thing.LETTER: _of_letter,
        Thing.SCAN: _of_scan,
        Thing.MESSAGE: _of_message,
        Thing.RECORDING: _of_visit,
        Thing.VISIT: _of_whole_visit,
    }[thing]
    return tuple(dict.fromkeys(find(tx, settings, some_id, today)))


def _of_letter(
    tx: sa.Connection, settings: Settings, letter_id: str, today: date
) -> Iterator[Waits]:
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).first()
    if row is None or row.state not in _SETTLED:
        yield Waits.UNSETTLED
        return
    yield from _of_its_scan(tx, row.scan_id, today)
    if holds.held_letters(tx, [letter_id], today):
        yield Waits.LEGAL_HOLD
    origins = origins_of(tx, letter_id)
    yield from _about(tx, settings, Thing.LETTER, letter_id, origins.inmates)
    if _is_of_open_request(tx, settings, letter_id):
        yield Waits.REQUEST
    drawn = sa.select(blind_check).where(
        blind_check.c.letter_id == letter_id, blind_check.c.by.is_(None)
    )
    if tx.execute(drawn).first():
        yield Waits.UNSETTLED
    if _earlier_kept(tx, letter_id, row.scan_id):
        yield Waits.EARLIER


def _is_of_open_request(tx: sa.Connection, settings: Settings, letter_id: str) -> bool:
    """Whether it is the form on which a step of a request came that may still go on: what the form
    says is read on it alone."""
    its = sa.select(request_step.c.request_id).where(request_step.c.letter_id == letter_id)
    calendar = settings.appeals.calendar
    found = (request_items.one(tx, each) for each in tx.execute(its).scalars().all())
    return any(not request_items.is_done(each, calendar) for each in found)


def _of_its_scan(tx: sa.Connection, scan_id: str, today: date) -> Iterator[Waits]:
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).one()
    if row.sealed:
        yield Waits.SEALED
    if row.state != ScanState.FILED:
        yield Waits.UNSETTLED
    loose = sa.select(page.c.id).where(
        page.c.scan_id == scan_id,
        page.c.letter_id.is_(None),
        page.c.role.in_((PageRole.CONTENT, PageRole.WITHHELD)),
    )
    if tx.execute(loose.limit(1)).first():
        yield Waits.ENTANGLED
    if _paper_is_here(tx, scan_id, today):
        yield Waits.ORIGINAL


def _paper_is_here(tx: sa.Connection, scan_id: str, today: date) -> bool:
    """It lies in a box, or somebody wants it: the paper goes first, for which its scan is read."""
    kept = (
        sa.select(paper.c.scan_id).where(
            paper.c.scan_id == scan_id,
            paper.c.box_id.is_not(None),
            paper.c.place.not_in((str(Place.GIVEN), str(Place.DESTROYED))),
        ),
        sa.select(paper_request.c.scan_id).where(
            paper_request.c.scan_id == scan_id, paper_request.c.answer.is_(None)
        ),
        sa.select(paper_hold.c.scan_id).where(
            paper_hold.c.scan_id == scan_id,
            paper_hold.c.ended.is_(None),
            paper_hold.c.until >= today,
        ),
    )
    return any(tx.execute(each.limit(1)).first() for each in kept)


def _earlier_kept(tx: sa.Connection, letter_id: str, scan_id: str) -> bool:
    """Whether pictures of its paper are kept elsewhere, from before it was scanned again."""
    became = (letter_id, scan_id)
    letters = sa.select(letter.c.id).where(
        letter.c.replaced_by.in_(became), letter.c.state != str(LetterState.DESTROYED)
    )
    kept = letters.where(sa.exists().where(page.c.letter_id == letter.c.id))
    scans = sa.select(scan.c.id).where(scan.c.replaced_by.in_(became), scan.c.destroyed.is_(None))
    return any(tx.execute(each.limit(1)).first() for each in (kept, scans))


def _of_scan(tx: sa.Connection, settings: Settings, scan_id: str, today: date) -> Iterator[Waits]:
    """One that never became letters: it was rejected whole, or scanned again."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).first()
    if row is None or row.state != ScanState.HELD or not (row.rejected or row.replaced_by):
        yield Waits.UNSETTLED
        return
    if row.sealed:
        yield Waits.SEALED
    if _paper_is_here(tx, scan_id, today):
        yield Waits.ORIGINAL
    if tx.execute(sa.select(letter.c.id).where(letter.c.scan_id == scan_id).limit(1)).first():
        yield Waits.ENTANGLED
    became = sa.or_(letter.c.scan_id == row.replaced_by, letter.c.id == row.replaced_by)
    letters = tx.execute(sa.select(letter.c.id).where(became)).scalars().all()
    # Whose the letters in it are nobody knows, unless it was scanned again.
    known = bool(letters)
    is_held = holds.held_letters(tx, letters, today) if known else holds.any_counts(tx, today)
    if is_held:
        yield Waits.LEGAL_HOLD
    yield from _about(tx, settings, Thing.SCAN, scan_id, ())


def _of_message(
    tx: sa.Connection, settings: Settings, message_id: str, today: date
) -> Iterator[Waits]:
    row = tx.execute(sa.select(message).where(message.c.id == message_id)).first()
    if row is None or row.state not in _MESSAGES_SETTLED:
        yield Waits.UNSETTLED
        return
    if holds.held_messages(tx, [message_id], today):
        yield Waits.LEGAL_HOLD
    yield from _about(tx, settings, Thing.MESSAGE, message_id, (row.inmate_id,))
    replies = sa.select(letter.c.id).where(
        letter.c.message_id == message_id, letter.c.state != str(LetterState.DESTROYED)
    )
    if tx.execute(replies.limit(1)).first():
        yield Waits.REPLY


def _of_visit(tx: sa.Connection, settings: Settings, visit_id: str, today: date) -> Iterator[Waits]:
    """Also of the recording of its call, which has its id."""
    row = tx.execute(sa.select(visit).where(visit.c.id == visit_id)).first()
    its = sa.select(video_call).where(video_call.c.id == visit_id)
    call = tx.execute(its).first()
    if row is None and call is None:
        yield Waits.UNSETTLED
        return
    guests = tx.execute(sa.select(visit_guest).where(visit_guest.c.visit_id == visit_id)).all()
    seats = tx.execute(sa.select(call_seat).where(call_seat.c.call_id == visit_id)).all()
    known = [each for each in (row, call) if each is not None]
    people = {each.correspondent_id for each in (*guests, *seats, *known)} - {None}
    inmates = {each.inmate_id for each in known}
    names = [each.name for each in (*guests, *seats)]
    if holds.held_people(tx, inmates, people, names, today):
        yield Waits.LEGAL_HOLD
    if _may_be_appealed(tx, settings, visit_id):
        yield Waits.APPEAL


def _of_whole_visit(
    tx: sa.Connection, settings: Settings, visit_id: str, today: date
) -> Iterator[Waits]:
    yield from _of_visit(tx, settings, visit_id, today)
    row = tx.execute(sa.select(visit).where(visit.c.id == visit_id)).first()
    if row is not None and row.state == VisitState.BOOKED and row.outcome is None:
        yield Waits.UNSETTLED
    kept = recording.c.destroyed.is_(None)
    if tx.execute(sa.select(recording).where(recording.c.call_id == visit_id, kept)).first():
        yield Waits.RECORDING
    news = sa.select(outbox.c.id).where(
        outbox.c.cause == str(Subject.visit(visit_id)),
        outbox.c.state.not_in([str(each) for each in _SENT]),
    )
    if tx.execute(news.limit(1)).first():
        yield Waits.NOTICE


def _about(
    tx: sa.Connection,
    settings: Settings,
    thing: Thing,
    some_id: str,
    inmates: frozenset[int] | tuple[int, ...],
) -> Iterator[Waits]:
    """What somebody still has to do about it."""
    if _may_be_appealed(tx, settings, some_id):
        yield Waits.APPEAL
    open_now = sa.select(inmate_request.c.id).where(
        inmate_request.c.inmate_id.in_(list(inmates)), request_items.waits()
    )
    if tx.execute(open_now.limit(1)).first():
        yield Waits.REQUEST
    subject = str(Subject(str(thing), some_id))
    if _was_decided_of_late(tx, settings, thing, some_id):
        yield Waits.UNSETTLED
    asked = sa.select(joint_request.c.id).where(joint_request.c.subject == subject)
    if tx.execute(asked.limit(1)).first():
        yield Waits.UNSETTLED
    its = sa.or_(print_job.c.copied == some_id, print_job.c.message_id == some_id)
    waits = print_job.c.state.not_in([str(each) for each in _ON_PAPER])
    if tx.execute(sa.select(print_job.c.id).where(its, waits).limit(1)).first():
        yield Waits.PAPER
    unsent = outbox.c.state.not_in([str(each) for each in _SENT])
    news = sa.select(outbox.c.id).where(outbox.c.cause == subject, unsent)
    if tx.execute(news.limit(1)).first():
        yield Waits.NOTICE


def _was_decided_of_late(tx: sa.Connection, settings: Settings, thing: Thing, some_id: str) -> bool:
    """Whether somebody decided about it, and that may still be undone or objected to."""
    since = now() - _time_to_appeal(settings)
    subjects = [Subject(str(thing), some_id)]
    of_scan = sa.select(letter.c.scan_id).where(letter.c.id == some_id)
    subjects += [Subject.scan(each) for each in tx.execute(of_scan).scalars()]
    decisions = DECISIONS | MESSAGE_DECISIONS
    return any(each.verb in decisions and each.at > since for each in events_of(tx, *subjects))


def _time_to_appeal(settings: Settings) -> timedelta:
    return timedelta(days=max(settings.appeal_days)) + _GRACE


def _may_be_appealed(tx: sa.Connection, settings: Settings, item: str) -> bool:
    """Whether an appeal about it waits, or somebody may still make one."""
    undecided = sa.select(appeal.c.id).join(rejection, rejection.c.id == appeal.c.rejection_id)
    if tx.execute(undecided.where(rejection.c.item == item, appeal.c.decided.is_(None))).first():
        return True
    days = _time_to_appeal(settings)
    asked = sa.select(rejection).where(rejection.c.item == item, rejection.c.ended.is_(None))
    still = tx.execute(asked).all()
    rejected = letter.c.id == item, letter.c.state == str(LetterState.REJECTED)
    if not still and tx.execute(sa.select(letter.c.id).where(*rejected)).first():
        return True  # nobody noted it: nobody knows who was told
    for row in still:
        denied = sa.select(sa.func.max(appeal.c.decided)).where(appeal.c.rejection_id == row.id)
        moments = (row.told_inmate, row.told_sender, tx.execute(denied).scalar())
        known = [each for each in moments if each is not None]
        if not known or max(known) + days > now():
            return True
    return False
