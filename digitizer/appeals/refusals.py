"""What is refused now, as the tables have it: letters, pages, e-messages and photos, each with the
decision by which it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.letters.pages import withheld_pages
from digitizer.messages.outgoing import refused_photos
from digitizer.model.appeals import Refused
from digitizer.model.events import DECISIONS, MESSAGE_DECISIONS, Subject, Verb
from digitizer.model.mail import Direction, LetterState, MessageState, PageRole
from digitizer.people.correspondents import contacts
from digitizer.storage.tables import cover, cover_use, event, letter, message, page
from digitizer.storage.tables_screening import withheld_part

_GIVING = (Verb.DELIVER, Verb.ASSIGN, Verb.RELEASE)
_WITHHOLDING = (Verb.WITHHOLD_PAGE, Verb.WITHHOLD_PART)


@dataclass(frozen=True, slots=True)
class Refusal:
    """``decided`` and ``by`` are of the decision, ``event`` is its number or, where the rest of a
    letter was given to its inmate after it, that one's; ``settled`` is of the last decision about
    the same item: until some time after that it may be undone. ``parts`` are the numbers of pages
    or photos, ``reasons`` the words of who decided."""

    what: Refused
    item: str
    event: int
    decided: datetime
    by: str
    settled: datetime
    inmate_id: int | None
    correspondent_id: int | None
    parts: tuple[int, ...]
    reasons: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, int]:
        return str(self.what), self.item, self.event


def refused_now(tx: sa.Connection, item: str | None = None) -> Iterator[Refusal]:
    """All of it, or what is of one letter or message."""
    of_letter = sa.true() if item is None else letter.c.id == item
    of_message = sa.true() if item is None else message.c.id == item
    yield from _letters(tx, of_letter)
    yield from _pages(tx, of_letter)
    yield from _messages(tx, of_message)
    yield from _photos(tx, of_message)


def _letters(tx: sa.Connection, which: sa.ColumnElement[bool]) -> Iterator[Refusal]:
    rejected = sa.and_(which, letter.c.state == str(LetterState.REJECTED))
    for row, last in _with_decision(tx, letter, rejected, Subject.letter(""), {Verb.REJECT}):
        yield _refusal(
            tx,
            Refused.LETTER,
            row,
            last,
            correspondent_id=_sender(tx, row.id),
            parts=(),
            reasons=(row.reason or "",),
        )


def _pages(tx: sa.Connection, which: sa.ColumnElement[bool]) -> Iterator[Refusal]:
    """Of letters that were delivered without them, or with a part covered. A letter that was
    cut or joined since is named by no event of theirs; its own last decision stands for it."""
    its = page.c.letter_id == letter.c.id
    has = sa.or_(
        sa.exists().where(its, page.c.role == str(PageRole.WITHHELD)),
        sa.exists().where(
            its, page.c.role == str(PageRole.CONTENT), withheld_part.c.page_id == page.c.id
        ),
    )
    delivered = sa.and_(which, letter.c.state == str(LetterState.DELIVERED), has)
    rows = _with_decision(tx, letter, delivered, Subject.letter(""), _WITHHOLDING, DECISIONS)
    for row, last in rows:
        found = withheld_pages(tx, row.id)
        given = _last_given(tx, row.id)
        yield _refusal(
            tx,
            Refused.PAGES,
            row,
            last,
            correspondent_id=_sender(tx, row.id),
            since=max(last.seq, given),
            parts=tuple(dict.fromkeys(each.number for each in found)),
            reasons=tuple(dict.fromkeys(each.reason for each in found)),
        )


def _messages(tx: sa.Connection, which: sa.ColumnElement[bool]) -> Iterator[Refusal]:
    refused = sa.and_(which, message.c.state == str(MessageState.REFUSED))
    about = Subject.message("")
    for row, last in _with_decision(tx, message, refused, about, {Verb.REFUSE_MESSAGE}):
        to_them = _is_to_inmate(row)
        yield _refusal(
            tx,
            Refused.MESSAGE_TO if to_them else Refused.MESSAGE_FROM,
            row,
            last,
            correspondent_id=row.correspondent_id if to_them else None,
            parts=(),
            reasons=(row.refused or "",),
        )


def _photos(tx: sa.Connection, which: sa.ColumnElement[bool]) -> Iterator[Refusal]:
    """Of messages of which the rest went on."""
    went_on = sa.and_(which, message.c.released.is_not(None))
    about = Subject.message("")
    for row, last in _with_decision(tx, message, went_on, about, {Verb.REFUSE_PHOTO}):
        found = refused_photos(tx, [row.id]).get(row.id, {})
        if found:
            yield _refusal(
                tx,
                Refused.PHOTOS,
                row,
                last,
                correspondent_id=row.correspondent_id if _is_to_inmate(row) else None,
                parts=tuple(sorted(found)),
                reasons=tuple(dict.fromkeys(found[each] for each in sorted(found))),
            )


def _is_to_inmate(row: sa.Row[Any]) -> bool:
    return bool(row.direction == Direction.TO_INMATE)


def _with_decision(
    tx: sa.Connection,
    table: sa.Table,
    where: sa.ColumnElement[bool],
    subject: Subject,
    verbs: Collection[Verb],
    others: Collection[Verb] = (),
) -> Iterator[tuple[sa.Row[Any], sa.Row[Any]]]:
    """Each row with its last event of the verbs, else of the others."""
    about = event.c.subject == sa.literal(str(subject)) + table.c.id
    first = sa.case((event.c.verb.in_([str(each) for each in verbs]), 1), else_=0)
    rows = tx.execute(
        sa.select(table.c.id, event.c.seq, event.c.at, event.c.actor, first.label("first"))
        .join(event, sa.and_(about, event.c.verb.in_([str(each) for each in (*verbs, *others)])))
        .where(where)
    ).all()
    last: dict[str, sa.Row[Any]] = {}
    for row in sorted(rows, key=lambda each: (each.first, each.seq)):
        last[row.id] = row
    for item_id, decision in last.items():
        yield tx.execute(sa.select(table).where(table.c.id == item_id)).one(), decision


def _last_given(tx: sa.Connection, letter_id: str) -> int:
    """The event by which the letter was given to its inmate, without the pages: recalled and given
    to somebody else, it is another rejection, of which they are told."""
    asked = sa.select(sa.func.max(event.c.seq)).where(
        event.c.subject == str(Subject.letter(letter_id)),
        event.c.verb.in_([str(each) for each in _GIVING]),
    )
    return tx.execute(asked).scalar() or 0


def _refusal(
    tx: sa.Connection,
    what: Refused,
    row: sa.Row[Any],
    last: sa.Row[Any],
    *,
    correspondent_id: int | None,
    parts: tuple[int, ...],
    reasons: tuple[str, ...],
    since: int | None = None,
) -> Refusal:
    subject = Subject.letter(row.id) if what.is_paper else Subject.message(row.id)
    every = DECISIONS if what.is_paper else MESSAGE_DECISIONS
    settled = tx.execute(
        sa.select(sa.func.max(event.c.seq)).where(
            event.c.subject == str(subject), event.c.verb.in_([str(each) for each in every])
        )
    ).scalar()
    at = tx.execute(sa.select(event.c.at).where(event.c.seq == settled)).scalar_one()
    return Refusal(
        what=what,
        item=row.id,
        event=last.seq if since is None else since,
        decided=last.at,
        by=last.actor,
        settled=at,
        inmate_id=row.inmate_id,
        correspondent_id=correspondent_id,
        parts=parts,
        reasons=reasons,
    )


def _sender(tx: sa.Connection, letter_id: str) -> int | None:
    """Who sent a letter: as a person said or, where nobody did, who made its cover on the family's
    pages, who is told of its delivery too."""
    said = contacts.sender_of(tx, letter_id)
    if said is not None:
        return said.id
    made = (
        sa.select(cover.c.correspondent_id)
        .join(cover_use, cover_use.c.cover_id == cover.c.id)
        .where(cover_use.c.letter_id == letter_id)
    )
    found: int | None = tx.execute(made).scalar()
    return found
