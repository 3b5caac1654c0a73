"""Forms on paper for requests, and answers on paper with the form for the next step.

A form's code is a reply sheet's: it speaks in its inmate's name, is good once, and must be the
whole sheet that was printed. What it is a form for is kept here, by the code. Scanned, it is a
letter of a kind of its own: in no mailbox, and found by no search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.audit import events_of
from digitizer.covers import register
from digitizer.letters import mailboxes
from digitizer.letters.mailboxes import LetterPage
from digitizer.messages import request_items
from digitizer.messages.request_items import NextStep, Request, next_step
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject
from digitizer.model.paper import Doubt, DoubtReason
from digitizer.model.request_settings import Category
from digitizer.storage.tables import letter
from digitizer.storage.tables_requests import inmate_request, request_form, request_step
from digitizer.support.clock import now
from digitizer.support.working_days import Calendar


@dataclass(frozen=True, slots=True)
class Form:
    """What the form with this code is for; ``request`` is None for a new one, else its number."""

    cover_id: str
    inmate_id: int
    category: Category
    request: int | None
    place: int


def keep(
    tx: sa.Connection, cover_id: str, inmate_id: int, category: Category, after: Request | None
) -> Form:
    """A form that is about to be printed, its code being in the register; ``after`` is the request
    whose next step it asks for."""
    place = 1 if after is None else after.current.place + 1
    number = None if after is None else after.number
    plan = category.model_dump(mode="json")
    tx.execute(
        sa.insert(request_form).values(
            cover_id=cover_id, inmate_id=inmate_id, plan=plan, request_id=number, place=place
        )
    )
    return Form(cover_id, inmate_id, category, number, place)


def find(tx: sa.Connection, cover_id: str | None) -> Form | None:
    """None where this code is on no form."""
    row = tx.execute(sa.select(request_form).where(request_form.c.cover_id == cover_id)).first()
    if row is None:
        return None
    plan = Category.model_validate(row.plan)
    return Form(row.cover_id, row.inmate_id, plan, row.request_id, row.place)


def revoke_unused(tx: sa.Connection, number: int) -> None:
    """The step was asked for: no other form for it counts."""
    asked = sa.select(request_form.c.cover_id).where(request_form.c.request_id == number)
    for cover_id in tx.execute(asked).scalars().all():
        known = register.look_up(tx, cover_id)
        if known is not None and known.used_by is None:
            register.revoke(tx, cover_id)


def doubts_about(
    tx: sa.Connection, form: Form | None, behind: Sequence[int] = ()
) -> tuple[Doubt, ...]:
    """Why a scanned form does not become what it asks for by itself. ``behind`` are the numbers of
    pages in its letter that are on other sheets than the form."""
    if form is None:
        return ()
    taken = () if _place_is_free(tx, form) else (_TAKEN,)
    return (*taken, *([_more_sheets(behind)] if behind else []))


def _more_sheets(behind: Sequence[int]) -> Doubt:
    """Nothing but its place says that a sheet belongs to the form before it."""
    numbers = ", ".join(map(str, behind))
    return Doubt(
        DoubtReason.FORM_SHEETS,
        f"A form for a request is one sheet, and something lies behind it (page {numbers}): that "
        "may be of somebody else.",
        "Look at each page, and cut off what is not of this form. Then assign it.",
    )


_TAKEN = Doubt(
    DoubtReason.REPLY_USED,
    "This form asks for a step of a request that was asked for already, or that is closed.",
    "Read it, and ask the inmate. What is new in it can be entered as a request of its own.",
)


def check_can_be_taken(tx: sa.Connection, form: Form, letter_id: str) -> None:
    """Raises Conflict where the step was asked for already, but by this very letter."""
    if not _is_asked_by(tx, letter_id) and not _place_is_free(tx, form):
        raise Conflict(f"{_TAKEN.message} Enter what is new in it as a request, and reject this.")


def _place_is_free(tx: sa.Connection, form: Form) -> bool:
    """Each form asks for one step, whatever became of its code and of the letter since."""
    used = (
        sa.select(request_step.c.id)
        .join(letter, letter.c.id == request_step.c.letter_id)
        .where(letter.c.cover_id == form.cover_id)
    )
    if tx.execute(used).first() is not None:
        return False
    if form.request is None:
        return True
    found = request_items.one(tx, form.request)
    here = found.current
    return (
        found.closed is None
        and here.place == form.place - 1
        and here.passed_on is None
        and (here.answered is not None or here.is_overdue)
    )


def receive(
    tx: sa.Connection, form: Form, letter_id: str, came: datetime, calendar: Calendar
) -> int | None:
    """What a form that was delivered asks for is asked for from now on; returns the request's
    number, None where nothing new is asked, as by a letter that was recalled and is delivered
    again. What it says stays with the letter, and is read there as long as it is delivered. Paper
    that came after the last day is taken, and says so. Raises Conflict where it was asked for
    already."""
    if _is_asked_by(tx, letter_id):
        return None
    if not _place_is_free(tx, form):
        raise Conflict(_TAKEN.message)
    if form.request is None:
        return request_items.add(
            tx, form.category, form.inmate_id, "", came, calendar, letter_id=letter_id
        )
    found = request_items.one(tx, form.request)
    following = next_step(found, calendar)
    late = following is not None and _is_late(following, came)
    if not request_items.pass_on(tx, found, now()):
        raise Conflict(_TAKEN.message)
    request_items.ask(
        tx,
        form.request,
        found.category,
        form.place,
        "",
        came,
        calendar,
        late=late,
        letter_id=letter_id,
    )
    revoke_unused(tx, form.request)
    return form.request


def _is_asked_by(tx: sa.Connection, letter_id: str) -> bool:
    """Whether a step came on this letter."""
    asked = sa.select(request_step.c.id).where(request_step.c.letter_id == letter_id)
    return tx.execute(asked).first() is not None


def why_not_taken_back(tx: sa.Connection, letter_id: str, number: int, after: int) -> str | None:
    """Why the step that came on this letter, of the request with this number, can be taken back no
    more, in half a sentence; None where it can. ``after`` is the number of the event since which it
    is there."""
    if any(each.seq > after for each in events_of(tx, Subject.request(number))):
        return "somebody has looked at the request since, or answered it."
    here = request_items.one(tx, number).current
    if here.letter != letter_id or not here.is_open:
        return "the request went on since."
    return None


def take_back(tx: sa.Connection, letter_id: str, number: int) -> None:
    """The step that came on this letter was never asked for. Other forms for it stay revoked."""
    here = request_items.one(tx, number).current
    its = request_step.c.request_id == number
    tx.execute(sa.delete(request_step).where(its, request_step.c.letter_id == letter_id))
    if here.place == 1:
        tx.execute(sa.delete(inmate_request).where(inmate_request.c.id == number))
    else:
        before = request_step.c.place == here.place - 1
        tx.execute(sa.update(request_step).where(its, before).values(passed_on=None))


def _is_late(following: NextStep, came: datetime) -> bool:
    return following.last_day is not None and came.astimezone().date() > following.last_day


def pages_of(tx: sa.Connection, letter_id: str | None) -> tuple[LetterPage, ...]:
    """The pages with a picture of the form on which a step came, as they are delivered: none of one
    that came on no form, or whose form was taken back."""
    if letter_id is None:
        return ()
    found = mailboxes.delivered_pages(tx, letter_id)
    return tuple(each for each in found if each.picture is not None)
