"""Telling the pages Today that something changed (server-sent events).

One look at the database every few seconds is shared by all who listen, however many: none of them
holds a connection to it, or a thread. An event says only that there is something new; the page
then asks for it as its own visitor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from digitizer.entrances.web.shared.auth import NeedsLogin, StaffVisitAsleep, staff_visit
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError
from digitizer.model.people import MACHINE
from digitizer.notifications import announcements
from digitizer.operations.care import needs_care
from digitizer.screening import cases

router = APIRouter(prefix="/staff")

#: Seconds between looks, and at how many of them also at what no event tells of (disk, folders).
LOOK = 2.0
_CARE_LOOKS = 8
#: Seconds between signs of life to a listener; at each it is seen whether they are still logged in.
_SIGN_OF_LIFE = 15.0
#: Of ``answer_seconds``, after which the server would cut an answer off; browsers then come again.
_SHARE = 0.8
_COME_AGAIN = 2000  # milliseconds
#: nginx would hold the lines back until there are many.
_UNBUFFERED = {"X-Accel-Buffering": "no"}


@dataclass(eq=False)
class Live:
    """What one server tells its listeners. All but ``_fresh`` runs in its event loop."""

    facility: Facility
    number: int = 0
    closed: bool = False
    _listeners: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _mark: object = None

    async def changes(
        self, seconds: float, still_here: Callable[[], bool]
    ) -> AsyncGenerator[str, None]:
        """Lines for one listener: that something changed, signs of life, and at last that it is
        over, if they are no longer logged in."""
        loop = asyncio.get_running_loop()
        end, seen = loop.time() + seconds, self.number
        sign = loop.time() + _SIGN_OF_LIFE
        self._enter()
        try:
            yield f"retry: {_COME_AGAIN}\n\n"
            while not self.closed and loop.time() < end:
                if self.number == seen:
                    await self._wait(min(sign, end) - loop.time())
                if loop.time() >= sign:
                    sign += _SIGN_OF_LIFE
                    if not await run_in_threadpool(still_here):
                        yield "event: over\ndata:\n\n"
                        return
                    yield ": still here\n\n"
                if self.number != seen:
                    seen = self.number
                    yield f"event: changed\ndata: {seen}\n\n"
        finally:
            self._leave()

    def close(self) -> None:
        """The server ends: so does each stream, at once."""
        self.closed = True
        self._tell()

    def _enter(self) -> None:
        self._listeners += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())

    def _leave(self) -> None:
        self._listeners -= 1
        if not self._listeners and self._task:
            self._task.cancel()
            self._task = None

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _watch(self) -> None:
        looks = 0
        while True:
            mark = await run_in_threadpool(self._fresh, looks % _CARE_LOOKS == 0)
            if mark != self._mark and self._mark is not None:
                self.number += 1
                self._tell()
            self._mark = mark or self._mark
            looks += 1
            await asyncio.sleep(LOOK)

    def _fresh(self, care_too: bool) -> object:
        """What the page shows, for comparing; None where the store does not answer."""
        before = self._mark if isinstance(self._mark, tuple) else (None, None)
        try:
            told = announcements.shown_now(self.facility)
            day = cases.day_of_intake(self.facility, MACHINE)
            found = needs_care(self.facility, MACHINE).findings if care_too else before[1]
        except (DigitizerError, OSError):
            return None
        return day, found, told


@router.get("/live/events")
async def events(request: Request, visit: StaffVisitAsleep) -> StreamingResponse:
    """Keeps no visit awake: it is the page that listens, and not a person."""

    def still_here() -> bool:
        try:
            staff_visit(request, awake=False)
        except NeedsLogin:
            return False
        except DigitizerError:  # the store does not answer now
            return True
        return True

    live: Live = request.app.state.live
    seconds = facility_of(request).settings.web.answer_seconds * _SHARE
    lines = live.changes(seconds, still_here)
    return StreamingResponse(lines, media_type="text/event-stream", headers=_UNBUFFERED)
