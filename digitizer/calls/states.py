"""The states of a call, and its clock. Pure: everything is said by what is given.

A call is seen once a second or so (``Seen``). The time between two looks belongs to one of three:
*talk*, in which both are seen or heard; *ours*, in which the visitor was there and could do
nothing; *theirs*, in which the visitor was not. Only what lies within the visit counts. What is
ours moves the end, as far as the facility allows; what then is missing makes the call *lost*, so
that it is booked again. The inmate's device, the line within the facility, and staff who come late
are ours.

Everybody but the inmate is a *guest*: visitors, and one who interprets. Each is identified in a
room of their own, before the inmate can be shown to them (``rooms``); who comes late, too. The
visitor is there while one of them is, and a call goes on as long as one is left.

Where nobody of staff looks at a family's call, it goes on, is paused or ends, as the facility says.
A pause is ours. An attorney's call knows nothing of it: nobody could look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from digitizer.engines.calls.port import Flow, Seat
from digitizer.model.call_settings import Unwatched

_NONE = timedelta(0)
#: Between two looks; whoever was not looked at for longer, was not there. The service itself was
#: not, then, which is ours.
LONGEST_LOOK = timedelta(seconds=15)


class CallKind(StrEnum):
    """Fixed when the call is made. Nobody watches, mutes or records an attorney's."""

    FAMILY = "family"
    ATTORNEY = "attorney"


class Stage(StrEnum):
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    IDENTIFIED = "identified"
    LIVE = "live"
    ENDED = "ended"
    TERMINATED = "terminated"
    LOST = "lost"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in (Stage.ENDED, Stage.TERMINATED, Stage.LOST, Stage.CANCELLED)

    @property
    def is_known(self) -> bool:
        """Staff saw who the visitor is."""
        return self in (Stage.IDENTIFIED, Stage.LIVE)


class Outcome(StrEnum):
    """What became of a call that is over."""

    COMPLETED = "completed"
    LEFT_EARLY = "left early"
    VISITOR_ABSENT = "the visitor did not come"
    INMATE_ABSENT = "the inmate did not come"
    NOT_IDENTIFIED = "the visitor was not identified"
    TERMINATED_BY_STAFF = "ended by staff"
    TECHNICAL = "a technical fault"
    UNWATCHED = "no officer watched"
    NOT_AGREED = "somebody did not agree to the recording"
    CANCELLED = "the visit was cancelled"


class Notice(StrEnum):
    """What staff can tell both while they talk; the pages have the words."""

    STRANGER = "stranger"
    CLOTHING = "clothing"
    LANGUAGE = "language"
    FORBIDDEN = "forbidden"
    CAMERA = "camera"


@dataclass(frozen=True, slots=True)
class CallRules:
    """``early``: how long before its start the visitor may come. ``most_moved``: by how much the
    end moves at most. ``lost_share``: of the planned time; if more of it is missing through our
    fault, the call is lost. ``look_again``: a visitor who was away for longer is identified again.
    ``unwatched``: what happens once nobody of staff looked for ``unwatched_after``.
    """

    early: timedelta = timedelta(minutes=15)
    most_moved: timedelta = timedelta(minutes=15)
    lost_share: float = 0.2
    look_again: timedelta = timedelta(minutes=2)
    unwatched: Unwatched = Unwatched.CONTINUE
    unwatched_after: timedelta = timedelta(seconds=30)


