"""The page of one held item, and what follows when a person decides about it.

All decisions share one form: the reason is written once, signed by whoever is logged in, and the
button that is pressed chooses the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.paging import PageNumber
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import (
    DECISIONS,
    Decision,
    DecisionForm,
    SentForm,
)
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import PageRole
from digitizer.model.people import Inmate
from digitizer.people import actions as people
from digitizer.people.correspondents.actions import Entry
from digitizer.people.correspondents.actions import may_change as may_name_senders
from digitizer.screening import cases, decisions, legal_mail, senders
from digitizer.screening.exception_queue import ScanPage
from digitizer.screening.senders import Senders

router = APIRouter(prefix="/staff/held")
#: Pages. Of a longer scan only the item's pages and a few beside them are shown at first.
_SHORT_SCAN = 12
_BESIDE = 2


@router.get("/{held_id}")
def item(
    request: Request,
    held_id: str,
    visit: StaffVisit,
    find: str = "",
    decided: str = "",
    show_all: bool = False,
    at: PageNumber | None = None,
) -> Response:
    try:
        return _page(request, held_id, visit, _Shown(find, decided, show_all, at or 0))
    except NotFound:
        return go_on(None, held_id)


@router.get("/{held_id}/find")
def find_inmate(request: Request, held_id: str, visit: StaffVisit, find: str = "") -> HTMLResponse:
    """The inmates found, shown while the name is typed."""
    found = cases.find_in_roster(facility_of(request), find, visit.actor)
    return show(request, "staff/found.html", candidates=found, find=find, to="")


@router.get("/{held_id}/page/{number}/picture")
def page_picture(
    request: Request, held_id: str, number: int, visit: StaffVisit, small: bool = False
) -> Response:
    facility = facility_of(request)
    return picture(cases.held_picture(facility, held_id, number, visit.actor, small=small))


def _add_route(path: str, decision: Decision) -> None:
    def take(request: Request, held_id: str, visit: SignedStaff, form: SentForm) -> Response:
        return _take(request, held_id, visit, form, decision)

    router.add_api_route(f"/{{held_id}}/{path}", take, methods=["POST"], name=path)


for _path, _decision in DECISIONS.items():
    _add_route(_path, _decision)


def _take(
    request: Request, held_id: str, visit: Visit, form: DecisionForm, decision: Decision
) -> Response:
    """Then the next item; or the same one, where it is still there or the decision is refused."""
    facility = facility_of(request)
    typed, form = form.reason, decision.with_reason(form)
    try:
        after = cases.look_after(facility, held_id, form.seen, visit.actor)
        if decision.asks_whose and (doubt := _doubt_about_whom(facility, held_id, visit, form)):
            return _ask_whose(request, held_id, visit, form, doubt)
        decided = decision.decide(facility, held_id, form, visit.actor)
    except (UsageError, Conflict, NotAllowed, NotFound) as error:
        to = form.to if decision.keeps_choice else ""
        return again(request, held_id, visit, str(error), to=to, reason=typed)
    if decision.ends:
        return go_on(after, decided)
    return go_on(word(decided), decided, form.page)


@dataclass(frozen=True, slots=True)
class _DoubtAboutWhom:
    """Why it is asked once more: the cover names another than the ``chosen`` inmate, or mail to
    them is blocked, as these sentences say, by the numbers of the blocks."""

    chosen: Inmate
    named: Inmate | None
    blocked: Mapping[int, str]


def _doubt_about_whom(
    facility: Facility, held_id: str, visit: Visit, form: DecisionForm
) -> _DoubtAboutWhom | None:
    """None where there is none, or the person confirmed it already: the name, and each block."""
    if not form.to:
        return None
    other = cases.not_as_named(facility, held_id, form.to, visit.actor)
    blocked = senders.blocked_for(facility, held_id, form.to, visit.actor)
    if (other is None or form.although == form.to) and set(blocked) <= set(form.blocks):
        return None
    chosen = other[1] if other else people.find_inmate(facility, form.to, visit.actor)
    return _DoubtAboutWhom(chosen, other[0] if other else None, blocked)


def _ask_whose(
    request: Request,
    held_id: str,
    visit: Visit,
    form: DecisionForm,
    doubt: _DoubtAboutWhom,
) -> HTMLResponse:
    """A page with the names side by side, and what is blocked; its form does what was asked."""
    return show(
        request,
        "staff/whose.html",
        visit=visit,
        held_id=held_id,
        named=doubt.named,
        chosen=doubt.chosen,
        blocked=doubt.blocked,
        form=form,
        idle_seconds=idle_seconds(request),
    )


@router.post("/{held_id}/undo")
def undo(
    request: Request, held_id: str, visit: SignedStaff, act: Annotated[int, Form()] = 0
) -> Response:
    """Undoes the decision that the banner shows; the item is then held as before."""
    try:
        again_held = decisions.undo(facility_of(request), held_id, act, visit.actor)
    except (UsageError, Conflict, NotAllowed, NotFound) as error:
        return show(
            request,
            "staff/too_late.html",
            409,
            visit=visit,
            held_id=held_id,
            trouble=str(error),
            idle_seconds=idle_seconds(request),
        )
    return go_on(word(again_held), again_held)


@router.post("/{held_id}/sender")
def sender(
    request: Request,
    held_id: str,
    visit: SignedStaff,
    correspondent: Annotated[int, Form(ge=0, le=999_999_999)] = 0,
    name: Annotated[str, Form(max_length=200)] = "",
    address: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """A person accepts who sent the letter: somebody known, or what was read of somebody new."""
    try:
        facility, entry = facility_of(request), Entry(name, address)
        senders.name_sender(facility, held_id, correspondent or None, entry, visit.actor)
    except UsageError as error:
        return again(request, held_id, visit, str(error))
    return RedirectResponse(f"/staff/held/{word(held_id)}", 303)


def go_on(to: str | None, decided: str, page: int = 0) -> Response:
    """To an item, or to the list if there is none; what was decided is shown there, and of an item
    the page that it was about."""
    place = f"/staff/held/{to}" if to else "/staff/held"
    at = f"&at={page}" if to and page else ""
    return RedirectResponse(f"{place}?decided={word(decided)}{at}", 303)


def following(request: Request, held_id: str, visit: Visit) -> str | None:
    """The id of the item to decide after this one, None if it is the last."""
    return cases.look_at_held(facility_of(request), held_id, visit.actor).following


def again(
    request: Request, held_id: str, visit: Visit, trouble: str, *, to: str = "", reason: str = ""
) -> Response:
    """The same item again, with what is wrong; what was typed is kept."""
    try:
        return _page(request, held_id, visit, _Shown(trouble=trouble, to=to, reason=reason))
    except NotFound:
        return go_on(None, held_id)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page of an item shows besides the item."""

    find: str = ""
    decided: str = ""
    show_all: bool = False
    at: int = 0
    trouble: str = ""
    to: str = ""
    reason: str = ""


