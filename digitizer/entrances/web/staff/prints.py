"""The staff's page of the print queue: a unit by one key, and one key when all came out."""

# Without "from __future__ import annotations": see held_decisions.py.

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.default_printer import (
    Chosen,
    remember,
    remembered,
    remembered_printer,
)
from digitizer.entrances.web.shared.media import pdf, picture
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.messages.printing import render_queued
from digitizer.model.errors import Conflict, NotFound, StorageError, UsageError
from digitizer.model.prints import Pile, notice_kind
from digitizer.prints import actions as prints
from digitizer.prints import previews
from digitizer.prints.previews import Sample
from digitizer.screening.notices import rejection_notice

router = APIRouter(prefix="/staff/print")
Text = Annotated[str, Form()]
#: What a form sends for everything that waits.
_ALL = "all"
#: In the address, for every batch that waited when the backup was made.
_RESTORED = "restored"


@router.get("")
def queue(request: Request, visit: StaffVisit) -> HTMLResponse:
    return _page(request, visit)


@router.post("/send")
def send(request: Request, visit: SignedStaff, pile: Text = "", printer: Text = "") -> Response:
    """Prints what waits in one pile, or in all of them but that of labels, which want a printer of
    their own."""
    facility, by = facility_of(request), visit.actor
    try:
        waiting = prints.look_at_queue(facility, by).waiting
        sheets = [one.key for one in waiting if one.pile is not Pile.LABELS]
        wanted = sheets if pile == _ALL else [pile]
        numbers = [each.number for one in waiting if one.key in wanted for each in one.prints]
        if not numbers:
            raise Conflict("None of this waits any more: somebody else has printed it.")
        problems = render_queued(facility, numbers, by)
        ready = prints.rendered(facility, numbers, by)
        if ready:
            is_labels = wanted == [f"{Pile.LABELS}:"]
            to = _label_printer(request, visit) if is_labels else printer
            prints.send(facility, by, ready, to)
    except (Conflict, NotFound, StorageError, UsageError) as error:
        return _page(request, visit, str(error))
    if problems:
        return _page(request, visit, *problems)
    return _shown()


@router.post("/notice/{letter}")
def notice(
    request: Request,
    letter: str,
    visit: SignedStaff,
    to: Text = "inmate",
    address: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Puts one of the two notices of a rejected letter into the queue."""
    facility, by = facility_of(request), visit.actor
    lines = tuple(line for line in address.splitlines() if line.strip())
    try:
        made = rejection_notice(facility, letter, to == "sender", lines, by)
    except UsageError as error:
        return _page(request, visit, str(error))
    prints.queue_pdf(facility, by, *notice_kind(to), made.pdf, made.booking_number)
    return _page(request, visit, made.warning) if made.warning else _shown()


def _label_printer(request: Request, visit: Visit) -> str:
    chosen = remembered(request, Chosen.LABEL_PRINTER)
    return prints.default_printer(facility_of(request), visit.actor, chosen)


def _shown() -> Response:
    return RedirectResponse("/staff/print", 303)


@router.post("/printer")
def choose_printer(request: Request, visit: SignedStaff, printer: Text = "") -> Response:
    """The printer of this browser from now on."""
    chosen = prints.default_printer(facility_of(request), visit.actor, printer)
    answer = RedirectResponse("/staff/print", 303)
    remember(request, answer, Chosen.PRINTER, chosen)
    return answer


@router.get("/templates")
def templates(request: Request, visit: StaffVisit) -> HTMLResponse:
    """What the facility's own templates of print make of its paper, with invented people."""
    found = previews.look_at_templates(facility_of(request), visit.actor)
    return show(
        request,
        "staff/print_templates.html",
        visit=visit,
        idle_seconds=idle_seconds(request),
        templates=found,
        samples=list(Sample),
    )


@router.get("/templates/{sample}.png")
def sample_picture(request: Request, sample: str, visit: StaffVisit) -> Response:
    return picture(previews.sample_picture(facility_of(request), _sample(sample), visit.actor))


@router.get("/templates/{sample}.pdf")
def sample_pdf(request: Request, sample: str, visit: StaffVisit) -> Response:
    made = previews.sample_pdf(facility_of(request), _sample(sample), visit.actor)
    return pdf(made, f"preview-{_sample(sample)}")


def _sample(name: str) -> Sample:
    if name not in list(Sample):
        raise NotFound("There is no such sample.")
    return Sample(name)


@router.get("/batches/{batch}/prints.pdf")
def batch_pdf(request: Request, batch: str, visit: StaffVisit) -> Response:
    number = _number(batch)
    return pdf(prints.batch_pdf(facility_of(request), number, visit.actor), f"batch-{number}")


@router.post("/batches/{batch}/came-out")
def came_out(request: Request, batch: str, visit: SignedStaff) -> Response:
    """The paper is there; ``all``: that of every batch that is in no doubt; ``restored``: that of
    all that waited when the backup was made."""
    try:
        prints.came_out(facility_of(request), _batches(request, batch, visit), visit.actor)
    except (Conflict, UsageError) as error:
        return _page(request, visit, str(error))
    return _shown()


def _batches(request: Request, batch: str, visit: Visit) -> list[int]:
    if batch not in (_ALL, _RESTORED):
        return [_number(batch)]
    asked = prints.look_at_queue(facility_of(request), visit.actor).asked
    if batch == _ALL:
        return [each.number for each in asked if not each.is_doubtful]
    return [each.number for each in asked if each.is_restored]


@router.post("/batches/{batch}/came-not")
def came_not(request: Request, batch: str, visit: SignedStaff) -> Response:
    """Nothing came out: it waits again; ``restored``: nothing of all that waited when the backup
    was made."""
    numbers = _batches(request, batch, visit) if batch == _RESTORED else [_number(batch)]
    try:
        prints.came_not(facility_of(request), numbers, visit.actor)
    except (Conflict, UsageError) as error:
        return _page(request, visit, str(error))
    return _shown()


@router.post("/stopped/{number}/give-up")
def give_up(
    request: Request,
    number: str,
    visit: SignedStaff,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """What must not be printed now will not be later, either."""
    try:
        prints.give_up(facility_of(request), _number(number), visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _page(request, visit, str(error))
    return _shown()


@router.post("/again")
def again(
    request: Request,
    visit: SignedStaff,
    first: Text = "",
    last: Text = "",
    reason: Annotated[str, Form(max_length=500)] = "",
    spoiled: Annotated[bool, Form()] = False,
) -> Response:
    """One print once more, or a range."""
    facility, by = facility_of(request), visit.actor
    try:
        numbers = _number(first), _number(last.strip() or first)
        prints.print_again(facility, *numbers, by, reason, spoiled=spoiled)
    except (Conflict, NotFound, UsageError) as error:
        return _page(request, visit, str(error))
    return _shown()


def _number(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdecimal() and len(text) < 10):
        raise NotFound(f"There is no number {text[:20]}.")
    return int(text)


def _page(request: Request, visit: Visit, *troubles: str) -> HTMLResponse:
    facility, by = facility_of(request), visit.actor
    return show(
        request,
        "staff/print.html",
        409 if troubles else 200,
        visit=visit,
        idle_seconds=idle_seconds(request),
        queue=prints.look_at_queue(facility, by),
        printers=prints.printer_names(facility, by),
        printer=prints.default_printer(facility, by, remembered_printer(request)),
        label_printer=_label_printer(request, visit),
        may_print_again=prints.may_print_again(by),
        troubles=troubles,
    )
