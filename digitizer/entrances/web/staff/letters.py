"""The staff's pages of delivered mail: find a page, look at it, correct its text."""

# Without "from __future__ import annotations": see held_decisions.py.

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.appeals import actions as appeals
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import LONGEST_QUERY, Quarter, pdf, picture
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.held_item import word
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.evidence.actions import may_make_pack
from digitizer.letters import actions as letters
from digitizer.logbook import actions as logbook
from digitizer.model.errors import Conflict, NeedsCase, NeedsReason, NotFound, UsageError
from digitizer.model.mail import LetterKind
from digitizer.people.correspondents.actions import Entry
from digitizer.people.correspondents.actions import may_change as may_name_senders
from digitizer.screening import cases, recalls, senders

#: Bounded, as all that an address is made of: a proxy refuses an answer whose head is too long.
Position = Annotated[int, Form(ge=1, le=99_999)]

router = APIRouter(prefix="/staff/mail")
_MOST_HITS = 30
_MOST_PEOPLE = 5


@router.get("")
def search(request: Request, visit: StaffVisit, q: str = "") -> HTMLResponse:
    return _search(request, visit, q)


@router.post("")
def say_why(
    request: Request,
    visit: SignedStaff,
    reason: Annotated[str, Form()] = "",
    q: Annotated[str, Form()] = "",
) -> Response:
    """Why this person searches the words of letters; then they may, for some minutes."""
    try:
        letters.give_reason_to_search(facility_of(request), reason, visit.actor)
    except UsageError as error:
        return _search(request, visit, q, trouble=str(error))
    asked = urlencode({"q": q.strip()[:LONGEST_QUERY]})
    return RedirectResponse(f"/staff/mail?{asked}", 303)


@router.post("/case")
def name_case(
    request: Request,
    visit: SignedStaff,
    case: Annotated[str, Form()] = "",
    letter: Annotated[str, Form()] = "",
    position: Position = 1,
    find: Annotated[str, Form()] = "",
) -> Response:
    """The case that an investigator reads for from now on; then on to what was asked for."""
    try:
        letters.name_case(facility_of(request), case, visit.actor)
    except UsageError as error:
        return _ask(request, visit, letter, position, find, str(error), case=True)
    if not letter:
        return RedirectResponse(f"/staff/mail?{urlencode({'q': find[:LONGEST_QUERY]})}", 303)
    asked = f"?{urlencode({'find': find[:LONGEST_QUERY]})}" if find else ""
    return RedirectResponse(f"/staff/mail/{word(letter)}/{position}{asked}", 303)


def _search(request: Request, visit: Visit, q: str, trouble: str = "") -> HTMLResponse:
    """Inmates are found by anyone; words of letters by who said why, where that is asked."""
    facility, query = facility_of(request), q.strip()[:LONGEST_QUERY]
    try:
        hits = letters.search_mail(facility, query, visit.actor, limit=_MOST_HITS) if query else ()
        is_closed = False
    except NeedsCase:
        return _ask(request, visit, find=query, case=True)
    except NeedsReason:
        hits, is_closed = (), True
    return show(
        request,
        "staff/search.html",
        400 if trouble else 200,
        visit=visit,
        query=query,
        hits=hits,
        is_closed=is_closed,
        trouble=trouble,
        case=letters.case_in_hand(facility, visit.actor),
        minutes=facility.settings.web.reading_reason_minutes,
        people=cases.find_in_roster(facility, query, visit.actor, _MOST_PEOPLE),
        idle_seconds=idle_seconds(request),
    )


@router.get("/{letter}")
def record(request: Request, letter: str, visit: StaffVisit) -> HTMLResponse:
    """Whose letter it is and what happened to it, whatever that was; no page of it."""
    known = recalls.look_at_settled(facility_of(request), letter, visit.actor)
    return show(
        request,
        "staff/letter_record.html",
        visit=visit,
        logged=logbook.about(facility_of(request), known.id, visit.actor),
        known=known,
        rejections=appeals.rejections_of(facility_of(request), known.id, visit.actor),
        may_recall=recalls.may_recall(visit.actor),
        may_pack=may_make_pack(visit.actor),
        idle_seconds=idle_seconds(request),
    )


@router.get("/{letter}/letter.pdf")
def letter_pdf(request: Request, letter: str, visit: StaffVisit) -> Response:
    try:
        return pdf(letters.letter_pdf(facility_of(request), letter, visit.actor))
    except NeedsReason as error:
        return _ask(request, visit, letter, case=isinstance(error, NeedsCase))


@router.post("/{letter}/reason")
def give_reason(
    request: Request,
    letter: str,
    visit: SignedStaff,
    reason: Annotated[str, Form()] = "",
    position: Position = 1,
    find: Annotated[str, Form()] = "",
) -> Response:
    """Why this person opens the letter; then it is open to them for some minutes."""
    try:
        letters.give_reason(facility_of(request), letter, reason, visit.actor)
    except UsageError as error:
        return _ask(request, visit, letter, position, find, str(error), case=False)
    asked = f"?{urlencode({'find': find[:LONGEST_QUERY]})}" if find else ""
    return RedirectResponse(f"/staff/mail/{quote(letter)}/{position}{asked}", 303)


