"""Letters, e-messages and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ScanState(StrEnum):
    """Where a scan stands. WAITING and WORKING are the queue; the rest is its end."""

    WAITING = "waiting"
    WORKING = "working"
    FILED = "filed"
    HELD = "held"


class LetterState(StrEnum):
    """Where a letter stands. Only DELIVERED is seen by the inmate."""

    DELIVERED = "delivered"
    HELD = "held"
    AWAITING_REVIEW = "awaiting_review"
    REJECTED = "rejected"
    REPLACED = "replaced"


class LetterKind(StrEnum):
    LETTER = "letter"
    REPLY = "reply"


class PageRole(StrEnum):
    """What a page of a scan is for its accounting; exactly one each."""

    CONTENT = "content"
    COVER = "cover"
    BLANK = "blank"
    RECORDED = "recorded"


class Outcome(StrEnum):
    """What ``ingest`` says of a letter or a file."""

    DELIVERED = "delivered"
    HELD = "held"
    RECORDED = "recorded"
    DUPLICATE = "duplicate"


class Queue(StrEnum):
    """What kind of work a held item is: a look at the pages, only whose a letter is, a review
    before delivery, or a supervisor's look at what is sealed."""

    EXCEPTION = "exception"
    MATCH = "match"
    SCREENING = "screening"
    LEGAL = "legal"


class MessageState(StrEnum):
    """An outgoing e-message on its way to paper."""

    QUEUED = "queued"
    PRINTED = "printed"
    ANSWERED = "answered"


class Direction(StrEnum):
    TO_INMATE = "to_inmate"
    FROM_INMATE = "from_inmate"


@dataclass(frozen=True, slots=True)
class Filed:
    """One line of what ``ingest`` reports: a letter, or a file that gave none."""

    scan: str
    source: str
    letter: str | None
    outcome: Outcome
    booking_number: str | None
    pages: tuple[int, ...]
    reason: str | None


def came_under(sender: str | None) -> str:
    """What staff read of a letter's sender: a cover proves for whom it is, never who sent it."""
    if not sender:
        return "the sender is not checked"
    return f"came under the cover printed for {sender}; the sender is not checked"


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """One letter as its mailbox lists it. ``pages`` is a count; ``sender`` is only whom its cover
    was printed for, as ``came_under`` says."""

    letter: str
    kind: LetterKind
    received: datetime
    pages: int
    sender: str | None
    subject: str | None
    read: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One page that answers a search; ``page`` counts from 1 in the letter."""

    letter: str
    page: int
    booking_number: str
    score: float
    snippet: str


@dataclass(frozen=True, slots=True)
class HeldItem:
    """Something that waits for a person: a letter, or a whole scan where ``letter`` is None."""

    scan: str
    source: str
    letter: str | None
    pages: tuple[int, ...]
    reason: str
    since: datetime
    queue: Queue = Queue.EXCEPTION
