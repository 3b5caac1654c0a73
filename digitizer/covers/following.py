"""Where a letter is, for who has the number of its cover: states and dates, and nothing else.

Whoever holds a cover may have copied it, so nobody is named, and no letter is shown. A number that
nobody has, one that is no cover for letters, and one under which no letter came are answered alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digitizer.access import pacing
from digitizer.access.kept_notices import is_kept
from digitizer.access.pacing import Pace
from digitizer.engines.codes.cover_code import read_short_id
from digitizer.facility import Facility
from digitizer.model.errors import NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterState
from digitizer.model.paper import CodeKind
from digitizer.model.settings import Settings
from digitizer.storage.database import writing
from digitizer.storage.tables import cover, cover_use, event, letter

_BY_DEVICE = Pace("following letters", 20, timedelta(minutes=3))
_MOST = 20
_DELIVERING = (Verb.DELIVER, Verb.ASSIGN, Verb.RELEASE)


class Where(StrEnum):
    """What a sender is told of a letter."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    OPENED = "opened"
    NOT_DELIVERED = "not delivered"


@dataclass(frozen=True, slots=True)
class Followed:
    """One letter: when it came in, where it is, and since when it is there; None where that is not
    told."""

    received: datetime
    where: Where
    since: datetime | None


def follow(facility: Facility, typed: str, terminal: str) -> tuple[Followed, ...]:
    """The letters that came under a cover, newest first, by the number that is printed on it.

    Raises UsageError for a mistake in typing, NotFound where the facility does not tell, and
    TooOften: numbers cannot be tried one after another.
    """
    if not (facility.settings.family.enabled and facility.settings.family.tracking):
        raise NotFound("This facility does not tell where letters are.")
    short_id = read_short_id(typed)
    with writing(facility.engine) as tx:
        pacing.charge(tx, _BY_DEVICE, terminal)
        return letters_under(tx, short_id, facility.settings)


def letters_under(tx: sa.Connection, short_id: str, settings: Settings) -> tuple[Followed, ...]:
    """Newest first, twenty at most."""
    rows = tx.execute(
        sa.select(letter)
        .join(cover_use, cover_use.c.letter_id == letter.c.id)
        .join(cover, cover_use.c.cover_id == cover.c.id)
        .where(
            cover.c.short_id == short_id,
            cover.c.kind == str(CodeKind.INMATE),
            letter.c.state != str(LetterState.DESTROYED),
        )
        .order_by(letter.c.received.desc(), letter.c.id)
        .limit(_MOST)
    ).all()
    return tuple(_followed(tx, row, settings) for row in rows)


def _followed(tx: sa.Connection, row: sa.Row[Any], settings: Settings) -> Followed:
    received, now_at = row.received, _newest(tx, row)
    shows_opened, rejected = settings.family.show_opened, now_at.state == LetterState.REJECTED
    if rejected and not is_kept(tx, now_at.id, settings.screening):
        return Followed(received, Where.NOT_DELIVERED, _last(tx, now_at.id, (Verb.REJECT,)))
    if now_at.state != LetterState.DELIVERED:
        return Followed(received, Where.WAITING, None)
    if shows_opened and now_at.read is not None:
        return Followed(received, Where.OPENED, now_at.read)
    return Followed(received, Where.DELIVERED, _last(tx, now_at.id, _DELIVERING))


def _newest(tx: sa.Connection, row: sa.Row[Any]) -> sa.Row[Any]:
    """The letter that was scanned again in place of this one, where that was done."""
    for _ in range(_MOST):
        if row.state != LetterState.REPLACED or row.replaced_by is None:
            return row
        row = tx.execute(sa.select(letter).where(letter.c.id == row.replaced_by)).one()
    return row


def _last(tx: sa.Connection, letter_id: str, verbs: tuple[Verb, ...]) -> datetime | None:
    asked = sa.select(sa.func.max(event.c.at)).where(
        event.c.subject == str(Subject.letter(letter_id)),
        event.c.verb.in_([str(each) for each in verbs]),
    )
    found: datetime | None = tx.execute(asked).scalar()
    return found
