"""The supervisors' pages of the registry of protected senders, and of the legal log by senders."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit, check_csrf
from digitizer.entrances.web.shared.media import LONGEST_QUERY, whole_number
from digitizer.entrances.web.shared.paging import PER_PAGE, PageNumber, part, start_of
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.legal import actions as legal
from digitizer.legal import registry
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.legal import NewSender, ProtectedSender, SenderKind
from digitizer.support.clock import now

router = APIRouter(prefix="/staff/legal")
Why = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class SenderForm:
    """What the page of an entry sends, as it was typed."""

    kind: Text = "attorney"
    name: Text = ""
    organisation: Text = ""
    address: Annotated[str, Form(max_length=1000)] = ""
    reference: Text = ""
    expires: Annotated[str, Form(max_length=20)] = ""

    def entry(self) -> NewSender:
        """Raises UsageError."""
        if self.kind not in list(SenderKind):
            raise UsageError("Choose what kind of sender this is.")
        return NewSender(
            kind=SenderKind(self.kind),
            name=self.name,
            organisation=self.organisation,
            address=self.address,
            reference=self.reference,
            expires=registry.day(self.expires),
        )

    @classmethod
    def of(cls, known: ProtectedSender) -> "SenderForm":
        return cls(
            kind=str(known.kind),
            name=known.name,
            organisation=known.organisation,
            address="\n".join(known.address),
            reference=known.reference,
            expires=known.expires.isoformat() if known.expires else "",
        )


SentSender = Annotated[SenderForm, Depends()]


@router.get("/senders")
def senders(request: Request, visit: StaffVisit, q: str = "", page: PageNumber = 1) -> HTMLResponse:
    return _list(request, visit, q=q.strip()[:LONGEST_QUERY], page=page)


@router.post("/senders")
def add(request: Request, visit: SignedStaff, form: SentSender) -> Response:
    try:
        number = registry.add_sender(facility_of(request), form.entry(), visit.actor)
    except (Conflict, UsageError) as error:
        return _list(request, visit, 409, typed=form, trouble=str(error))
    return RedirectResponse(f"/staff/legal/senders/{number}?done=added", 303)


@router.post("/senders/import")
async def import_file(request: Request, visit: StaffVisit) -> Response:
    """Shows what the file would do, or imports it: the button says which. Who asks is known before
    the file is read."""
    await run_in_threadpool(registry.check_may_keep, facility_of(request), visit.actor)
    async with request.form(max_files=1, max_fields=5) as form:
        check_csrf(visit, str(form.get("csrf", "")))
        file = form.get("file")
        content = await file.read() if isinstance(file, UploadFile) else b""
        really = form.get("act") == "import"
    return await run_in_threadpool(_import, request, visit, content, really)


def _import(request: Request, visit: Visit, content: bytes, really: bool) -> Response:
    facility, by = facility_of(request), visit.actor
    preview, done, trouble = None, None, ""
    try:
        if really:
            done = registry.import_senders(facility, content, by)
        else:
            preview = registry.preview_senders(facility, content, by)
    except (Conflict, UsageError) as error:
        trouble = str(error)
    if "hx-request" in request.headers:
        shown: dict[str, Any] = {"preview": preview, "imported": done, "import_trouble": trouble}
        return show(request, "staff/legal_preview.html", visit=visit, **shown)
    status = 409 if trouble else 200
    return _list(request, visit, status, preview=preview, imported=done, import_trouble=trouble)


@router.get("/senders/{number}")
def one(request: Request, number: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _one(request, number, visit, done=done)


@router.post("/senders/{number}")
def change(request: Request, number: str, visit: SignedStaff, form: SentSender) -> Response:
    which = whole_number(number)
    try:
        registry.change_sender(facility_of(request), which, form.entry(), visit.actor)
    except (Conflict, UsageError) as error:
        return _one(request, number, visit, typed=form, trouble=str(error))
    return RedirectResponse(f"/staff/legal/senders/{which}?done=changed", 303)


@router.post("/senders/{number}/revoke")
def revoke(request: Request, number: str, visit: SignedStaff, reason: Why = "") -> Response:
    which = whole_number(number)
    try:
        registry.revoke_sender(facility_of(request), which, visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _one(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/legal/senders/{which}?done=revoked", 303)


@router.post("/senders/{number}/reactivate")
def reactivate(request: Request, number: str, visit: SignedStaff, reason: Why = "") -> Response:
    which = whole_number(number)
    try:
        registry.reactivate_sender(facility_of(request), which, visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _one(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/legal/senders/{which}?done=reactivated", 303)


@router.get("/log")
def log(request: Request, visit: StaffVisit) -> HTMLResponse:
    """Asks for the reason."""
    legal.check_may_see_log(facility_of(request), visit.actor)
    return _log(request, visit)


@router.post("/log")
def log_shown(
    request: Request, visit: SignedStaff, reason: Why = "", sender: Text = ""
) -> HTMLResponse:
    """The counts of every sender, or the items of one."""
    facility, by = facility_of(request), visit.actor
    try:
        if sender:
            which = whole_number(sender)
            items = legal.log_of_sender(facility, which, by, reason)
            return _log(
                request,
                visit,
                reason=reason,
                sender=registry.find_sender(facility, which, by),
                items=items,
            )
        counts = legal.log_by_sender(facility, by, reason)
    except UsageError as error:
        return _log(request, visit, 409, trouble=str(error))
    return _log(request, visit, reason=reason, counts=counts)


def _log(request: Request, visit: Visit, status: int = 200, **shown: Any) -> HTMLResponse:
    nothing = {"reason": "", "trouble": "", "counts": None, "sender": None, "items": ()}
    return show(
        request,
        "staff/legal_log.html",
        status,
        visit=visit,
        idle_seconds=idle_seconds(request),
        **{**nothing, **shown},
    )


def _list(request: Request, visit: Visit, status: int = 200, **shown: Any) -> HTMLResponse:
    asked: dict[str, Any] = {"q": "", "page": 1, "typed": SenderForm(), "trouble": ""}
    asked |= {"preview": None, "imported": None, "import_trouble": "", **shown}
    page, q = asked.pop("page"), asked["q"]
    some = registry.sender_list(facility_of(request), visit.actor, q, start_of(page), PER_PAGE + 1)
    return show(
        request,
        "staff/legal_senders.html",
        status,
        visit=visit,
        idle_seconds=idle_seconds(request),
        found=part(some, page),
        kinds=list(SenderKind),
        columns=registry.COLUMNS,
        at=now(),
        it=asked.pop("typed"),
        **asked,
    )


def _one(request: Request, number: str, visit: Visit, **shown: Any) -> HTMLResponse:
    asked: dict[str, Any] = {"trouble": "", "done": "", "typed": None, **shown}
    known = registry.find_sender(facility_of(request), whole_number(number), visit.actor)
    return show(
        request,
        "staff/legal_sender.html",
        409 if asked["trouble"] else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        known=known,
        kinds=list(SenderKind),
        at=now(),
        it=asked["typed"] or SenderForm.of(known),
        is_typed=asked["typed"] is not None,
        trouble=asked["trouble"],
        done=asked["done"],
    )
