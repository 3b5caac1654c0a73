"""The staff's log of things that were found in envelopes, each with its receipt."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass, replace
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
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.logbook import MONEY, Found, ItemKind, NewItem, Went, written_amount
from digitizer.model.prints import PrintKind
from digitizer.prints import actions as prints
from digitizer.support.clock import new_id

router = APIRouter(prefix="/staff/items")


@dataclass(frozen=True, slots=True)
class ItemForm:
    """What the page of a new entry sends, and that of a correction."""

    booking: Text = ""
    name: Text = ""
    kind: Text = "cash"
    amount: Annotated[str, Form(max_length=40)] = ""
    number: Annotated[str, Form(max_length=200)] = ""
    what: Annotated[str, Form(max_length=600)] = ""
    item: Text = ""
    found_by: Annotated[str, Form(max_length=200)] = ""
    witness: Annotated[str, Form(max_length=200)] = ""
    went: Text = ""
    form: Annotated[str, Form(max_length=32)] = ""

    def entry(self) -> NewItem:
        """Raises UsageError."""
        if self.kind not in list(ItemKind) or self.went not in ["", *Went]:
            raise UsageError("Choose what was found, and where it went.")
        kind = ItemKind(self.kind)
        usual = Went.ACCOUNT if kind in MONEY else Went.PROPERTY_ROOM
        return NewItem(
            booking_number=self.booking.strip(),
            name=self.name,
            kind=kind,
            went=Went(self.went) if self.went else usual,
            found_by=self.found_by,
            witness=self.witness,
            what=self.what,
            amount=self.amount,
            number=self.number,
            item=self.item,
            form=self.form,
        )


SentItem = Annotated[ItemForm, Depends()]


@router.get("")
def log(request: Request, visit: StaffVisit, q: str = "", page: PageNumber = 1) -> HTMLResponse:
    return _list(request, visit, q=q.strip()[:LONGEST_QUERY], page=page)


@router.get("/found")
def found_people(request: Request, visit: StaffVisit, find: str = "") -> HTMLResponse:
    """Whom the typed letters may mean, those who are here first; Enter takes the only
    one."""
    some = found(request, visit, find, gone_first=False)
    return show(request, "staff/logbook_found.html", candidates=some, find=find.strip())


@router.get("/log.csv")
def as_csv(request: Request, visit: StaffVisit, q: str = "") -> Response:
    wanted = q.strip()[:LONGEST_QUERY]
    return spreadsheet(logbook.items_csv(facility_of(request), visit.actor, wanted), "items-found")


@router.get("/new")
def new(
    request: Request,
    visit: StaffVisit,
    find: str = "",
    booking: str = "",
    free: bool = False,
    item: str = "",
) -> HTMLResponse:
    """The form of an entry, once it is known whose the thing is; else whose it may be."""
    find, item = find.strip()[:LONGEST_QUERY], item[:LONGEST_ID]
    some = found(request, visit, find, gone_first=False)
    whom = chosen(some, find, booking, free)
    if whom is None and item and not find:
        _, known = logbook.propose_return(facility_of(request), "", item, visit.actor)
        if known and known.named:
            whom = Whom(known.named.booking_number, "")
    if whom is None:
        return _list(request, visit, find=find, item=item)
    blank = ItemForm(booking=whom.booking, name=whom.name, item=item, form=new_id())
    return _form(request, visit, replace(blank, found_by=visit.actor.name))


@router.post("")
def record(request: Request, visit: SignedStaff, form: SentItem) -> Response:
    try:
        receipt = logbook.record_item(facility_of(request), form.entry(), visit.actor)
    except (Conflict, NotFound, UsageError) as error:
        return _form(request, visit, form, str(error))
    return RedirectResponse(f"/staff/items/{receipt}?done=recorded", 303)


@router.get("/{receipt}")
def one(request: Request, receipt: str, visit: StaffVisit, done: str = "") -> HTMLResponse:
    return _entry(request, receipt, visit, done=done)


@router.get("/{receipt}/receipt.pdf")
def receipt_file(request: Request, receipt: str, visit: StaffVisit) -> Response:
    which = whole_number(receipt)
    made = logbook.receipt_pdf(facility_of(request), which, visit.actor)
    return pdf(made.pdf, f"receipt-{which}")


@router.post("/{receipt}/print")
def on_paper(request: Request, receipt: str, visit: SignedStaff) -> Response:
    """It waits with what is printed for its inmate's housing unit."""
    facility, by = facility_of(request), visit.actor
    try:
        made = logbook.receipt_pdf(facility, whole_number(receipt), by)
    except Conflict as error:
        return _entry(request, receipt, visit, trouble=str(error))
    kind = PrintKind.RECEIPT
    to, of = made.booking_number, made.of
    prints.queue_pdf(facility, by, kind, made.title, made.pdf, to, paper_of=of)
    return _entry(request, receipt, visit, done="queued", warning=made.warning or "")


