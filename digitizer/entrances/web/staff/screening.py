"""Screening: the queue of letters that wait for a review, and one of them after another."""

# Without "from __future__ import annotations": see held_decisions.py.

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.paging import PageNumber, part_of_all
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import DecisionForm, SentForm, Text
from digitizer.entrances.web.staff.held_item import word
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import PageRole
from digitizer.model.people import Actor
from digitizer.screening import cases, checks, decisions, message_checks, message_review, review

router = APIRouter(prefix="/staff/screening")
_REFUSED = (UsageError, Conflict, NotAllowed, NotFound)
_REVIEWED = "Reviewed: nothing against it"
_GIVEN_BACK = "A person looked at the page"
#: The lower half of a page, of which a part is to be withheld: the frame is moved from there.
_PART = "0 50 100 50"
#: The bound keeps it within a database's whole numbers.
ScanPageNumber = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("")
def queue(
    request: Request,
    visit: StaffVisit,
    decided: str = "",
    second: bool = False,
    page: PageNumber = 1,
) -> HTMLResponse:
    """What waits for this person; with ``second`` only what somebody else has released before."""
    return _queue(request, visit, page, decided=decided, second=second)


@router.post("/release-chosen")
def release_chosen(
    request: Request,
    visit: SignedStaff,
    chosen: Annotated[list[str], Form()] = [],  # noqa: B006  # FastAPI copies it
    reason: Text = "",
) -> HTMLResponse:
    """Releases the letters that are ticked, and says which were not."""
    done, left = review.release_chosen(facility_of(request), chosen, visit.actor, reason)
    return _queue(request, visit, 1, released=done, left=left)


@router.get("/{letter}")
def screened(
    request: Request,
    letter: str,
    visit: StaffVisit,
    decided: str = "",
    at: PageNumber | None = None,
) -> Response:
    try:
        return _page(request, letter, visit, decided=decided, at=at or 0)
    except NotFound:
        return _go_on(None, letter)


@router.get("/{letter}/page/{number}/picture")
def page_picture(
    request: Request, letter: str, number: ScanPageNumber, visit: StaffVisit, small: bool = False
) -> Response:
    facility = facility_of(request)
    return picture(review.page_picture(facility, letter, number, visit.actor, small=small))


@dataclass(frozen=True, slots=True)
class _Decision:
    """What a button does, with the page, why, who, and the part of the page; and whether the next
    letter follows."""

    decide: Callable[[Facility, str, int, str, Actor, str], object]
    usual: str = ""
    ends: bool = True


def _withhold(facility: Facility, letter: str, page: int, why: str, by: Actor, _: str) -> None:
    decisions.withhold(facility, letter, page, by, why)


def _give_back(facility: Facility, letter: str, page: int, why: str, by: Actor, _: str) -> None:
    decisions.mark_page(facility, letter, page, PageRole.CONTENT, by, why)


def _withhold_part(
    facility: Facility, letter: str, page: int, why: str, by: Actor, part: str
) -> None:
    decisions.withhold_part(facility, letter, page, part, by, why)


def _give_back_parts(
    facility: Facility, letter: str, page: int, why: str, by: Actor, _: str
) -> None:
    decisions.give_back_parts(facility, letter, page, by, why)


_DECISIONS: Mapping[str, _Decision] = {
    "release": _Decision(
        lambda home, letter, _, why, by, _part: review.release(home, letter, by, why), _REVIEWED
    ),
    "reject": _Decision(
        lambda home, letter, _, why, by, _part: decisions.reject(home, letter, by, why)
    ),
    "withhold": _Decision(_withhold, ends=False),
    "give-back": _Decision(_give_back, _GIVEN_BACK, ends=False),
    "withhold-part": _Decision(_withhold_part, ends=False),
    "give-back-parts": _Decision(_give_back_parts, _GIVEN_BACK, ends=False),
}


