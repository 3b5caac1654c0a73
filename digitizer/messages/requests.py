"""Requests of inmates to staff: on one of the facility's forms, answered by staff, then closed.

A grievance is a request on a form of its own kind, with a last day for its answer. Only the first
level is here: an appeal against the answer goes the facility's own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster
from digitizer.storage.tables_requests import inmate_request
from digitizer.support.clock import now
from digitizer.support.visible import HIDDEN

_LONGEST_ANSWER = 5000


class RequestState(StrEnum):
    SENT = "sent"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``due`` is the last day for an answer, None where nothing says when; ``seen`` is
    when its writer first opened the answer."""

    number: int
    inmate: Inmate
    form: str
    grievance: bool
    body: str
    sent: datetime
    due: date | None
    answer: str | None
    answered_by: str | None
    answered: datetime | None
    seen: datetime | None
    closed: datetime | None

    @property
    def state(self) -> RequestState:
        if self.closed is not None:
            return RequestState.CLOSED
        return RequestState.SENT if self.answered is None else RequestState.ANSWERED

    @property
    def is_late(self) -> bool:
        today = datetime.now().astimezone().date()
        return self.answered is None and self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """``following`` is the number of the next that waits for an answer."""

    request: Request
    following: int | None


def send_request(facility: Facility, form: str, body: str, by: Actor) -> int:
    """Returns its number. Raises UsageError for a form that the facility does not have, an empty
    text or one that is too long, and Conflict where as many of theirs as may be wait already."""
    settings = facility.settings.requests
    sending = acting(facility, by, Act.ASK_STAFF, of=by.name)
    grievance = form in settings.grievances
    if not grievance and form not in settings.forms:
        raise UsageError("Choose one of the forms.")
    body = HIDDEN.sub("", body).strip()
    if not body:
        raise UsageError("Nothing is written. Write what you are asking for.")
    if len(body) > settings.characters:
        raise UsageError("That is too long. Shorten it.")
    with sending as action:
        inmate_id = roster.inmate_row_id(action.tx, by.name)
        own = _found(action.tx, inmate_request.c.inmate_id == inmate_id)
        if sum(each.state is RequestState.SENT for each in own) >= settings.open_at_once:
            raise Conflict("Several of your requests wait for an answer. Wait for one first.")
        at = now()
        due = at.astimezone().date() + timedelta(days=settings.grievance_days)
        made = action.tx.execute(
            sa.insert(inmate_request)
            .values(
                inmate_id=inmate_id,
                form=form,
                grievance=grievance,
                body=body,
                sent=at,
                due=due if grievance else None,
            )
            .returning(inmate_request.c.id)
        )
        number = int(made.scalar_one())
        action.record(Verb.SEND_REQUEST, _about(number), form=form)
    return number


def own_requests(facility: Facility, by: Actor) -> tuple[Request, ...]:
    """Those of this inmate, newest first."""
    with looking(facility, by, Act.ASK_STAFF, of=by.name) as look:
        mine = inmate_request.c.inmate_id == roster.inmate_row_id(look.tx, by.name)
        return _found(look.tx, mine)[::-1]


def open_own_request(facility: Facility, number: int, by: Actor) -> Request:
    """One of their own; its answer counts as seen. Raises NotFound for any other."""
    with acting(facility, by, Act.ASK_STAFF, of=by.name) as action:
        mine = inmate_request.c.inmate_id == roster.inmate_row_id(action.tx, by.name)
        found = _one(action.tx, number, mine)
        if found.answered is not None and found.seen is None:
            this = sa.update(inmate_request).where(inmate_request.c.id == number)
            action.tx.execute(this.values(seen=now()))
        action.record(Verb.LOOK_AT_REQUEST, _about(number))
    return found


def waiting_requests(facility: Facility, by: Actor) -> tuple[Request, ...]:
    """What waits for an answer: first what must be answered soonest, then the oldest."""
    with looking(facility, by, Act.ANSWER) as look:
        return _waiting(look.tx)


