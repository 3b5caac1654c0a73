"""An error that nobody expected is answered, and what was begun is seen to be broken off."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from digitizer.entrances.calm import Calm


class Broken(Exception):
    pass


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()

    @app.get("/at-once")
    def at_once() -> None:
        raise Broken("at once")

    @app.get("/half-way")
    def half_way() -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"the beginning"
            raise Broken("half way")

        return StreamingResponse(parts())

    def answer(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{request.url.path}: {type(error).__name__}", 500)

    app.add_middleware(Calm, answer=answer)
    return TestClient(app)


def test_whatever_it_was_gets_the_answer_of_its_entrance(client: TestClient) -> None:
    answer = client.get("/at-once")
    assert (answer.status_code, answer.text) == (500, "/at-once: Broken")


def test_what_was_begun_is_not_ended_as_if_it_were_whole(client: TestClient) -> None:
    with pytest.raises(Broken):
        client.get("/half-way")
