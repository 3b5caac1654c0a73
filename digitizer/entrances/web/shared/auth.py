"""Who is asking: the session cookie, the pages it opens, and the token that every form carries."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.responses import Response

from digitizer.access import enrolment, login
from digitizer.access.login import Visit
from digitizer.entrances.web.shared.templating import facility_of, language_cookie, looks_cookie
from digitizer.model.errors import NotAllowed
from digitizer.model.people import ActorKind
from digitizer.support.networks import one_device

_LONGEST_COOKIE = 400 * 24 * 3600  # seconds; browsers keep none for longer


class NeedsLogin(Exception):
    """Nobody who may see this page is logged in; ``login_page`` is the address to go to."""

    def __init__(self, login_page: str) -> None:
        super().__init__(login_page)
        self.login_page = login_page


def _cookie_name(request: Request) -> str:
    """Over https browsers themselves bind a ``__Host-`` cookie to this host, path and TLS."""
    return "__Host-digitizer" if request.url.scheme == "https" else "digitizer"


def _kiosk_cookie(request: Request) -> str:
    return "__Host-kiosk" if request.url.scheme == "https" else "kiosk"


def hand_kiosk(request: Request, response: Response, token: str) -> None:
    """It stays in the browser of the device, also when a person there logs out."""
    response.set_cookie(
        _kiosk_cookie(request),
        token,
        max_age=_LONGEST_COOKIE,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def token_of(request: Request) -> str | None:
    return request.cookies.get(_cookie_name(request))


def hand_token(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        _cookie_name(request),
        token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def clear_all(request: Request, response: Response) -> None:
    """After logging out, nothing of the visit is left in the browser."""
    response.delete_cookie(
        _cookie_name(request),
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    for chosen in (language_cookie(request), looks_cookie(request)):
        response.delete_cookie(chosen, path="/", secure=request.url.scheme == "https")
    kiosk = request.cookies.get(_kiosk_cookie(request))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    if kiosk:
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        hand_kiosk(request, response, kiosk)


def terminal_of(request: Request) -> str:
    """What is throttled as well as the account: the kiosk that was enrolled, else the address of
    the device that asks."""
    kiosk = kiosk_name(request)
    return f"kiosk {kiosk}" if kiosk else one_device(client_of(request))


def kiosk_name(request: Request) -> str | None:
    """Which kiosk the device was enrolled as, if any."""
    token = request.cookies.get(_kiosk_cookie(request))
    return enrolment.kiosk_of(facility_of(request), token) if token else None


def client_of(request: Request) -> str:
    return request.client.host if request.client else ""


def _inmate(request: Request) -> Visit:
    found = login.visit(facility_of(request), token_of(request))
    if found is None or found.actor.kind is not ActorKind.INMATE:
        raise NeedsLogin("/login")
    if found.waits_for:
        raise NeedsLogin(inmate_step(found))
    return found


def inmate_step(visit: Visit) -> str:
    """Where an inmate goes whose PIN was right, by what is still asked of them."""
    return "/login/pin" if visit.waits_for == "new pin" else "/login/more"


#: Where staff go whose password was right, by what is still asked of them.
_STAFF_STEPS = {
    "code": "/staff/login/code",
    "new password": "/staff/login/password",
    "set up second step": "/staff/second-step",
}


def _staff(request: Request) -> Visit:
    return staff_visit(request)


def _staff_asleep(request: Request) -> Visit:
    return staff_visit(request, awake=False)


def staff_visit(request: Request, *, awake: bool = True, step: str | None = None) -> Visit:
    """Staff who are logged in, or who wait for ``step`` of it. Raises NeedsLogin with the page to
    go to for everyone else."""
    found = login.visit(facility_of(request), token_of(request), awake=awake)
    if found is None or found.actor.kind is not ActorKind.STAFF:
        raise NeedsLogin("/staff/login")
    if found.waits_for not in (None, step):
        raise NeedsLogin(_STAFF_STEPS[found.waits_for or ""])
    return found


def check_csrf(visit: Visit | None, csrf: str) -> None:
    """Raises NotAllowed unless the form was made for this session."""
    if visit is None or not hmac.compare_digest(visit.csrf.encode(), csrf.encode()):
        raise NotAllowed("This form is out of date. Go back, load the page again, and try again.")


def _signed_staff(
    visit: Annotated[Visit, Depends(_staff)], csrf: Annotated[str, Form()] = ""
) -> Visit:
    check_csrf(visit, csrf)
    return visit


def _signed_inmate(
    visit: Annotated[Visit, Depends(_inmate)], csrf: Annotated[str, Form()] = ""
) -> Visit:
    check_csrf(visit, csrf)
    return visit


def _signed_writer(request: Request, csrf: Annotated[str, Form()] = "") -> Visit:
    """Also of a session that fell idle since, and that nobody ended: what its owner had typed when
    the connection was lost is kept once it is back, and nothing is shown for it."""
    found = login.visit(facility_of(request), token_of(request), awake=False, dozing=True)
    if found is None or found.actor.kind is not ActorKind.INMATE or found.waits_for:
        raise NeedsLogin("/login")
    check_csrf(found, csrf)
    return found


InmateVisit = Annotated[Visit, Depends(_inmate)]
#: For every form of an inmate: they are logged in, and the form belongs to this session.
SignedInmate = Annotated[Visit, Depends(_signed_inmate)]
#: For a draft alone, which is kept and not shown.
SignedWriter = Annotated[Visit, Depends(_signed_writer)]
StaffVisit = Annotated[Visit, Depends(_staff)]
#: For a page that refreshes itself: that must not keep a session alive.
StaffVisitAsleep = Annotated[Visit, Depends(_staff_asleep)]
#: For every form of staff: they are logged in, and the form belongs to this session.
SignedStaff = Annotated[Visit, Depends(_signed_staff)]
