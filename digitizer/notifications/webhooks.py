"""Telling another program, signed as Standard Webhooks has it (HMAC-SHA256 over id, time and body).

It may be told twice, under the same id, by which it knows that it was: so whatever is not an answer
of success is tried again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from digitizer.model.upkeep_settings import Webhook
from digitizer.notifications.outbox import Outgoing
from digitizer.notifications.smtp import Fate, Try
from digitizer.support.clock import now

_PREFIX = "whsec_"
_LEAST_SECRET = 24  # bytes
_GONE = 410


def send(settings: Webhook, item: Outgoing) -> Try:
    """One try. A redirection is not followed: it would take what is told elsewhere."""
    if not settings.url:
        return Try(Fate.LATER, "No program is named that is told: webhook.url is empty.")
    try:
        secret = read_secret(settings.secret_file)
    except (OSError, ValueError) as error:
        return Try(Fate.LATER, f"The secret of the webhook cannot be used: {error}")
    body = item.body.encode("utf-8")
    try:
        status = _post(
            settings, body, headers(secret, item.message_id, int(now().timestamp()), body)
        )
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        kind = type(error).__name__
        return Try(Fate.LATER, f"{settings.url} cannot be reached: {error or kind}")
    if 200 <= status < 300:
        return Try(Fate.SENT)
    return Try(Fate.NEVER if status == _GONE else Fate.LATER, f"{settings.url} answered {status}.")


def headers(secret: bytes, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """``at`` is the time of the try, in seconds since 1970: what is old is not believed."""
    signed = f"{message_id}.{at}.".encode("ascii") + body
    mac = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode("ascii")
    return {
        "content-type": "application/json",
        "user-agent": "digitizer",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{mac}",
    }


def read_secret(path: str) -> bytes:
    """Raises OSError, and ValueError for what is no secret, or too short a one."""
    lines = Path(path).read_text("utf-8").splitlines()
    text = lines[0].strip() if lines else ""
    try:
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if not text.startswith(_PREFIX) or len(secret) < _LEAST_SECRET:
        raise ValueError(
            f"{path} must hold {_PREFIX} and base64 of {_LEAST_SECRET} bytes or more in its first "
            "line."
        )
    return secret


def _post(settings: Webhook, body: bytes, sent: dict[str, str]) -> int:
    parts = urlsplit(settings.url)
    connection = _connection(settings, parts.scheme, parts.hostname or "", parts.port)
    path = parts.path or "/"
    with _for(settings.timeout_seconds, connection):
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, sent)
        return connection.getresponse().status  # the rest of it says nothing


@contextmanager
def _for(seconds: float, connection: http.client.HTTPConnection) -> Iterator[None]:
    """Ends the connection after that time, also where the other side sends a byte now and then:
    the rest of the outbox waits for it."""
    late = threading.Timer(seconds, _cut, (connection,))
    late.start()
    try:
        yield
    finally:
        late.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):  # it ended just now
            sock.shutdown(socket.SHUT_RDWR)


def _connection(
    settings: Webhook, scheme: str, host: str, port: int | None
) -> http.client.HTTPConnection:
    seconds = settings.timeout_seconds
    if scheme == "https":
        trusted = ssl.create_default_context(cafile=settings.certificates or None)
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=trusted)
    return http.client.HTTPConnection(host, port, timeout=seconds)
