"""Visits: where and when they can be, who comes, what stands against one, and what became of it.

A visit with an attorney is a type of its own. It has no field by which it could be watched or
recorded, and the kind of a visit is decided when it is made: whoever builds the call gets a
``PrivilegedVisit``, and finds nothing there to ask.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeAlias

from digitizer.model.people import Inmate


class VisitKind(StrEnum):
    VIDEO = "video"
    IN_PERSON = "in person"
    ATTORNEY = "attorney"


class Medium(StrEnum):
    """How people meet in a room. An attorney's visit can be in either."""

    VIDEO = "video"
    IN_PERSON = "in person"

    def fits(self, kind: VisitKind) -> bool:
        return kind is VisitKind.ATTORNEY or str(kind) == str(self)


class VisitState(StrEnum):
    """REQUESTED keeps its place until staff answer; LAPSED: nobody did before it began."""

    REQUESTED = "requested"
    BOOKED = "booked"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


#: Who ended a visit that was asked for and never booked: its visitor took the request back.
WITHDRAWN = "withdrawn"
#: These have a place.
STANDING = (VisitState.REQUESTED, VisitState.BOOKED)


class Outcome(StrEnum):
    """What became of a visit that was booked."""

    COMPLETED = "completed"
    INMATE_ENDED_EARLY = "inmate ended it early"
    VISITOR_ENDED_EARLY = "visitor ended it early"
    INMATE_REFUSED = "inmate refused to come"
    INMATE_NOT_BROUGHT = "inmate was not brought"
    VISITOR_ABSENT = "visitor did not come"
    VISITOR_LATE = "visitor came too late"
    VISITOR_TURNED_BACK = "visitor did not want to enter"
    FAILED_CHECKS = "visitor failed the security checks"
    NO_IDENTITY = "visitor could not be identified"
    TERMINATED = "ended by staff"
    FACILITY_STOPPED = "stopped by the facility"
    NETWORK_FAILED = "network failed"
    DEVICE_FAILED = "device failed"
    MONITOR_ABSENT = "nobody could monitor it"
    CALL_LOST = "its video call failed"
    NOT_AGREED = "not both agreed to the recording"


class VisitRule(StrEnum):
    """What can stand against a visit."""

    ABSENT = "absent"
    NOT_OFFERED = "not offered"
    ROOM_ENDED = "room ended"
    CLOSED = "closed"
    OTHER_UNIT = "other unit"
    FULL = "full"
    INMATE_BUSY = "inmate busy"
    VISITOR_BUSY = "visitor busy"
    NO_CONTACT = "no contact"
    BANNED = "banned"
    SUSPENDED = "suspended"
    VIDEO_ONLY = "video only"
    BLOCKED = "blocked"
    APART = "kept apart"
    QUOTA = "quota"
    NOBODY = "nobody"
    TOO_MANY = "too many"
    TOO_MANY_ADULTS = "too many adults"
    NO_ADULT = "no adult"
    UNKNOWN_ADULT = "unknown adult"
    TOO_SOON = "too soon"
    TOO_FAR = "too far"
    OVER = "over"


