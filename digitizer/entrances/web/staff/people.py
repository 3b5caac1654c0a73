"""The staff list, for administrators; and everyone's page of their own login."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access import login
from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit, hand_token, terminal_of
from digitizer.entrances.web.shared.proof import ProvenJustNow, ProvenStaff
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.people import StaffRole
from digitizer.people import actions as people
from digitizer.people import own_login, staff
from digitizer.people.staff import OneTimeCode

router = APIRouter(prefix="/staff")
Text = Annotated[str, Form()]
Role = Annotated[StaffRole, Form()]


def _number(person: str) -> int:
    """What is no number is nobody's."""
    return int(person) if person.isascii() and person.isdigit() and len(person) < 10 else 0


Person = Annotated[int, Depends(_number)]


@router.get("/me")
def own_page(request: Request, visit: StaffVisit, changed: bool = False) -> HTMLResponse:
    return _own_page(request, visit, changed=changed)


@router.post("/me/password")
def change_password(
    request: Request, visit: ProvenJustNow, password: Text = "", again: Text = ""
) -> Response:
    """Ends every session of this person, and opens this one anew."""
    facility = facility_of(request)
    try:
        own_login.change_own_password(facility, password, again, visit.actor)
    except UsageError as error:
        return _own_page(request, visit, trouble=str(error))
    token = login.go_on(facility, visit, terminal_of(request))
    response = RedirectResponse("/staff/me?changed=true", 303)
    hand_token(request, response, token)
    return response


@router.post("/me/sessions/{session}/end")
def end_own_session(request: Request, session: str, visit: SignedStaff) -> Response:
    own_login.end_own_session(facility_of(request), session, visit.actor)
    return RedirectResponse("/staff/me", 303)


@router.get("/people")
def staff_list(request: Request, visit: StaffVisit) -> HTMLResponse:
    return _list(request, visit)


@router.post("/people")
def add(
    request: Request, visit: ProvenStaff, name: Text = "", role: Role = StaffRole.CLERK
) -> Response:
    try:
        password = people.add_staff(facility_of(request), name, role, visit.actor)
    except (UsageError, Conflict) as error:
        return _list(request, visit, trouble=str(error), typed=name)
    return _list(request, visit, added=" ".join(name.split()), password=password)


@router.get("/people/{person}")
def member(request: Request, person: Person, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _member(request, person, visit, done=done)


@router.post("/people/{person}/role")
def change_role(request: Request, person: Person, visit: ProvenStaff, role: Role) -> Response:
    try:
        staff.change_role(facility_of(request), person, role, visit.actor)
    except Conflict as error:
        return _member(request, person, visit, trouble=str(error))
    return _done(person, "role")


@router.post("/people/{person}/deactivate")
def deactivate(request: Request, person: Person, visit: ProvenStaff) -> Response:
    try:
        staff.deactivate(facility_of(request), person, visit.actor)
    except Conflict as error:
        return _member(request, person, visit, trouble=str(error))
    return _done(person, "deactivated")


@router.post("/people/{person}/reactivate")
def reactivate(request: Request, person: Person, visit: ProvenStaff) -> Response:
    try:
        code = staff.reactivate(facility_of(request), person, visit.actor)
    except Conflict as error:
        return _member(request, person, visit, trouble=str(error))
    return _member(request, person, visit, code=code)


@router.post("/people/{person}/reset")
def reset(
    request: Request,
    person: Person,
    visit: ProvenStaff,
    second_step: Annotated[bool, Form()] = False,
) -> Response:
    try:
        code = staff.reset(facility_of(request), person, visit.actor, second_step_too=second_step)
    except Conflict as error:
        return _member(request, person, visit, trouble=str(error))
    return _member(request, person, visit, code=code)


@router.post("/people/{person}/sessions/{session}/end")
def end_session(request: Request, person: Person, session: str, visit: ProvenStaff) -> Response:
    staff.end_session(facility_of(request), person, session, visit.actor)
    return _done(person, "ended")


def _done(person: int, what: str) -> Response:
    return RedirectResponse(f"/staff/people/{person}?done={what}", 303)


def _own_page(
    request: Request, visit: Visit, *, changed: bool = False, trouble: str = ""
) -> HTMLResponse:
    return show(
        request,
        "staff/me.html",
        409 if trouble else 200,
        visit=visit,
        own=own_login.own_login(facility_of(request), visit.actor),
        changed=changed,
        trouble=trouble,
        idle_seconds=idle_seconds(request),
    )


def _list(
    request: Request,
    visit: Visit,
    *,
    trouble: str = "",
    typed: str = "",
    added: str = "",
    password: str = "",
) -> HTMLResponse:
    return show(
        request,
        "staff/people.html",
        409 if trouble else 200,
        visit=visit,
        members=staff.staff_members(facility_of(request), visit.actor),
        roles=list(StaffRole),
        trouble=trouble,
        typed=typed,
        added=added,
        password=password,
        idle_seconds=idle_seconds(request),
    )


def _member(
    request: Request,
    person: int,
    visit: Visit,
    *,
    trouble: str = "",
    done: str = "",
    code: OneTimeCode | None = None,
) -> HTMLResponse:
    return show(
        request,
        "staff/person.html",
        409 if trouble else 200,
        visit=visit,
        member=staff.staff_member(facility_of(request), person, visit.actor),
        roles=list(StaffRole),
        trouble=trouble,
        done=done,
        code=code,
        idle_seconds=idle_seconds(request),
    )