def _has_visitor(seats: Iterable[Seat]) -> bool:
    return any(seat.is_visitor for seat in seats)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is so at a moment. ``here``: whose page is open. ``flows``: what the media server gets
    of whom. ``engine``: whether it runs. ``watched``: whether somebody of staff looks."""

    at: datetime
    here: frozenset[Seat] = frozenset()
    flows: Mapping[Seat, Flow] = field(default_factory=lambda: MappingProxyType({}))
    engine: bool = True
    watched: bool = True

    @property
    def talking(self) -> bool:
        """The inmate, with one visitor at least."""
        flowing = {seat for seat, flow in self.flows.items() if flow.flows}
        return self.engine and Seat.INMATE in flowing and _has_visitor(flowing)


@dataclass(frozen=True, slots=True)
class Measured:
    """How the time within the visit was spent so far."""

    talk: timedelta = _NONE
    ours: timedelta = _NONE
    theirs: timedelta = _NONE


@dataclass(frozen=True, slots=True)
class Guest:
    """Who sits there, but the inmate. ``known``: staff saw who they are. ``last``: when they were
    last there. ``out``: staff sent them out; they do not come back."""

    seat: Seat
    known: bool = False
    last: datetime | None = None
    out: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """``starts`` and ``ends`` as they were planned. ``seen`` is the last look. ``unwatched``: for
    so long nobody of staff looked, while they talked or could have. ``over_at`` is when it was
    over, with its ``outcome``."""

    kind: CallKind
    starts: datetime
    ends: datetime
    rules: CallRules = CallRules()
    stage: Stage = Stage.SCHEDULED
    measured: Measured = Measured()
    seen: Seen | None = None
    guests: tuple[Guest, ...] = (Guest(Seat.VISITOR),)
    inmate_came: bool = False
    unwatched: timedelta = _NONE
    over_at: datetime | None = None
    outcome: Outcome | None = None

    @property
    def planned(self) -> timedelta:
        return self.ends - self.starts

    @property
    def moved(self) -> timedelta:
        """By how much the end moved, through our fault."""
        return min(self.measured.ours, self.rules.most_moved)

    @property
    def end(self) -> datetime:
        return self.ends + self.moved

    @property
    def missing(self) -> timedelta:
        """Of what was planned, through our fault, although the end moved."""
        return self.measured.ours - self.moved

    @property
    def nobody_looks(self) -> bool:
        """Whether it goes on, or is paused, and nobody of staff looked for too long."""
        return self.stage is Stage.LIVE and self.unwatched >= self.rules.unwatched_after

    @property
    def is_paused(self) -> bool:
        """Both wait until somebody of staff looks again."""
        return self.rules.unwatched is Unwatched.PAUSE and self.nobody_looks

    @property
    def is_booked_again(self) -> bool:
        return self.stage is Stage.LOST

    def left(self, at: datetime) -> timedelta:
        """Until the end, as far as it is known then; never less than nothing."""
        return _NONE if self.stage.is_over else max(_NONE, self.end - at)

    def opens(self) -> datetime:
        """When the visitor may come."""
        return self.starts - self.rules.early

    def guest(self, seat: Seat) -> Guest | None:
        return next((each for each in self.guests if each.seat is seat), None)

    @property
    def visitor_at(self) -> datetime | None:
        """When one of the visitors was last there."""
        times = [each.last for each in self.guests if each.seat.is_visitor and each.last]
        return max(times, default=None)

    @property
    def here(self) -> frozenset[Seat]:
        """Whose page was open at the last look, of those who have a seat."""
        seats = {Seat.INMATE, *(each.seat for each in self.guests)}
        return self.seen.here & seats if self.seen else frozenset()


class NotNow(Exception):
    """What is asked cannot be done in the state in which the call is; the text says why."""


def may_enter(call: Call, seat: Seat, at: datetime) -> bool:
    """Whether this seat's page may be opened: from when it opens until it is over, and not by who
    was sent out."""
    guest = call.guest(seat)
    has_seat = seat is Seat.INMATE or (guest is not None and not guest.out)
    return has_seat and can_be_entered(call, at)


def can_be_entered(call: Call, at: datetime) -> bool:
    return not call.stage.is_over and call.opens() <= at < call.end


def may_meet(call: Call, at: datetime) -> bool:
    """Whether a visitor and the inmate may be in one room: they are let into it from then on."""
    return call.stage.is_known and call.starts <= at < call.end


def may_sit(call: Call, seat: Seat, at: datetime) -> bool:
    """Whether this seat may be where they meet: a guest only whom staff saw, and who was not away
    for long since."""
    if seat is Seat.INMATE:
        return may_meet(call, at)
    guest = call.guest(seat)
    is_seen = guest is not None and guest.known and not guest.out
    return is_seen and may_meet(call, at) and not was_away(call, seat, at)


def was_away(call: Call, seat: Seat, at: datetime) -> bool:
    """Whether this guest was last there so long ago that staff look again who comes."""
    guest = call.guest(seat)
    return guest is not None and _is_long_gone(call, guest, at)


def _is_long_gone(call: Call, guest: Guest, at: datetime) -> bool:
    return guest.last is not None and at - guest.last > call.rules.look_again


def warned_of(call: Call, at: datetime, minutes: tuple[int, ...] = (5, 1)) -> int | None:
    """How many minutes both are told that are left; None while there are more."""
    due = [each for each in minutes if call.left(at) <= timedelta(minutes=each)]
    return min(due) if due and call.stage is Stage.LIVE else None


def look(call: Call, seen: Seen) -> Call:
    """The call after this look. One that is over stays as it is; a look from before the last one
    changes nothing."""
    if call.stage.is_over or (call.seen and seen.at <= call.seen.at):
        return call
    call = _came(_counted(call, seen.at), seen)
    call = replace(call, unwatched=_unwatched(call, seen), seen=seen)
    if seen.at >= call.end:
        return _over_in_time(call)
    if call.rules.unwatched is Unwatched.END and call.nobody_looks:
        return _over_unwatched(call, seen.at)
    return replace(call, stage=_stage(call, seen))


def identify(call: Call, seat: Seat = Seat.VISITOR) -> Call:
    """Staff saw who this guest is. Raises NotNow while there is nobody to see."""
    guest = call.guest(seat)
    is_over = call.stage.is_over or call.stage is Stage.SCHEDULED
    if is_over or guest is None or guest.known or guest.out or seat not in call.here:
        raise NotNow("Only a visitor who is there and waits can be identified.")
    call = _with(call, replace(guest, known=True))
    if call.stage is Stage.WAITING and seat.is_visitor:
        return replace(call, stage=Stage.IDENTIFIED)
    return call


def send_out(call: Call, seat: Seat) -> Call:
    """Staff send this guest out, and the others go on. Raises NotNow where no other visitor is
    left: then the call ends."""
    guest = call.guest(seat)
    if call.stage.is_over or guest is None or guest.out:
        raise NotNow("They are not in this call.")
    if seat.is_visitor and not _others(call, seat):
        raise NotNow("No other visitor is there. End the call instead.")
    return _without_known(_with(call, replace(guest, known=False, out=True)))


def leave(call: Call, seat: Seat, at: datetime) -> Call:
    """Somebody says that they are done. The call is over with it, unless they are a guest and a
    visitor is left; who left may come again, and staff look again who it is. Raises NotNow unless
    people met."""
    guest = call.guest(seat)
    stays = guest is not None and (not seat.is_visitor or _others(call, seat))
    if call.stage is not Stage.LIVE or guest is None or not stays:
        return leave_early(call, at)
    return _without_known(_with(call, replace(guest, known=False)))


def _others(call: Call, seat: Seat) -> bool:
    """Whether another visitor is there whom staff know."""
    rest = [each for each in call.guests if each.seat.is_visitor and each.seat is not seat]
    return any(each.known and not each.out and each.seat in call.here for each in rest)


def _with(call: Call, guest: Guest) -> Call:
    guests = tuple(guest if each.seat is guest.seat else each for each in call.guests)
    return replace(call, guests=guests)


def _without_known(call: Call) -> Call:
    """Where no visitor is left whom staff know, they look again."""
    known = (each.seat for each in call.guests if each.known)
    if call.stage.is_known and not _has_visitor(known):
        return replace(call, stage=Stage.WAITING)
    return call


def refuse(call: Call, at: datetime) -> Call:
    """Staff saw that it is somebody else. Raises NotNow once the call is over."""
    return _over(call, at, Stage.TERMINATED, Outcome.NOT_IDENTIFIED)


def terminate(call: Call, at: datetime) -> Call:
    """Raises NotNow once the call is over."""
    return _over(call, at, Stage.TERMINATED, Outcome.TERMINATED_BY_STAFF)


def decline(call: Call, at: datetime) -> Call:
    """One of them does not agree to what the facility holds no visit without. Raises NotNow once
    they met, or it is over."""
    if call.stage is Stage.LIVE:
        raise NotNow("The call is on.")
    return _over(call, at, Stage.ENDED, Outcome.NOT_AGREED)


def call_off(call: Call, at: datetime) -> Call:
    """Its visit does not take place any more. Raises NotNow once the call is over."""
    return _over(call, at, Stage.CANCELLED, Outcome.CANCELLED)


def at_another_time(call: Call, starts: datetime, ends: datetime) -> Call:
    """Planned anew, of the same kind: who came so far comes again. Raises NotNow once people met,
    or it is over for another reason than that it was called off."""
    if call.stage is Stage.LIVE or (call.stage.is_over and call.stage is not Stage.CANCELLED):
        raise NotNow("The call has begun, or is over.")
    return Call(call.kind, starts, ends, call.rules, guests=tuple(_anew(call)))


def _anew(call: Call) -> Iterator[Guest]:
    return (Guest(each.seat) for each in call.guests)


def leave_early(call: Call, at: datetime) -> Call:
    """One of them says that it is over. Raises NotNow unless both met."""
    if call.stage is not Stage.LIVE:
        raise NotNow("Only a call that began can be left early.")
    return _over(call, at, Stage.ENDED, Outcome.LEFT_EARLY)


def _over(call: Call, at: datetime, stage: Stage, outcome: Outcome) -> Call:
    if call.stage.is_over:
        raise NotNow("The call is over.")
    call = _counted(call, at)
    return replace(call, stage=stage, outcome=outcome, over_at=at)


def _counted(call: Call, at: datetime) -> Call:
    """With the time since the last look, as far as it lies within the visit."""
    last = call.seen
    if last is None:
        last = Seen(call.starts)
    spent = _within(call, last.at, at)
    told = min(spent, _within(call, last.at, last.at + LONGEST_LOOK))
    unseen = spent - told
    got = call.measured
    if not _has_visitor(last.here):
        # Nobody looked, or nobody was there: only the time in which we looked is theirs.
        got = replace(got, theirs=got.theirs + told)
    elif last.talking and call.stage is Stage.LIVE and not call.is_paused:
        got = replace(got, talk=got.talk + told)
    else:
        got = replace(got, ours=got.ours + told)
    return replace(call, measured=replace(got, ours=got.ours + unseen))


def _unwatched(call: Call, seen: Seen) -> timedelta:
    """Only while we look ourselves: of the time in which the service was not there, nobody knows
    who looked."""
    if call.kind is CallKind.ATTORNEY or seen.watched or call.stage is not Stage.LIVE:
        return _NONE
    spent = seen.at - call.seen.at if call.seen else _NONE
    return call.unwatched + (spent if spent <= LONGEST_LOOK else _NONE)


def _within(call: Call, since: datetime, until: datetime) -> timedelta:
    """Of the time between the two, what lies in the visit, as it may be prolonged."""
    last = call.ends + call.rules.most_moved
    return max(_NONE, min(until, last) - max(since, call.starts))


def _came(call: Call, seen: Seen) -> Call:
    """Notes who is there; a guest who was away for long is to be identified again. Once one comes
    back, whoever else is still away is known no more either: nobody is left to meet the inmate."""
    gone = {each.seat for each in call.guests if _is_long_gone(call, each, seen.at)}
    forgotten = gone if gone & seen.here else frozenset[Seat]()
    guests = tuple(
        replace(
            each,
            known=each.known and each.seat not in forgotten,
            last=seen.at if each.seat in seen.here else each.last,
        )
        for each in call.guests
    )
    came = call.inmate_came or Seat.INMATE in seen.here
    return _without_known(replace(call, guests=guests, inmate_came=came))


def _stage(call: Call, seen: Seen) -> Stage:
    match call.stage:
        case Stage.SCHEDULED if seen.here:
            return Stage.WAITING
        case Stage.IDENTIFIED if seen.talking and seen.at >= call.starts:
            return Stage.LIVE
        case _:
            return call.stage


def _over_in_time(call: Call) -> Call:
    """At its end. Our fault is looked for first: nobody else is blamed for what we did."""
    stage, outcome = Stage.ENDED, Outcome.COMPLETED
    if call.missing > call.planned * call.rules.lost_share and not _inmate_stayed_away(call):
        stage = Stage.LOST
        outcome = Outcome.UNWATCHED if call.is_paused else Outcome.TECHNICAL
    elif call.measured.talk == _NONE:
        outcome = _who_was_absent(call)
    return replace(call, stage=stage, outcome=outcome, over_at=call.end)


def _over_unwatched(call: Call, at: datetime) -> Call:
    """What they could not talk of is ours. If it is much, they get another time."""
    missing = call.planned - call.measured.talk - call.measured.theirs
    stage = Stage.LOST if missing > call.planned * call.rules.lost_share else Stage.ENDED
    return replace(call, stage=stage, outcome=Outcome.UNWATCHED, over_at=at)


def _inmate_stayed_away(call: Call) -> bool:
    """Whether everything was ready, and the inmate alone did not come."""
    ready = call.stage is Stage.IDENTIFIED and call.seen is not None and call.seen.engine
    return ready and not call.inmate_came


def _who_was_absent(call: Call) -> Outcome:
    if call.visitor_at is None:
        return Outcome.VISITOR_ABSENT
    if not call.stage.is_known:
        return Outcome.NOT_IDENTIFIED
    return Outcome.COMPLETED if call.inmate_came else Outcome.INMATE_ABSENT
