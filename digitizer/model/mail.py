"""Letters, e-messages, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ScanState(StrEnum):
    """How far a scan is. WAITING and WORKING are the queue; the other two are its end."""

    WAITING = "waiting"
    WORKING = "working"
    FILED = "filed"
    HELD = "held"


class LetterState(StrEnum):
    """How far a letter is. The inmate sees it only while it is DELIVERED. Of one that was DESTROYED
    by schedule nothing is left but that it was there."""

    DELIVERED = "delivered"
    HELD = "held"
    AWAITING_REVIEW = "awaiting_review"
    REJECTED = "rejected"
    REPLACED = "replaced"
    DESTROYED = "destroyed"


class LetterKind(StrEnum):
    """A REPLY is on a reply sheet, a REQUEST on a form for a request to staff: both are of the
    inmate, and in nobody's mailbox."""

    LETTER = "letter"
    REPLY = "reply"
    REQUEST = "request"


class PageRole(StrEnum):
    """What a page of a scan counts as; each page has exactly one role. A WITHHELD page belongs
    to a letter, but its inmate neither sees nor finds it."""

    CONTENT = "content"
    WITHHELD = "withheld"
    COVER = "cover"
    BLANK = "blank"
    RECORDED = "recorded"


class Outcome(StrEnum):
    """What ``ingest`` reports of a letter or a file."""

    DELIVERED = "delivered"
    HELD = "held"
    RECORDED = "recorded"
    DUPLICATE = "duplicate"


class Queue(StrEnum):
    """What a held item needs from a person: a look at its pages (EXCEPTION), only to find out whose
    letter it is (MATCH), a review before delivery (SCREENING), or a supervisor's look at what is
    sealed (LEGAL)."""

    EXCEPTION = "exception"
    MATCH = "match"
    SCREENING = "screening"
    LEGAL = "legal"


class MessageState(StrEnum):
    """How far an e-message is. IN_REVIEW waits for staff, who release it or refuse it. One that is
    released is on its recipient's screen at once, and there its way ends (DELIVERED), or it goes to
    paper as well (QUEUED until it is PRINTED). ANSWERED: its reply sheet came back."""

    IN_REVIEW = "in_review"
    REFUSED = "refused"
    DELIVERED = "delivered"
    QUEUED = "queued"
    PRINTED = "printed"
    ANSWERED = "answered"


class Direction(StrEnum):
    TO_INMATE = "to_inmate"
    FROM_INMATE = "from_inmate"


@dataclass(frozen=True, slots=True)
class Draft:
    """An e-message that somebody wants to send. ``correspondent`` is the person outside, ``photos``
    are the bytes of each picture."""

    direction: Direction
    booking_number: str
    correspondent: str
    subject: str
    body: str
    address: str | None = None
    photos: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """One line of what ``ingest`` reports: a letter, or a file that became none."""

    scan: str
    source: str
    letter: str | None
    outcome: Outcome
    booking_number: str | None
    pages: tuple[int, ...]
    reason: str | None


def came_under(sender: str | None) -> str:
    """What staff read about a letter's sender: a cover proves for whom it is, not who sent it."""
    if not sender:
        return "the sender is not checked"
    return f"came under the cover printed for {sender}; the sender is not checked"


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """One letter as its mailbox lists it. ``pages`` is a count; ``sender`` is only the person whom
    its cover was printed for, see ``came_under``."""

    letter: str
    kind: LetterKind
    received: datetime
    pages: int
    sender: str | None
    subject: str | None
    read: bool


#: A page that fits a search less well than this, 0..1, has as a rule only words that look like what
#: was asked for. Of 825 words that stood on none of 30 pages, typed and handwritten, 92 % found no
#: page that fits so well; of 616 that did, 91 % found theirs (at no line at all 97 %).
_LIKELY = 0.35


@dataclass(frozen=True, slots=True)
class Hit:
    """One page that a search found; ``page`` counts from 1 in the letter, ``score`` is how well it
    fits, 0..1."""

    letter: str
    page: int
    booking_number: str
    score: float
    snippet: str

    @property
    def likely(self) -> bool:
        """Whether it has what was asked for, as far as a score can tell."""
        return self.score >= _LIKELY


@dataclass(frozen=True, slots=True)
class HeldItem:
    """Something that waits for a person: a letter, or a whole scan where ``letter`` is None.
    ``source`` is None where it is sealed, and not for everybody to know."""

    scan: str
    source: str | None
    letter: str | None
    pages: tuple[int, ...]
    reason: str
    since: datetime
    queue: Queue = Queue.EXCEPTION
