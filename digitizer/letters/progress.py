"""Where letters are, and since when, for other programs: what changed after an event of the log.

The log's numbers have no gaps and follow the order in which changes were made, whatever the clock
does, so no change is missed between one question and the next. Nothing here shows what is in a
letter, or who sent it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import LETTER_CHANGES, OPENINGS, SCAN_CHANGES
from digitizer.model.mail import LetterKind, LetterState
from digitizer.model.people import Actor, ActorKind
from digitizer.storage.tables import event, inmate, letter, page


@dataclass(frozen=True, slots=True)
class LetterProgress:
    """A letter as it is now. ``booking_number`` is whose mailbox it is in, None while it is held;
    ``opened`` is when the inmate first opened it; ``pages`` counts its content."""

    letter: str
    scan: str
    kind: LetterKind
    state: LetterState
    booking_number: str | None
    received: datetime
    opened: datetime | None
    pages: int
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """Letters that changed, in the order of their last change in this part. ``last`` is the number
    of the event to ask on from; ``more``: there is more already."""

    letters: tuple[LetterProgress, ...]
    last: int
    more: bool


def progress_after(facility: Facility, after: int, most: int, by: Actor) -> Progress:
    """The letters that ``most`` changes after the event number ``after`` (0: from the beginning)
    are about. Raises Conflict for a number that is yet to come: the home was restored from a backup
    since, and the program must begin anew."""
    with looking(facility, by, Act.LIST_LETTERS) as look:
        newest = look.tx.execute(sa.select(sa.func.max(event.c.seq))).scalar() or 0
        if after > newest:
            raise Conflict(
                "This place in the log is not there: the home was restored from a backup. Ask "
                "without it, from the beginning."
            )
        changes = look.tx.execute(_changes(after, most)).all()
        last = _last_changes(look.tx, changes)
        known = _letters(look.tx, letter.c.id.in_(last))
    ordered = sorted(known, key=lambda each: (last[each.letter], each.letter))
    more = len(changes) == most
    return Progress(tuple(ordered), changes[-1].seq if more else newest, more)


def letter_progress(facility: Facility, letter_id: str, by: Actor) -> LetterProgress:
    """Raises NotFound."""
    with looking(facility, by, Act.LIST_LETTERS) as look:
        found = _letters(look.tx, letter.c.id == letter_id)
    if not found:
        raise NotFound(f"There is no letter {letter_id}.")
    return found[0]


def _changes(after: int, most: int) -> sa.Select[Any]:
    verbs = [str(each) for each in (*LETTER_CHANGES, *SCAN_CHANGES)]
    openings = [str(each) for each in OPENINGS]
    by_owner = sa.or_(event.c.verb.not_in(openings), event.c.actor_kind == ActorKind.INMATE)
    about_letters = event.c.subject.like("letter:%"), event.c.subject.like("scan:%")
    return (
        sa.select(event.c.seq, event.c.verb, event.c.subject)
        .where(event.c.seq > after, event.c.verb.in_(verbs), by_owner, sa.or_(*about_letters))
        .order_by(event.c.seq)
        .limit(most)
    )


def _last_changes(tx: sa.Connection, changes: Iterable[sa.Row[Any]]) -> Mapping[str, int]:
    """The number of the last of these changes, by the letter's id."""
    last: dict[str, int] = {}
    wide: dict[str, int] = {}
    for change in changes:
        kind, _, an_id = change.subject.partition(":")
        if kind == "letter":
            last[an_id] = change.seq
        if change.verb in SCAN_CHANGES:
            wide[an_id] = change.seq
    if wide:
        named = letter.alias()
        its_scan = sa.select(named.c.scan_id).where(named.c.id.in_(wide))
        beside = sa.or_(letter.c.scan_id.in_(its_scan), letter.c.scan_id.in_(wide))
        newest = max(wide.values())
        for an_id in tx.execute(sa.select(letter.c.id).where(beside)).scalars():
            last[an_id] = max(last.get(an_id, 0), newest)
    return last


def _letters(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> list[LetterProgress]:
    counted = (
        sa.select(sa.func.count())
        .where(page.c.letter_id == letter.c.id, page.c.position.is_not(None))
        .scalar_subquery()
    )
    rows = tx.execute(
        sa.select(letter, inmate.c.booking_number, counted.label("pages"))
        .outerjoin(inmate, letter.c.inmate_id == inmate.c.id)
        .where(*where)
    )
    return [
        LetterProgress(
            letter=row.id,
            scan=row.scan_id,
            kind=LetterKind(row.kind),
            state=LetterState(row.state),
            booking_number=row.booking_number if row.state == LetterState.DELIVERED else None,
            received=row.received,
            opened=row.read,
            pages=row.pages,
            replaced_by=row.replaced_by,
        )
        for row in rows
    ]