#: What people read of each. Those outside read the first of what they may know (``Refusal.told``).
SENTENCES = {
    VisitRule.ABSENT: "The inmate is not in custody here.",
    VisitRule.NOT_OFFERED: "There is no session at this time.",
    VisitRule.ROOM_ENDED: "The room is not used for visits any more.",
    VisitRule.CLOSED: "There are no visits on this day.",
    VisitRule.OTHER_UNIT: "The session is not for the inmate's housing unit.",
    VisitRule.FULL: "This time is not free.",
    VisitRule.INMATE_BUSY: "The inmate has another visit at this time.",
    VisitRule.VISITOR_BUSY: "A visitor has another visit at this time.",
    VisitRule.NO_CONTACT: "A visitor is not an approved contact of the inmate.",
    VisitRule.BANNED: "A visitor may not visit on this day.",
    VisitRule.SUSPENDED: "The inmate may have no visits on this day.",
    VisitRule.VIDEO_ONLY: "Only visits by video are allowed.",
    VisitRule.BLOCKED: "Mail between a visitor and the inmate is blocked.",
    VisitRule.APART: "Somebody else is there at this time, from whom the inmate is kept apart.",
    VisitRule.QUOTA: "The inmate has no more visits in this week.",
    VisitRule.NOBODY: "Nobody is named who comes.",
    VisitRule.TOO_MANY: "There are too many visitors.",
    VisitRule.TOO_MANY_ADULTS: "There are too many adults.",
    VisitRule.NO_ADULT: "A minor needs an adult who comes along.",
    VisitRule.UNKNOWN_ADULT: "An adult among the visitors is no approved contact.",
    VisitRule.TOO_SOON: "It is too late to book this time.",
    VisitRule.TOO_FAR: "This time cannot be booked yet.",
    VisitRule.OVER: "This time is over.",
}
#: Of these, people outside read only that the time is not free: the rest is others' affair.
_OTHERS_AFFAIR = frozenset({VisitRule.APART, VisitRule.INMATE_BUSY, VisitRule.OTHER_UNIT})


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule that stands against a visit. ``cause`` names the fact that it comes from, so that
    the same rule with another cause is something new; ``detail`` is for staff alone."""

    rule: VisitRule
    cause: str = ""
    detail: str = ""

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.cause}"[:120]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.rule]

    @property
    def told(self) -> str:
        """The sentence that people outside, and the inmate, may read."""
        return SENTENCES[VisitRule.FULL if self.rule in _OTHERS_AFFAIR else self.rule]


@dataclass(frozen=True, slots=True)
class VisitRoom:
    """``places``: so many visits can be in it at once. ``ended``: it is not used any more."""

    id: int
    name: str
    medium: Medium
    places: int
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A template of times, as staff write it down, in local time.

    ``days`` are weekdays (Monday is 0), ``every`` is the number of weeks from one week with it to
    the next, counted from that of ``first_day``; None for ``last_day`` is without an end.
    ``minutes`` is the length of a visit: as many as fit come between ``begins`` and ``ends``.
    ``capacity``: so many visits at once. ``units``: the housing units it is for; none: all.
    ``notice_hours`` and ``ahead_days`` bind who books from outside; ``for_family``: whether
    they may book it at all. ``left_out`` are dates without it.
    """

    room: int
    kind: VisitKind
    days: frozenset[int]
    begins: time
    ends: time
    minutes: int
    first_day: date
    last_day: date | None = None
    every: int = 1
    capacity: int = 1
    units: tuple[str, ...] = ()
    for_family: bool = True
    notice_hours: int = 24
    ahead_days: int = 28
    left_out: frozenset[date] = frozenset()
    monitored: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A template that is kept. ``ended``: nothing is offered by it any more."""

    id: int
    of: NewSession
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a session takes place; moments are in UTC."""

    session: int
    room: int
    kind: VisitKind
    starts: datetime
    ends: datetime

    @property
    def name(self) -> str:
        """Its address on pages and on the command line: ``3-20261203T1400Z``."""
        return f"{self.session}-{self.starts.astimezone(UTC):%Y%m%dT%H%MZ}"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who comes: a correspondent, or somebody whom staff or a correspondent named.
    ``born`` is known of minors. An attorney's visit names people who are no correspondents."""

    name: str
    correspondent: int | None = None
    born: date | None = None

    def is_minor(self, on: date, adult_age: int) -> bool:
        """Whether they are younger on that day; who is of no known age is not."""
        if self.born is None:
            return False
        had_birthday = (on.month, on.day) >= (self.born.month, self.born.day)
        return on.year - self.born.year - (not had_birthday) < adult_age


