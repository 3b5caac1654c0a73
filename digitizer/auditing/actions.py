"""The verbs of reviewing the event log: whose week waits, what they looked at and did, and what
became of it; and looking for events, and saving them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from digitizer.access.acting import Action, acting, looking
from digitizer.access.permissions import Act
from digitizer.audit import Event, named_head
from digitizer.auditing import records, searching, weeks
from digitizer.facility import Facility
from digitizer.model.auditing import Review, Wanted
from digitizer.model.errors import Conflict, NotAllowed, UsageError
from digitizer.model.events import LOG, Subject, Verb
from digitizer.model.people import Actor
from digitizer.people.names import one_name
from digitizer.storage.database import reading
from digitizer.support.clock import now
from digitizer.support.spreadsheets import csv_bytes, safe_cell

_LATEST = 20
_LONGEST_NOTE = 1000
_AT_ONCE = 5000
_HEADINGS = ("number", "at", "who", "what", "about", "details")


@dataclass(frozen=True, slots=True)
class Reviews:
    """``waiting`` for somebody to look through, ``followed`` up, and those that are over."""

    waiting: tuple[Review, ...]
    followed: tuple[Review, ...]
    over: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A review with some of its events, oldest first. ``own``: it is about whoever looks, and
    somebody else ends it. ``following`` waits next, of those that are somebody else's."""

    review: Review
    events: tuple[Event, ...]
    own: bool
    following: int | None


def reviews(facility: Facility, by: Actor) -> Reviews:
    with looking(facility, by, Act.REVIEW_LOG) as look:
        return Reviews(
            waiting=records.waiting(look.tx),
            followed=records.followed(look.tx),
            over=records.ended_lately(look.tx, _LATEST),
        )


def open_review(facility: Facility, number: int, by: Actor, start: int, most: int) -> Opened:
    """At most ``most`` events of the review, without the first ``start``; the look is logged.
    Raises NotFound."""
    with acting(facility, by, Act.REVIEW_LOG) as action:
        found = records.find(action.tx, number)
        action.record(Verb.LOOK_AT_LOG, Subject.review(number))
        others = (
            each.number
            for each in records.waiting(action.tx)
            if each.number != number and not _is_about(each, by)
        )
        return Opened(
            review=found,
            events=searching.of_review(action.tx, found, start, most),
            own=_is_about(found, by),
            following=next(others, None),
        )


def end_review(facility: Facility, number: int, note: str, by: Actor, *, raised: bool) -> None:
    """Somebody looked through it. ``raised``: something is to be followed up; that needs a note.
    Raises NotFound, NotAllowed for what is about themselves, UsageError, and Conflict where it is
    ended already."""
    ending, said = acting(facility, by, Act.REVIEW_LOG), note.strip()
    if raised and not said:
        raise UsageError("Say what is to be followed up.")
    with ending as action:
        _need_another(action, number, by, said)
        records.end(action.tx, number, by.name, said, raised=raised)
        action.record(Verb.END_REVIEW, Subject.review(number), raised=raised, note=said)


def close_review(facility: Facility, number: int, note: str, by: Actor) -> None:
    """What was raised is settled, and how. Raises as ``end_review``."""
    closing, said = acting(facility, by, Act.REVIEW_LOG), note.strip()
    if not said:
        raise UsageError("Say what came of it.")
    with closing as action:
        if not _need_another(action, number, by, said).is_followed:
            raise Conflict("Nothing of this review is to be followed up.")
        records.close(action.tx, number, by.name, said)
        action.record(Verb.CLOSE_REVIEW, Subject.review(number), note=said)


def _need_another(action: Action, number: int, by: Actor, note: str) -> Review:
    if len(note) > _LONGEST_NOTE:
        raise UsageError(f"Write {_LONGEST_NOTE} characters at most.")
    found = records.find(action.tx, number)
    if _is_about(found, by):
        raise NotAllowed("This review is about you: another person ends it.")
    return found


def _is_about(review: Review, by: Actor) -> bool:
    """One person may stand in the log under a name typed in two ways. Whoever used commands
    without a name may be anybody, and so that is about nobody."""
    return review.kind == by.kind and one_name(review.person) == one_name(by.name)


def search_log(
    facility: Facility, wanted: Wanted, by: Actor, start: int, most: int
) -> tuple[Event, ...]:
    """The newest first, without the first ``start``; the look is logged. Raises UsageError."""
    wanted = searching.checked(wanted)
    with acting(facility, by, Act.SEE_LOG) as action:
        action.record(Verb.LOOK_AT_LOG, LOG, **wanted.said)
    # A log is long, and nobody waits for a search of it: it reads outside of the write lock.
    with reading(facility.engine) as tx:
        return searching.newest_of(tx, wanted, start, most)


def export_log(facility: Facility, wanted: Wanted, by: Actor) -> Iterator[Event]:
    """All events that are wanted, oldest first, a few thousand at a time. That somebody saved them
    is logged, and is none of them. Raises UsageError."""
    wanted = searching.checked(wanted)
    with acting(facility, by, Act.SEE_LOG) as action:
        last = named_head(action.tx).seq
        action.record(Verb.EXPORT_LOG, LOG, **wanted.said)
    return _in_parts(facility, wanted, last)


def _in_parts(facility: Facility, wanted: Wanted, last: int) -> Iterator[Event]:
    after = 0
    while after < last:
        with reading(facility.engine) as tx:
            found = searching.oldest_of(tx, wanted, after, _AT_ONCE)
        yield from (each for each in found if each.seq <= last)
        after = found[-1].seq if len(found) == _AT_ONCE else last


def log_csv(facility: Facility, wanted: Wanted, by: Actor) -> bytes:
    """As ``export_log``, for a spreadsheet."""
    found = export_log(facility, wanted, by)
    return csv_bytes([_HEADINGS, *(_cells(each) for each in found)])


def _cells(each: Event) -> tuple[str, ...]:
    details = json.dumps(dict(each.detail), ensure_ascii=False, sort_keys=True)
    told = (each.actor, each.verb, each.subject, details)
    return (str(each.seq), each.at.astimezone().isoformat(), *map(safe_cell, told))


def open_reviews(facility: Facility, by: Actor) -> int:
    """Opens the reviews of each week that is over; of a home without any, of the last one alone.
    The service does it by itself. Returns how many reviews that were."""
    opening = acting(facility, by, Act.OPERATE)
    with reading(facility.engine) as tx:
        due = _due(records.newest_week(tx), now())
    if not due:
        return 0
    opened = 0
    try:
        with opening as action:
            for week in due:
                figures = weeks.figures_of(action.tx, week)
                opened += records.open_week(action.tx, week, figures)
            action.record(Verb.OPEN_REVIEWS, LOG, weeks=[str(each) for each in due], count=opened)
    except Conflict:  # another process was quicker
        return 0
    return opened


def _due(newest: date | None, at: datetime) -> list[date]:
    """The Mondays of the weeks that are over, and not opened."""
    this = weeks.monday_of(at.astimezone().date())
    first = newest + weeks.WEEK if newest else this - weeks.WEEK
    return [first + weeks.WEEK * number for number in range((this - first).days // 7)]
