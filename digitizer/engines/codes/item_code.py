"""The code of one item of legal mail: it stands on the envelope, and says who sent it to whom.

It has the form of a cover's code and is signed with the same keys, but is of a kind of its own: no
sheet has it, so it can never split a stack or deliver a letter. Whoever finds it in a scan seals
that scan. What it means is in the register of legal items alone; it can be verified without it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from digitizer.engines.codes.cover_code import (
    ID_BYTES,
    LEGAL_ITEM_BYTE,
    KeyRing,
    short_id_of,
    sign,
    signed_body,
)


@dataclass(frozen=True, slots=True)
class ItemCode:
    """A code with a valid MAC. ``item_id`` is its random id (lower-case hex)."""

    key_id: int
    item_id: str

    @property
    def short_id(self) -> str:
        """What people key in from an envelope, as of a cover (``cover_code.short_id``)."""
        return short_id_of(bytes.fromhex(self.item_id))


def new_item_code(ring: KeyRing) -> ItemCode:
    """A code that was never printed before, under the ring's current key."""
    return ItemCode(ring.current, secrets.token_hex(ID_BYTES))


def item_payload(code: ItemCode, ring: KeyRing) -> str:
    """What the printed symbol of this code holds. KeyError if its key is not in the ring."""
    return sign(bytes([LEGAL_ITEM_BYTE, code.key_id, 0]) + bytes.fromhex(code.item_id), ring)


def verify_item(text: str, ring: KeyRing) -> ItemCode | None:
    """The code that ``text`` spells, or None unless it is exactly what ``item_payload`` would
    print; also one under a retired key, which whoever asks must look up."""
    body = signed_body(text, ring)
    if body is None or body[0] != LEGAL_ITEM_BYTE or body[2] != 0:
        return None
    return ItemCode(key_id=body[1], item_id=body[3:].hex())