def _page(request: Request, held_id: str, visit: Visit, shown: _Shown) -> HTMLResponse:
    facility = facility_of(request)
    case = cases.look_at_held(facility, held_id, visit.actor)
    looked_for = shown.find or shown.to
    found = cases.find_in_roster(facility, looked_for, visit.actor) if looked_for else ()
    pages = case.pages if shown.show_all else _near(case)
    own = [page for page in case.pages if case.is_own(page)]
    may_decide = cases.may_decide(visit.actor, case.scan)
    unsealing = may_decide and case.scan.sealed
    seal = legal_mail.look_at_sealed(facility, case.scan.scan, visit.actor) if unsealing else None
    return show(
        request,
        "staff/item.html",
        409 if shown.trouble else 200,
        visit=visit,
        case=case,
        pages=pages,
        left_out=len(case.pages) - len(pages),
        shown=_page_to_show(case, shown.at),
        envelope=_envelope(case),
        first_own=next((each.number for each in own if each.role is PageRole.CONTENT), 0),
        reject_reasons=facility.settings.screening.reasons_offered,
        candidates=found,
        find=shown.find,
        may_decide=may_decide,
        senders=_senders(facility, case, visit),
        may_name=may_name_senders(visit.actor),
        seal=seal,
        trouble=shown.trouble,
        to=shown.to,
        reason=shown.reason,
        done=cases.decision_on(facility, shown.decided, visit.actor),
        idle_seconds=idle_seconds(request),
    )


def _senders(facility: Facility, case: cases.HeldCase, visit: Visit) -> Senders | None:
    if case.letter is None or case.scan.sealed:
        return None
    return senders.look_at_senders(facility, case.letter.letter, visit.actor)


def _page_to_show(case: cases.HeldCase, at: int) -> ScanPage | None:
    """The page asked for, else the item's first letter page that is no envelope (which lies beside
    it), else the first that there is."""
    asked = [page for page in case.pages if page.number == at]
    own = [page for page in case.pages if case.is_own(page)]
    content = [page for page in own if page.role is PageRole.CONTENT]
    letter = [page for page in content if not page.envelope] or content
    found = [page for page in (*asked, *letter, *own, *case.pages) if page.picture]
    return found[0] if found else None


def _envelope(case: cases.HeldCase) -> ScanPage | None:
    """The first envelope of the item, which is shown beside its pages; None where it is alone."""
    content = [p for p in case.pages if case.is_own(p) and p.role is PageRole.CONTENT and p.picture]
    found = [page for page in content if page.envelope]
    return found[0] if found and len(content) > 1 else None


def _near(case: cases.HeldCase) -> tuple[ScanPage, ...]:
    """The item's own pages and a few beside them, so that few pages of other people are shown."""
    own = [place for place, page in enumerate(case.pages) if case.is_own(page)]
    if len(case.pages) <= _SHORT_SCAN or not own:
        return case.pages
    return case.pages[max(0, own[0] - _BESIDE) : own[-1] + _BESIDE + 1]


def word(some_id: str) -> str:
    """Ids are letters and digits; anything else in an address is dropped."""
    return "".join(c for c in some_id if c.isalnum())[:32]
