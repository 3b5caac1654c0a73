"""What retention speaks of: kinds of mail, what is due, what holds it, and runs that destroy it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class MailKind(StrEnum):
    """What has a schedule of its own; named as in the settings."""

    LETTERS = "letters"
    REJECTED = "rejected"
    MESSAGES = "messages"
    RECORDINGS = "recordings"
    VISITS = "visits"


class Thing(StrEnum):
    """What is destroyed as one: a letter, a scan that never became letters, an e-message, the
    recording of a call, or a visit with its call."""

    LETTER = "letter"
    SCAN = "scan"
    MESSAGE = "message"
    RECORDING = "recording"
    VISIT = "visit"


class HoldOn(StrEnum):
    """What a legal hold is on. On a person: everything of theirs."""

    LETTER = "letter"
    MESSAGE = "message"
    INMATE = "inmate"
    CORRESPONDENT = "correspondent"


class Waits(StrEnum):
    """Why something that is due is not destroyed."""

    LEGAL_HOLD = "legal hold"
    APPEAL = "appeal"
    REQUEST = "open request"
    UNSETTLED = "not settled"
    PAPER = "waits to be printed"
    NOTICE = "news of it not sent"
    SEALED = "sealed"
    ENTANGLED = "pages in no letter"
    ORIGINAL = "its paper is still kept"
    EARLIER = "earlier scan still kept"
    REPLY = "its reply sheet is still kept"
    RECORDING = "its recording is still kept"


class RunState(StrEnum):
    """PROPOSED waits for a second person; CONFIRMED is being carried out, also after a crash;
    REWRITE_OWED: all of it is decided and its files are gone, but what it said may still be in
    unused parts of the database; DONE: nothing of it is left in the home. WITHDRAWN: nothing was
    destroyed."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REWRITE_OWED = "rewrite owed"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Fate(StrEnum):
    """What became of one thing in a run: SPARED was not destroyed, and why is kept."""

    WAITING = "waiting"
    DESTROYED = "destroyed"
    SPARED = "spared"


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose time is over since ``due``. ``waits`` is why it is not destroyed all the
    same: empty where it is. ``booking_number`` is None where it is nobody's."""

    kind: MailKind
    thing: Thing
    id: str
    booking_number: str | None
    came: date
    due: date
    rule: str
    waits: tuple[Waits, ...]


@dataclass(frozen=True, slots=True)
class DueMonth:
    """How many of one kind that came in one month (its first day) are due, and how many of them
    wait for something."""

    kind: MailKind
    month: date
    due: int
    waiting: int


@dataclass(frozen=True, slots=True)
class LegalHold:
    """``named`` is who or what it is on, as people call it; ``until`` is its last day, None: until
    somebody lifts it."""

    number: int
    on: HoldOn
    named: str
    reason: str
    case: str
    by: str
    since: datetime
    until: date | None
    lifted: datetime | None
    lifted_by: str
    lifted_why: str

    def counts_on(self, day: date) -> bool:
        return self.lifted is None and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class RunItem:
    """One thing of a run; never what was in it. ``hashes`` are the SHA-256 of its files."""

    thing: Thing
    id: str
    rule: str
    due: date
    fate: Fate
    why: str
    pages: int
    hashes: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """``items`` counts by fate; ``finished`` is since when it is DONE, WITHDRAWN or
    REWRITE_OWED."""

    number: int
    kind: MailKind
    state: RunState
    proposed_by: str
    proposed: datetime
    reason: str
    confirmed_by: str
    confirmed: datetime | None
    finished: datetime | None
    items: dict[Fate, int]


@dataclass(frozen=True, slots=True)
class OlderCopy:
    """A backup of the service's own that was begun before a run was done, and may still hold what
    it destroyed."""

    folder: str
    begun: datetime