@router.post("/{receipt}/correct")
def correct(
    request: Request,
    receipt: str,
    visit: SignedStaff,
    form: SentItem,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    which = whole_number(receipt)
    try:
        logbook.correct_item(facility_of(request), which, form.entry(), visit.actor, reason)
    except (Conflict, NotFound, UsageError) as error:
        return _entry(request, receipt, visit, trouble=str(error), typed=form, reason=reason)
    return RedirectResponse(f"/staff/items/{which}?done=corrected", 303)


@router.post("/{receipt}/strike")
def strike(
    request: Request,
    receipt: str,
    visit: SignedStaff,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    try:
        logbook.strike_item(facility_of(request), whole_number(receipt), visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _entry(request, receipt, visit, trouble=str(error))
    return RedirectResponse(f"/staff/items/{whole_number(receipt)}?done=struck", 303)


def _list(request: Request, visit: Visit, **shown: Any) -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    asked: dict[str, Any] = {"q": "", "find": "", "item": "", "page": 1, **shown}
    page = asked["page"]
    some = logbook.found_items(facility, by, asked["q"], start_of(page), PER_PAGE + 1)
    return show(
        request,
        "staff/items.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        log=part(some.items, page),
        sums=[written_amount(amount, currency) for currency, amount in some.sums.items()],
        q=asked["q"],
        find=asked["find"],
        item=asked["item"],
        candidates=found(request, visit, asked["find"], gone_first=False),
        may_keep=logbook.may_keep(by),
    )


def _form(request: Request, visit: Visit, form: ItemForm, trouble: str = "") -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    proposal, _ = logbook.propose_return(facility, form.booking, "", by)
    return show(
        request,
        "staff/items_new.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        it=form,
        inmate=proposal.inmate,
        trouble=trouble,
        **_choices(request),
    )


def _choices(request: Request) -> dict[str, Any]:
    settings = facility_of(request).settings.logbook
    return {
        "kinds": list(ItemKind),
        "wents": list(Went),
        "witness": settings.witness,
        "currency": settings.currency,
    }


def _entry(
    request: Request,
    receipt: str,
    visit: Visit,
    *,
    done: str = "",
    trouble: str = "",
    warning: str = "",
    typed: ItemForm | None = None,
    reason: str = "",
) -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    entry = logbook.find_item(facility, whole_number(receipt), by)
    return show(
        request,
        "staff/items_one.html",
        409 if trouble else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        entry=entry,
        it=typed or _as_form(entry),
        is_typed=typed is not None,
        reason=reason,
        done=done,
        trouble=trouble,
        warning=warning,
        may_keep=logbook.may_keep(by),
        may_correct=logbook.may_correct(by),
        **{**_choices(request), "currency": entry.currency},
    )


def _as_form(entry: Found) -> ItemForm:
    return ItemForm(
        booking=entry.inmate.booking_number if entry.inmate else "",
        name="" if entry.inmate else entry.owner,
        kind=str(entry.kind),
        amount=entry.money.removeprefix(entry.currency).strip(),
        number=entry.number,
        what=entry.what,
        item=entry.item or "",
        found_by=entry.found_by,
        witness=entry.witness,
        went=str(entry.went),
    )
