"""The web pages of one facility, put together."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from digitizer.access import login
from digitizer.entrances.calm import Calm
from digitizer.entrances.failures import FewLines
from digitizer.entrances.web import probes
from digitizer.entrances.web.family import account as family_account
from digitizer.entrances.web.family import booked_visits as family_booked_visits
from digitizer.entrances.web.family import calls as family_calls
from digitizer.entrances.web.family import devices as family_devices
from digitizer.entrances.web.family import front as family_front
from digitizer.entrances.web.family import guests as family_guests
from digitizer.entrances.web.family import home as family_home
from digitizer.entrances.web.family import letters as family_letters
from digitizer.entrances.web.family import refused as family_refused
from digitizer.entrances.web.family import takeaway as family_takeaway
from digitizer.entrances.web.inmate import calls as inmate_calls
from digitizer.entrances.web.inmate import (
    conversations,
    help,
    mailbox,
    own_pin,
    protected,
    receipts,
    requests,
)
from digitizer.entrances.web.inmate import devices as inmate_devices
from digitizer.entrances.web.inmate import visits as inmate_visits
from digitizer.entrances.web.shared import front_page, proof
from digitizer.entrances.web.shared.auth import NeedsLogin
from digitizer.entrances.web.shared.error_pages import answer
from digitizer.entrances.web.shared.headers import EVERY_PAGE, Pages, SafeAnswers
from digitizer.entrances.web.shared.login_queue import LoginQueue
from digitizer.entrances.web.shared.proof import AsksForProof
from digitizer.entrances.web.shared.proxies import Forwarded
from digitizer.entrances.web.staff import (
    announcements,
    appeals,
    checking,
    correspondents,
    cover_uses,
    evidence,
    found_items,
    held_item,
    inmates,
    kiosks,
    legal_codes,
    legal_mail,
    legal_senders,
    letter_senders,
    letters,
    live,
    log,
    message_checking,
    messages,
    new_covers,
    originals,
    outbox,
    people,
    prints,
    recalls,
    reports,
    retention,
    returned,
    rosters,
    screening,
    sealed,
    second_step,
    today,
    tokens,
    transfers,
    visit_booking,
    visit_setup,
    watching,
)
from digitizer.entrances.web.staff import calls as staff_calls
from digitizer.entrances.web.staff import devices as staff_devices
from digitizer.entrances.web.staff import protected as staff_protected
from digitizer.entrances.web.staff import requests as staff_requests
from digitizer.entrances.web.staff import visits as staff_visits
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError
from digitizer.support.paths import WEB_TEMPLATES

_STAFF = (
    today,
    live,
    staff_devices,  # before the addresses of single calls
    staff_calls,
    sealed,
    held_item,
    checking,
    watching,  # before the addresses of single letters
    message_checking,
    messages,
    screening,
    letter_senders,
    letters,
    evidence,
    recalls,
    inmates,
    correspondents,
    new_covers,  # before the list: it has addresses of any word
    cover_uses,
    prints,
    rosters,
    transfers,
    people,
    second_step,
    kiosks,
    outbox,
    tokens,
    reports,
    announcements,
    appeals,
    log,
    staff_requests,
    staff_protected,
    retention,
    returned,
    found_items,
    originals,
    legal_senders,
    legal_codes,
    legal_mail,
    visit_booking,  # before the addresses of single visits
    visit_setup,
    staff_visits,
)
#: Before the mailbox, which has addresses of any word.
_INMATE = (
    inmate_devices,
    inmate_calls,
    conversations,
    own_pin,
    help,
    requests,
    protected,
    receipts,
    inmate_visits,
    mailbox,
)
_FAMILY = (
    family_front,
    family_takeaway,
    family_home,
    family_devices,
    family_guests,
    family_calls,
    family_account,
    family_letters,
    family_refused,
    family_booked_visits,
)
_PARTS = (front_page, *_INMATE, *_STAFF, *_FAMILY, probes)


def make_app(facility: Facility, pages: Collection[Pages] = EVERY_PAGE) -> FastAPI:
    """The web pages of this facility, or those of some visitors; serve it with any ASGI server,
    without its access log."""
    web = facility.settings.web
    login.make_ready(web)
    app = FastAPI(
        title="digitizer",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # it would build addresses from what the visitor says the host is
    )
    app.state.facility = facility
    app.state.live = live.Live(facility)
    without = set() if facility.settings.family.enabled else {Pages.FAMILY}
    app.state.pages = frozenset(pages) - without
    app.state.login_queue = LoginQueue(web.hashing_at_once, web.logins_waiting)
    app.state.few_lines = FewLines()
    app.mount("/static", StaticFiles(directory=WEB_TEMPLATES / "static"))
    for part in _PARTS:
        app.include_router(part.router)
    app.add_middleware(Calm, answer=answer)
    app.add_middleware(SafeAnswers, web=web, pages=app.state.pages)
    app.add_middleware(Forwarded, facility=facility)  # the outermost
    app.add_exception_handler(NeedsLogin, _to_login)
    app.add_exception_handler(AsksForProof, _ask_for_proof)
    for kind in (DigitizerError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)
    return app


def _to_login(request: Request, error: Exception) -> Response:
    assert isinstance(error, NeedsLogin)
    if request.headers.get("hx-request"):  # a part of a page cannot be a login page
        return Response(status_code=204, headers={"HX-Redirect": error.login_page})
    return RedirectResponse(error.login_page, 303)


def _ask_for_proof(request: Request, error: Exception) -> Response:
    assert isinstance(error, AsksForProof)
    return proof.ask(request, error)
