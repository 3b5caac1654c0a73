"""Importing a roster on the staff's pages: upload it, see what it would do, apply just that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.framing import LARGEST_ROSTER
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit, check_csrf
from digitizer.entrances.web.shared.proof import Fields, ProvenStaff, SentFields
from digitizer.entrances.web.shared.templating import facility_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotFound, RosterError, UsageError
from digitizer.model.people import CustodyStatus
from digitizer.people import actions as people
from digitizer.people import renumbering, rosters
from digitizer.people.roster_file.layout import NONE, Choices, Column, plain_word
from digitizer.people.roster_import import Preview, Upload
from digitizer.people.roster_plan import Fate, Step
from digitizer.transfers import actions as transfers

router = APIRouter(prefix="/staff/roster")
# Else a roster of more than a megabyte would lie in /tmp as it arrives, in plain form.
MultiPartParser.spool_max_size = LARGEST_ROSTER
Text = Annotated[str, Form()]
Count = Annotated[int, Query(ge=0, le=1_000_000_000)]
#: So many of each list are shown; the counts are of all.
_SHOWN = 200
_HOUSING_PARTS = 3
_LONGEST_NAME = 120
_WORD = "word "
_LONGEST_NUMBER = 12
#: Lists in the order in which a person looks at them, and what each is called.
_DOUBTFUL = (
    (Fate.HELD, "Held: known numbers with another person's name"),
    (Fate.EARLIER, "Listed under an earlier number, and left as they are"),
)
_LISTS = (
    (Fate.RELEASED, "Leave custody"),
    (Fate.RETURNED, "Return"),
    (Fate.NEW, "New"),
    (Fate.MOVED, "Move to another housing unit"),
    (Fate.CHANGED, "Other changes"),
)
#: The headings of a plan's tables.
TITLES = tuple(title for _, title in (*_DOUBTFUL, *_LISTS))


@router.get("")
def page(
    request: Request,
    visit: StaffVisit,
    added: Count = 0,
    changed: Count = 0,
    departed: Count = 0,
    held: Count = 0,
    done: bool = False,
) -> HTMLResponse:
    counts = {"added": added, "changed": changed, "departed": departed, "held": held}
    return _page(request, visit, done=counts if done else None)


@router.post("")
async def upload(request: Request, visit: StaffVisit) -> Response:
    """Who asks is known before the file is read."""
    await run_in_threadpool(rosters.check_may_import, facility_of(request), visit.actor)
    async with request.form(max_files=1, max_fields=10) as form:
        check_csrf(visit, str(form.get("csrf", "")))
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return await run_in_threadpool(_page, request, visit, trouble="Choose a file first.")
        name = Path(file.filename).name[:_LONGEST_NAME]
        found = Upload(name, await file.read(), bool(form.get("full")))
    return await run_in_threadpool(_keep, request, visit, found)


def _keep(request: Request, visit: Visit, found: Upload) -> Response:
    try:
        sha256 = rosters.keep_upload(facility_of(request), found, visit.actor)
    except RosterError as error:
        return _page(request, visit, trouble=str(error))
    return RedirectResponse(f"/staff/roster/file/{sha256}", 303)


@router.get("/file/{sha256}")
def preview(request: Request, sha256: str, visit: StaffVisit) -> HTMLResponse:
    return _file(request, sha256, visit)


@router.post("/file/{sha256}/columns")
def columns(request: Request, sha256: str, visit: SignedStaff, fields: SentFields) -> Response:
    try:
        choices, full = _choices(fields), bool(dict(fields).get("full"))
        rosters.choose_columns(facility_of(request), sha256, choices, full, visit.actor)
    except (UsageError, RosterError) as error:
        return _file(request, sha256, visit, trouble=str(error))
    return RedirectResponse(f"/staff/roster/file/{sha256}", 303)


def _choices(fields: Fields) -> Choices:
    """Of the selects. Those of a housing unit are its parts, in order."""
    sent = dict(fields)
    named = {column: [sent.get(column, "")] for column in Column}
    parts = (f"{Column.HOUSING_UNIT} {part}" for part in range(_HOUSING_PARTS))
    named[Column.HOUSING_UNIT] = [sent.get(part, "") for part in parts]
    chosen = {column: tuple(filter(None, found)) for column, found in named.items()}
    words = {
        plain_word(name.removeprefix(_WORD)): CustodyStatus(value)
        for name, value in fields
        if name.startswith(_WORD) and value in list(CustodyStatus)
    }
    return Choices({column: found for column, found in chosen.items() if found}, words)


@router.post("/file/{sha256}/apply")
def apply(
    request: Request, sha256: str, visit: ProvenStaff, seen: Text = "", confirm_release: Text = ""
) -> Response:
    """It may release everyone and remove their PINs, which nothing brings back."""
    is_number = confirm_release.strip().isdecimal() and len(confirm_release) < _LONGEST_NUMBER
    confirmed = int(confirm_release) if is_number else None
    try:
        change = rosters.apply_kept(facility_of(request), sha256, seen, confirmed, visit.actor)
    except (Conflict, RosterError) as error:
        return _file(request, sha256, visit, trouble=str(error))
    counts = f"added={change.added}&changed={change.changed}&departed={change.departed}"
    return RedirectResponse(f"/staff/roster?done=true&{counts}&held={len(change.held)}", 303)


@router.post("/file/{sha256}/dismiss")
def dismiss(request: Request, sha256: str, visit: SignedStaff) -> Response:
    rosters.dismiss_kept(facility_of(request), sha256, visit.actor)
    return RedirectResponse("/staff/roster", 303)


@router.post("/held/{booking}")
def confirm_held(request: Request, booking: str, visit: SignedStaff, reason: Text = "") -> Response:
    try:
        people.confirm_same_person(facility_of(request), booking, visit.actor, reason)
    except UsageError as error:
        return _page(request, visit, trouble=str(error))
    return RedirectResponse("/staff/roster", 303)


@router.get("/numbers")
def numbers(
    request: Request, visit: StaffVisit, number: str = "", new: str = "", done: str = ""
) -> HTMLResponse:
    return _numbers(request, visit, number, new, done=done)


@router.post("/renumber")
def renumber(
    request: Request, visit: SignedStaff, number: Text = "", new: Text = "", reason: Text = ""
) -> Response:
    number, new = number.strip(), new.strip()
    try:
        renumbering.renumber(facility_of(request), number, new, visit.actor, reason)
    except (Conflict, UsageError) as error:
        return _numbers(request, visit, number, new, trouble=str(error))
    return RedirectResponse("/staff/roster/numbers?done=renumber", 303)


@router.post("/merge")
def merge(
    request: Request,
    visit: ProvenStaff,
    number: Text = "",
    new: Text = "",
    reason: Text = "",
    names_differ: Annotated[bool, Form()] = False,
) -> Response:
    facility = facility_of(request)
    try:
        renumbering.merge(facility, number, new, visit.actor, reason, names_differ=names_differ)
    except (Conflict, UsageError) as error:
        return _numbers(request, visit, number, new, trouble=str(error))
    return RedirectResponse("/staff/roster/numbers?done=merge", 303)


def _page(
    request: Request,
    visit: Visit,
    *,
    trouble: str = "",
    done: dict[str, int] | None = None,
) -> HTMLResponse:
    facility = facility_of(request)
    return show(
        request,
        "staff/roster.html",
        409 if trouble else 200,
        visit=visit,
        may_import=rosters.may_import(visit.actor),
        may_renumber=renumbering.may_renumber(visit.actor),
        may_confirm=people.may_confirm(visit.actor),
        has_others=transfers.may_see(visit.actor)
        and transfers.other_facilities(facility, visit.actor),
        set_aside=rosters.rosters_set_aside(facility, visit.actor),
        held=people.names_held(facility, visit.actor),
        trouble=trouble,
        done=done,
        idle_seconds=idle_seconds(request),
    )


def _file(request: Request, sha256: str, visit: Visit, trouble: str = "") -> HTMLResponse:
    found: Preview | None = None
    try:
        found = rosters.look_at_kept(facility_of(request), sha256, visit.actor)
    except RosterError as error:
        trouble = trouble or str(error)
    return show(
        request,
        "staff/roster_file.html",
        409 if trouble else 200,
        visit=visit,
        sha256=sha256,
        preview=found,
        doubtful=_filled(found, _DOUBTFUL),
        lists=_filled(found, _LISTS),
        most=_SHOWN,
        columns=list(Column),
        no_column=NONE,
        statuses=list(CustodyStatus),
        trouble=trouble,
        idle_seconds=idle_seconds(request),
    )


def _filled(
    found: Preview | None, wanted: Sequence[tuple[Fate, str]]
) -> list[tuple[str, Sequence[Step]]]:
    if found is None:
        return []
    every = ((title, found.plan.of(fate)) for fate, title in wanted)
    return [(title, steps) for title, steps in every if steps]


def _numbers(
    request: Request,
    visit: Visit,
    number: str,
    new: str,
    *,
    trouble: str = "",
    done: str = "",
) -> HTMLResponse:
    facility = facility_of(request)
    record, other = None, None
    renumbering.check_may_renumber(facility, visit.actor)
    if number.strip():
        try:
            record = renumbering.record_of(facility, number.strip(), visit.actor)
        except NotFound as error:
            trouble = trouble or str(error)
    if record and new.strip():
        try:
            other = renumbering.record_of(facility, new.strip(), visit.actor)
        except NotFound:
            other = None  # nobody has that number: it can be given
    return show(
        request,
        "staff/roster_numbers.html",
        409 if trouble else 200,
        visit=visit,
        number=number.strip(),
        new=new.strip(),
        record=record,
        other=other,
        trouble=trouble,
        done=done,
        idle_seconds=idle_seconds(request),
    )
