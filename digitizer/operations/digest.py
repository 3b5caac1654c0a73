"""The day's e-mail to staff: how much waits and for how long, in numbers; it names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from digitizer.access.acting import acting, permit
from digitizer.access.permissions import Act
from digitizer.capture.held_queues import queue_lines
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.operations import findings, staff_mail
from digitizer.operations.findings import QUEUES
from digitizer.operations.staff_mail import StaffMail
from digitizer.storage.database import reading
from digitizer.storage.tables_upkeep import outbox
from digitizer.support.clock import now
from digitizer.support.wording import counted


def mail_digest(facility: Facility, by: Actor) -> int:
    """Once a day, from ``alarms.digest_hour`` on by the facility's clock, to everyone in
    ``alarms.digest_to`` that has not left; returns how many e-mails were written."""
    permit(facility, by, Act.OPERATE)
    settings = facility.settings.alarms
    at = now().astimezone()
    about = Subject("digest", at.date().isoformat())
    if not settings.digest_to or at.hour < settings.digest_hour:
        return 0
    with reading(facility.engine) as tx:
        to = staff_mail.recipients(tx, facility.settings, StaffMail.DIGEST)
        if not to or _is_written(tx, about):
            return 0
        text = "\n".join(_lines(facility, tx, at))
    place = " ".join(facility.settings.facility.name.split())
    with acting(facility, by, Act.OPERATE) as action:
        done = _is_written(action.tx, about)  # another process may have been quicker
        for recipient in () if done else to:
            staff_mail.put(
                action.tx,
                facility,
                StaffMail.DIGEST,
                recipient,
                f"{at.date().isoformat()}, {place}",
                f"{place}\n\n{text}\n\nThe page Today of the mailroom shows what it is.\n",
                about,
            )
        action.record(Verb.MAIL_DIGEST, about, recipients=len(to), already=done)
    return 0 if done else len(to)


def _is_written(tx: sa.Connection, about: Subject) -> bool:
    return (
        tx.execute(sa.select(outbox.c.id).where(outbox.c.cause == str(about))).first() is not None
    )


def _lines(facility: Facility, tx: sa.Connection, at: datetime) -> Iterator[str]:
    for line in queue_lines(tx):
        hours = int((at - line.oldest).total_seconds() // 3600) if line.oldest else 0
        waits = f", the oldest for {counted(hours, 'hour')}" if line.count else ""
        yield f"{QUEUES[line.queue]}: {counted(line.count, 'item')}{waits}"
    found = findings.of_the_tables(facility.settings, tx)
    bad = [each for each in found if not each.good]
    yield f"Needs care: {counted(len(bad), 'thing')}"
