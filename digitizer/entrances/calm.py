"""An unexpected error over HTTP is answered in the words of its entrance, and logged."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Calm:
    """``answer`` makes what the visitor or program gets, and writes the line of the log. Stands
    inside of whatever adds headers to each answer."""

    def __init__(self, app: ASGIApp, answer: Callable[[Request, Exception], Response]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:  # whatever it was: they get an answer, and the log a line
            found = await run_in_threadpool(self._answer, Request(scope), error)
            if begun:  # part of an answer was sent: they must see that the rest is missing
                raise
            await found(scope, receive, send)
