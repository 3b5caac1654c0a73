"""What may be two letters in one is delivered from the page of held mail once each page was shown.

The page turns to each of them before its key delivers; here the service asks the same, by the event
log, in the transaction that delivers. At the shell nothing is asked: who works there has the paper.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import HeldItem, PageRole
from digitizer.model.people import Actor
from digitizer.screening.exception_queue import ScanPage, scan_pages
from digitizer.screening.held_letters import HeldLetter
from digitizer.screening.seen_pages import AS_OF, SCREENED, changes_of, since
from digitizer.screening.two_letters import find_signs
from digitizer.storage.tables import event, letter, scan
from digitizer.support.wording import counted

#: In the details of the event of a look: the number of the page of held mail that was shown large.
_AT_DESK = "at_desk"


def look_of(tx: sa.Connection, item: HeldItem, number: int) -> dict[str, int]:
    """The details of the event of a look at this page of a held item: none where the item is not
    one that each page of must be shown, or the page is not its own."""
    own = [page for page in scan_pages(tx, item.scan) if page.letter == item.letter]
    doubts = _doubts(tx, item.letter, item.scan)
    if number not in {page.number for page in own} or not find_signs(tx, own, doubts):
        return {}
    changes = changes_of(tx, [item.letter]).get(item.letter, {}) if item.letter else {}
    last = since(changes, number)
    return {_AT_DESK: number, **({AS_OF: last} if last else {})}


def check_seen(tx: sa.Connection, held: HeldLetter, held_id: str, by: Actor) -> None:
    """``held_id`` is what was decided about: the letter, or the whole scan that it is made of now.
    Raises Conflict where there may be two letters in it, and a page was not shown to this person as
    it stands."""
    own = [page for page in scan_pages(tx, held.scan_id) if page.letter == held.id]
    doubts = _doubts(tx, held.id if held_id == held.id else None, held.scan_id)
    if not find_signs(tx, own, doubts):
        return
    unseen = _unseen(tx, held, own, by)
    if unseen:
        raise Conflict(
            f"There may be two letters in it, and {counted(len(unseen), 'page')} of it "
            f"({', '.join(map(str, unseen))}) you have not seen as it is now. Look at each page."
        )


def _doubts(tx: sa.Connection, letter_id: str | None, scan_id: str) -> Collection[str]:
    if letter_id is not None:
        its = sa.select(letter.c.doubts).where(letter.c.id == letter_id)
        return tuple(tx.execute(its).scalar_one())
    doubt = tx.execute(sa.select(scan.c.doubt).where(scan.c.id == scan_id)).scalar()
    return (doubt,) if doubt else ()


def _unseen(
    tx: sa.Connection, held: HeldLetter, own: Collection[ScanPage], by: Actor
) -> tuple[int, ...]:
    """The numbers of its letter pages with a picture that was not shown to this person."""
    changes = changes_of(tx, [held.id]).get(held.id, {})
    about = [str(Subject.letter(held.id)), str(Subject.scan(held.scan_id))]
    looks = tx.execute(
        sa.select(event.c.detail).where(
            event.c.subject.in_(about),
            event.c.verb == str(Verb.LOOK_AT_PAGE),
            event.c.actor == by.name,
            event.c.actor_kind == str(by.kind),
        )
    ).scalars()
    seen = {
        number
        for detail in looks
        if (number := detail.get(_AT_DESK) or detail.get(SCREENED))
        and detail.get(AS_OF, 0) == since(changes, number)
    }
    content = (page for page in own if page.role is PageRole.CONTENT and page.picture)
    return tuple(page.number for page in content if page.number not in seen)
