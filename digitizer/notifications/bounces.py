"""E-mail that comes back: read from the folder into which the mail server puts what is sent to our
return addresses, and what is done about the addresses that nothing reaches.

Only a report (RFC 3464) to a return address that we signed counts, and only one that says for good
that this mailbox is not there or takes nothing. All else is put aside, and changes nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path

import sqlalchemy as sa

from digitizer.access.accounts import plain_email
from digitizer.access.acting import acting, permit
from digitizer.access.permissions import Act
from digitizer.engines.codes.cover_code import KeyRing
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.notifications import outbox
from digitizer.notifications.outbox import Kind, Outgoing, OutState
from digitizer.notifications.return_address import items_of
from digitizer.storage.database import reading
from digitizer.storage.tables_upkeep import email_bounce
from digitizer.support.clock import now
from digitizer.support.visible import as_name

log = logging.getLogger("digitizer")

_MOST_BYTES, _AT_ONCE = 256 * 1024, 200
_LONGEST_PROBLEM = 200
#: Servers report within five days (RFC 5321, 4.5.4.1); this is how long a return address is good.
_GOOD_FOR = timedelta(days=30)
#: The mailbox is not there, or takes nothing (RFC 3463: X.1 and X.2; 5.0.0 says no more than that).
#: What is about us, as our server's reputation is (X.7), says nothing about the address.
_OF_THE_ADDRESS = re.compile(r"5\.(?:0\.0|[12]\.\d{1,3})")
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
#: In these a mail server says to whom it gave a message.
_DELIVERED_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To")


@dataclass(frozen=True, slots=True)
class Bounce:
    at: datetime
    problem: str


def is_about_address(code: int, answer: str) -> bool:
    """Whether a server that refused a recipient meant the address, and for good: by the enhanced
    code that its answer begins with (RFC 2034). Without one, 550 may mean that we may not relay."""
    enhanced = _ENHANCED.match(answer)
    return enhanced is not None and code >= 500 and bool(_OF_THE_ADDRESS.fullmatch(enhanced[1]))


def read_bounces(facility: Facility, by: Actor) -> int:
    """Reads what has come back since; returns how many addresses are out of reach now that were
    not. A file that is read is put aside, so that none is read twice and none is lost."""
    permit(facility, by, Act.OPERATE)
    server = facility.settings.mail_server
    if server is None or not server.bounces:
        return 0
    noted = 0
    for file in _waiting(Path(server.bounces)):
        try:
            report = _report(file, facility.keys)
            if report is not None:
                noted += _note_report(facility, report, by)
            _put_aside(file)
        except OSError as error:  # the others are read all the same
            log.warning("%s stays: %s", file, error, extra={"event": "bounces_failed"})
    return noted


def note_refused(tx: sa.Connection, recipient: str, problem: str) -> None:
    """No e-mail reaches this address."""
    values = {"at": now(), "problem": as_name(problem)[:_LONGEST_PROBLEM]}
    known = email_bounce.c.plain_email == plain_email(recipient)
    if tx.execute(sa.update(email_bounce).where(known).values(**values)).rowcount == 0:
        own = {"plain_email": plain_email(recipient), **values}
        tx.execute(sa.insert(email_bounce).values(**own))


def bounce_of(tx: sa.Connection, email: str) -> Bounce | None:
    """Since when, and why, nothing reaches this address; None where that is not known."""
    own = sa.select(email_bounce).where(email_bounce.c.plain_email == plain_email(email))
    row = tx.execute(own).first()
    return Bounce(row.at, row.problem) if row else None


def forget_bounce(tx: sa.Connection, email: str) -> bool:
    """Its owner says, or showed, that it works again. False: nothing was known of it."""
    own = sa.delete(email_bounce).where(email_bounce.c.plain_email == plain_email(email))
    return tx.execute(own).rowcount > 0


def bounced_since(tx: sa.Connection, at: datetime) -> int:
    count = sa.select(sa.func.count()).select_from(email_bounce).where(email_bounce.c.at >= at)
    return int(tx.execute(count).scalar_one())


# ---- reports


@dataclass(frozen=True, slots=True)
class _Report:
    """To whom the report was delivered, as headers say, and what failed for good."""

    addressed: str
    problem: str


def _waiting(folder: Path) -> list[Path]:
    """The unread files of a maildir, or of a folder; none where it cannot be read just now."""
    new = folder / "new"
    try:
        found = (new if new.is_dir() else folder).iterdir()
        names = sorted(each for each in found if not each.name.startswith(".") and each.is_file())
    except OSError as error:
        log.warning("%s cannot be read: %s", folder, error, extra={"event": "bounces_failed"})
        return []
    return names[:_AT_ONCE]


def _put_aside(file: Path) -> None:
    """Read: in a maildir into ``cur``, as seen; in a folder into ``read``."""
    maildir = file.parent.name == "new"
    folder = file.parent.parent / "cur" if maildir else file.parent / "read"
    folder.mkdir(exist_ok=True)
    file.rename(folder / (f"{file.name.split(':')[0]}:2,S" if maildir else file.name))


def _report(file: Path, keys: KeyRing) -> _Report | None:
    """None for what is no report, or reports nothing that is for good and about the address. Raises
    OSError."""
    with file.open("rb") as opened:
        data = opened.read(_MOST_BYTES)
    try:
        head = BytesHeaderParser(policy=policy.compat32).parsebytes(data)
        # Anybody can send deeply nested parts: they are taken apart for a good address alone.
        if not items_of(_addressed(head), keys):
            return None
        return _reported(message_from_bytes(data, policy=policy.compat32))
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        log.warning("%s is no e-mail: %r", file.name, error, extra={"event": "bad_bounce"})
        return None


def _addressed(message: Message) -> str:
    return " ".join(str(value) for name in _DELIVERED_TO for value in message.get_all(name, []))


def _reported(message: Message) -> _Report | None:
    addressed = _addressed(message)
    for status in _statuses(message):
        if str(status.get("Action", "")).strip().lower() != "failed":
            continue
        code = _ENHANCED.match(str(status.get("Status", "")))
        if code and _OF_THE_ADDRESS.fullmatch(code[1]):
            said = as_name(str(status.get("Diagnostic-Code", "")))
            problem = f"It came back: {code[1]} {said}".strip()
            return _Report(addressed, problem[:_LONGEST_PROBLEM])
    return None


def _statuses(message: Message) -> Iterator[Message]:
    """The blocks of a report, one a recipient; the first is about the message."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (each for each in part.get_payload() if isinstance(each, Message))


def _note_report(facility: Facility, report: _Report, by: Actor) -> bool:
    done = False
    for item_id in items_of(report.addressed, facility.keys):
        with reading(facility.engine) as tx:
            item = outbox.find(tx, item_id)
        if item is None or not _may_come_back(item):
            continue
        with acting(facility, by, Act.OPERATE) as action:
            done = bounce_of(action.tx, item.recipient) is None or done
            note_refused(action.tx, item.recipient, report.problem)
            outbox.note_problem(action.tx, item.id, report.problem)
            if item.kind is Kind.SEALED:  # whoever wrote it must hear that it did not arrive
                outbox.end(action.tx, item.id, OutState.FAILED, report.problem)
            action.record(Verb.NOTE_BOUNCE, Subject.outgoing(item.id), problem=report.problem)
    return done


def _may_come_back(item: Outgoing) -> bool:
    """Once: whoever got the e-mail knows where to send as many reports of it as they like."""
    mail = item.kind in (Kind.E_MAIL, Kind.SEALED)
    sent = mail and item.state is OutState.SENT and not item.problem
    return sent and item.ended is not None and now() - item.ended <= _GOOD_FOR
