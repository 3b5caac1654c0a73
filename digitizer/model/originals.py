"""The paper that was scanned: where it is, who asks for it, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from digitizer.model.people import Inmate


class Place(StrEnum):
    """Where the paper of a scan is. GIVEN out and DESTROYED are the end."""

    NOWHERE = "nowhere"
    BOX = "box"
    GIVEN = "given"
    DESTROYED = "destroyed"


class GivenTo(StrEnum):
    PROPERTY = "property"
    SENDER = "sender"
    INMATE = "inmate"
    OTHER = "other"


class Side(StrEnum):
    """Who entered a request for paper."""

    INMATE = "inmate"
    FAMILY = "family"
    STAFF = "staff"


class Answer(StrEnum):
    """What became of a request for paper."""

    PROPERTY = "property"
    SENDER = "sender"
    INMATE = "inmate"
    REFUSED = "refused"


class Obstacle(StrEnum):
    """Why the paper of a scan is not destroyed."""

    GONE = "gone"
    SEALED = "sealed"
    UNSETTLED = "unsettled"
    HOLD = "hold"
    LEGAL_HOLD = "legal hold"
    ASKED = "asked"
    APPEAL = "appeal"
    KEPT = "kept"
    RETURNS = "returns"
    AGAIN = "again"
    YOUNG = "young"
    NOWHERE = "nowhere"
    PROPOSED = "proposed"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Box:
    """``profiles`` are the scanner profiles whose new scans go into it, ``scans`` a count of what
    lies in it now."""

    code: str
    shelf: str
    made: datetime
    made_by: str
    closed: datetime | None
    profiles: tuple[str, ...]
    scans: int


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for the paper of a letter. ``on_behalf`` is for whom staff ask; ``inmate`` is
    whose letter it is, if anybody's."""

    number: int
    letter: str
    scan: str
    side: Side
    inmate: Inmate | None
    entered_by: str
    on_behalf: str
    at: datetime
    answer: Answer | None
    why: str
    answered: datetime | None
    answered_by: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Paper that must be kept until the end of a day. ``item`` is the scan or letter that was
    meant; the whole stack stays. ``active``: that day is not over, and nobody ended it before."""

    number: int
    scan: str
    item: str
    reason: str
    until: date
    by: str
    at: datetime
    ended: datetime | None
    ended_by: str
    ended_why: str
    active: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper of one scan. ``source`` is None where it is sealed, and not for everybody to know;
    ``box`` is the code of the box in which it lies, or lay last, ``shelf`` where that stands.
    ``by`` and ``at`` are of the last act about it, None and empty where there was none."""

    scan: str
    source: str | None
    profile: str
    pages: int | None
    taken_in: datetime
    place: Place
    box: str | None = None
    shelf: str = ""
    given_to: GivenTo | None = None
    note: str = ""
    destruction: int | None = None
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DestroyedPaper:
    """What a certificate says of one scan: names, digests and sizes of its files, its pages, the
    box, and the ``given`` letters, whose sheets were given out before and were not in it.
    ``scan_destroyed``: it was, by schedule, before its paper, so that no file was left. ``event``
    is the number of its entry in the log, ``digest`` that entry's hash."""

    scan: str
    files: tuple[tuple[str, str], ...]
    pages: int
    taken_in: datetime
    box: str
    given: tuple[str, ...]
    event: int
    digest: str
    scan_destroyed: bool = False


@dataclass(frozen=True, slots=True)
class DestructionLine:
    """A list as it stands among others: ``scans``, ``destroyed`` and ``left_out`` are counts."""

    number: int
    proposed: datetime
    proposed_by: str
    confirmed: datetime | None
    confirmed_by: str
    scans: int
    destroyed: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Destruction:
    """A list of scans whose paper one person proposed for destruction, until another confirmed it.

    ``scans`` is all that was proposed, ``left_out`` why what was not destroyed was left out.
    ``event`` is the last entry of the log that belongs to it, ``digest`` its hash."""

    number: int
    proposed: datetime
    proposed_by: str
    withdrawn: datetime | None
    withdrawn_by: str
    confirmed: datetime | None
    confirmed_by: str
    scans: tuple[Paper, ...]
    left_out: Mapping[str, Obstacle]
    destroyed: tuple[DestroyedPaper, ...] = ()
    event: int | None = None
    digest: str = ""

    @property
    def is_open(self) -> bool:
        return self.confirmed is None and self.withdrawn is None
