"""Who is asking, on the family's pages: a cookie of their own, which opens nothing else here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from digitizer.access import login
from digitizer.access.login import Visit
from digitizer.entrances.web.shared.announced import announced
from digitizer.entrances.web.shared.auth import NeedsLogin, check_csrf
from digitizer.entrances.web.shared.templating import facility_of, language_cookie, show
from digitizer.model.errors import NotFound
from digitizer.model.people import ActorKind
from digitizer.visits import own_visits

LOGIN = "/family/login"


def _cookie(request: Request) -> str:
    return "__Host-family" if request.url.scheme == "https" else "family"


def token_of(request: Request) -> str | None:
    return request.cookies.get(_cookie(request))


def hand_token(request: Request, response: Response, token: str) -> None:
    """Lax, where the others' is strict: who follows the link of an e-mail is still logged in. What
    changes something needs the token of the form."""
    response.set_cookie(
        _cookie(request),
        token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def clear(request: Request, response: Response) -> None:
    """After logging out; somebody may be logged in to the other pages in the same browser."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_cookie(request), path="/", httponly=True, secure=secure)
    response.delete_cookie(language_cookie(request), path="/", secure=secure)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def visitor(request: Request, *, awake: bool = True) -> Visit | None:
    """Who is logged in here; None for nobody."""
    found = login.visit(facility_of(request), token_of(request), awake=awake)
    is_outside = found is not None and found.actor.kind is ActorKind.CORRESPONDENT
    return found if is_outside else None


def _family(request: Request) -> Visit:
    need_accounts(request)
    found = visitor(request)
    if found is None:
        raise NeedsLogin(LOGIN)
    return found


def _signed(visit: Annotated[Visit, Depends(_family)], csrf: Annotated[str, Form()] = "") -> Visit:
    check_csrf(visit, csrf)
    return visit


def need_accounts(request: Request) -> None:
    """Raises NotFound where nobody can have a login."""
    if not facility_of(request).settings.has_family_accounts:
        raise NotFound("There are no accounts here.")


FamilyVisit = Annotated[Visit, Depends(_family)]
#: For every form: they are logged in, and the form belongs to this session.
SignedFamily = Annotated[Visit, Depends(_signed)]


#: The pages that show what staff announce.
_TELLING = ("front", "login", "home", "conversation")


def page(
    request: Request, template: str, status: int = 200, *, visit: Visit | None, **context: Any
) -> HTMLResponse:
    """A page of the family's, with what all of them need."""
    settings = facility_of(request).settings
    return show(
        request,
        f"family/{template}.html",
        status,
        visit=visit,
        idle_seconds=settings.family.idle_minutes * 60 if visit else 0,
        has_accounts=settings.has_family_accounts,
        has_tracking=settings.family.tracking,
        has_visits=visit is not None and own_visits.are_held(facility_of(request), visit.actor),
        has_takeaway=settings.release.export == "on",
        announcements=announced(request) if template in _TELLING else [],
        **context,
    )
