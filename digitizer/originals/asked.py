"""Requests for the paper of letters: who may ask, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digitizer.access.acting import Action, Look
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterKind, LetterState, PageRole
from digitizer.model.originals import Answer, GivenTo, Place, Request, Side
from digitizer.model.people import Inmate
from digitizer.model.settings import Settings
from digitizer.originals import papers
from digitizer.people import roster
from digitizer.storage.tables import cover, letter, page, scan
from digitizer.storage.tables_originals import paper, paper_request
from digitizer.storage.tables_screening import withheld_part
from digitizer.support.clock import now
from digitizer.support.visible import as_name

_LONGEST = 500
_GIVEN = tuple(str(each) for each in Answer if each is not Answer.REFUSED)
_MAY_BE_ASKED = (str(LetterState.DELIVERED), str(LetterState.REJECTED))


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request as whoever asked sees it. ``at`` is None of one that staff entered: of that nothing
    is told but that the paper was given out. ``why`` it was refused."""

    at: datetime | None
    answer: Answer | None
    why: str
    answered: datetime | None


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """The paper of a letter as its inmate or its sender sees it, of whom neither sees what the
    other asked. ``until`` is the last day on which they can ask for it now, None where they cannot;
    ``destroyed``: it was."""

    letter: str
    received: date
    until: date | None
    request: OwnRequest | None
    destroyed: bool


def own_of_inmate(look: Look, settings: Settings, letter_id: str) -> OwnPaper | None:
    """Of a letter in the mailbox of whoever looks; None where the pages say nothing of its paper.
    Raises NotFound for any other letter."""
    me = roster.inmate_row_id(look.tx, look.by.name)
    rows = _delivered(look.tx, letter.c.id == letter_id, letter.c.inmate_id == me)
    if not rows:
        raise NotFound(f"There is no letter {letter_id}.")
    return _own(look.tx, settings, rows[0], _Viewer(Side.INMATE, me))


def own_of_family(look: Look, settings: Settings, short_id: str) -> tuple[OwnPaper, ...]:
    """Of the letters that were delivered under a cover that whoever looks made, newest first."""
    under = cover.c.short_id == short_id, cover.c.correspondent_id == look.correspondent
    asked = sa.select(cover.c.id).where(*under, cover.c.correspondent_id.is_not(None))
    me = _Viewer(Side.FAMILY, look.correspondent)
    found = [
        _own(look.tx, settings, row, me)
        for row in _delivered(look.tx, letter.c.cover_id.in_(asked))
    ]
    return tuple(each for each in found if each is not None)


