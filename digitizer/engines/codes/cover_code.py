"""The cover's code: opaque, versioned and signed. Only what verifies here may split a stack.

A payload is ``MD1`` and 32 characters of base32 (RFC 4648, A-Z and 2-7), which a QR code of
version 3 with error correction H holds. The 32 characters are 20 bytes:

    1   kind (high four bits), flags (low four): 1 on an inmate's cover that is a label, else zero;
        anything else is refused
    1   key id
    1   sheets to expect behind the cover (0: any); letters, on a batch header
    9   random id
    8   HMAC-SHA256 under that key over the three bytes ``MD1`` and the 12 above, cut to 64 bits

A forger has one chance in 2**64 a sheet of paper, and no way to try but by posting it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind, CoverCode

PREFIX: Final = "MD1"

MOST_SHEETS: Final = 255
KEY_BYTES: Final = 32

ID_BYTES: Final = 9
_MAC_BYTES = 8
_CLAIM = re.compile(r"MD[0-9]", re.IGNORECASE)
_PAYLOAD = re.compile(PREFIX + r"([A-Z2-7]{32})")

_KIND_NUMBERS = {
    CodeKind.INMATE: 1,
    CodeKind.REPLY: 2,
    CodeKind.BATCH: 3,
    CodeKind.LEGAL: 4,
    CodeKind.SEPARATOR: 5,
}
_LABEL_BYTE = _KIND_NUMBERS[CodeKind.INMATE] << 4 | 1
_KINDS = {
    **{number << 4: kind for kind, number in _KIND_NUMBERS.items()},
    _LABEL_BYTE: CodeKind.INMATE,
}
LEGAL_ITEM_BYTE: Final = 6 << 4
"""The first byte of the code on an envelope of legal mail (``item_code``), which is of no sheet: no
such code is a cover's."""
PROTECTED_BYTE: Final = 7 << 4
"""The same of the code on a sheet for the protected line (``protected_code``)."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of this home by their id (0..255); new codes are signed with ``current``.

    Earlier keys stay in it, so that covers printed years ago still verify; but not those that are
    ``retired``, because they were stolen or may have been.
    """

    keys: Mapping[int, bytes] = field(repr=False)
    current: int
    retired: frozenset[int] = frozenset()


def new_key() -> bytes:
    """A fresh random key for a KeyRing."""
    return secrets.token_bytes(KEY_BYTES)


def new_cover_code(
    kind: CodeKind, ring: KeyRing, sheets: int = 0, *, label: bool = False
) -> CoverCode:
    """A code that was never printed before, under the ring's current key.

    ``sheets`` (0..255, 0: any) is a batch header's number of letters. UsageError outside that.
    ``label``: an inmate's cover that staff stick on a letter.
    """
    if not 0 <= sheets <= MOST_SHEETS:
        raise UsageError(
            f"A cover can name at most {MOST_SHEETS} sheets or letters, not {sheets}. "
            "Split the letter or batch, or print the cover without a number."
        )
    return CoverCode(kind, ring.current, secrets.token_hex(ID_BYTES), sheets, label)


def payload(code: CoverCode, ring: KeyRing) -> str:
    """What the printed symbols of this code hold. KeyError if its key is not in the ring."""
    first = _LABEL_BYTE if code.label else _KIND_NUMBERS[code.kind] << 4
    head = bytes([first, code.key_id, code.sheets])
    return sign(head + bytes.fromhex(code.cover_id), ring)


def sign(body: bytes, ring: KeyRing) -> str:
    """The 12 bytes with their MAC, as symbols hold it. KeyError if its key is not in the ring."""
    return PREFIX + base64.b32encode(body + _mac(body, ring.keys[body[1]])).decode("ascii")


def verify(text: str, ring: KeyRing) -> CoverCode | None:
    """The code that ``text`` spells, or None unless it is exactly what ``payload`` would print.

    There is one spelling of each code: other lengths, lower case, padding and spaces are refused.
    A code under a retired key does not count.
    """
    code = _signed(text, ring)
    return None if code is None or code.key_id in ring.retired else code


def retired_key_of(text: str, ring: KeyRing) -> int | None:
    """The number of the retired key that this code is signed with; None for any other text."""
    code = _signed(text, ring)
    return code.key_id if code is not None and code.key_id in ring.retired else None


def _signed(text: str, ring: KeyRing) -> CoverCode | None:
    body = signed_body(text, ring)
    kind = _KINDS.get(body[0]) if body else None
    if body is None or kind is None:
        return None
    label = body[0] == _LABEL_BYTE
    return CoverCode(kind, key_id=body[1], cover_id=body[3:].hex(), sheets=body[2], label=label)


def signed_body(text: str, ring: KeyRing) -> bytes | None:
    """The 12 bytes that were signed with a key of the ring, of whatever kind, retired or not; None
    for any other text."""
    spelled = _PAYLOAD.fullmatch(text)
    if spelled is None:
        return None
    raw = base64.b32decode(spelled[1])
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    key = ring.keys.get(body[1])
    return body if key is not None and hmac.compare_digest(mac, _mac(body, key)) else None


