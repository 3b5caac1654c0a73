"""Another program that is told of changes: a server on the loopback that keeps what it was told."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from digitizer.facility import Facility
from digitizer.model.upkeep_settings import Webhook

SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@dataclass
class Told:
    """``answers`` are the statuses it gives, one after another; then 204."""

    settings: Webhook
    answers: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.requests]


@contextmanager
def webhook_server(folder: Path) -> Iterator[Told]:
    secret = folder / "webhook-secret"
    secret.write_text(f"whsec_{base64.b64encode(SECRET).decode()}\n")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
            status = told.answers.pop(0) if told.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}/mailroom?x=1"
    told = Told(Webhook(url=url, secret_file=str(secret)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def with_webhook(facility: Facility, settings: Webhook) -> Facility:
    return replace(facility, settings=facility.settings.model_copy(update={"webhook": settings}))