def _delivered(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> list[sa.Row[Any]]:
    """Letters on paper with what is known of that, the newest first."""
    asked = (
        sa.select(
            *(letter.c.id, letter.c.scan_id, letter.c.inmate_id, letter.c.received),
            *(scan.c.taken_in, scan.c.sealed, paper.c.place),
        )
        .join(scan, letter.c.scan_id == scan.c.id)
        .outerjoin(paper, paper.c.scan_id == scan.c.id)
        .where(
            letter.c.state == str(LetterState.DELIVERED),
            letter.c.kind == str(LetterKind.LETTER),
            *where,
        )
        .order_by(letter.c.received.desc(), letter.c.id)
    )
    return list(tx.execute(asked).all())


@dataclass(frozen=True, slots=True)
class _Viewer:
    """Who looks: an inmate, or a correspondent, by the row."""

    side: Side
    row: int | None

    def may_ask(self, settings: Settings) -> bool:
        own = settings.originals
        return own.inmates_ask if self.side is Side.INMATE else own.families_ask

    def sees(self, asked: sa.Row[Any]) -> bool:
        """What they asked themselves; of what staff entered only that it was given out."""
        if self.side is Side.INMATE and asked.inmate_id != self.row:
            return False  # it was another's letter then
        if asked.side == Side.STAFF:
            return asked.answer in _GIVEN
        mine = self.side is Side.INMATE or asked.correspondent_id == self.row
        return asked.side == self.side and mine


def _own(
    tx: sa.Connection, settings: Settings, row: sa.Row[Any], viewer: _Viewer
) -> OwnPaper | None:
    known = _rows_of(tx, row.id)
    seen = [each for each in known if viewer.sees(each)]
    last = (row.taken_in + timedelta(days=settings.originals.ask_days)).astimezone().date()
    gone = row.place in (str(Place.GIVEN), str(Place.DESTROYED))
    closed = gone or row.sealed or last < now().astimezone().date() or _is_taken(known) or seen
    withheld = viewer.side is Side.INMATE and has_withheld(tx, row.id)
    offered = viewer.may_ask(settings) and not closed and not withheld
    given = any(each.answer in _GIVEN for each in known)
    destroyed = row.place == str(Place.DESTROYED) and not given
    if not (offered or seen or destroyed):
        return None
    received = row.received.astimezone().date()
    shown = _as_seen(seen[-1]) if seen else None
    return OwnPaper(row.id, received, last if offered else None, shown, destroyed)


def _as_seen(row: sa.Row[Any]) -> OwnRequest:
    refused = row.answer == Answer.REFUSED
    return OwnRequest(
        at=None if row.side == Side.STAFF else row.at,
        answer=Answer(row.answer) if row.answer else None,
        why=row.why if refused else "",
        answered=row.answered,
    )


def _rows_of(tx: sa.Connection, letter_id: str) -> list[sa.Row[Any]]:
    """The requests for the paper of a letter, whoever asked, the oldest first."""
    asked = sa.select(paper_request).where(paper_request.c.letter == letter_id)
    return list(tx.execute(asked.order_by(paper_request.c.id)).all())


def _is_taken(known: Iterable[sa.Row[Any]]) -> bool:
    """Somebody waits for the paper, or has it."""
    return any(each.answer is None or each.answer in _GIVEN for each in known)


def has_withheld(tx: sa.Connection, letter_id: str) -> bool:
    """A page of it, or a part of one, was not delivered: its sheet may be contraband."""
    of = page.c.letter_id == letter_id
    part = sa.exists().where(withheld_part.c.page_id == page.c.id)
    role = page.c.role == str(PageRole.WITHHELD)
    return tx.execute(sa.select(page.c.id).where(of, sa.or_(role, part))).first() is not None


def ask_own(action: Action, own: OwnPaper | None, side: Side) -> int:
    """Raises Conflict where it is not offered."""
    if own is None or own.until is None:
        raise Conflict("The paper of this letter cannot be asked for.")
    return _enter(action, own.letter, side, correspondent_id=action.correspondent)


def ask_for(action: Action, letter_id: str, on_behalf: str) -> int:
    """Staff ask for somebody. Raises NotFound, UsageError, and Conflict for a letter that waits or
    is sealed, paper that is gone, and what was asked for already."""
    tx, whom = action.tx, as_name(on_behalf)
    if not whom or len(whom) > _LONGEST:
        raise UsageError("Say who asks for it, in at most 500 characters.")
    row = tx.execute(
        sa.select(letter.c.state, letter.c.scan_id, scan.c.sealed, paper.c.place)
        .join(scan, letter.c.scan_id == scan.c.id)
        .outerjoin(paper, paper.c.scan_id == scan.c.id)
        .where(letter.c.id == letter_id)
    ).first()
    if row is None:
        raise NotFound(f"There is no letter {letter_id}.")
    if row.sealed or row.state not in _MAY_BE_ASKED:
        raise Conflict("Only for a letter that was delivered or rejected can its paper be asked.")
    if row.place in (str(Place.GIVEN), str(Place.DESTROYED)):
        raise Conflict("This paper is gone: it was given out or destroyed.")
    if _is_taken(_rows_of(tx, letter_id)):
        raise Conflict("The paper of this letter was asked for already.")
    return _enter(action, letter_id, Side.STAFF, entered_by=action.by.name, on_behalf=whom)


def _enter(action: Action, letter_id: str, side: Side, **values: Any) -> int:
    tx = action.tx
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()
    empty = {"entered_by": "", "on_behalf": "", "why": "", "answered_by": ""}
    insert = sa.insert(paper_request).values(
        letter=letter_id,
        scan_id=row.scan_id,
        inmate_id=row.inmate_id,
        side=str(side),
        at=now(),
        **{**empty, **values},
    )
    number = int(tx.execute(insert.returning(paper_request.c.id)).scalar_one())
    action.record(Verb.ASK_FOR_PAPER, Subject.letter(letter_id), request=number)
    return number


def answer(action: Action, number: int, given: Answer, why: str) -> None:
    """Raises NotFound, UsageError for a refusal without a reason, and Conflict where it was
    answered before; where it is given, also for a letter that is not what it was when it was asked
    for, and for paper that is gone."""
    tx, why = action.tx, as_name(why)
    known = find(tx, number)
    if given is Answer.REFUSED and not why:
        raise UsageError("Say why it is refused: whoever asked reads it.")
    if len(why) > _LONGEST:
        raise UsageError("That is too long. Shorten it.")
    if given is not Answer.REFUSED:
        _need_as_asked(tx, number)
    this = sa.update(paper_request).where(
        paper_request.c.id == number, paper_request.c.answer.is_(None)
    )
    values = {"answer": str(given), "why": why, "answered": now(), "answered_by": action.by.name}
    if tx.execute(this.values(**values)).rowcount != 1:
        raise Conflict("Somebody answered this request in the meantime.")
    of = Subject.letter(known.letter)
    if given is Answer.REFUSED:
        action.record(Verb.REFUSE_PAPER, of, request=number, reason=why)
        return
    action.record(Verb.GIVE_PAPER, of, request=number, to=str(given))
    _give_rest(action, known.scan, given)


def _need_as_asked(tx: sa.Connection, number: int) -> None:
    """Raises Conflict where the letter is no longer what it was when its paper was asked for: it
    was recalled, sealed, or is for somebody else; and where the paper is gone."""
    row = tx.execute(
        sa.select(
            *(letter.c.state, letter.c.inmate_id, scan.c.sealed, paper.c.place),
            paper_request.c.inmate_id.label("asked_of"),
        )
        .select_from(paper_request)
        .outerjoin(letter, letter.c.id == paper_request.c.letter)
        .outerjoin(scan, scan.c.id == letter.c.scan_id)
        .outerjoin(paper, paper.c.scan_id == letter.c.scan_id)
        .where(paper_request.c.id == number)
    ).one()
    if row.state is None:
        raise Conflict(
            "This letter is there no longer. Look at the scan; the request can only be refused."
        )
    if row.sealed:
        raise Conflict("This letter was sealed since: its paper is given to nobody from here.")
    if row.state not in _MAY_BE_ASKED:
        raise Conflict("This letter is no longer delivered or rejected: it waits for a decision.")
    if None not in (row.inmate_id, row.asked_of) and row.inmate_id != row.asked_of:
        raise Conflict(
            "This letter went to another inmate since its paper was asked for: the request can "
            "only be refused."
        )
    if row.place in (str(Place.GIVEN), str(Place.DESTROYED)):
        raise Conflict("This paper is gone: it was given out or destroyed.")


def inmates_now(tx: sa.Connection, letters: Iterable[str]) -> dict[str, Inmate]:
    """By the letter, whose it is now; those of nobody are left out."""
    owned = letter.c.id.in_(set(letters)), letter.c.inmate_id.is_not(None)
    rows = tx.execute(sa.select(letter.c.id, letter.c.inmate_id).where(*owned)).all()
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows})
    return {row.id: people[row.inmate_id] for row in rows}