def claimed_kind(text: str) -> CodeKind | None:
    """The kind of sheet that a code of our form claims to be of, without a key: not to be
    trusted, and None for any other text."""
    first = _first_byte(text)
    return None if first is None else _KINDS.get(first)


def claims_label(text: str) -> bool:
    """Whether a code says, signed or not, that it is a label's."""
    return _first_byte(text) == _LABEL_BYTE


def _first_byte(text: str) -> int | None:
    spelled = _PAYLOAD.fullmatch(text)
    return base64.b32decode(spelled[1])[0] if spelled else None


def is_ours(text: str) -> bool:
    """Whether a symbol claims to be ours: damaged, forged or of another version, it is a Doubt.

    ``MD`` and a digit, so that a sheet of a later version is not passed over as a foreign code.
    """
    return _CLAIM.match(text) is not None


def claims_legal(text: str) -> bool:
    """Whether a symbol says, signed or not, that it is a legal marker's, or of an item of legal
    mail: one that is damaged, forged or of another facility's key says so too."""
    return claimed_kind(text) is CodeKind.LEGAL or claims_item(text)


def claims_item(text: str) -> bool:
    """Whether a symbol says, signed or not, that it is on an envelope of legal mail, or on a sheet
    for the protected line."""
    return _first_byte(text) in (LEGAL_ITEM_BYTE, PROTECTED_BYTE)


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, PREFIX.encode("ascii") + body, hashlib.sha256).digest()[:_MAC_BYTES]


# The short id: what staff key in from a sheet whose symbols are gone.

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U to be mistaken for 1, 1, 0 or V."""

_SHORT_LENGTH = 8
_LOOKALIKES = str.maketrans("OIL", "011", " -\u2010\u2011\u2012\u2013\u2014\t")


def short_id(code: CoverCode) -> str:
    """The human-readable id of a code, like ``K7QM-3XTR-D``: eight characters and a check.

    The eight are the first 40 bits of the random id: enough to find a sheet in the register,
    too few to be unique for ever, so a register must expect two sheets of one short id.

    The check is Damm's, over GF(32): with the carry c starting at 0, each digit d makes
    c = 2 * (c xor d) in the field, and the check is the carry at the end. It was taken over
    ISO 7064 because that standard's one-character systems for letters want all 36 letters and
    digits, I and O among them, and one even an asterisk; Damm's stays within our 32. Being
    anti-symmetric it catches *every* single wrong character and *every* swap of two neighbours,
    the check included: the commonest mistakes of people who key (H. M. Damm, "Total
    anti-symmetrische Quasigruppen", Marburg 2004; that 2 is neither 0 nor 1 in the field is all
    the proof needs). Other mistakes pass once in 32 times, and must then still name a known sheet.
    """
    return short_id_of(bytes.fromhex(code.cover_id))


def printed_short_id(text: str) -> str:
    """The short id that stands on the sheet whose code holds ``text``, a payload of our form."""
    spelled = _PAYLOAD.fullmatch(text)
    if spelled is None:
        raise ValueError("this is no payload of ours")
    return short_id_of(base64.b32decode(spelled[1])[3:-_MAC_BYTES])


def short_id_of(random_id: bytes) -> str:
    """As ``short_id``, of the nine random bytes."""
    spelled = spelled_with_check(_short_digits(random_id))
    return f"{spelled[:4]}-{spelled[4:8]}-{spelled[8:]}"


def spelled_with_check(digits: Sequence[int]) -> str:
    """Digits of 0 to 31 as people key them, and the check character behind them."""
    return "".join(_ALPHABET[digit] for digit in [*digits, _damm(digits)])


def plain_characters(typed: str, length: int) -> str | None:
    """So many of our characters, as they were meant: case, hyphens and O, I, L for 0, 1, 1 are
    forgiven. None if it is anything else."""
    plain = typed.upper().translate(_LOOKALIKES)
    return plain if len(plain) == length and set(plain) <= set(_ALPHABET) else None


def check_fits(plain: str) -> bool:
    """Whether the last of our characters is the check of all before it."""
    return _damm([_ALPHABET.index(character) for character in plain]) == 0


def read_short_id(typed: str) -> str:
    """The normal form of a keyed short id; case, hyphens and O, I, L for 0, 1, 1 are forgiven.

    UsageError if it is not eight characters and a check that fits.
    """
    plain = plain_characters(typed, _SHORT_LENGTH + 1)
    if plain is None:
        raise UsageError(
            f"{typed!r} is not a sheet number: it has nine letters and digits, like K7QM-3XTR-D. "
            "Key it again from the sheet."
        )
    if not check_fits(plain):
        raise UsageError(
            f"{typed!r} has a typing mistake in it: its check character does not fit. "
            "Key it again from the sheet, character by character."
        )
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"


def _short_digits(random_id: bytes) -> list[int]:
    number = int.from_bytes(random_id[:5], "big")
    return [number >> shift & 31 for shift in range(35, -1, -5)]


def _damm(digits: Sequence[int]) -> int:
    carry = 0
    for digit in digits:
        carry = _doubled(carry ^ digit)
    return carry


def _doubled(element: int) -> int:
    """2 times an element of GF(32), whose polynomial is x^5 + x^2 + 1."""
    return (element << 1) ^ (0b100101 if element & 0b10000 else 0)
