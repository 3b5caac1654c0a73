"""The logbook's entries: mail that went back or on, and things that were found in envelopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digitizer.model.people import Inmate


class Why(StrEnum):
    """Why a piece of mail is not for here."""

    RELEASED = "released"
    TRANSFERRED = "transferred"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    OTHER = "other"


#: The reason by which held mail is rejected then; both who was to get it and its sender may read it
#: on a notice. Of OTHER, whoever records it says why.
REASONS: Mapping[Why, str] = {
    Why.RELEASED: "Whom it was sent to was released",
    Why.TRANSFERRED: "Whom it was sent to was transferred",
    Why.UNKNOWN: "Nobody of this name is here",
    Why.REFUSED: "It was refused",
}


class Done(StrEnum):
    """What was done with it."""

    RETURNED = "returned"
    FORWARDED = "forwarded"


class ItemKind(StrEnum):
    """What was found. Of MONEY there is an amount, and of NUMBERED a number besides."""

    CASH = "cash"
    CHECK = "check"
    MONEY_ORDER = "money_order"
    ID_DOCUMENT = "id_document"
    PROPERTY = "property"
    BOOK = "book"
    OTHER = "other"


MONEY = frozenset({ItemKind.CASH, ItemKind.CHECK, ItemKind.MONEY_ORDER})
NUMBERED = frozenset({ItemKind.CHECK, ItemKind.MONEY_ORDER})


class Went(StrEnum):
    """Where it went."""

    ACCOUNT = "account"
    PROPERTY_ROOM = "property_room"
    RETURNED = "returned"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class NewReturn:
    """What a clerk records of a piece of mail that is not for here.

    ``booking_number`` is of whom it was for, empty where that is only a ``name``. ``correspondent``
    is the number of a known sender, whose name and address are taken; else ``sender`` and
    ``sender_address`` are as typed, and may be empty. ``forward_to`` are lines. ``form`` is of the
    page that was filled in: sent twice, it is recorded once.
    """

    booking_number: str
    name: str
    why: Why
    done: Done
    note: str = ""
    correspondent: int | None = None
    sender: str = ""
    sender_address: str = ""
    forward_to: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What an entry said before: of each field that changed, its name and its old value."""

    before: Mapping[str, str]
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Returned:
    """An entry of the log of returned mail. ``inmate`` is None where nobody on the roster was
    meant, ``addressed`` the name as it was then; ``address`` are the lines of its label, ``item``
    the letter or scan that it was. ``struck``: it counts for nothing since then."""

    number: int
    inmate: Inmate | None
    addressed: str
    why: Why
    note: str
    done: Done
    sender: str
    address: tuple[str, ...]
    item: str | None
    by: str
    at: datetime
    struck: datetime | None
    corrections: tuple[Correction, ...] = ()

    @property
    def whom(self) -> str:
        return _whom(self.inmate, self.addressed)


@dataclass(frozen=True, slots=True)
class NewItem:
    """What a clerk records of a thing in an envelope, as it was typed: ``amount`` too. Whose it is
    as in ``NewReturn``; ``item`` is the letter or scan that it came with, if there is one."""

    booking_number: str
    name: str
    kind: ItemKind
    went: Went
    found_by: str
    witness: str = ""
    what: str = ""
    amount: str = ""
    number: str = ""
    item: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that was found, as the log has it now; ``receipt`` is its number. ``amount`` are
    hundredths of the currency, None of what is no money."""

    receipt: int
    inmate: Inmate | None
    owner: str
    kind: ItemKind
    what: str
    amount: int | None
    currency: str
    number: str
    item: str | None
    found_by: str
    witness: str
    went: Went
    by: str
    at: datetime
    struck: datetime | None
    corrections: tuple[Correction, ...] = ()

    @property
    def whom(self) -> str:
        return _whom(self.inmate, self.owner)

    @property
    def money(self) -> str:
        """As people write it: "$1,234.50"; empty of what is no money."""
        return "" if self.amount is None else written_amount(self.amount, self.currency)


def written_amount(hundredths: int, currency: str) -> str:
    """A sign stands at the number, a word apart from it."""
    gap = " " if currency[-1:].isalpha() else ""
    return f"{currency}{gap}{hundredths // 100:,}.{hundredths % 100:02}"


def _whom(inmate: Inmate | None, name: str) -> str:
    return f"{inmate.full_name} ({inmate.booking_number})" if inmate else name
