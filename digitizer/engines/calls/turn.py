"""Passes to the relay (coturn): a name that says until when it is good, and a password made from
it (the "TURN REST API" that coturn calls ``use-auth-secret``)."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

#: A pass opens a new way to the server for so long; a way that is open lives on.
GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class RelayPass:
    """What a browser needs of the relay. ``urls`` as WebRTC writes them."""

    urls: tuple[str, ...]
    username: str
    credential: str


def relay_pass(secret: str, urls: tuple[str, ...], whose: str, at: datetime) -> RelayPass:
    """For one browser in one call: ``whose`` names neither a person nor a place."""
    name = f"{int((at + GOOD_FOR).timestamp())}:{whose}"
    mac = hmac.new(secret.encode(), name.encode(), "sha1").digest()
    return RelayPass(urls, name, base64.b64encode(mac).decode())
