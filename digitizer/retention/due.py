"""What is due: mail whose time is over by the facility's schedules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from digitizer.appeals.rejections import local_day, today
from digitizer.model.mail import LetterKind, LetterState, ScanState
from digitizer.model.retention import Due, DueMonth, MailKind, Thing, Waits
from digitizer.model.retention_settings import Schedule
from digitizer.model.settings import Settings
from digitizer.retention import waiting
from digitizer.storage.tables import inmate, letter, message, page, scan
from digitizer.storage.tables_calls import recording, video_call
from digitizer.storage.tables_visits import visit

#: Things in one list, and in one run.
MOST = 500
#: They are over once what comes before it in the same run is destroyed.
_IN_ORDER = frozenset({Waits.EARLIER, Waits.REPLY})
_NO_MAIL = frozenset({MailKind.RECORDINGS, MailKind.VISITS})


def schedule_of(settings: Settings, kind: MailKind) -> Schedule:
    own = settings.retention
    return {
        MailKind.LETTERS: own.letters,
        MailKind.REJECTED: own.rejected,
        MailKind.MESSAGES: own.messages,
        MailKind.RECORDINGS: own.recordings,
        MailKind.VISITS: own.visits,
    }[kind]


def due_now(
    tx: sa.Connection,
    settings: Settings,
    kind: MailKind,
    month: date | None = None,
    most: int = MOST,
) -> tuple[Due, ...]:
    """What is due of a kind, the oldest first; earlier scans of a letter's paper, and the reply
    sheets of a message, before itself. ``month`` (its first day): only what came in it."""
    return tuple(islice(_looked_up(tx, settings, kind, month), most))


def free_now(
    tx: sa.Connection,
    settings: Settings,
    kind: MailKind,
    month: date | None = None,
    most: int = MOST,
) -> tuple[Due, ...]:
    """Of what is due the oldest that nothing keeps, apart from what comes before it here. What
    waits does not count: else old mail under a hold would keep all else for ever."""
    every = _looked_up(tx, settings, kind, month)
    return tuple(islice((each for each in every if not set(each.waits) - _IN_ORDER), most))


def _looked_up(
    tx: sa.Connection, settings: Settings, kind: MailKind, month: date | None
) -> Iterator[Due]:
    day = today()
    for due in _candidates(tx, settings, kind):
        if month is None or due.came.replace(day=1) == month:
            yield _with_reasons(tx, settings, due, day)


def due_by_month(tx: sa.Connection, settings: Settings) -> tuple[DueMonth, ...]:
    """How many things are due, by kind and by the month in which they came; what holds them is
    looked up for ``MOST`` of each kind."""
    day = today()
    counts: dict[tuple[MailKind, date], list[int]] = defaultdict(lambda: [0, 0])
    for kind in MailKind:
        for place, each in enumerate(_candidates(tx, settings, kind)):
            count = counts[kind, each.came.replace(day=1)]
            count[0] += 1
            count[1] += place < MOST and bool(
                waiting.reasons(tx, settings, each.thing, each.id, day)
            )
    return tuple(
        DueMonth(kind, month, due, held) for (kind, month), (due, held) in sorted(counts.items())
    )


def still_due(
    tx: sa.Connection, settings: Settings, kind: MailKind, thing: Thing, some_id: str
) -> Due | None:
    """Asked again right before it is destroyed; None where it is not due by the schedule of now."""
    asked = {
        Thing.LETTER: _letters,
        Thing.SCAN: _scans,
        Thing.MESSAGE: _messages,
        Thing.RECORDING: _recordings,
        Thing.VISIT: _visits,
    }[thing]
    found = next(iter(asked(tx, settings, kind, some_id)), None)
    return None if found is None else _with_reasons(tx, settings, found, today())


def _with_reasons(tx: sa.Connection, settings: Settings, due: Due, day: date) -> Due:
    return Due(
        kind=due.kind,
        thing=due.thing,
        id=due.id,
        booking_number=due.booking_number,
        came=due.came,
        due=due.due,
        rule=due.rule,
        waits=waiting.reasons(tx, settings, due.thing, due.id, day),
    )


def _candidates(tx: sa.Connection, settings: Settings, kind: MailKind) -> Iterator[Due]:
    for each in (_scans, _letters, _messages, _recordings, _visits):
        yield from each(tx, settings, kind)


def _letters(
    tx: sa.Connection, settings: Settings, kind: MailKind, only: str | None = None
) -> Iterator[Due]:
    if kind in _NO_MAIL:
        return
    replies = letter.c.kind == str(LetterKind.REPLY)
    which = {
        MailKind.LETTERS: sa.and_(
            ~replies, letter.c.state.in_((LetterState.DELIVERED, LetterState.REPLACED))
        ),
        MailKind.REJECTED: letter.c.state == str(LetterState.REJECTED),
        MailKind.MESSAGES: sa.and_(
            replies, letter.c.state.in_((LetterState.DELIVERED, LetterState.REPLACED))
        ),
    }[kind]
    # One that was joined to another has no page left: it is no thing of its own.
    has_pages = sa.exists().where(page.c.letter_id == letter.c.id)
    asked = (
        sa.select(letter.c.id, letter.c.received.label("came"), inmate.c.booking_number)
        .outerjoin(inmate, inmate.c.id == letter.c.inmate_id)
        .where(which, has_pages)
        .order_by(letter.c.received, letter.c.id)
    )
    if only is not None:
        asked = asked.where(letter.c.id == only)
    yield from _over(tx, settings, kind, Thing.LETTER, asked, letter.c.received)


def _scans(
    tx: sa.Connection, settings: Settings, kind: MailKind, only: str | None = None
) -> Iterator[Due]:
    if kind is MailKind.MESSAGES or kind in _NO_MAIL:
        return
    which = (
        scan.c.replaced_by.is_not(None) & ~scan.c.rejected
        if kind is MailKind.LETTERS
        else scan.c.rejected
    )
    asked = (
        sa.select(scan.c.id, scan.c.taken_in.label("came"), sa.null().label("booking_number"))
        .where(which, scan.c.state == str(ScanState.HELD), scan.c.destroyed.is_(None))
        .order_by(scan.c.taken_in, scan.c.id)
    )
    if only is not None:
        asked = asked.where(scan.c.id == only)
    yield from _over(tx, settings, kind, Thing.SCAN, asked, scan.c.taken_in)


def _messages(
    tx: sa.Connection, settings: Settings, kind: MailKind, only: str | None = None
) -> Iterator[Due]:
    if kind is not MailKind.MESSAGES:
        return
    asked = (
        sa.select(message.c.id, message.c.created.label("came"), inmate.c.booking_number)
        .join(inmate, inmate.c.id == message.c.inmate_id)
        .order_by(message.c.created, message.c.id)
    )
    if only is not None:
        asked = asked.where(message.c.id == only)
    yield from _over(tx, settings, kind, Thing.MESSAGE, asked, message.c.created)


def _recordings(
    tx: sa.Connection, settings: Settings, kind: MailKind, only: str | None = None
) -> Iterator[Due]:
    if kind is not MailKind.RECORDINGS:
        return
    asked = (
        sa.select(recording.c.call_id.label("id"), recording.c.made.label("came"))
        .add_columns(inmate.c.booking_number)
        .join(video_call, video_call.c.id == recording.c.call_id)
        .join(inmate, inmate.c.id == video_call.c.inmate_id)
        .where(recording.c.destroyed.is_(None))
        .order_by(recording.c.made, recording.c.call_id)
    )
    if only is not None:
        asked = asked.where(recording.c.call_id == only)
    yield from _over(tx, settings, kind, Thing.RECORDING, asked, recording.c.made)


def _visits(
    tx: sa.Connection, settings: Settings, kind: MailKind, only: str | None = None
) -> Iterator[Due]:
    """By when it ended; what was never booked, by when it would have."""
    if kind is not MailKind.VISITS:
        return
    asked = (
        sa.select(visit.c.id, visit.c.ends.label("came"), inmate.c.booking_number)
        .join(inmate, inmate.c.id == visit.c.inmate_id)
        .order_by(visit.c.ends, visit.c.id)
    )
    if only is not None:
        asked = asked.where(visit.c.id == only)
    yield from _over(tx, settings, kind, Thing.VISIT, asked, visit.c.ends)


def _over(
    tx: sa.Connection,
    settings: Settings,
    kind: MailKind,
    thing: Thing,
    asked: sa.Select[Any],
    came: sa.Column[datetime],
) -> Iterator[Due]:
    """Those of ``asked`` whose time is over; none where the schedule keeps them for ever."""
    schedule, day = schedule_of(settings, kind), today()
    period = schedule.period
    if period is None:
        return
    latest = day - timedelta(days=period.least_days - 1)
    before = datetime.combine(latest, time.max).astimezone()
    rule = f"{kind}: {schedule.keep} ({schedule.source})"
    for row in tx.execute(asked.where(came <= before)).all():
        came_on = local_day(row.came)
        over = period.after(came_on)
        if over <= day:
            yield Due(kind, thing, row.id, row.booking_number, came_on, over, rule, ())