@dataclass(frozen=True, slots=True)
class _Visit:
    """What every visit has. ``sequence`` counts its changes, as calendars want it; ``booker`` is
    the correspondent who booked it, None where staff did. ``reason`` is why it was refused or
    cancelled, and ``ended_by`` who did that: "staff", "inmate", "visitor", "time", or ``WITHDRAWN``
    of a request."""

    id: str
    session: int
    room: int
    room_name: str
    medium: Medium
    inmate: Inmate
    starts: datetime
    ends: datetime
    state: VisitState
    guests: tuple[Guest, ...]
    booker: int | None
    asked: datetime
    changed: datetime
    sequence: int
    reason: str
    ended_by: str
    outcome: Outcome | None
    outcome_note: str

    @property
    def stands(self) -> bool:
        return self.state in STANDING

    def is_open_at(self, at: datetime) -> bool:
        """Whether who booked it, and the inmate, can still do without it."""
        return self.stands and self.starts > at


@dataclass(frozen=True, slots=True)
class SocialVisit(_Visit):
    """``monitored``: staff may look on, which both sides are told before."""

    kind: VisitKind
    monitored: bool


@dataclass(frozen=True, slots=True)
class PrivilegedVisit(_Visit):
    """With an attorney. There is nothing here that could be monitored or recorded, and there must
    never be."""

    kind: VisitKind = field(default=VisitKind.ATTORNEY, init=False)


BookedVisit: TypeAlias = SocialVisit | PrivilegedVisit


def is_monitored(visit: BookedVisit) -> bool:
    return isinstance(visit, SocialVisit) and visit.monitored


def outcomes_of(visit: BookedVisit) -> tuple[Outcome, ...]:
    """What can have become of it: nobody monitors or records a visit with an attorney."""
    if isinstance(visit, PrivilegedVisit):
        unknown = Outcome.MONITOR_ABSENT, Outcome.NOT_AGREED
        return tuple(each for each in Outcome if each not in unknown)
    return tuple(Outcome)


class Limit(StrEnum):
    """What a restriction allows no more."""

    NO_VISITS = "no visits"
    VIDEO_ONLY = "video only"


@dataclass(frozen=True, slots=True)
class Restriction:
    """Of a correspondent, an inmate, or of the two together. ``until`` is its last day, on which it
    still holds; None: without an end."""

    id: int
    limit: Limit
    correspondent: int | None
    inmate_id: int | None
    first_day: date
    until: date | None
    reason: str
    ended: datetime | None = None
    #: For people to read.
    visitor: str = ""
    inmate: str = ""
    booking_number: str = ""

    def holds_on(self, day: date) -> bool:
        return (
            self.ended is None
            and self.first_day <= day
            and (self.until is None or day <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Closure:
    """Days without visits, first and last included; in one room, or (None) in all."""

    id: int
    room: int | None
    first_day: date
    last_day: date
    reason: str
    lifted: datetime | None = None

    def holds_on(self, day: date, room: int) -> bool:
        here = self.room in (None, room)
        return self.lifted is None and here and self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Apart:
    """Inmates who must not be in one room at one time."""

    id: int
    inmates: frozenset[int]
    reason: str
    names: tuple[str, ...] = ()
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A time that somebody keeps for ten minutes, while they book it. ``id`` becomes the
    visit's."""

    id: str
    slot: Slot
    inmate_id: int
    correspondent: int
    until: datetime
    room_name: str = ""
    booking_number: str = ""
    inmate: str = ""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A visit that a rule stands against since it was booked. ``left``: what was left as it is,
    with the reason and by whom."""

    visit: BookedVisit
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A time that can be booked; ``free`` visits more fit into it."""

    slot: Slot
    room_name: str
    medium: Medium
    free: int


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody who is brought to a room: a line of the officers' list. ``absent`` is why they are
    not here any more, empty where they are."""

    unit: str
    starts: str
    ends: str
    name: str
    booking_number: str
    room: str
    kind: str
    absent: str = ""
