"""Announcements: what staff tell all inmates on their pages, for a time; a lockdown, an outage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.storage.database import reading
from digitizer.storage.tables_upkeep import announcement
from digitizer.support.clock import new_id, now
from digitizer.support.wording import local_moment

LONGEST_TEXT = 600  # characters
#: What lasts longer is no lockdown but a rule, and belongs on paper.
LONGEST = timedelta(days=31)
_SHOWN_PAST = 20


@dataclass(frozen=True, slots=True)
class Announcement:
    """``spanish`` is empty where nobody wrote it: then the English is shown to all. ``ended`` is
    when somebody ended it by hand, before its time."""

    id: str
    english: str
    spanish: str
    starts: datetime
    ends: datetime
    author: str
    made: datetime
    ended: datetime | None

    def text(self, language: str) -> str:
        return self.spanish if language == "es" and self.spanish else self.english

    @property
    def is_over(self) -> bool:
        return self.ended is not None or self.ends <= now()

    @property
    def is_shown(self) -> bool:
        """Whether inmates see it now."""
        return self.starts <= now() and not self.is_over


def announce(
    facility: Facility, english: str, spanish: str, starts: datetime, ends: datetime, by: Actor
) -> str:
    """Shows it on the inmates' pages from ``starts`` to ``ends``; returns its id. Raises UsageError
    for a text or a time that cannot be right."""
    announcing = acting(facility, by, Act.ANNOUNCE)
    english, spanish = (_checked(each) for each in (english, spanish))
    if not english:
        raise UsageError("Write what inmates shall read, in English.")
    if ends <= max(starts, now()):
        raise UsageError("It must end after it begins, and after now.")
    if ends - starts > LONGEST:
        raise UsageError(f"It may last {LONGEST.days} days at most.")
    made = new_id()
    with announcing as action:
        action.tx.execute(
            sa.insert(announcement).values(
                id=made,
                english=english,
                spanish=spanish,
                starts=starts,
                ends=ends,
                author=by.name,
                made=now(),
            )
        )
        texts = {"english": english, "spanish": spanish}
        when = {"starts": local_moment(starts), "ends": local_moment(ends)}
        action.record(Verb.ANNOUNCE, Subject.announcement(made), **texts, **when)
    return made


def end_announcement(facility: Facility, announcement_id: str, by: Actor) -> None:
    """It is shown no more. Raises NotFound, and Conflict where it is over already."""
    with acting(facility, by, Act.ANNOUNCE) as action:
        known = sa.select(announcement).where(announcement.c.id == announcement_id)
        row = action.tx.execute(known).first()
        if row is None:
            raise NotFound("There is no such announcement.")
        if _announcement(row).is_over:
            raise Conflict("This announcement is over already.")
        ending = sa.update(announcement).where(announcement.c.id == announcement_id)
        action.tx.execute(ending.values(ended=now()))
        action.record(Verb.END_ANNOUNCEMENT, Subject.announcement(announcement_id))


def announcements(facility: Facility, by: Actor) -> tuple[Announcement, ...]:
    """Those that are shown or will be, the next first; then the last that are over."""
    with looking(facility, by, Act.LOOK) as look:
        rows = look.tx.execute(
            sa.select(announcement).order_by(announcement.c.ends.desc()).limit(_SHOWN_PAST * 2)
        )
        every = tuple(map(_announcement, rows))
    going = sorted((each for each in every if not each.is_over), key=lambda each: each.starts)
    return (*going, *[each for each in every if each.is_over][:_SHOWN_PAST])


def shown_now(facility: Facility) -> tuple[Announcement, ...]:
    """What is on the inmates' pages now, the first that began first. Anyone may read it, also
    before a login."""
    at = now()
    with reading(facility.engine) as tx:
        rows = tx.execute(
            sa.select(announcement)
            .where(
                announcement.c.ends > at,
                announcement.c.starts <= at,
                announcement.c.ended.is_(None),
            )
            .order_by(announcement.c.starts, announcement.c.id)
        )
        return tuple(map(_announcement, rows))


def may_announce(by: Actor) -> bool:
    """Whether this person may; the verbs check it again."""
    return is_permitted(by, Act.ANNOUNCE)


def _checked(text: str) -> str:
    """Without empty lines and spaces around it."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    whole = "\n".join(line for line in lines if line)
    if len(whole) > LONGEST_TEXT:
        raise UsageError(f"A text may have {LONGEST_TEXT} characters at most.")
    if not whole.replace("\n", "").isprintable():
        raise UsageError("The text has characters that cannot be shown.")
    return whole


def _announcement(row: sa.Row[tuple[object, ...]]) -> Announcement:
    return Announcement(**row._asdict())