@router.post("/{letter}/sender")
def sender(
    request: Request,
    letter: str,
    visit: SignedStaff,
    correspondent: Annotated[int, Form(ge=0, le=999_999_999)] = 0,
    name: Annotated[str, Form(max_length=200)] = "",
    address: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """A person accepts who sent a letter that a cover delivered, before anybody looked at it."""
    try:
        facility, entry = facility_of(request), Entry(name, address)
        senders.name_sender(facility, letter, correspondent or None, entry, visit.actor)
    except UsageError as error:
        return _page(request, letter, 1, visit, _Shown(trouble=str(error)))
    return RedirectResponse(f"/staff/mail/{quote(letter)}/1", 303)


@router.get("/{letter}/{position}")
def letter_page(
    request: Request,
    letter: str,
    position: int,
    visit: StaffVisit,
    find: str = "",
    kept: bool = False,
    quarter: Quarter = 0,
) -> HTMLResponse:
    return _page(request, letter, position, visit, _Shown(find, kept, quarter))


@router.get("/{letter}/{position}/picture")
def letter_picture(request: Request, letter: str, position: int, visit: StaffVisit) -> Response:
    return picture(letters.page_picture(facility_of(request), letter, position, visit.actor))


@dataclass(frozen=True, slots=True)
class CorrectionForm:
    """The text of a page as a person typed it. ``based_on`` is the correction that they saw, 0 if
    there was none. ``is_bare``: the page has no text."""

    text: Annotated[str, Form()] = ""
    based_on: Annotated[int, Form()] = 0
    is_bare: Annotated[bool, Form()] = False


@router.post("/{letter}/{position}")
def correct(
    request: Request,
    letter: str,
    position: int,
    visit: SignedStaff,
    form: Annotated[CorrectionForm, Depends()],
    find: str = "",
) -> Response:
    """Keeps the text; if it cannot be kept, it stays in the form, with what is wrong."""
    try:
        letters.correct_page(
            facility_of(request),
            letter,
            position,
            form.text,
            visit.actor,
            based_on=form.based_on,
            may_be_empty=form.is_bare,
        )
    except NeedsReason as error:
        needs_case = isinstance(error, NeedsCase)
        return _ask(request, visit, letter, position, find[:LONGEST_QUERY], case=needs_case)
    except (UsageError, Conflict) as error:
        shown = _Shown(find, trouble=str(error), typed=form.text)
        return _page(request, letter, position, visit, shown)
    asked = {"kept": "true"} | ({"find": find[:LONGEST_QUERY]} if find else {})
    return RedirectResponse(f"/staff/mail/{quote(letter)}/{position}?{urlencode(asked)}", 303)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows besides the letter's page; ``quarter`` turns are made clockwise."""

    find: str = ""
    kept: bool = False
    quarter: int = 0
    trouble: str = ""
    typed: str = ""


def _ask(
    request: Request,
    visit: Visit,
    letter: str = "",
    position: int = 1,
    find: str = "",
    trouble: str = "",
    *,
    case: bool,
) -> HTMLResponse:
    """For the case that an investigator reads for; of everybody else, why they open the letter. It
    shows nothing of the letter: 403."""
    web = facility_of(request).settings.web
    return show(
        request,
        "staff/case.html" if case else "staff/why.html",
        403,
        visit=visit,
        letter=letter,
        position=position,
        find=find,
        trouble=trouble,
        minutes=web.case_number_minutes if case else web.reading_reason_minutes,
        idle_seconds=idle_seconds(request),
    )


def _page(
    request: Request, letter: str, position: int, visit: Visit, shown: _Shown
) -> HTMLResponse:
    try:
        opened = letters.open_letter(facility_of(request), letter, visit.actor, position)
    except NeedsReason as error:
        asked, needs_case = shown.find[:LONGEST_QUERY], isinstance(error, NeedsCase)
        return _ask(request, visit, letter, position, asked, case=needs_case)
    page = next((each for each in opened.pages if each.position == position), None)
    if page is None:
        raise NotFound(f"Letter {letter} has no page {position}.")
    asked = shown.find[:LONGEST_QUERY]
    facility, is_letter = facility_of(request), opened.kind is LetterKind.LETTER
    return show(
        request,
        "staff/letter.html",
        409 if shown.trouble else 200,
        visit=visit,
        letter=opened,
        known=recalls.look_at_settled(facility, letter, visit.actor),
        may_recall=recalls.may_recall(visit.actor),
        may_pack=may_make_pack(visit.actor),
        senders=senders.look_at_senders(facility, letter, visit.actor) if is_letter else None,
        may_name=may_name_senders(visit.actor),
        page=page,
        find=asked,
        marks=letters.found_on(page, asked),
        kept=shown.kept,
        trouble=shown.trouble,
        typed=shown.typed,
        quarter=shown.quarter,
        may_correct=letters.may_correct(visit.actor),
        idle_seconds=idle_seconds(request),
    )
