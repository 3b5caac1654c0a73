"""The line before the login: a few at a time, the others wait, and past that, 429.

Each login costs 19 MiB and a core for a moment. Terminals take turns: whoever sends many
waits behind themselves, and where the line is full, the newest of the longest one gives way.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from digitizer.entrances.web.shared.auth import terminal_of

_TRY_AGAIN = 5  # seconds


class LoginQueue:
    """For one event loop. ``at_once`` logins are under way, ``waiting`` more may wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._room = waiting
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, terminal: str) -> AsyncIterator[None]:
        """Waits for a turn of this terminal. Raises HTTPException 429 where there is no room."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(terminal)
        try:
            yield
        finally:
            self._next()

    async def _wait(self, terminal: str) -> None:
        if self._room == 0:
            self._make_room(terminal)
        turn = asyncio.get_running_loop().create_future()
        self._room -= 1
        self._lines.setdefault(terminal, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._next()  # its turn came as its visitor left
            else:
                self._leave(terminal, turn)
            raise

    def _make_room(self, terminal: str) -> None:
        longest = max(self._lines, key=lambda each: len(self._lines[each]))
        if len(self._lines[longest]) <= len(self._lines.get(terminal, ())) + 1:
            raise busy()
        last = self._lines[longest][-1]
        self._leave(longest, last)
        last.set_exception(busy())

    def _leave(self, terminal: str, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(terminal, deque())
        if turn in line:
            line.remove(turn)
            self._room += 1
        if not line:
            self._lines.pop(terminal, None)

    def _next(self) -> None:
        while self._lines:
            terminal, line = self._lines.popitem(last=False)
            turn = line.popleft()
            self._room += 1
            if line:
                self._lines[terminal] = line  # behind the other terminals
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


def busy() -> HTTPException:
    """What a visitor gets for whom there is no room."""
    return HTTPException(429, headers={"Retry-After": str(_TRY_AGAIN)})


@asynccontextmanager
async def login_turn(request: Request) -> AsyncIterator[str]:
    """The terminal, once it is its turn to have a secret checked. Whoever waits holds no thread, so
    all other pages are answered meanwhile."""
    queue = request.app.state.login_queue
    assert isinstance(queue, LoginQueue)
    terminal = await run_in_threadpool(terminal_of, request)
    async with queue.turn(terminal):
        yield terminal
