"""A real HTTP server that speaks the OpenAI chat protocol, and misbehaves on demand."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "made-up-vision-model"

#: Answers one request in its own way: the handler, and the number of the request from 1.
Act = Callable[["Handler", int], None]


class Handler(BaseHTTPRequestHandler):
    """Keeps each question, and answers by the server's ``act``."""

    server: Server
    question: Any = None

    def do_GET(self) -> None:
        self.answer({"data": [{"id": MODEL}]} if self.path == "/v1/models" else {}, 200)

    def do_POST(self) -> None:
        self.question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.questions.append(self)
            number = len(self.server.questions)
        self.server.act(self, number)

    def answer(self, body: object, status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def say(self, text: object, ended: str = "stop") -> None:
        """A good answer of the protocol."""
        choice = {"message": {"role": "assistant", "content": text}, "finish_reason": ended}
        self.answer({"choices": [choice]})

    @property
    def picture(self) -> bytes:
        """The picture that came with the question."""
        url = self.question["messages"][0]["content"][1]["image_url"]["url"]
        return base64.b64decode(url.removeprefix("data:image/jpeg;base64,"))

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    """``questions`` are the handlers of what was asked; ``let_go`` frees those that hang."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, act: Act) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.act = act
        self.questions: list[Handler] = []
        self.lock = threading.Lock()
        self.let_go = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the tests."""


@contextmanager
def serving(act: Act) -> Iterator[Server]:
    server = Server(act)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.let_go.set()
        server.shutdown()
        server.server_close()


def saying(text: object, ended: str = "stop") -> Act:
    return lambda handler, _number: handler.say(text, ended)


def failing(status: int, times: int, text: str = "") -> Act:
    """``status`` so many times, then ``text``."""

    def act(handler: Handler, number: int) -> None:
        if number <= times:
            handler.answer({"error": "made up"}, status)
        else:
            handler.say(text)

    return act
