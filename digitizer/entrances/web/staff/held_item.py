"""One held item before a person, and the decisions he can take on it.

One form carries them all: the reason is written once and signed by whoever is logged in; the
button that is pressed says which decision it is for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.auth import SignedStaff, StaffVisit
from digitizer.entrances.web.shared.media import picture
from digitizer.entrances.web.shared.pages import house_of, show
from digitizer.entrances.web.staff.today import idle_seconds
from digitizer.model.errors import Conflict, NotAllowed, NotFound, UsageError
from digitizer.model.mail import PageRole
from digitizer.screening import cases, decisions, legal_mail
from digitizer.screening.exception_queue import DeskPage

router = APIRouter(prefix="/staff/held")
#: In a longer scan only the item's pages and a few beside them are shown at first.
_SHORT_SCAN = 12
_BESIDE = 2

Text = Annotated[str, Form()]


@router.get("/{held_id}")
def item(
    request: Request,
    held_id: str,
    visit: StaffVisit,
    find: str = "",
    settled: str = "",
    show_all: bool = False,
) -> Response:
    try:
        return _page(request, held_id, visit, find=find, settled=settled, show_all=show_all)
    except NotFound:
        return RedirectResponse(f"/staff/held?settled={word(held_id)}", 303)


@router.get("/{held_id}/find")
def find_inmate(request: Request, held_id: str, visit: StaffVisit, find: str = "") -> HTMLResponse:
    """The list of inmates that the search box fills in while one types."""
    found = cases.find_in_roster(house_of(request), find, visit.actor)
    return show(request, "staff/found.html", candidates=found, find=find, to="")


@router.get("/{held_id}/page/{number}")
def big_page(request: Request, held_id: str, number: int, visit: StaffVisit) -> HTMLResponse:
    case = cases.look_at_held(house_of(request), held_id, visit.actor)
    numbers = [page.number for page in case.pages if page.picture]
    if number not in numbers:
        raise NotFound(f"There is no picture of page {number}.")
    place = numbers.index(number)
    return show(
        request, "staff/page.html", visit=visit, case=case, page=case.pages[place],
        before=numbers[place - 1] if place else None,
        after=numbers[place + 1] if place + 1 < len(numbers) else None,
        idle_seconds=idle_seconds(request),
    )  # fmt: skip


@router.get("/{held_id}/page/{number}/picture")
def page_picture(request: Request, held_id: str, number: int, visit: StaffVisit) -> Response:
    return picture(cases.held_picture(house_of(request), held_id, number, visit.actor))


@router.post("/{held_id}/assign")
def assign(
    request: Request, held_id: str, visit: SignedStaff, reason: Text = "", seen: Text = "",
    to: Text = "",
) -> Response:  # fmt: skip
    def decide() -> str:
        if not to:
            raise UsageError("Choose the inmate the letter is for.")
        return decisions.assign(house_of(request), held_id, to, visit.actor, reason)

    return _settle(request, held_id, visit, seen, decide, to=to, reason=reason)


@router.post("/{held_id}/release")
def release(
    request: Request, held_id: str, visit: SignedStaff, reason: Text = "", seen: Text = ""
) -> Response:
    def decide() -> str:
        decisions.release(house_of(request), held_id, visit.actor, reason)
        return held_id

    return _settle(request, held_id, visit, seen, decide, reason=reason)


@router.post("/{held_id}/reject")
def reject(
    request: Request, held_id: str, visit: SignedStaff, reason: Text = "", seen: Text = ""
) -> Response:
    def decide() -> str:
        decisions.reject(house_of(request), held_id, visit.actor, reason)
        return held_id

    return _settle(request, held_id, visit, seen, decide, reason=reason)


@router.post("/{held_id}/rescanned")
def rescanned(
    request: Request, held_id: str, visit: SignedStaff, reason: Text = "", seen: Text = "",
    new_id: Text = "",
) -> Response:  # fmt: skip
    def decide() -> str:
        if not new_id.strip():
            raise UsageError("Type the id of the letter or scan that came of the new scanning.")
        decisions.rescanned(house_of(request), held_id, new_id.strip(), visit.actor, reason)
        return held_id

    return _settle(request, held_id, visit, seen, decide, reason=reason)


@router.post("/{held_id}/cut")
def cut(
    request: Request, held_id: str, visit: SignedStaff, reason: Text = "", seen: Text = "",
    before: Annotated[int, Form()] = 0,
) -> Response:  # fmt: skip
    def decide() -> str:
        return decisions.cut(house_of(request), held_id, before, visit.actor, reason)[0]

    return _change(request, held_id, visit, seen, decide, reason=reason)


@router.post("/{held_id}/join")
def join(
    request: Request, held_id: str, visit: SignedStaff, reason: Text = "", seen: Text = "",
    pair: Text = "",
) -> Response:  # fmt: skip
    """``pair`` is the two letters in the order of the glass: the first keeps its id."""

    def decide() -> str:
        first, _, second = pair.partition(" ")
        if held_id not in (first, second):
            raise UsageError("Only this letter and one beside it can be joined here.")
        return decisions.join(house_of(request), first, second, visit.actor, reason)

    return _change(request, held_id, visit, seen, decide, reason=reason)


@router.post("/{held_id}/mark")
def mark(
    request: Request, held_id: str, visit: SignedStaff, reason: Text = "", seen: Text = "",
    page_role: Text = "",
) -> Response:  # fmt: skip
    """``page_role`` is a page's number and what it is: ``4 cover``."""

    def decide() -> str:
        number, _, role = page_role.partition(" ")
        if not number.isdigit() or role not in set(PageRole):
            raise UsageError("Say which page, and what it is.")
        house = house_of(request)
        return decisions.mark_page(house, held_id, int(number), PageRole(role), visit.actor, reason)

    return _change(request, held_id, visit, seen, decide, reason=reason)


