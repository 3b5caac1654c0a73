"""Which events of the log somebody asked for. Events about items of legal mail are in no answer:
those are seen in the legal log, which opens with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.audit import Event
from digitizer.auditing.weeks import span
from digitizer.model.auditing import Review, Wanted
from digitizer.model.errors import UsageError
from digitizer.model.events import ABOUT_LEGAL_MAIL, GRAVE, LOOKS, Verb
from digitizer.storage.tables import event
from digitizer.support.clock import midnight

_LONGEST = 80
#: Years; what lies outside of them is a slip, and no calendar goes on for ever.
_OLDEST, _NEWEST = 1970, 2999
_REVIEWED = LOOKS | GRAVE | {Verb.REFUSE, Verb.GIVE_REASON, Verb.NAME_CASE}


def checked(wanted: Wanted) -> Wanted:
    """Without spaces around; raises UsageError for days the wrong way round, or of no log."""
    first, last = wanted.first, wanted.last
    if first and last and last < first:
        raise UsageError("The last day is before the first.")
    if any(day and not _OLDEST <= day.year <= _NEWEST for day in (first, last)):
        raise UsageError("No log has such a day.")
    person, about = wanted.person.strip()[:_LONGEST], wanted.about.strip()[:_LONGEST]
    return replace(wanted, person=person, about=about)


def newest_of(tx: sa.Connection, wanted: Wanted, start: int, most: int) -> tuple[Event, ...]:
    """The newest first, without the first ``start`` of them."""
    asked = sa.select(event).where(*_which(wanted)).order_by(event.c.seq.desc())
    return audit.selected(tx, asked.offset(start).limit(most))


def oldest_of(tx: sa.Connection, wanted: Wanted, after: int, most: int) -> tuple[Event, ...]:
    """Those after the event with this number, the oldest first."""
    asked = sa.select(event).where(event.c.seq > after, *_which(wanted)).order_by(event.c.seq)
    return audit.selected(tx, asked.limit(most))


def of_review(tx: sa.Connection, review: Review, start: int, most: int) -> tuple[Event, ...]:
    """What the review is about, and the reasons and cases that were given for it, oldest first."""
    first, end = span(review.week)
    theirs = (
        event.c.at >= first,
        event.c.at < end,
        event.c.actor_kind == review.kind,
        event.c.actor == review.person,
        event.c.verb.in_(_words(_REVIEWED)),
    )
    asked = sa.select(event).where(*theirs).order_by(event.c.seq)
    return audit.selected(tx, asked.offset(start).limit(most))


def _which(wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [event.c.verb.not_in(_words(ABOUT_LEGAL_MAIL))]
    if wanted.person:
        found.append(event.c.actor == wanted.person)
    if wanted.verb is not None:
        found.append(event.c.verb == str(wanted.verb))
    if wanted.about:
        found.append(event.c.subject.in_(_subjects(wanted.about)))
    if wanted.first:
        found.append(event.c.at >= midnight(wanted.first))
    if wanted.last:
        found.append(event.c.at < midnight(wanted.last + timedelta(days=1)))
    return found


def _subjects(about: str) -> list[str]:
    """An id may be of anything that has ids: whoever types one need not say of what."""
    return [about, *(f"{kind}:{about}" for kind in _KINDS)]


_KINDS = (
    "letter",
    "scan",
    "message",
    "mailbox",
    "inmate",
    "staff",
    "cover",
    "correspondent",
    "appeal",
    "review",
    "token",
    "kiosk",
    "terminal",
    "box",
    "destruction",
    "legal hold",
    "retention run",
    "watch rule",
)


def _words(verbs: Iterable[Verb]) -> list[str]:
    return [str(each) for each in verbs]