def _give_rest(action: Action, scan_id: str, given: Answer) -> None:
    """Where no letter of the stack is left, all of its paper is given out."""
    letters = letters_of(action.tx, scan_id)
    if set(letters) <= set(given_letters(action.tx, scan_id)) and (
        papers.proposed_in(action.tx, scan_id) is None
    ):
        papers.give(action, scan_id, GivenTo(str(given)), "Letter by letter.")


def letters_of(tx: sa.Connection, scan_id: str) -> tuple[str, ...]:
    """Those that were not replaced by others."""
    live = letter.c.scan_id == scan_id, letter.c.state != str(LetterState.REPLACED)
    return tuple(tx.execute(sa.select(letter.c.id).where(*live).order_by(letter.c.id)).scalars())


def given_letters(tx: sa.Connection, scan_id: str) -> tuple[str, ...]:
    """The letters of a scan whose sheets were given out before."""
    out = paper_request.c.scan_id == scan_id, paper_request.c.answer.in_(_GIVEN)
    return tuple(sorted(set(tx.execute(sa.select(paper_request.c.letter).where(*out)).scalars())))


def of_scan(tx: sa.Connection, scan_id: str) -> tuple[Request, ...]:
    """The oldest first."""
    return look_up(tx, paper_request.c.scan_id == scan_id)


def waiting(tx: sa.Connection) -> tuple[Request, ...]:
    """Those that wait for an answer, the oldest first."""
    return look_up(tx, paper_request.c.answer.is_(None))


def find(tx: sa.Connection, number: int) -> Request:
    """Raises NotFound."""
    for found in look_up(tx, paper_request.c.id == number):
        return found
    raise NotFound("There is no such request.")


def look_up(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> tuple[Request, ...]:
    """The oldest first."""
    asked = sa.select(paper_request).where(*where).order_by(paper_request.c.id)
    return tuple(_requests(tx, tx.execute(asked).all()))


def _requests(tx: sa.Connection, rows: Iterable[sa.Row[Any]]) -> list[Request]:
    rows = list(rows)
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows} - {None})
    return [
        Request(
            number=row.id,
            letter=row.letter,
            scan=row.scan_id,
            side=Side(row.side),
            inmate=people.get(row.inmate_id),
            entered_by=row.entered_by,
            on_behalf=row.on_behalf,
            at=row.at,
            answer=Answer(row.answer) if row.answer else None,
            why=row.why,
            answered=row.answered,
            answered_by=row.answered_by,
        )
        for row in rows
    ]