def _settle(
    request: Request, held_id: str, visit: Visit, seen: str, decide: Callable[[], str],
    *, to: str = "", reason: str = "",
) -> Response:  # fmt: skip
    """A decision that ends the item: then the next one, or the list when none is left."""
    try:
        house = house_of(request)
        following = cases.look_after(house, held_id, seen, visit.actor)
        settled = decide()
    except (UsageError, Conflict, NotAllowed, NotFound) as error:
        return again(request, held_id, visit, str(error), to=to, reason=reason)
    place = f"/staff/held/{following}" if following else "/staff/held"
    return RedirectResponse(f"{place}?settled={word(settled)}", 303)


def _change(
    request: Request, held_id: str, visit: Visit, seen: str, decide: Callable[[], str],
    *, reason: str = "",
) -> Response:  # fmt: skip
    """A decision after which the item is still there, perhaps under another id."""
    try:
        cases.look_after(house_of(request), held_id, seen, visit.actor)
        still = decide()
    except (UsageError, Conflict, NotAllowed, NotFound) as error:
        return again(request, held_id, visit, str(error), reason=reason)
    return RedirectResponse(f"/staff/held/{word(still)}?settled={word(still)}", 303)


def following(request: Request, held_id: str, visit: Visit) -> str | None:
    """The id of the item to settle after this one."""
    return cases.look_at_held(house_of(request), held_id, visit.actor).following


def again(
    request: Request, held_id: str, visit: Visit, trouble: str, *, to: str = "", reason: str = ""
) -> Response:
    """The same item with what is wrong, and what was typed kept."""
    try:
        return _page(request, held_id, visit, trouble=trouble, to=to, reason=reason)
    except NotFound:
        return RedirectResponse(f"/staff/held?settled={word(held_id)}", 303)


def _page(
    request: Request,
    held_id: str,
    visit: Visit,
    *,
    find: str = "",
    settled: str = "",
    show_all: bool = False,
    trouble: str = "",
    to: str = "",
    reason: str = "",
) -> HTMLResponse:
    house = house_of(request)
    case = cases.look_at_held(house, held_id, visit.actor)
    found = cases.find_in_roster(house, find or to, visit.actor) if find or to else ()
    pages = case.pages if show_all else _near(case)
    may_settle = cases.may_settle(visit.actor, case.scan)
    unsealing = may_settle and case.scan.sealed
    seal = legal_mail.look_at_sealed(house, case.scan.scan, visit.actor) if unsealing else None
    return show(
        request, "staff/item.html", 409 if trouble else 200, visit=visit, case=case,
        pages=pages, left_out=len(case.pages) - len(pages), candidates=found, find=find,
        may_settle=may_settle, seal=seal, trouble=trouble, to=to, reason=reason,
        done=cases.decision_on(house, settled, visit.actor),
        idle_seconds=idle_seconds(request),
    )  # fmt: skip


def _near(case: cases.HeldCase) -> tuple[DeskPage, ...]:
    """The item's own pages and a few beside them: other people's letters are not spread out."""
    own = [place for place, page in enumerate(case.pages) if case.is_own(page)]
    if len(case.pages) <= _SHORT_SCAN or not own:
        return case.pages
    return case.pages[max(0, own[0] - _BESIDE) : own[-1] + _BESIDE + 1]


def word(some_id: str) -> str:
    """Ids are letters and digits; anything else in an address is dropped."""
    return "".join(c for c in some_id if c.isalnum())[:32]
