"""The staff's pages of originals: boxes, who asks for paper, holds, and what is destroyed."""

# Without "from __future__ import annotations": see held_decisions.py.

from datetime import date
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_ID, LONGEST_QUERY, pdf, whole_number
from digitizer.entrances.web.shared.proof import ProvenStaff
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.originals import Answer, GivenTo
from digitizer.operations import paper_destruction
from digitizer.originals import actions as originals

router = APIRouter(prefix="/staff/originals")
_REFUSED = (Conflict, UsageError)
_NO_BOX = "There is no such box."
_Kind = TypeVar("_Kind", GivenTo, Answer)
Code = Annotated[str, Form(max_length=20)]
Scans = Annotated[list[str] | None, Form()]
Words = Annotated[str, Form(max_length=500)]


@router.get("")
def overview(request: Request, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _overview(request, visit, done=done)


@router.get("/find")
def find(request: Request, visit: StaffVisit, q: str = "") -> Response:
    """A box by its code, which a hand scanner types; else a scan or letter by its id, or scans by
    the name of their file."""
    facility, wanted = facility_of(request), q.strip()[:LONGEST_QUERY]
    try:
        code = originals.find_box(facility, wanted, visit.actor).box.code
        return RedirectResponse(f"/staff/originals/boxes/{code}", 303)
    except (UsageError, NotFound):
        pass  # it is no box: perhaps it is something else
    try:
        found = originals.find_paper(facility, wanted, visit.actor).paper.scan
        return RedirectResponse(f"/staff/originals/scans/{found}", 303)
    except NotFound:
        named = originals.find_by_name(facility, wanted, visit.actor) if wanted else ()
    if len(named) == 1:
        return RedirectResponse(f"/staff/originals/scans/{named[0].scan}", 303)
    return _overview(request, visit, q=wanted, named=named, nothing=bool(wanted) and not named)


@router.post("/boxes")
def new_box(request: Request, visit: SignedStaff, shelf: Text = "", profile: Text = "") -> Response:
    try:
        code = originals.make_box(facility_of(request), shelf, visit.actor, profile)
    except UsageError as error:
        return _overview(request, visit, trouble=str(error))
    return RedirectResponse(f"/staff/originals/boxes/{code}?done=made", 303)


@router.get("/boxes/{code}")
def one_box(request: Request, code: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _box(request, code, visit, done=done)


@router.get("/boxes/{code}/label.pdf")
def label(request: Request, code: str, visit: StaffVisit) -> Response:
    try:
        made = originals.box_label(facility_of(request), code, visit.actor)
    except UsageError:
        raise NotFound(_NO_BOX) from None
    return pdf(made, "box-label")


@router.post("/boxes/{code}")
def change_box(
    request: Request,
    code: str,
    visit: SignedStaff,
    act: Text = "",
    shelf: Text = "",
    profile: Text = "",
    item: Text = "",
) -> Response:
    """``act``: "stand", "use", "close", or "put" something into it."""
    facility, by = facility_of(request), visit.actor
    try:
        if act == "stand":
            originals.stand_box(facility, code, shelf, by)
        elif act == "use":
            originals.use_box(facility, code, profile, by)
        elif act == "put":
            originals.put_paper(facility, item[:LONGEST_ID], code, by)
        else:
            originals.close_box(facility, code, by)
    except (Conflict, UsageError) as error:
        return _box(request, code, visit, trouble=str(error))
    except NotFound as error:
        if act != "put":
            raise
        return _box(request, code, visit, trouble=str(error))
    return RedirectResponse(f"/staff/originals/boxes/{quote(code)}?done=changed", 303)


@router.get("/scans/{scan}")
def one_scan(request: Request, scan: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _paper(request, scan, visit, done=done)


@router.post("/scans/{scan}/box")
def put(request: Request, scan: str, visit: SignedStaff, box: Code = "") -> Response:
    """Into a box; with an empty code, out of any."""
    try:
        originals.put_paper(facility_of(request), scan, box, visit.actor)
    except (*_REFUSED, NotFound) as error:
        return _paper(request, scan, visit, trouble=str(error))
    return _back(scan, "put")


@router.post("/scans/{scan}/give")
def give(
    request: Request, scan: str, visit: SignedStaff, to: Text = "", note: Words = ""
) -> Response:
    try:
        whom = _one_of(GivenTo, to)
        originals.give_paper(facility_of(request), scan, whom, note, visit.actor)
    except _REFUSED as error:
        return _paper(request, scan, visit, trouble=str(error))
    return _back(scan, "given")


@router.post("/scans/{scan}/hold")
def hold(
    request: Request, scan: str, visit: SignedStaff, until: Text = "", reason: Words = ""
) -> Response:
    try:
        originals.hold_paper(facility_of(request), scan, _day(until), visit.actor, reason)
    except _REFUSED as error:
        return _paper(request, scan, visit, trouble=str(error))
    return _back(scan, "held")


@router.post("/holds/{number}/end")
def end_hold(request: Request, number: str, visit: SignedStaff, reason: Words = "") -> Response:
    try:
        scan = originals.end_hold(facility_of(request), whole_number(number), visit.actor, reason)
    except _REFUSED as error:
        return _overview(request, visit, trouble=str(error))
    return _back(scan, "ended")


@router.post("/letters/{letter}/ask")
def ask(request: Request, letter: str, visit: SignedStaff, on_behalf: Words = "") -> Response:
    """Staff ask for the paper of a letter for somebody."""
    try:
        originals.ask_for(facility_of(request), letter[:LONGEST_ID], on_behalf, visit.actor)
    except _REFUSED as error:
        return _paper(request, letter, visit, trouble=str(error))
    return _back(letter[:LONGEST_ID], "asked")


@router.post("/asked/{number}")
def answer(
    request: Request, number: str, visit: SignedStaff, to: Text = "", why: Words = ""
) -> Response:
    try:
        given = _one_of(Answer, to)
        originals.answer(facility_of(request), whole_number(number), given, why, visit.actor)
    except _REFUSED as error:
        return _overview(request, visit, trouble=str(error))
    return RedirectResponse("/staff/originals?done=answered", 303)


@router.get("/due")
def due(request: Request, visit: StaffVisit, box: str = "") -> HTMLResponse:
    return _due(request, visit, box[:LONGEST_ID])


@router.post("/due")
def propose(request: Request, visit: ProvenStaff, scan: Scans = None, box: Code = "") -> Response:
    try:
        number = originals.propose(facility_of(request), scan or (), visit.actor)
    except (*_REFUSED, NotFound) as error:
        return _due(request, visit, box, str(error))
    return RedirectResponse(f"/staff/originals/lists/{number}?done=proposed", 303)


@router.get("/lists/{number}")
def one_list(request: Request, number: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _list(request, number, visit, done=done)


@router.post("/lists/{number}/confirm")
def confirm(request: Request, number: str, visit: ProvenStaff) -> Response:
    which = whole_number(number)
    try:
        paper_destruction.confirm(facility_of(request), which, visit.actor)
    except _REFUSED as error:
        return _list(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/originals/lists/{which}?done=confirmed", 303)


@router.post("/lists/{number}/withdraw")
def withdraw(request: Request, number: str, visit: SignedStaff) -> Response:
    try:
        originals.withdraw(facility_of(request), whole_number(number), visit.actor)
    except Conflict as error:
        return _list(request, number, visit, trouble=str(error))
    return RedirectResponse("/staff/originals?done=withdrawn", 303)


@router.get("/lists/{number}/certificate.pdf")
def certificate(request: Request, number: str, visit: StaffVisit) -> Response:
    which = whole_number(number)
    made = originals.certificate(facility_of(request), which, visit.actor)
    return pdf(made, f"certificate-of-destruction-{which}")


def _back(item: str, done: str) -> Response:
    return RedirectResponse(f"/staff/originals/scans/{quote(item)}?done={done}", 303)


def _one_of(kind: type[_Kind], value: str) -> _Kind:
    """Raises UsageError."""
    try:
        return kind(value)
    except ValueError:
        raise UsageError("Choose what becomes of the paper.") from None


def _day(text: str) -> date:
    """Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("Choose the last day.") from None


def _overview(request: Request, visit: Visit, **shown: Any) -> HTMLResponse:
    found = originals.overview(facility_of(request), visit.actor)
    asked = {"q": "", "named": (), "nothing": False, "done": "", "trouble": "", **shown}
    return _show(request, visit, "originals.html", found=found, **asked)


def _box(request: Request, code: str, visit: Visit, **shown: Any) -> HTMLResponse:
    try:
        found = originals.find_box(facility_of(request), code, visit.actor)
    except UsageError:
        raise NotFound(_NO_BOX) from None
    return _show(
        request, visit, "originals_box.html", it=found, **{"done": "", "trouble": "", **shown}
    )


def _paper(request: Request, item: str, visit: Visit, **shown: Any) -> HTMLResponse:
    found = originals.find_paper(facility_of(request), item[:LONGEST_ID], visit.actor)
    return _show(
        request, visit, "originals_paper.html", it=found, **{"done": "", "trouble": "", **shown}
    )


def _due(request: Request, visit: Visit, box: str, trouble: str = "") -> HTMLResponse:
    try:
        found = originals.due(facility_of(request), visit.actor, box)
    except UsageError:
        raise NotFound(_NO_BOX) from None
    days = facility_of(request).settings.originals.keep_days
    return _show(
        request, visit, "originals_due.html", due=found, box=box, days=days, trouble=trouble
    )


def _list(request: Request, number: str, visit: Visit, **shown: Any) -> HTMLResponse:
    found = originals.find_destruction(facility_of(request), whole_number(number), visit.actor)
    return _show(
        request, visit, "originals_list.html", it=found, **{"done": "", "trouble": "", **shown}
    )


def _show(request: Request, visit: Visit, page: str, **shown: Any) -> HTMLResponse:
    by = visit.actor
    return show(
        request,
        f"staff/{page}",
        409 if shown.get("trouble") else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        may_keep=originals.may_keep(by),
        may_hold=originals.may_hold(by),
        may_confirm=originals.may_confirm(by),
        **shown,
    )
