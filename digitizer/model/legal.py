"""Legal and protected mail that is proven on its envelope: who may send it, what a scanned code
says, and where an item is. Nothing here is of what is in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from digitizer.model.people import Inmate


class SenderKind(StrEnum):
    """Whose mail is protected."""

    ATTORNEY = "attorney"
    COURT = "court"
    OMBUDSMAN = "ombudsman"
    CONSULATE = "consulate"
    PREA = "prea"


class SenderState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class NewSender:
    """What is written down of a protected sender. ``address`` is lines; ``reference`` the number
    at the bar or of a reference, ``expires`` the last local day of the registration (None: none).
    """

    kind: SenderKind
    name: str
    organisation: str = ""
    address: str = ""
    reference: str = ""
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class ProtectedSender:
    """An entry of the registry. ``revoked`` is since when, and ``revoked_why`` why."""

    number: int
    kind: SenderKind
    name: str
    organisation: str
    address: tuple[str, ...]
    reference: str
    expires: date | None
    revoked: datetime | None
    revoked_why: str
    by: str
    added: datetime

    @property
    def whole_name(self) -> str:
        return ", ".join(part for part in (self.name, self.organisation) if part)

    def state_at(self, moment: datetime) -> SenderState:
        """By the facility's own day."""
        if self.revoked is not None:
            return SenderState.REVOKED
        gone = self.expires is not None and self.expires < moment.astimezone().date()
        return SenderState.EXPIRED if gone else SenderState.ACTIVE


class Answer(StrEnum):
    """What the mailroom is told about a code."""

    PASS = "pass"
    CHECK = "check"
    DUPLICATE = "duplicate"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


#: The answers after which an item has arrived.
ARRIVALS = frozenset({Answer.PASS, Answer.CHECK})


class Cause(StrEnum):
    """Why the answer is what it is, where one answer has several reasons."""

    NONE = ""
    CODE_OVER = "code over"
    SENDER_OVER = "sender over"
    CODE_REVOKED = "code revoked"
    SENDER_REVOKED = "sender revoked"
    KEY_RETIRED = "key retired"
    NOT_SIGNED = "not signed"
    OTHER_SHEET = "other sheet"
    NOT_REGISTERED = "not registered"
    FOREIGN = "foreign"
    MISTYPED = "mistyped"
    NO_CODE = "no code"
    SEVERAL = "several"


class Ending(StrEnum):
    """How an item left the mailroom's hands."""

    SIGNED = "signed"
    REFUSED = "refused"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class LegalItem:
    """One item as the legal log has it. It has arrived when it was ``scanned``; ``drawn``: for a
    random check. ``found``: whether something that may not come in was found when it was opened
    before the inmate, None while it was not. ``ending_why`` is said of one that was returned."""

    id: str
    short_id: str
    sender: ProtectedSender
    inmate: Inmate
    made: datetime
    made_by: str
    expires: datetime
    revoked: datetime | None
    revoked_why: str
    scanned: datetime | None
    scanned_by: str | None
    drawn: bool
    opened: datetime | None
    opened_by: str | None
    found: bool | None
    ended: datetime | None
    ended_by: str | None
    ending: Ending | None
    ending_why: str

    @property
    def last_day(self) -> date:
        """The last local day on which the code is good."""
        return (self.expires - timedelta(seconds=1)).astimezone().date()

    @property
    def waits(self) -> bool:
        """Whether it is in the mailroom's hands."""
        return self.scanned is not None and self.ended is None


@dataclass(frozen=True, slots=True)
class Scanned:
    """The answer to one scanned or typed code; ``item`` is None where no item of ours is meant.
    ``own_again``: the same person scanned the same code moments ago."""

    answer: Answer
    cause: Cause = Cause.NONE
    item: LegalItem | None = None
    own_again: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many items are in the mailroom's hands, and since when the oldest is."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class SenderCounts:
    """What one sender's codes show, without content: counts of items, and of scans that were
    refused. ``lately`` have arrived in the last 30 days, ``usual`` in 30 days of the time before,
    on average."""

    sender: ProtectedSender
    made: int
    arrived: int
    waiting: int
    checked: int
    found: int
    duplicates: int
    late: int
    lately: int
    usual: float
    last: datetime | None

    @property
    def more_than_usual(self) -> bool:
        return self.lately >= _NOTABLE and self.lately > 2 * self.usual

    @property
    def stands_out(self) -> bool:
        """Whether a supervisor should look at it first."""
        return bool(self.found or self.duplicates or self.late) or self.more_than_usual


_NOTABLE = 5
