"""What happens where the clock of an appeal lapses: supervisors are told. Nothing is delivered and
nothing destroyed by that: a person decides, late as it is."""

from __future__ import annotations

from digitizer.access.acting import acting, permit
from digitizer.access.permissions import Act
from digitizer.appeals import records
from digitizer.facility import Facility
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.operations import staff_mail
from digitizer.operations.staff_mail import StaffMail
from digitizer.storage.database import reading


def escalate_lapsed(facility: Facility, by: Actor) -> int:
    """Tells of each appeal whose clock lapsed, once: by e-mail to whom alarms go, if the settings
    name anyone, and in the log; returns how many that were."""
    permit(facility, by, Act.OPERATE)
    with reading(facility.engine) as tx:
        late = [each.number for each in records.lapsed(tx)]
    return sum(_escalate(facility, number, by) for number in late)


def _escalate(facility: Facility, number: int, by: Actor) -> bool:
    """False where another process was quicker."""
    about = Subject.appeal(number)
    try:
        with acting(facility, by, Act.OPERATE) as action:
            if not records.mark_escalated(action.tx, number):
                raise Conflict("It is known already.")
            due = records.find(action.tx, number).due
            place = " ".join(facility.settings.facility.name.split())
            subject = f"Overdue, {place}: appeal {number}"
            body = (
                f"{place}\n\nAppeal {number} was to be decided until {due}, and is not. It names "
                "nobody here: the page Appeals of the mailroom shows it. Nothing was delivered or "
                "destroyed.\n"
            )
            for each in staff_mail.recipients(action.tx, facility.settings, StaffMail.ALARMS):
                staff_mail.put(action.tx, facility, StaffMail.ALARMS, each, subject, body, about)
            action.record(Verb.ESCALATE_APPEAL, about, due=due.isoformat())
    except Conflict:
        return False
    return True
