"""What a held item may be by now, scanned again: the later scans that can replace it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.capture.held_queues import OPEN
from digitizer.letters.withheld_before import withheld_of
from digitizer.model.mail import LetterState, PageRole, ScanState
from digitizer.screening import replacements
from digitizer.storage.tables import letter, page, scan

#: As many as there are digits to choose with.
_MOST = 9
#: So many of the newest that came in later are looked at; what is older is typed by its id.
_MOST_LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class LaterScan:
    """A letter, or a whole scan, that came in later. ``pages`` is how many have content,
    ``scanner`` its profile; ``first`` is the number of its first page with a picture, None where
    none may be shown here. ``delivered``: it is in a mailbox."""

    id: str
    taken_in: datetime
    scanner: str
    pages: int
    delivered: bool
    first: int | None


def later_scans(tx: sa.Connection, held_id: str) -> tuple[LaterScan, ...]:
    """What can replace this held letter or scan, newest first: what came in after it, replaces
    nothing yet, and looks like the same sheets."""
    old = replacements.item_of(tx, held_id)
    if old is None:
        return ()
    asked = _later_wholes(old) if old.whole else _later_letters(old)
    refused = withheld_of(tx, held_id) if not old.whole else ()
    found = []
    for row in tx.execute(asked):
        if refused and row.state == LetterState.DELIVERED:
            continue  # a page that was withheld may be in a mailbox: it is recalled first
        new = replacements.item_of(tx, row.id)
        if new is None or replacements.doubt_about(held_id, old, row.id, new):
            continue
        found.append(
            LaterScan(
                id=row.id,
                taken_in=row.taken_in,
                scanner=row.profile,
                pages=new.pages or 0,
                delivered=row.state == LetterState.DELIVERED,
                first=_first_page(tx, row),
            )
        )
        if len(found) == _MOST:
            break
    return tuple(found)


def _later_letters(old: replacements.Item) -> sa.Select[Any]:
    """Letters, and scans that are held as a whole, whose letters nobody knows yet."""
    letters = (
        sa.select(letter.c.id, letter.c.state, scan.c.taken_in, scan.c.profile, scan.c.sealed)
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(
            letter.c.state.not_in(replacements.NOT_USED),
            letter.c.scan_id != old.scan,
            *_is_new(letter.c.id, old),
        )
    )
    wholes = _wholes(old).where(scan.c.state == ScanState.HELD)
    return _newest(letters.union_all(wholes))


def _later_wholes(old: replacements.Item) -> sa.Select[Any]:
    return _newest(_wholes(old).where(scan.c.state.in_((ScanState.HELD, ScanState.FILED))))


def _wholes(old: replacements.Item) -> sa.Select[Any]:
    return sa.select(scan.c.id, scan.c.state, scan.c.taken_in, scan.c.profile, scan.c.sealed).where(
        scan.c.rejected.is_(False),
        scan.c.replaced_by.is_(None),
        scan.c.id != old.scan,
        *_is_new(scan.c.id, old),
    )


def _is_new(some_id: sa.Column[str], old: replacements.Item) -> tuple[sa.ColumnElement[bool], ...]:
    """That it came in later, and is not recorded as another's new scan."""
    recorded = [
        sa.select(each.c.replaced_by).where(each.c.replaced_by.is_not(None))
        for each in (letter.alias(), scan.alias())
    ]
    return scan.c.taken_in > old.taken_in, *(some_id.not_in(each) for each in recorded)


def _newest(asked: sa.Select[Any] | sa.CompoundSelect[Any]) -> sa.Select[Any]:
    among = asked.subquery()
    newest = sa.select(among).order_by(among.c.taken_in.desc(), among.c.id)
    return newest.limit(_MOST_LOOKED_AT)


def _first_page(tx: sa.Connection, row: sa.Row[Any]) -> int | None:
    """Of what waits for a person, as each of its pages is shown to whoever decides; what is
    delivered is opened where its reader says why, and what is sealed is not shown."""
    if row.sealed or row.state not in (*OPEN, ScanState.HELD):
        return None
    of_it = sa.or_(
        page.c.letter_id == row.id, sa.and_(page.c.scan_id == row.id, page.c.letter_id.is_(None))
    )
    first = sa.select(sa.func.min(page.c.number)).where(
        of_it, page.c.role == PageRole.CONTENT, page.c.picture.is_not(None)
    )
    return tx.execute(first).scalar()
