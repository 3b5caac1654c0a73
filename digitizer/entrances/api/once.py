"""Requests that create something, and are done once: ``access.answered_once`` over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Header, Request
from starlette.responses import Response

from digitizer.access import answered_once
from digitizer.access.answered_once import Answer, Key
from digitizer.access.bearers import Bearer
from digitizer.entrances.api.callers import facility_of

#: Chosen by the program, anew for each thing that it wants done.
IdempotencyKey = Annotated[
    str,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="A new one for each thing to do, such as a UUID; the same one for a try again.",
    ),
]
_REPLAYED = "Idempotency-Replayed"


def done_once(
    request: Request, caller: Bearer, key: str, body: bytes, work: Callable[[], Response]
) -> Response:
    """The answer of ``work``, or the one that this key got before."""
    facility = facility_of(request)
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    taken = Key(caller.token_id, key, hashlib.sha256(asked).hexdigest())
    before = answered_once.take(facility, taken)
    if before is not None:
        return Response(before.body, before.status, {**before.headers, _REPLAYED: "true"})
    try:
        answer = work()
    except BaseException:
        answered_once.give_up(facility, taken)
        raise
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    kept = Answer(answer.status_code, headers, bytes(answer.body))
    answered_once.keep(facility, taken, kept)
    return answer
