"""Asking again for the password, before an act that cannot be undone.

The form that asks holds every field of the form it stands in for, and goes to the same address: the
act is done at once when the password is right, and nothing that was typed is lost.
"""

# Without "from __future__ import annotations": FastAPI reads the fields of the form as types.

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from digitizer.access import login
from digitizer.access.login import Refused, Visit
from digitizer.entrances.web.shared.auth import check_csrf, staff_visit, token_of
from digitizer.entrances.web.shared.login_queue import login_turn
from digitizer.entrances.web.shared.templating import facility_of, show

_OWN_FIELDS = ("proof_password", "proof_code")
Fields = tuple[tuple[str, str], ...]


class AsksForProof(Exception):
    """The page must ask who this is; ``fields`` are what the form held. ``refused``: what was typed
    was wrong."""

    def __init__(self, visit: Visit, fields: Fields, refused: bool) -> None:
        super().__init__()
        self.visit = visit
        self.fields = fields
        self.refused = refused


async def _fields(request: Request) -> Fields:
    form = await request.form()
    return tuple(
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in _OWN_FIELDS
    )


@dataclass(frozen=True, slots=True)
class ProofForm:
    csrf: Annotated[str, Form()] = ""
    proof_password: Annotated[str, Form()] = ""
    proof_code: Annotated[str, Form()] = ""


SentProof = Annotated[ProofForm, Depends()]
SentFields = Annotated[Fields, Depends(_fields)]


async def _proven(request: Request, form: SentProof, fields: SentFields) -> Visit:
    return await _prove(request, form, fields)


async def _proven_while_setting_up(request: Request, form: SentProof, fields: SentFields) -> Visit:
    return await _prove(request, form, fields, step="set up second step")


async def _proven_just_now(request: Request, form: SentProof, fields: SentFields) -> Visit:
    return await _prove(request, form, fields, always=True)


async def _prove(
    request: Request,
    form: ProofForm,
    fields: Fields,
    *,
    step: str | None = None,
    always: bool = False,
) -> Visit:
    """The visit, proven. Raises AsksForProof where the password must be typed (first, again, or
    ``always``). A password takes its turn among the logins."""
    visit = await run_in_threadpool(staff_visit, request, step=step)
    check_csrf(visit, form.csrf)
    if not form.proof_password:
        if always or not visit.actor.proven:
            raise AsksForProof(visit, fields, refused=False)
        return visit
    async with login_turn(request) as terminal:
        return await run_in_threadpool(_check, request, visit, form, fields, terminal)


def _check(request: Request, visit: Visit, form: ProofForm, fields: Fields, terminal: str) -> Visit:
    token = token_of(request) or ""
    try:
        login.prove(facility_of(request), token, form.proof_password, form.proof_code, terminal)
    except Refused:
        raise AsksForProof(visit, fields, refused=True) from None
    return staff_visit(request, step=visit.waits_for)


def ask(request: Request, asks: AsksForProof) -> Response:
    """The page with the password field. It is no answer to what was asked: 403."""
    idle = facility_of(request).settings.web.staff_idle_minutes * 60
    query = f"?{request.url.query}" if request.url.query else ""
    return show(
        request,
        "staff/prove.html",
        403,
        visit=asks.visit,
        fields=asks.fields,
        refused=asks.refused,
        action=request.url.path + query,
        idle_seconds=idle,
    )


#: Staff who proved who they are within the minutes of the setting.
ProvenStaff = Annotated[Visit, Depends(_proven)]
#: The same, and also those who are about to set up the second step that their role needs.
ProvenWhileSettingUp = Annotated[Visit, Depends(_proven_while_setting_up)]
#: Staff who prove who they are with this very form.
ProvenJustNow = Annotated[Visit, Depends(_proven_just_now)]