def settled_requests(facility: Facility, by: Actor, most: int) -> tuple[Request, ...]:
    """Those that were answered or closed, the last decided first."""
    with looking(facility, by, Act.ANSWER) as look:
        done = sa.or_(inmate_request.c.answered.is_not(None), inmate_request.c.closed.is_not(None))
        last = sa.func.coalesce(inmate_request.c.closed, inmate_request.c.answered)
        return _found(look.tx, done, order=(last.desc(), inmate_request.c.id), most=most)


def open_request(facility: Facility, number: int, by: Actor) -> OpenedRequest:
    """For staff; the look is logged. Raises NotFound."""
    with acting(facility, by, Act.ANSWER) as action:
        found = _one(action.tx, number)
        action.record(Verb.LOOK_AT_REQUEST, _about(number))
        others = [each.number for each in _waiting(action.tx) if each.number != number]
    return OpenedRequest(found, next(iter(others), None))


def answer_request(facility: Facility, number: int, answer: str, by: Actor) -> None:
    """Its writer reads the answer, and by whom it is. Raises NotFound, UsageError for an empty or
    too long one, and Conflict where somebody answered or closed it meanwhile."""
    answering = acting(facility, by, Act.ANSWER)
    answer = HIDDEN.sub("", answer).strip()
    if not answer:
        raise UsageError("Write an answer first.")
    if len(answer) > _LONGEST_ANSWER:
        raise UsageError(f"An answer has at most {_LONGEST_ANSWER} characters.")
    with answering as action:
        found = _one(action.tx, number)
        if found.state is not RequestState.SENT:
            raise Conflict("Somebody answered or closed it in the meantime.")
        this = sa.update(inmate_request).where(inmate_request.c.id == number)
        values = {"answer": answer, "answered_by": by.name, "answered": now()}
        action.tx.execute(this.values(**values))
        action.record(Verb.ANSWER_REQUEST, _about(number))


def close_request(facility: Facility, number: int, by: Actor) -> None:
    """One that was answered is settled: nothing more is to be done. Raises NotFound, and Conflict
    where it waits for an answer, or is closed already."""
    with acting(facility, by, Act.ANSWER) as action:
        if _one(action.tx, number).state is not RequestState.ANSWERED:
            raise Conflict("Answer it first.")
        this = sa.update(inmate_request).where(inmate_request.c.id == number)
        action.tx.execute(this.values(closed=now()))
        action.record(Verb.CLOSE_REQUEST, _about(number))


def waiting_since(tx: sa.Connection) -> tuple[int, datetime | None]:
    """How many wait for an answer, and since when the oldest does."""
    asked = sa.select(sa.func.count(), sa.func.min(inmate_request.c.sent)).where(*_WAITS)
    number, oldest = tx.execute(asked).one()
    return int(number), oldest


def may_answer(by: Actor) -> bool:
    """Whether this person may answer; each verb checks it again."""
    return is_permitted(by, Act.ANSWER)


_WAITS = (inmate_request.c.answered.is_(None), inmate_request.c.closed.is_(None))


def _about(number: int) -> Subject:
    return Subject("request", str(number))


def _waiting(tx: sa.Connection) -> tuple[Request, ...]:
    far = date(9999, 12, 31)
    by_clock = (sa.func.coalesce(inmate_request.c.due, far), inmate_request.c.id)
    return _found(tx, *_WAITS, order=by_clock)


def _one(tx: sa.Connection, number: int, *where: sa.ColumnElement[bool]) -> Request:
    for found in _found(tx, inmate_request.c.id == number, *where):
        return found
    raise NotFound(f"There is no request {number}.")


def _found(
    tx: sa.Connection,
    *where: sa.ColumnElement[bool],
    order: Sequence[sa.ColumnElement[object]] = (inmate_request.c.id,),
    most: int | None = None,
) -> tuple[Request, ...]:
    rows = tx.execute(sa.select(inmate_request).where(*where).order_by(*order).limit(most)).all()
    people = roster.inmates_of_rows(tx, {row.inmate_id for row in rows})
    return tuple(
        Request(
            number=row.id,
            inmate=people[row.inmate_id],
            form=row.form,
            grievance=row.grievance,
            body=row.body,
            sent=row.sent,
            due=row.due,
            answer=row.answer,
            answered_by=row.answered_by,
            answered=row.answered,
            seen=row.seen,
            closed=row.closed,
        )
        for row in rows
    )
