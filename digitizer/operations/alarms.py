"""Alarms: what is wrong is mailed once, and once more when it is good again.

An alarm is one of the findings that are marked so: the age of a queue's oldest item, of the newest
good backup, and the room on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.access.acting import Action, acting, permit
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.operations import findings, staff_mail
from digitizer.operations.findings import Finding
from digitizer.operations.staff_mail import StaffMail
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_upkeep import alarm
from digitizer.support.clock import now
from digitizer.support.wording import local_moment

#: Good for so long, it is over: what comes and goes (a disk at its limit) is mailed once.
_GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """``good_since``: it is no longer so, but not yet for long."""

    name: str
    since: datetime
    message: str
    good_since: datetime | None


def raised_alarms(tx: sa.Connection) -> dict[str, RaisedAlarm]:
    """Those that were mailed and are not over, by name."""
    rows = tx.execute(sa.select(alarm))
    return {row.name: RaisedAlarm(**row._asdict()) for row in rows}


def check_alarms(facility: Facility, by: Actor) -> int:
    """Mails what is wrong now and was not mailed yet, and what is over; returns how many that were.
    Nothing is done where the settings name nobody to mail to, or all of those have left."""
    permit(facility, by, Act.OPERATE)
    if not facility.settings.alarms.mail_to:
        return 0
    with reading(facility.engine) as tx:
        if not staff_mail.recipients(tx, facility.settings, StaffMail.ALARMS):
            return 0
        known = raised_alarms(tx)
        found = {each.what: each for each in _watched(facility, tx)}
    at = now()
    begin = [each for name, each in found.items() if not each.good and name not in known]
    good = {name for name in known if name not in found or found[name].good}
    over = [each for name, each in known.items() if name in good and _is_long_good(each, at)]
    _note_good(facility, known.values(), good, at)
    done = [_raise(facility, each, by) for each in begin]
    done += [_clear(facility, each, found.get(each.name), by) for each in over]
    return sum(done)


def _watched(facility: Facility, tx: sa.Connection) -> list[Finding]:
    settings = facility.settings
    every = (*findings.of_the_tables(settings, tx), findings.disk(facility.home, settings))
    return [each for each in every if each.alarm]


def _is_long_good(raised: RaisedAlarm, at: datetime) -> bool:
    return raised.good_since is not None and at - raised.good_since >= _GOOD_FOR


def _note_good(
    facility: Facility, known: Iterable[RaisedAlarm], good: set[str], at: datetime
) -> None:
    """Since when each has been good; that is no event, for nobody hears of it."""
    changed = [each for each in known if (each.good_since is not None) != (each.name in good)]
    if changed:
        with writing(facility.engine) as tx:
            for each in changed:
                since = at if each.name in good else None
                named = sa.update(alarm).where(alarm.c.name == each.name)
                tx.execute(named.values(good_since=since))


def _raise(facility: Facility, found: Finding, by: Actor) -> bool:
    """False where another process was quicker."""
    try:
        with acting(facility, by, Act.OPERATE) as action:
            if found.what in raised_alarms(action.tx):
                raise Conflict("It is known already.")
            values = {"name": found.what, "since": now(), "message": found.message}
            action.tx.execute(sa.insert(alarm).values(**values))
            _mail(facility, action, "Alarm", found.what, f"{found.message}.\n{found.fix}\n")
            action.record(Verb.RAISE_ALARM, _subject(found.what), message=found.message)
    except Conflict:
        return False
    return True


def _clear(facility: Facility, raised: RaisedAlarm, found: Finding | None, by: Actor) -> bool:
    """False where another process was quicker."""
    try:
        with acting(facility, by, Act.OPERATE) as action:
            gone = action.tx.execute(sa.delete(alarm).where(alarm.c.name == raised.name))
            if gone.rowcount == 0:
                raise Conflict("It is over already.")
            message = found.message if found else "it is no longer looked at"
            since = f"It was wrong since {local_moment(raised.since)}: {raised.message}.\n"
            _mail(facility, action, "Cleared", raised.name, f"Now: {message}.\n{since}")
            action.record(Verb.CLEAR_ALARM, _subject(raised.name), message=message)
    except Conflict:
        return False
    return True


def _mail(facility: Facility, action: Action, what: str, name: str, text: str) -> None:
    """To everyone in ``alarms.mail_to`` that has not left. It names nobody whose mail it is
    about."""
    place = " ".join(facility.settings.facility.name.split())
    more = "The page Today of the mailroom shows all that needs care."
    for recipient in staff_mail.recipients(action.tx, facility.settings, StaffMail.ALARMS):
        staff_mail.put(
            action.tx,
            facility,
            StaffMail.ALARMS,
            recipient,
            f"{what}, {place}: {name}",
            f"{place}\n\n{name}: {text}\n{more}\n",
            _subject(name),
        )


def _subject(name: str) -> Subject:
    return Subject("alarm", name)
