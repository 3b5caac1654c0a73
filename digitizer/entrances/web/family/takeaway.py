"""The page of those who left: by a code from a slip they take their mailbox along, without an
account."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from digitizer.departures import taking
from digitizer.departures.taking import BeingMade, NotOpen, NotYet, Opened, Refused, Taken
from digitizer.entrances.failures import RETRY_AFTER
from digitizer.entrances.web.family.visits import page
from digitizer.entrances.web.shared.even_time import even_time
from digitizer.entrances.web.shared.login_queue import login_turn
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.errors import NotFound, StorageError, TooOften, UsageError

log = logging.getLogger("digitizer")

router = APIRouter(prefix="/family/takeaway")
Text = Annotated[str, Form(max_length=200)]
_HERE = "/family/takeaway"
_PIECE = 256 * 1024  # bytes
#: Where a line broke. All else that may be asked for is answered with the whole.
_START = re.compile(r"bytes=(\d{1,15})-")


@router.get("")
def takeaway(request: Request) -> HTMLResponse:
    _need_open(request)
    return _page(request, taking.opened(facility_of(request), _token(request)))


@router.post("")
async def enter(
    request: Request, code: Text = "", booking: Text = "", last_name: Text = ""
) -> Response:
    """The same answer for all that is wrong, and as late."""
    await run_in_threadpool(_need_open, request)

    def try_it(terminal: str) -> Response:
        try:
            token = taking.enter(facility_of(request), code, booking, last_name, terminal)
        except UsageError as error:
            return _page(request, trouble=str(error), typed=(code, booking, last_name))
        except NotYet:
            return _page(request, not_yet=True)
        except Refused:
            return _page(request, refused=True, typed=(code, booking, last_name))
        response = RedirectResponse(_HERE, 303)
        _hand(request, response, token)
        return response

    async with even_time(), login_turn(request) as terminal:
        return await run_in_threadpool(try_it, terminal)


@router.get("/file")
def file(request: Request) -> Response:
    """The file itself, sent as it is read. Within the hour it can be asked for again, also from
    where a line broke (RFC 9110, 14.2: one range that begins somewhere)."""
    start = _START.fullmatch(request.headers.get("range", ""))
    tag = request.headers.get("if-range", "").strip('"')
    try:
        taken = taking.take(
            facility_of(request), _token(request), int(start[1]) if start else 0, tag
        )
    except NotOpen:
        return RedirectResponse(_HERE, 303)
    except TooOften as error:
        return _page(
            request, taking.opened(facility_of(request), _token(request)), trouble=str(error)
        )
    except UsageError:
        return Response(status_code=416)
    except BeingMade:
        return _later(request, "being made")
    except (StorageError, NotFound) as error:
        log.error("a mailbox could not be made: %s", error, extra={"event": "takeaway_failed"})
        return _later(request, "failed")
    headers = {
        "content-length": str(taken.length - taken.start),
        "content-disposition": 'attachment; filename="my-mail.zip"',
        "accept-ranges": "bytes",
        "etag": f'"{taken.tag}"',
    }
    if taken.start:
        headers["content-range"] = f"bytes {taken.start}-{taken.length - 1}/{taken.length}"
    return StreamingResponse(
        _read(taken),
        206 if taken.start else 200,
        media_type="application/zip",
        headers=headers,
    )


@router.post("/close")
def close(request: Request) -> Response:
    """For a computer that others use: the browser opens nothing any more."""
    taking.close(facility_of(request), _token(request))
    response = RedirectResponse(_HERE, 303)
    secure = request.url.scheme == "https"
    response.delete_cookie(_cookie(request), path="/", httponly=True, secure=secure)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _later(request: Request, why: str) -> HTMLResponse:
    """There is no file just now, and the code is not used up by that."""
    opened = taking.opened(facility_of(request), _token(request))
    answer = _page(request, opened, later=why)
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _read(taken: Taken) -> Iterator[bytes]:
    with taken.file:
        while piece := taken.file.read(_PIECE):
            yield piece


def _page(
    request: Request,
    opened: Opened | None = None,
    *,
    trouble: str = "",
    refused: bool = False,
    not_yet: bool = False,
    later: str = "",
    typed: tuple[str, str, str] = ("", "", ""),
) -> HTMLResponse:
    status = 503 if later else 403 if refused or not_yet else 400 if trouble else 200
    return page(
        request,
        "takeaway",
        status,
        visit=None,
        opened=opened,
        trouble=trouble,
        refused=refused,
        not_yet=not_yet,
        later=later,
        typed=typed,
    )


def _need_open(request: Request) -> None:
    if not taking.is_open(facility_of(request)):
        raise NotFound("Nothing is taken along here.")


def _cookie(request: Request) -> str:
    """Its own: it opens nothing else, and no login opens this."""
    return "__Host-takeaway" if request.url.scheme == "https" else "takeaway"


def _token(request: Request) -> str | None:
    return request.cookies.get(_cookie(request))


def _hand(request: Request, response: Response, token: str) -> None:
    """Gone with the browser at the latest; the hour is kept where the code is."""
    response.set_cookie(
        _cookie(request),
        token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
