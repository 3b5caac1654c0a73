"""What the pages of a video call ask for while it goes on, whoever's pages they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Query, Request
from fastapi.responses import JSONResponse

from digitizer.calls import actions as calls
from digitizer.calls import recordings
from digitizer.calls.actions import Shown, Sitter, Stage
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.call_settings import Unrecorded
from digitizer.model.errors import UsageError
from digitizer.model.people import Actor

#: As long as an offer may be (``engines.calls.port``); the body of the request is bounded as well.
Sdp = Annotated[str, Form(max_length=60_000)]
Seat = Annotated[str, Form(max_length=20)]
Answer = Annotated[str, Form(max_length=8)]
#: A name that a page makes up for itself.
Device = Annotated[str, Query(max_length=64)]
SentDevice = Annotated[str, Form(max_length=64)]
Moves = Annotated[str, Form(max_length=3)]


def state(
    request: Request,
    call_id: str,
    by: Actor,
    device: str = "",
    *,
    looks: bool = False,
    **more: bool,
) -> JSONResponse:
    """Asked each second. ``says`` chooses the words on the page; ``looks`` and ``more`` are for
    staff alone."""
    shown = calls.see(facility_of(request), call_id, by, device, looks=looks)
    return JSONResponse(
        {
            "stage": str(shown.stage),
            "says": says(shown),
            "over": shown.stage.is_over,
            "left": shown.left,
            "warned": shown.warned,
            "place": shown.place,
            "line": shown.line,
            "visible": shown.visible,
            "here": sorted(map(str, shown.here)),
            "notice": shown.notice,
            "paused": shown.paused,
            "recording": str(shown.recording),
            "elsewhere": shown.elsewhere,
            "names": {str(each.seat): each.name for each in shown.guests},
            **more,
        }
    )


def says(shown: Shown) -> str:
    """Which words tell its reader how it stands."""
    if shown.stage.is_over:
        return "over"
    own = own_seat(shown)
    if own is not None:
        if own.is_out:
            return "out"
        if shown.stage.is_known and not own.is_known:
            return "waiting"
    if shown.stage is Stage.LIVE:
        if shown.paused:
            return "paused"
        return "live" if shown.place or shown.can_be_watched else "private"
    return str(shown.stage)


def own_seat(shown: Shown) -> Sitter | None:
    """The reader's, where they are a guest."""
    return next((each for each in shown.guests if each.seat == shown.seat), None)


def relay(request: Request, call_id: str, by: Actor) -> JSONResponse:
    """As WebRTC names what it needs of a relay."""
    own = calls.relay(facility_of(request), call_id, by)
    return JSONResponse(
        {"urls": list(own.urls), "username": own.username, "credential": own.credential}
    )


def publish(
    request: Request, call_id: str, sdp: str, by: Actor, device: str, moves: str
) -> JSONResponse:
    is_moved = moves == "yes" or not device
    answer, number = calls.publish(facility_of(request), call_id, sdp, by, device, moves=is_moved)
    return JSONResponse({"sdp": answer, "line": number})


def watch(request: Request, call_id: str, seat: str, by: Actor) -> JSONResponse:
    return JSONResponse({"sdp": calls.watch(facility_of(request), call_id, seat, by)})


def answer(request: Request, call_id: str, seat: str, sdp: str, by: Actor) -> JSONResponse:
    calls.answer(facility_of(request), call_id, seat, sdp, by)
    return JSONResponse({})


def answer_recording(request: Request, call_id: str, agrees: str, by: Actor) -> None:
    """Raises UsageError for anything but a clear answer."""
    if agrees not in ("yes", "no"):
        raise UsageError("Say whether you agree to the recording, or not.")
    recordings.answer(facility_of(request), call_id, by, agrees=agrees == "yes")


def held_without(request: Request) -> bool:
    """Whether a call takes place of which somebody does not agree to the recording."""
    own = facility_of(request).settings.calls
    return own.without_agreement is Unrecorded.NOT_RECORDED


def minutes(time: timedelta) -> int:
    """Whole ones, rounded: as people count them."""
    return round(time.total_seconds() / 60)
