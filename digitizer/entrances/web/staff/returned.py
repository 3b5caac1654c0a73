"""The staff's log of mail that is not for here: recorded with few keys, with a label to print."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_ID, LONGEST_QUERY, pdf, whole_number
from digitizer.entrances.web.shared.paging import PER_PAGE, PageNumber, part, start_of
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_decisions import Text
from digitizer.entrances.web.staff.logbook_people import Whom, chosen, found, spreadsheet
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.logbook import actions as logbook
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.logbook import Done, NewReturn, Why
from digitizer.model.prints import PrintKind
from digitizer.prints import actions as prints
from digitizer.screening import cases, returning
from digitizer.support.clock import new_id

router = APIRouter(prefix="/staff/returned")


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """What the page of a new entry sends. ``seen`` marks the held item as the person saw it."""

    booking: Text = ""
    name: Text = ""
    item: Text = ""
    seen: Text = ""
    why: Text = ""
    note: Annotated[str, Form(max_length=500)] = ""
    done: Text = "returned"
    known: Annotated[int, Form(ge=0, le=999_999_999)] = 0
    sender: Annotated[str, Form(max_length=200)] = ""
    sender_address: Annotated[str, Form(max_length=1000)] = ""
    forward_to: Annotated[str, Form(max_length=1000)] = ""
    form: Annotated[str, Form(max_length=32)] = ""

    def entry(self) -> NewReturn:
        """Raises UsageError."""
        if self.why not in list(Why) or self.done not in list(Done):
            raise UsageError("Choose why it is not for here, and what is done.")
        return NewReturn(
            booking_number=self.booking,
            name=self.name,
            why=Why(self.why),
            done=Done(self.done),
            note=self.note,
            correspondent=self.known or None,
            sender=self.sender,
            sender_address=self.sender_address,
            forward_to=self.forward_to,
            form=self.form,
        )


SentReturn = Annotated[ReturnForm, Depends()]


@router.get("")
def log(request: Request, visit: StaffVisit, q: str = "", page: PageNumber = 1) -> HTMLResponse:
    return _list(request, visit, q=q.strip()[:LONGEST_QUERY], page=page)


@router.get("/found")
def found_people(request: Request, visit: StaffVisit, find: str = "") -> HTMLResponse:
    """Whom the typed letters may mean, those who left first; Enter takes the only one."""
    some = found(request, visit, find, gone_first=True)
    return show(request, "staff/logbook_found.html", candidates=some, find=find.strip())


@router.get("/log.csv")
def as_csv(request: Request, visit: StaffVisit, q: str = "") -> Response:
    wanted = q.strip()[:LONGEST_QUERY]
    return spreadsheet(
        logbook.returned_csv(facility_of(request), visit.actor, wanted), "returned-mail"
    )


@router.get("/new")
def new(
    request: Request,
    visit: StaffVisit,
    find: str = "",
    booking: str = "",
    free: bool = False,
    item: str = "",
) -> HTMLResponse:
    """The form of an entry, once it is known for whom the mail was; else who it may be. A held item
    whose cover names somebody is theirs unless somebody is looked for."""
    find, item = find.strip()[:LONGEST_QUERY], item[:LONGEST_ID]
    some = found(request, visit, find, gone_first=True)
    whom = chosen(some, find, booking, free)
    if whom is None and item and not find:
        _, known = logbook.propose_return(facility_of(request), "", item, visit.actor)
        if known and known.named:
            whom = Whom(known.named.booking_number, "")
    if whom is None:
        return _list(request, visit, find=find, item=item)
    proposal, _ = logbook.propose_return(facility_of(request), whom.booking, item, visit.actor)
    done = Done.FORWARDED if proposal.moved else Done.RETURNED
    blank = ReturnForm(
        booking=whom.booking, name=whom.name, item=item, done=str(done), form=new_id()
    )
    return _form(request, visit, blank)


@router.post("")
def record(request: Request, visit: SignedStaff, form: SentReturn) -> Response:
    facility, by = facility_of(request), visit.actor
    try:
        if not form.item:
            number = logbook.record_return(facility, form.entry(), by)
            return RedirectResponse(f"/staff/returned/{number}?done=recorded", 303)
        if form.seen:
            cases.look_after(facility, form.item, form.seen, by)
        number = returning.return_item(facility, form.item, form.entry(), by)
    except (Conflict, NotAllowed, NotFound, UsageError) as error:
        return _form(request, visit, form, str(error))
    return RedirectResponse(f"/staff/returned/{number}?done=decided", 303)


@router.get("/{number}")
def one(request: Request, number: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _entry(request, number, visit, done=done)


@router.get("/{number}/label.pdf")
def label(request: Request, number: str, visit: StaffVisit) -> Response:
    """Of 4 by 6 inches."""
    which = whole_number(number)
    return pdf(logbook.label_pdf(facility_of(request), which, visit.actor).pdf, f"label-{which}")


@router.post("/{number}/print")
def on_paper(request: Request, number: str, visit: SignedStaff) -> Response:
    """On a page, which waits with everything else that is printed."""
    facility, by = facility_of(request), visit.actor
    try:
        made = logbook.label_pdf(facility, whole_number(number), by, on_page=True)
    except Conflict as error:
        return _entry(request, number, visit, trouble=str(error))
    prints.queue_pdf(facility, by, PrintKind.LABEL, made.title, made.pdf, paper_of=made.of)
    return _entry(request, number, visit, done="queued", warning=made.warning or "")


@router.post("/{number}/strike")
def strike(
    request: Request,
    number: str,
    visit: SignedStaff,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    try:
        logbook.strike_return(facility_of(request), whole_number(number), visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _entry(request, number, visit, trouble=str(error))
    return RedirectResponse(f"/staff/returned/{whole_number(number)}?done=struck", 303)


def _list(request: Request, visit: Visit, **shown: Any) -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    asked: dict[str, Any] = {"q": "", "find": "", "item": "", "page": 1, **shown}
    page = asked["page"]
    some = logbook.returned_list(facility, by, asked["q"], start_of(page), PER_PAGE + 1)
    return show(
        request,
        "staff/returned.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        log=part(some, page),
        q=asked["q"],
        find=asked["find"],
        item=asked["item"],
        candidates=found(request, visit, asked["find"], gone_first=True),
        may_keep=logbook.may_keep(by),
    )


def _form(request: Request, visit: Visit, form: ReturnForm, trouble: str = "") -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    proposal, item = logbook.propose_return(facility, form.booking, form.item, by)
    held = bool(item and item.held)
    return show(
        request,
        "staff/returned_new.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        it=form,
        proposal=proposal,
        item=item,
        seen=cases.look_at_held(facility, form.item, by).seen if held else "",
        why=form.why or proposal.why or "",
        whys=list(Why),
        stated=item.sender.id if item and item.sender else 0,
        trouble=trouble,
    )


def _entry(
    request: Request,
    number: str,
    visit: Visit,
    *,
    done: str = "",
    trouble: str = "",
    warning: str = "",
) -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    return show(
        request,
        "staff/returned_one.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        it=logbook.find_returned(facility, whole_number(number), by),
        done=done,
        trouble=trouble,
        warning=warning,
        may_keep=logbook.may_keep(by),
        may_correct=logbook.may_correct(by),
    )
