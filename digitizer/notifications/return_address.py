"""The address to which an e-mail that cannot be delivered comes back (RFC 5321's MAIL FROM).

Each e-mail has one of its own, signed with the home's key, so that what comes back says for which
it is, and nobody makes a bounce up: ``mailroom+b-ID-SIGNATURE@example.org``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from digitizer.engines.codes.cover_code import KeyRing

_SIGNED_BYTES = 10
_OURS = re.compile(r"\+b-([0-9a-z]{1,32})-([0-9a-z]{16})@", re.IGNORECASE | re.ASCII)


def return_address(sender: str, item_id: str, keys: KeyRing) -> str:
    """For one thing in the outbox; ``sender`` is what the settings name."""
    local, _, domain = sender.rpartition("@")
    return f"{local}+b-{item_id.lower()}-{_signature(item_id, keys.keys[keys.current])}@{domain}"


def items_of(text: str, keys: KeyRing) -> tuple[str, ...]:
    """The ids in all addresses of ours in a text, each in small letters. One whose signature is
    wrong is none; a key that is retired signs nothing any more."""
    good = [key for number, key in keys.keys.items() if number not in keys.retired]
    found = ((each[1].lower(), each[2].lower()) for each in _OURS.finditer(text))
    return tuple(
        dict.fromkeys(
            item
            for item, signed in found
            if any(hmac.compare_digest(signed, _signature(item, key)) for key in good)
        )
    )


def _signature(item_id: str, key: bytes) -> str:
    made = hmac.digest(key, b"bounce of " + item_id.lower().encode("ascii"), hashlib.sha256)
    return base64.b32encode(made[:_SIGNED_BYTES]).decode("ascii").lower()
