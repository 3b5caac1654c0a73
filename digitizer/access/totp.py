"""Codes from an app: time-based one-time passwords (RFC 6238 over RFC 4226), with what every app
understands: HMAC-SHA-1, six digits, thirty seconds."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

PERIOD = 30
DIGITS = 6
#: Steps before and after the present one whose codes count too: clocks differ.
_DRIFT = 1
_SECRET_BYTES = 20  # as long as the hash, as RFC 4226 recommends


def new_secret() -> bytes:
    return secrets.token_bytes(_SECRET_BYTES)


def step_at(at: datetime) -> int:
    """The number of whole periods since 1970."""
    return int(at.timestamp()) // PERIOD


def code_of(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one time step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def matching_step(secret: bytes, typed: str, at: datetime, after: int | None) -> int | None:
    """The time step whose code was typed, near ``at`` and later than ``after``; None for none."""
    present = step_at(at)
    typed_bytes = "".join(typed.split()).encode()
    for step in range(present - _DRIFT, present + _DRIFT + 1):
        same = hmac.compare_digest(code_of(secret, step).encode(), typed_bytes)
        if same and (after is None or step > after):
            return step
    return None


def as_text(secret: bytes) -> str:
    """As people type it into an app: base32."""
    return base64.b32encode(secret).decode()


def address(secret: bytes, name: str, facility: str) -> str:
    """The address that an app reads from a QR code."""
    facility = facility.replace(":", " ")
    asked = urlencode({"secret": as_text(secret), "issuer": facility}, quote_via=quote)
    return f"otpauth://totp/{quote(facility)}:{quote(name, safe='')}?{asked}"
