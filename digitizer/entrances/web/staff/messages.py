"""Screening of e-messages: the queue of those that wait, and one of them after another."""

# Without "from __future__ import annotations": see held_decisions.py.

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import SentForm
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.people import Actor
from digitizer.screening import message_review, message_undo
from digitizer.screening.message_undo import MessageDecision

router = APIRouter(prefix="/staff/screening/messages")
_REFUSED = (UsageError, Conflict, NotAllowed, NotFound)
_REVIEWED = "Reviewed: nothing against it"
_GIVEN_BACK = "A person looked at the photo"
Place = Annotated[int, Path(ge=1, le=1000)]


@router.get("")
def queue(
    request: Request, visit: StaffVisit, done: str = "", of: str = "", page: PageNumber = 1
) -> HTMLResponse:
    return _queue(request, visit, done=done, of=of, page=page)


def _queue(
    request: Request,
    visit: Visit,
    *,
    done: str = "",
    of: str = "",
    page: int = 1,
    trouble: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    waiting = message_review.waiting_messages(facility, visit.actor)
    return show(
        request,
        "staff/messages.html",
        409 if trouble else 200,
        visit=visit,
        decided=_decided(facility, of, visit),
        trouble=trouble,
        messages=part_of_all(waiting, page),
        waiting=len(waiting),
        done=done,
        idle_seconds=idle_seconds(request),
    )


@router.get("/{message}")
def opened(
    request: Request, message: str, visit: StaffVisit, done: str = "", of: str = "", at: int = 0
) -> Response:
    try:
        return _page(request, message, visit, done=done, of=of, at=at)
    except NotFound:
        return _go_on(None, "")


@router.get("/{message}/photos/{place}/picture")
def photo(request: Request, message: str, place: Place, visit: StaffVisit) -> Response:
    return picture(message_review.message_photo(facility_of(request), message, place, visit.actor))


@dataclass(frozen=True, slots=True)
class _Decision:
    """What a button does, and whether the next message follows."""

    decide: Callable[[Facility, str, int, str, Actor], object]
    usual: str = ""
    ends: bool = True


_DECISIONS: Mapping[str, _Decision] = {
    "release": _Decision(
        lambda home, message, _, why, by: message_review.release_message(home, message, by, why),
        _REVIEWED,
    ),
    "refuse": _Decision(
        lambda home, message, _, why, by: message_review.refuse_message(home, message, by, why)
    ),
    "refuse-photo": _Decision(
        lambda home, message, place, why, by: message_review.refuse_photo(
            home, message, place, by, why
        ),
        ends=False,
    ),
    "pass-photo": _Decision(
        lambda home, message, place, why, by: message_review.pass_photo(
            home, message, place, by, why
        ),
        _GIVEN_BACK,
        ends=False,
    ),
}


def _add_route(path: str, decision: _Decision) -> None:
    def take(
        request: Request,
        message: str,
        visit: SignedStaff,
        form: SentForm,
        number: Annotated[int, Form(ge=0, le=1000)] = 0,
    ) -> Response:
        facility, by = facility_of(request), visit.actor
        why = form.reason.strip() or form.picked or decision.usual
        try:
            after = message_review.following(facility, message, by)
            gone = decision.decide(facility, message, number, why, by)
        except _REFUSED as error:
            return _again(request, message, visit, str(error), form.reason)
        if decision.ends:
            return _go_on(after, "first" if gone is False else path, message)
        return _go_on(message, path, message, number)

    router.add_api_route(f"/{{message}}/{path}", take, methods=["POST"], name=f"message {path}")


for _path, _decision in _DECISIONS.items():
    _add_route(_path, _decision)


@router.post("/{message}/undo")
def undo(
    request: Request, message: str, visit: SignedStaff, act: Annotated[int, Form()] = 0
) -> Response:
    """Undoes the decision that the banner shows; the message waits again, as it did before."""
    try:
        message_undo.undo(facility_of(request), message, act, visit.actor)
    except _REFUSED as error:
        return _queue(request, visit, trouble=str(error))
    return _go_on(message, "undo")


def _go_on(to: str | None, done: str, of: str = "", place: int = 0) -> Response:
    """To this message, or to all; ``of`` is what was decided about."""
    where = f"/staff/screening/messages/{to}" if to else "/staff/screening/messages"
    said = f"?done={done}" + (f"&of={quote(of, safe='')}" if of else "")
    return RedirectResponse(where + said + (f"&at={place}" if place else ""), 303)


def _decided(facility: Facility, of: str, visit: Visit) -> MessageDecision | None:
    return message_undo.last_decision(facility, of, visit.actor) if of else None


def _again(request: Request, message: str, visit: Visit, trouble: str, reason: str) -> Response:
    try:
        return _page(request, message, visit, trouble=trouble, reason=reason)
    except NotFound:
        return _go_on(None, "")


def _page(
    request: Request,
    message: str,
    visit: Visit,
    *,
    done: str = "",
    of: str = "",
    at: int = 0,
    trouble: str = "",
    reason: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    found = message_review.open_message(facility, message, visit.actor)
    photos = found.waiting.photos
    asked = [each for each in photos if each.place == at]
    unseen = [each for each in photos if each.place in found.waiting.unseen]
    return show(
        request,
        "staff/message.html",
        409 if trouble else 200,
        visit=visit,
        decided=_decided(facility, of, visit),
        opened=found,
        shown=next(iter((*asked, *unseen, *photos)), None),
        reject_reasons=facility.settings.screening.reasons_offered,
        may_decide=message_review.may_decide(visit.actor),
        done=done,
        trouble=trouble,
        reason=reason,
        idle_seconds=idle_seconds(request),
    )
