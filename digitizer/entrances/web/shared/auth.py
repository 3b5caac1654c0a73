"""Who is asking: the session cookie, the doors it opens, and the token that every form carries."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.responses import Response

from digitizer.access import login
from digitizer.access.login import Visit
from digitizer.entrances.web.shared.pages import house_of
from digitizer.model.errors import NotAllowed
from digitizer.model.people import ActorKind


class NeedsLogin(Exception):
    """Nobody is logged in who may see this page; ``door`` is the address to go to."""

    def __init__(self, door: str) -> None:
        super().__init__(door)
        self.door = door


def _cookie_name(request: Request) -> str:
    """Over https browsers themselves hold a ``__Host-`` cookie to this host, path and TLS."""
    return "__Host-digitizer" if request.url.scheme == "https" else "digitizer"


def token_of(request: Request) -> str | None:
    return request.cookies.get(_cookie_name(request))


def hand_token(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        _cookie_name(request), token, path="/", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def clear_all(request: Request, response: Response) -> None:
    """After logging out nothing of the visit is left in the browser."""
    response.delete_cookie(_cookie_name(request), path="/", httponly=True, samesite="strict",
                           secure=request.url.scheme == "https")  # fmt: skip
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


def terminal_of(request: Request) -> str:
    """The address of the machine that asks: what is throttled beside the account."""
    return request.client.host if request.client else "unknown"


def _inmate(request: Request) -> Visit:
    found = login.visit(house_of(request), token_of(request))
    if found is None or found.actor.kind is not ActorKind.INMATE:
        raise NeedsLogin("/login")
    if found.waits_for:
        raise NeedsLogin("/login/more")
    return found


def _staff(request: Request) -> Visit:
    found = login.visit(house_of(request), token_of(request))
    if found is None or found.actor.kind is not ActorKind.STAFF:
        raise NeedsLogin("/staff/login")
    return found


def _staff_asleep(request: Request) -> Visit:
    found = login.visit(house_of(request), token_of(request), awake=False)
    if found is None or found.actor.kind is not ActorKind.STAFF:
        raise NeedsLogin("/staff/login")
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


InmateVisit = Annotated[Visit, Depends(_inmate)]
StaffVisit = Annotated[Visit, Depends(_staff)]
#: For a page that refreshes itself: it must not keep a session alive.
StaffVisitAsleep = Annotated[Visit, Depends(_staff_asleep)]
#: For every form of staff: logged in, and the form is of this session.
SignedStaff = Annotated[Visit, Depends(_signed_staff)]
