"""The staff's pages of people outside: find one, see their contacts, blocks and letters."""

# Without "from __future__ import annotations": see held_decisions.py.

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_QUERY
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.people.correspondents import actions
from digitizer.people.correspondents.actions import Entry, WantedBy

router = APIRouter(prefix="/staff/correspondents")
_MOST_FOUND = 50
Text = Annotated[str, Form(max_length=1000)]


@dataclass(frozen=True, slots=True)
class EntryForm:
    """What is typed of a person."""

    name: Text = ""
    address: Text = ""
    email: Text = ""
    language: Text = ""

    @property
    def entry(self) -> Entry:
        return Entry(self.name, self.address, self.email, self.language)


SentEntry = Annotated[EntryForm, Depends()]


def _number(number: str) -> int:
    """Of a record; 0 for what is no number: nothing is there either."""
    return int(number) if re.fullmatch(r"[1-9][0-9]{0,8}", number) else 0


Number = Annotated[int, Depends(_number)]


@router.get("")
def find(request: Request, visit: StaffVisit, find: str = "") -> Response:
    """By parts of their name or address. Asked for by Enter, the only one is opened."""
    return _list(request, visit, find.strip()[:LONGEST_QUERY])


@router.post("")
def add(request: Request, visit: SignedStaff, form: SentEntry) -> Response:
    try:
        made = actions.add_correspondent(facility_of(request), form.entry, visit.actor)
    except (UsageError, Conflict) as error:
        return _list(request, visit, "", trouble=str(error), typed=form)
    return _to(made)


@router.post("/asks/{ask}")
def answer(
    request: Request,
    ask: str,
    visit: SignedStaff,
    reason: Text = "",
    approve: Annotated[bool, Form()] = False,
) -> Response:
    """Approves what somebody outside asked for, or refuses it."""
    facility, ask_id = facility_of(request), _number(ask)
    try:
        if approve:
            actions.approve_ask(facility, ask_id, visit.actor, reason)
        else:
            actions.refuse_ask(facility, ask_id, visit.actor, reason)
    except (UsageError, Conflict) as error:
        return _list(request, visit, "", trouble=str(error))
    return RedirectResponse("/staff/correspondents", 303)


@router.get("/{number}")
def person(request: Request, number: Number, visit: StaffVisit) -> HTMLResponse:
    return _page(request, number, visit)


@router.post("/{number}")
def change(request: Request, number: Number, visit: SignedStaff, form: SentEntry) -> Response:
    return _do(
        request,
        number,
        visit,
        lambda facility: actions.change_correspondent(facility, number, form.entry, visit.actor),
    )


@router.post("/{number}/reach")
def reach(request: Request, number: Number, visit: SignedStaff) -> Response:
    """Their e-mail works again."""
    return _do(
        request,
        number,
        visit,
        lambda facility: actions.try_email_again(facility, number, visit.actor),
    )


@router.post("/{number}/contact")
def contact(
    request: Request,
    number: Number,
    visit: SignedStaff,
    booking: Text = "",
    reason: Text = "",
    approve: Annotated[bool, Form()] = False,
    remove: Annotated[bool, Form()] = False,
) -> Response:
    """Notes a contact, approves it, or removes it."""

    def do(facility: Facility) -> None:
        whom = booking.strip()
        if remove:
            actions.remove_contact(facility, number, whom, visit.actor, reason)
        elif approve:
            actions.approve_contact(facility, number, whom, visit.actor, reason)
        else:
            actions.ask_for_contact(facility, number, whom, visit.actor)

    return _do(request, number, visit, do)


@router.post("/{number}/block")
def block(
    request: Request,
    number: Number,
    visit: SignedStaff,
    booking: Text = "",
    reason: Text = "",
    wanted_by: Annotated[WantedBy, Form()] = WantedBy.FACILITY,
    until: Text = "",
) -> Response:
    """Mail of this person is held for somebody to look at; no booking number: to anybody."""

    def do(facility: Facility) -> None:
        actions.block_mail(
            facility,
            number,
            booking.strip() or None,
            visit.actor,
            reason,
            wanted_by=wanted_by,
            until=day(until),
        )

    return _do(request, number, visit, do)


@router.post("/{number}/unblock")
def unblock(
    request: Request,
    number: Number,
    visit: SignedStaff,
    block: Annotated[int, Form()] = 0,
    reason: Text = "",
) -> Response:
    return _do(
        request,
        number,
        visit,
        lambda facility: actions.unblock_mail(facility, block, visit.actor, reason, of=number),
    )


@router.post("/{number}/merge")
def merge(
    request: Request,
    number: Number,
    visit: SignedStaff,
    into: Annotated[int, Form()] = 0,
    reason: Text = "",
) -> Response:
    """This record becomes part of the other one, whose page is shown then."""
    try:
        facility = facility_of(request)
        actions.merge_correspondents(facility, number, into, visit.actor, reason)
    except (UsageError, Conflict, NotFound) as error:
        return _page(request, number, visit, trouble=str(error))
    return _to(into)


def _do(request: Request, number: int, visit: Visit, act: Callable[[Facility], object]) -> Response:
    """Does it, and shows the page again; with what is wrong, where it is refused."""
    try:
        act(facility_of(request))
    except (UsageError, Conflict, NotFound) as error:
        return _page(request, number, visit, trouble=str(error))
    return _to(number)


def day(text: str) -> date | None:
    """A day as a browser sends it; None where nothing was typed. Raises UsageError."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise UsageError(f"{text} is not a day. Write it like 2026-03-31.") from None


def _to(number: int) -> Response:
    return RedirectResponse(f"/staff/correspondents/{number}", 303)


def _list(
    request: Request,
    visit: Visit,
    wanted: str,
    *,
    trouble: str = "",
    typed: EntryForm | None = None,
) -> Response:
    found = actions.correspondents(facility_of(request), wanted, visit.actor, _MOST_FOUND)
    typing = "HX-Request" in request.headers
    if wanted and len(found) == 1 and not typing:
        return _to(found[0].id)
    return show(
        request,
        "staff/correspondents_found.html" if typing else "staff/correspondents.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        find=wanted,
        found=found,
        is_all=len(found) < _MOST_FOUND,
        may_change=actions.may_change(visit.actor),
        may_restrict=actions.may_restrict(visit.actor),
        asks=() if typing else actions.waiting_asks(facility_of(request), visit.actor),
        typed=typed or EntryForm(),
        trouble=trouble,
    )


def _page(request: Request, number: int, visit: Visit, trouble: str = "") -> HTMLResponse:
    known = actions.correspondent(facility_of(request), number, visit.actor)
    return show(
        request,
        "staff/correspondent.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        person=known.record,
        contacts=known.contacts,
        blocks=known.blocks,
        letters=known.letters,
        unreached=known.unreached,
        may_change=actions.may_change(visit.actor),
        may_restrict=actions.may_restrict(visit.actor),
        trouble=trouble,
    )
