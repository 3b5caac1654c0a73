"""The verbs of the registry of protected senders. Supervisors keep it; a person's name is on each
change, and a revocation has its reason."""

from __future__ import annotations

import hashlib

from digitizer.access.acting import acting, looking, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.legal import sender_file, senders
from digitizer.legal.sender_file import COLUMNS, LARGEST_FILE, Preview, day
from digitizer.model.errors import Conflict
from digitizer.model.events import LEGAL_LOG, Verb
from digitizer.model.legal import NewSender, ProtectedSender
from digitizer.model.people import Actor

__all__ = ["COLUMNS", "LARGEST_FILE", "Preview", "day"]


def sender_list(
    facility: Facility, by: Actor, find: str = "", start: int = 0, most: int | None = None
) -> tuple[ProtectedSender, ...]:
    """By name; with ``find``, those that have every word of it."""
    with looking(facility, by, Act.LEGAL_SENDERS) as look:
        return senders.find(look.tx, find, start, most)


def find_sender(facility: Facility, number: int, by: Actor) -> ProtectedSender:
    """Raises NotFound."""
    with looking(facility, by, Act.LEGAL_SENDERS) as look:
        return senders.get(look.tx, number)


def add_sender(facility: Facility, new: NewSender, by: Actor) -> int:
    """Returns the number of the entry. Raises UsageError and Conflict."""
    with acting(facility, by, Act.LEGAL_SENDERS) as action:
        return senders.add(action, new)


def change_sender(facility: Facility, number: int, new: NewSender, by: Actor) -> None:
    """Raises NotFound, UsageError and Conflict."""
    with acting(facility, by, Act.LEGAL_SENDERS) as action:
        senders.change(action, number, new)


def preview_senders(facility: Facility, content: bytes, by: Actor) -> Preview:
    """What importing this file would do; nothing is changed. Raises UsageError for what is no such
    file."""
    with looking(facility, by, Act.LEGAL_SENDERS) as look:
        return sender_file.plan(look.tx, content)


def import_senders(facility: Facility, content: bytes, by: Actor) -> Preview:
    """All of the file, or nothing. Raises UsageError with every line that is wrong, and Conflict
    where it would change nothing."""
    with acting(facility, by, Act.LEGAL_SENDERS) as action:
        planned = sender_file.plan(action.tx, content)
        planned.check()
        if not planned.added and not planned.changed:
            raise Conflict("Everything in this file is in the registry already.")
        for each in planned.lines:
            if each.known is None:
                senders.insert(action, each.entry)
            else:
                senders.rewrite(action.tx, each.known, each.entry)
        action.record(
            Verb.IMPORT_PROTECTED_SENDERS,
            LEGAL_LOG,
            added=planned.added,
            changed=planned.changed,
            file=hashlib.sha256(content).hexdigest(),
        )
    return planned


def revoke_sender(facility: Facility, number: int, by: Actor, reason: str) -> None:
    """From now on nothing from this sender passes, whatever code it has. Raises NotFound, Conflict,
    and UsageError without a reason."""
    with acting(facility, by, Act.REVOKE_LEGAL, reason=reason) as action:
        senders.revoke(action, number)


def reactivate_sender(facility: Facility, number: int, by: Actor, reason: str) -> None:
    """Codes that were made before and are still good pass again. Raises as ``revoke_sender``."""
    with acting(facility, by, Act.REVOKE_LEGAL, reason=reason) as action:
        senders.reactivate(action, number)


def check_may_keep(facility: Facility, by: Actor) -> None:
    """Raises NotAllowed, before a file is read."""
    permit(facility, by, Act.LEGAL_SENDERS)


def may_keep(by: Actor) -> bool:
    """Whether this person may keep the registry; each verb checks it again."""
    return is_permitted(by, Act.LEGAL_SENDERS)
