"""Looks up, in one transaction, all that the rules of visits need to know (``rules.Book``)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.model.visits import STANDING, Outcome, Slot, VisitKind
from digitizer.storage.tables_correspondents import contact, mail_block
from digitizer.storage.tables_visits import visit, visit_guest, visit_hold, visit_session
from digitizer.visits import limits, places
from digitizer.visits.rules import Blocked, Book, Place

#: Visits of the whole week of a day count for its quota, wherever in the week the day is.
_AROUND = timedelta(days=8)


def open_book(
    tx: sa.Connection, since: datetime, until: datetime, at: datetime, *, holder: str = ""
) -> Book:
    """What is known for visits between these moments. A time that is kept counts until its ten
    minutes are over; that of ``holder`` is its own, and never counts against it."""
    first, last = since - _AROUND, until + _AROUND
    return Book(
        rooms={each.id: each for each in places.rooms(tx)},
        sessions={each.id: each for each in places.sessions(tx)},
        closures=limits.closures(tx),
        restrictions=limits.restrictions(tx),
        aparts=limits.aparts(tx),
        blocks=_blocks(tx),
        contacts=_contacts(tx),
        places=(*_visits(tx, first, last), *_holds(tx, first, last, at, holder)),
    )


def _contacts(tx: sa.Connection) -> frozenset[tuple[int, int]]:
    asked = sa.select(contact.c.correspondent_id, contact.c.inmate_id)
    rows = tx.execute(asked.where(contact.c.approved.is_not(None)))
    return frozenset((row.correspondent_id, row.inmate_id) for row in rows)


def _blocks(tx: sa.Connection) -> tuple[Blocked, ...]:
    """Those of a person. Where all mail of an inmate is suspended, visits are not."""
    of_somebody = mail_block.c.correspondent_id.is_not(None)
    rows = tx.execute(sa.select(mail_block).where(mail_block.c.ended.is_(None), of_somebody))
    return tuple(Blocked(row.id, row.correspondent_id, row.inmate_id, row.until) for row in rows)


_OUR_FAULT = (str(Outcome.CALL_LOST), str(Outcome.MONITOR_ABSENT))


def _visits(tx: sa.Connection, first: datetime, last: datetime) -> tuple[Place, ...]:
    rows = tx.execute(
        sa.select(visit).where(
            visit.c.state.in_([str(each) for each in STANDING]),
            visit.c.starts < last,
            visit.c.ends > first,
            # Its call failed by our fault: whoever had it may have another in its place.
            sa.func.coalesce(visit.c.outcome, "").not_in(_OUR_FAULT),
        )
    ).all()
    guests: dict[str, set[int]] = {}
    named = visit_guest.c.correspondent_id.is_not(None)
    between = sa.select(visit.c.id).where(visit.c.starts < last, visit.c.ends > first)
    asked = sa.select(visit_guest.c.visit_id, visit_guest.c.correspondent_id)
    for row in tx.execute(asked.where(named, visit_guest.c.visit_id.in_(between))):
        guests.setdefault(row.visit_id, set()).add(row.correspondent_id)
    return tuple(
        Place(
            row.id,
            Slot(row.session_id, row.room_id, VisitKind(row.kind), row.starts, row.ends),
            row.inmate_id,
            frozenset(guests.get(row.id, ())),
            (row.asked, row.id),
        )
        for row in rows
    )


def _holds(
    tx: sa.Connection, first: datetime, last: datetime, at: datetime, holder: str
) -> tuple[Place, ...]:
    asked = (
        sa.select(visit_hold, visit_session.c.kind, visit_session.c.room_id)
        .join(visit_session, visit_hold.c.session_id == visit_session.c.id)
        .where(
            visit_hold.c.until > at,
            visit_hold.c.id != holder,
            visit_hold.c.starts < last,
            visit_hold.c.ends > first,
        )
    )
    return tuple(
        Place(
            row.id,
            Slot(row.session_id, row.room_id, VisitKind(row.kind), row.starts, row.ends),
            row.inmate_id,
            frozenset([row.correspondent_id]),
            (row.until, row.id),
            held=True,
        )
        for row in tx.execute(asked)
    )
