"""The code of a sheet for the protected line: of a kind of its own, signed with the same keys.

As of an item of legal mail (``item_code``), no such code is a cover's: it splits nothing, delivers
nothing, and a scan in which it is found is sealed.
"""

from __future__ import annotations

from digitizer.engines.codes.cover_code import PROTECTED_BYTE, KeyRing, sign, signed_body
from digitizer.engines.codes.item_code import ItemCode


def protected_payload(code: ItemCode, ring: KeyRing) -> str:
    """What the printed symbol of this code holds. KeyError if its key is not in the ring."""
    return sign(bytes([PROTECTED_BYTE, code.key_id, 0]) + bytes.fromhex(code.item_id), ring)


def verify_protected(text: str, ring: KeyRing) -> ItemCode | None:
    """The code that ``text`` spells, or None unless it is exactly what ``protected_payload`` would
    print; also one under a retired key, which whoever asks must look up."""
    body = signed_body(text, ring)
    if body is None or body[0] != PROTECTED_BYTE or body[2] != 0:
        return None
    return ItemCode(key_id=body[1], item_id=body[3:].hex())