def _add_route(path: str, decision: _Decision) -> None:
    def take(
        request: Request,
        letter: str,
        visit: SignedStaff,
        form: SentForm,
        number: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
    ) -> Response:
        facility, by = facility_of(request), visit.actor
        why = form.reason.strip() or form.picked or decision.usual
        try:
            after = review.look_after(facility, letter, form.seen, by)
            decision.decide(facility, letter, number, why, by, form.part)
        except _REFUSED as error:
            return _again(request, letter, visit, str(error), form)
        return _go_on(after, letter) if decision.ends else _go_on(letter, letter, number)

    router.add_api_route(f"/{{letter}}/{path}", take, methods=["POST"], name=f"screening {path}")


for _path, _decision in _DECISIONS.items():
    _add_route(_path, _decision)


@router.post("/{letter}/undo")
def undo(
    request: Request, letter: str, visit: SignedStaff, act: Annotated[int, Form()] = 0
) -> Response:
    """Undoes the decision that the banner shows; the letter is open again, as it was before."""
    try:
        again = decisions.undo(facility_of(request), letter, act, visit.actor)
    except _REFUSED as error:
        return show(
            request,
            "staff/too_late.html",
            409,
            visit=visit,
            held_id=letter,
            trouble=str(error),
            idle_seconds=idle_seconds(request),
        )
    return _go_on(word(again), again)


def _to_check(facility: Facility, by: Actor) -> int:
    """Letters and messages that wait for this person to check them."""
    if not checks.may_check(by):
        return 0
    return len(checks.waiting(facility, by)) + len(message_checks.waiting(facility, by))


def _go_on(to: str | None, decided: str, page: int = 0) -> Response:
    place = f"/staff/screening/{to}" if to else "/staff/screening"
    at = f"&at={page}" if to and page else ""
    return RedirectResponse(f"{place}?decided={word(decided)}{at}", 303)


def _again(
    request: Request, letter: str, visit: Visit, trouble: str, form: DecisionForm
) -> Response:
    try:
        return _page(
            request, letter, visit, trouble=trouble, reason=form.reason, part=form.part or _PART
        )
    except NotFound:
        return _go_on(None, letter)


def _queue(
    request: Request,
    visit: Visit,
    page: int,
    *,
    decided: str = "",
    second: bool = False,
    released: tuple[str, ...] = (),
    left: tuple[review.NotReleased, ...] = (),
) -> HTMLResponse:
    facility = facility_of(request)
    everything = review.waiting(facility, visit.actor)
    seconds = [each for each in everything if each.first_by]
    found = seconds if second else everything
    return show(
        request,
        "staff/screening.html",
        409 if left else 200,
        visit=visit,
        letters=part_of_all(found, page),
        waiting=len(found),
        seconds=len(seconds),
        messages=message_review.waiting_for(facility, visit.actor),
        checks=_to_check(facility, visit.actor),
        percent=facility.settings.screening.checked_percent,
        second=second,
        released=released,
        left=left,
        may_decide=review.may_decide(visit.actor),
        may_unseen=review.may_release_unseen(visit.actor),
        usual=_REVIEWED,
        done=cases.decision_on(facility, decided, visit.actor),
        idle_seconds=idle_seconds(request),
    )


def _page(
    request: Request,
    letter: str,
    visit: Visit,
    *,
    decided: str = "",
    at: int = 0,
    trouble: str = "",
    reason: str = "",
    part: str = _PART,
) -> HTMLResponse:
    facility = facility_of(request)
    case = review.look_at(facility, letter, visit.actor)
    pictured = [page for page in case.pages if page.picture]
    asked = [page for page in pictured if page.number == at]
    unseen = [page for page in pictured if page.number in case.waiting.unseen]
    return show(
        request,
        "staff/screening_letter.html",
        409 if trouble else 200,
        visit=visit,
        case=case,
        shown=next(iter((*asked, *unseen, *pictured)), None),
        reject_reasons=facility.settings.screening.reasons_offered,
        may_decide=review.may_decide(visit.actor),
        trouble=trouble,
        reason=reason,
        part=part,
        done=cases.decision_on(facility, decided, visit.actor),
        idle_seconds=idle_seconds(request),
    )
