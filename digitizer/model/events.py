"""What the audit chain can say: a closed set of verbs, and what each event is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

_LONGEST = 80  # as wide as the chain keeps it


class Verb(StrEnum):
    """What was done. The words stand in old chains: none may change, and none may go."""

    # mail comes in
    TAKE_IN = "take in"
    DUPLICATE = "duplicate"
    TRY_FAILED = "try failed"
    GIVE_BACK = "give back"
    DELIVER = "deliver"
    HOLD = "hold"
    SEAL = "seal"
    # a person looks
    LOOK = "look"
    LOOK_AT_PAGE = "look at page"
    OPEN = "open"
    OPEN_REPLY = "open reply"
    COPY_AS_PDF = "copy as PDF"
    SEARCH = "search"
    LOOK_AT_MESSAGES = "look at messages"
    LOOK_AT_PRINT_QUEUE = "look at print queue"
    LOOK_AT_SEAL = "look at seal"
    LOOK_AT_SEALED_PAGE = "look at sealed page"
    # a person decides
    ASSIGN = "assign"
    RELEASE = "release"
    REJECT = "reject"
    RESCANNED = "rescanned"
    CUT = "cut"
    JOIN = "join"
    MARK_PAGE = "mark page"
    LIFT_SEAL = "lift seal"
    CUT_OUT = "cut out"
    DESTROY_SEAL = "destroy seal"
    CORRECT_TEXT = "correct text"
    # paper goes out
    PRINT_COVER = "print cover"
    PRINT_BATCH_SHEET = "print batch sheet"
    PRINT_LEGAL_SHEET = "print legal sheet"
    PRINT_REPLY_SHEET = "print reply sheet"
    PRINT_NOTICE = "print notice"
    REVOKE_COVER = "revoke cover"
    SEND_MESSAGE = "send message"
    PRINT_MESSAGE = "print message"
    # people and doors
    IMPORT_ROSTER = "import roster"
    SET_PIN = "set PIN"
    SET_SECURITY_QUESTION = "set security question"
    ADD_STAFF = "add staff"
    LOG_IN = "log in"
    LOG_OUT = "log out"
    LOGIN_FAILED = "login failed"
    LOCK = "lock"
    # the home itself
    ROTATE_KEYS = "rotate keys"
    SCRUB = "scrub"
    BACK_UP = "back up"
    RESTORE = "restore"


#: What a named person decides over a held or sealed item.
DECISIONS = frozenset(
    {
        Verb.ASSIGN, Verb.RELEASE, Verb.REJECT, Verb.RESCANNED, Verb.CUT, Verb.JOIN,
        Verb.MARK_PAGE, Verb.LIFT_SEAL, Verb.CUT_OUT, Verb.DESTROY_SEAL,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: ``letter:ID``, or a word where there is only one such thing."""

    kind: str
    id: str | None = None

    def __str__(self) -> str:
        return (self.kind if self.id is None else f"{self.kind}:{self.id}")[:_LONGEST]

    @classmethod
    def letter(cls, letter_id: str) -> Self:
        return cls("letter", letter_id)

    @classmethod
    def scan(cls, scan_id: str) -> Self:
        return cls("scan", scan_id)

    @classmethod
    def cover(cls, cover_id: str) -> Self:
        return cls("cover", cover_id)

    @classmethod
    def message(cls, message_id: str) -> Self:
        return cls("message", message_id)

    @classmethod
    def mailbox(cls, booking_number: str | None) -> Self:
        """None: every mailbox."""
        return cls("mailbox", booking_number or "all")

    @classmethod
    def inmate(cls, booking_number: str) -> Self:
        return cls("inmate", booking_number)

    @classmethod
    def staff(cls, name: str) -> Self:
        return cls("staff", name)

    @classmethod
    def terminal(cls, address: str) -> Self:
        return cls("terminal", address)

    @classmethod
    def key(cls, number: int) -> Self:
        return cls("key", str(number))


ROSTER = Subject("roster")
PRINT_QUEUE = Subject("print queue")
#: Every stored file, and the books over them.
STORE = Subject("store")
