"""The verbs of the protected line.

What an inmate writes on a screen is encrypted in memory to the addressee's certificate, before
anything of it is stored; only that goes into the outbox. Of events there is that something went to
the line: not who sent it, nor what. On paper the inmate seals it, and the mailroom logs the sealed
sheet by the code outside. There is no verb that shows any of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from digitizer.access.acting import Action, acting, looking, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.covers.actions import Paper
from digitizer.engines.codes.protected_code import protected_payload
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import LEGAL_LOG, PROTECTED_LINE, Verb
from digitizer.model.legal import Answer
from digitizer.model.people import Actor, ActorKind, Inmate
from digitizer.model.request_settings import Addressee
from digitizer.notifications import outbox
from digitizer.people import roster
from digitizer.protected_line import sheets
from digitizer.protected_line.addressees import Line, line_to, lines
from digitizer.protected_line.sealing import SUBJECT, sealed
from digitizer.protected_line.sheets import DayCount, Envelope
from digitizer.storage.tables_protected import protected_message
from digitizer.storage.tables_upkeep import outbox as sent_mail
from digitizer.support.visible import HIDDEN

__all__ = ["SUBJECT", "DayCount", "Envelope", "Line"]

_NO_SCREEN = "It cannot be sent from here now. Use paper: what you wrote is still on this page."
_MOST_SHEETS = 50


@dataclass(frozen=True, slots=True)
class OwnSending:
    """That its reader wrote to an addressee on a day. ``sent`` is None while it waits; False: it
    was not sent, and paper is the way."""

    addressee: str
    day: date
    sent: bool | None


@dataclass(frozen=True, slots=True)
class PersonCount:
    """How often somebody wrote to the protected line on a screen, and last on which day."""

    inmate: Inmate
    count: int
    last: date


def offered(facility: Facility, by: Actor) -> tuple[Line, ...]:
    """To whom this inmate can write, and how."""
    with looking(facility, by, Act.PROTECTED_LINE, of=by.name):
        return lines(facility)


def own_sendings(facility: Facility, by: Actor) -> tuple[OwnSending, ...]:
    """Newest first, thirty at most."""
    with looking(facility, by, Act.PROTECTED_LINE, of=by.name) as look:
        own = protected_message.c.inmate_id == roster.inmate_row_id(look.tx, by.name)
        asked = (
            sa.select(protected_message.c.addressee, protected_message.c.day, sent_mail.c.state)
            .join(sent_mail, sent_mail.c.id == protected_message.c.outbox_id, isouter=True)
            .where(own)
            .order_by(protected_message.c.id.desc())
            .limit(30)
        )
        rows = look.tx.execute(asked).all()
    return tuple(OwnSending(row.addressee, row.day, _fate(row.state)) for row in rows)


def _fate(state: str | None) -> bool | None:
    match state:
        case outbox.OutState.QUEUED | outbox.OutState.SENDING:
            return None
        case outbox.OutState.FAILED | outbox.OutState.DROPPED | outbox.OutState.DOUBTFUL:
            return False
        case _:
            return True


def send(facility: Facility, to: str, text: str, by: Actor, *, named: bool) -> None:
    """Seals a text, and puts it into the outbox. ``named``: with who writes it, inside. Raises
    UsageError for an empty or too long text, an addressee that the settings do not have, or who
    takes nothing unnamed; and Conflict where there is no encrypted way, or too many went today."""
    sending = acting(facility, by, Act.PROTECTED_LINE, of=by.name)
    line = line_to(facility, to)
    if line.certificate is None or facility.settings.mail_server is None:
        raise Conflict(_NO_SCREEN)
    if not named and not line.to.anonymous:
        raise UsageError("This addressee takes only what says who writes it.")
    text = HIDDEN.sub("", text).strip()
    if not text:
        raise UsageError("Nothing is written.")
    if len(text) > facility.settings.requests.characters:
        raise UsageError("That is too long. Shorten it, or send it in parts.")
    with looking(facility, by, Act.PROTECTED_LINE, of=by.name) as look:
        person = roster.find_inmate(look.tx, by.name)
    place = facility.settings.facility.name
    content = sealed(line.certificate, place, person if named else None, text)
    with sending as action:
        row = roster.inmate_row_id(action.tx, by.name)
        _check_left(facility, action, row)
        item = outbox.put_sealed(
            action.tx,
            line.to.email,
            SUBJECT,
            content,
            cause=PROTECTED_LINE,
            sender=facility.settings.mail_server.sender,
        )
        action.tx.execute(
            sa.insert(protected_message).values(
                inmate_id=row, addressee=line.to.name, day=sheets.today(), outbox_id=item
            )
        )
        action.record_nameless(Verb.SEND_PROTECTED, PROTECTED_LINE)


def _check_left(facility: Facility, action: Action, row: int) -> None:
    mine = protected_message.c.inmate_id == row, protected_message.c.day == sheets.today()
    asked = sa.select(sa.func.count()).select_from(protected_message).where(*mine)
    if action.tx.execute(asked).scalar_one() >= facility.settings.requests.protected_a_day:
        raise Conflict("You sent as much as can be sent from here in a day. Use paper.")


def print_sheets(
    facility: Facility, to: str, number: int, by: Actor, paper: Paper | None = None
) -> bytes:
    """Sheets for the protected line (PDF, both sides of each): blank stock, which says of nobody
    who takes it. An inmate prints one. Raises UsageError for an addressee that the settings do not
    have, and a number that is too large."""
    from digitizer.engines.printing.sheets.protected_sheet import (
        ProtectedSheet,
        protected_sheets_pdf,
    )

    printing = acting(facility, by, Act.PROTECTED_SHEETS)
    line = line_to(facility, to)
    if not 1 <= number <= (1 if by.kind is ActorKind.INMATE else _MOST_SHEETS):
        raise UsageError(f"Print 1 to {_MOST_SHEETS} at once.")
    own = facility.settings.facility
    with printing as action:
        made = [sheets.make(action.tx, facility.keys, line.to.name) for _ in range(number)]
        if by.kind is ActorKind.INMATE:
            action.record_nameless(Verb.PRINT_PROTECTED_SHEET, PROTECTED_LINE, sheets=number)
        else:
            action.record(Verb.PRINT_PROTECTED_SHEET, PROTECTED_LINE, sheets=number)
    drawn = [
        ProtectedSheet(
            text=protected_payload(code, facility.keys),
            short_id=code.short_id,
            to=_names(line.to),
            address=line.to.address,
            facility=own.name,
            words=facility.words,
        )
        for code in made
    ]
    return protected_sheets_pdf(drawn, paper or own.paper)


def _names(to: Addressee) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (to.name, to.es))))


def log_envelope(facility: Facility, text: str, by: Actor) -> Envelope:
    """What the mailroom does with a sealed sheet whose code was scanned or typed: one answer. The
    first scan logs that it went out, on which day; every answer about a code that can be read is
    recorded. Raises NotAllowed."""
    code = sheets.read(text, facility.keys)
    if code.refusal is not None and code.refusal.answer is Answer.UNREADABLE:
        with looking(facility, by, Act.SCAN_LEGAL):
            return code.refusal
    with acting(facility, by, Act.SCAN_LEGAL) as action:
        found = code.refusal or sheets.judge(action.tx, code, by.name)
        action.record(Verb.LOG_PROTECTED, PROTECTED_LINE, answer=str(found.answer))
    return found


def logged_by_day(facility: Facility, by: Actor) -> tuple[DayCount, ...]:
    """How many sealed sheets went out to whom, by day, the newest first."""
    with looking(facility, by, Act.SCAN_LEGAL) as look:
        return sheets.by_day(look.tx)


def addressees(facility: Facility, by: Actor) -> tuple[Line, ...]:
    """Those of the settings, for whoever prints sheets."""
    with looking(facility, by, Act.PROTECTED_SHEETS):
        return lines(facility)


def count_by_person(facility: Facility, by: Actor, reason: str) -> tuple[PersonCount, ...]:
    """How often each person wrote on a screen, the most first; never to whom or what. Raises
    UsageError without a reason."""
    with acting(facility, by, Act.SEE_LEGAL_LOG, reason=reason) as action:
        action.record(Verb.LOOK_AT_LEGAL_LOG, LEGAL_LOG, of=str(PROTECTED_LINE))
        many = sa.func.count()
        asked = (
            sa.select(
                protected_message.c.inmate_id,
                many.label("number"),
                sa.func.max(protected_message.c.day).label("last"),
            )
            .group_by(protected_message.c.inmate_id)
            .order_by(many.desc(), protected_message.c.inmate_id)
        )
        rows = action.tx.execute(asked).all()
        people = roster.inmates_of_rows(action.tx, {row.inmate_id for row in rows})
        return tuple(PersonCount(people[row.inmate_id], row.number, row.last) for row in rows)


def check_may_count(facility: Facility, by: Actor) -> None:
    """Raises NotAllowed, before the reason is asked for."""
    permit(facility, by, Act.SEE_LEGAL_LOG)


def may_count(by: Actor) -> bool:
    """Whether this person may see the counts by person; the verb checks it again."""
    return is_permitted(by, Act.SEE_LEGAL_LOG)
