"""The uses of covers: each letter that came in under one, delivered or held.

A cover proves for whom a letter is, and never who sent it: whoever has seen one can copy it. So
its uses are kept, and an unusual number of them is shown. A use is written in the transaction
that files its letter, so a scan that is worked again uses a cover once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.access.sealed_names import shown_name
from digitizer.covers import register
from digitizer.covers.register import Registered
from digitizer.model.mail import LetterState
from digitizer.model.paper import CodeKind
from digitizer.model.people import Actor
from digitizer.model.settings import Covers
from digitizer.storage.tables import cover, cover_use, inmate, letter, original, scan

_GOOD = (LetterState.DELIVERED, LetterState.AWAITING_REVIEW)


@dataclass(frozen=True, slots=True)
class CoverUse:
    """One letter that came in under a cover, and the scan that it is part of. ``source`` is None
    where that is sealed by now, and not for everybody to know."""

    letter: str
    state: LetterState
    scan: str
    source: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class UsedCover:
    """A cover and how often it was used: in all, and lately, within the days that ``Covers`` names.

    ``often``: more lately than is usual.
    """

    cover: Registered
    uses: int
    recent: int
    last: datetime | None
    often: bool


def record_use(
    tx: sa.Connection, cover_id: str, letter_id: str, scan_id: str, at: datetime
) -> None:
    """Writes one use; a letter uses its cover once, whatever happens to it."""
    tx.execute(
        sa.insert(cover_use).values(cover_id=cover_id, letter_id=letter_id, scan_id=scan_id, at=at)
    )


def is_used_often(tx: sa.Connection, cover_id: str, at: datetime, usual: Covers) -> bool:
    """Whether one more letter, at ``at``, is more than the usual number within the days."""
    count = (
        sa.select(sa.func.count())
        .select_from(cover_use)
        .where(cover_use.c.cover_id == cover_id, *_within(usual, at))
    )
    return int(tx.execute(count).scalar_one()) + 1 > usual.usual_letters


def good_uses(tx: sa.Connection, cover_id: str, besides: str) -> int:
    """How many letters under this cover, in scans other than ``besides``, were delivered or only
    wait for review."""
    count = (
        sa.select(sa.func.count())
        .select_from(cover_use.join(letter, cover_use.c.letter_id == letter.c.id))
        .where(
            cover_use.c.cover_id == cover_id,
            cover_use.c.scan_id != besides,
            letter.c.state.in_(_GOOD),
        )
    )
    return int(tx.execute(count).scalar_one())


def uses_of(tx: sa.Connection, cover_id: str, by: Actor) -> tuple[CoverUse, ...]:
    """Newest first."""
    first = sa.and_(original.c.scan_id == cover_use.c.scan_id, original.c.ordinal == 1)
    rows = tx.execute(
        sa.select(cover_use, letter.c.state, original.c.source, scan.c.sealed)
        .join(letter, cover_use.c.letter_id == letter.c.id)
        .join(scan, scan.c.id == cover_use.c.scan_id)
        .outerjoin(original, first)
        .where(cover_use.c.cover_id == cover_id)
        .order_by(cover_use.c.at.desc(), cover_use.c.id.desc())
    )
    return tuple(
        CoverUse(
            letter=row.letter_id,
            state=LetterState(row.state),
            scan=row.scan_id,
            source=shown_name(by, row.source or "", sealed=row.sealed),
            at=row.at,
        )
        for row in rows
    )


def used_covers(
    tx: sa.Connection,
    at: datetime,
    usual: Covers,
    *,
    booking_number: str | None = None,
    only_often: bool = False,
    start: int = 0,
    most: int = 200,
) -> tuple[UsedCover, ...]:
    """Inmates' covers with their uses, the most used lately first; at most ``most`` after the
    first ``start``."""
    recently = sa.case((sa.and_(*_within(usual, at)), 1))
    recent = sa.func.count(recently).label("recent")
    uses = sa.func.count(cover_use.c.id).label("uses")
    last = sa.func.max(cover_use.c.at).label("last")
    asked = (
        sa.select(cover.c.id, uses, recent, last)
        .join(inmate, cover.c.inmate_id == inmate.c.id)
        .outerjoin(cover_use, cover_use.c.cover_id == cover.c.id)
        .where(cover.c.kind == str(CodeKind.INMATE))
        .group_by(cover.c.id, cover.c.printed)
        .order_by(recent.desc(), uses.desc(), cover.c.printed.desc(), cover.c.id)
        .offset(start)
        .limit(most)
    )
    if booking_number is not None:
        asked = asked.where(inmate.c.booking_number == booking_number)
    if only_often:  # few are used so often, however many covers there are
        often = (
            sa.select(cover_use.c.cover_id)
            .where(*_within(usual, at))
            .group_by(cover_use.c.cover_id)
            .having(sa.func.count() > usual.usual_letters)
        )
        asked = asked.where(cover.c.id.in_(often))
    found = ((register.look_up(tx, row.id), row) for row in tx.execute(asked).all())
    return tuple(
        UsedCover(
            cover=known,
            uses=row.uses,
            recent=row.recent,
            last=row.last,
            often=row.recent > usual.usual_letters,
        )
        for known, row in found
        if known is not None
    )


def _within(usual: Covers, at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    since = at - timedelta(days=usual.within_days)
    return cover_use.c.at > since, cover_use.c.at <= at
