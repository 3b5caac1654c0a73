"""Who calls, and which scope a route needs: the route's own check, before that of the verb."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes
from starlette.exceptions import HTTPException

from digitizer.access.bearers import Bearer
from digitizer.access.tokens import require
from digitizer.facility import Facility
from digitizer.model.errors import NotAllowed
from digitizer.model.people import Scope

PREFIX = "/api/v1"
#: Only for the description: the guard has looked at the token before.
_TOKEN = HTTPBearer(
    scheme_name="token",
    bearerFormat="dgz_ID_SECRET",
    description="A token that an administrator made. The scopes are what it may do.",
    auto_error=False,
)


def _caller(request: Request, wanted: SecurityScopes, _: Annotated[Any, Depends(_TOKEN)]) -> Bearer:
    found = request.state.bearer
    assert isinstance(found, Bearer)
    for scope in wanted.scopes:
        try:
            require(facility_of(request), found.actor, Scope(scope))
        except NotAllowed as error:
            headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
            raise HTTPException(403, str(error), headers) from None
    return found


def needs(scope: Scope) -> Any:
    """For a route: its caller, who has this scope."""
    return Security(_caller, scopes=[str(scope)])


def facility_of(request: Request) -> Facility:
    found = request.app.state.facility
    assert isinstance(found, Facility)
    return found
