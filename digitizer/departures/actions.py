"""Codes by which people who leave take their mailbox along: what staff do with them, and the export
that a desk hands over."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.departures import codes, making
from digitizer.departures.building import Built
from digitizer.departures.codes import Code
from digitizer.engines.codes.takeaway_code import in_groups, new_takeaway_code
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.people import held_names, roster

__all__ = ["Code", "MadeCode", "code_of", "end_code", "export_mailbox", "make_code", "may_make"]

_MOST_DAYS = 366
PAGE = "/family/takeaway"


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A new code, in the groups in which it is typed, and its slip as a PDF. Both exist nowhere
    else. ``number`` is that of the slip, ``address`` where the code is typed."""

    code: str
    address: str
    number: int
    last_day: date
    slip: bytes


def make_code(
    facility: Facility, booking_number: str, by: Actor, days: int | None = None
) -> MadeCode:
    """A code for this person, who may still be in custody: it opens once they are not. An earlier
    one ends. ``days``: so long it is good, in place of the setting. Raises NotFound; UsageError for
    days that cannot be; and Conflict where the settings allow no codes, name no address for the
    page, or it is not certain who has the number."""
    from digitizer.engines.printing.letters.takeaway_slip import TakeawaySlip, takeaway_slip_pdf

    making_it, settings = acting(facility, by, Act.MAKE_TAKEAWAY), facility.settings
    good_for = settings.release.code_days if days is None else days
    if not 1 <= good_for <= _MOST_DAYS:
        raise UsageError("A code is good for 1 to 366 days.")
    address = _address(facility)
    code = new_takeaway_code()
    last_day = datetime.now().astimezone().date() + timedelta(days=good_for)
    with making_it as action:
        inmate_id = roster.inmate_row_id(action.tx, booking_number)
        _need_certain(action.tx, inmate_id, booking_number)
        number = codes.add(action.tx, inmate_id, code, by.name, last_day)
        language = roster.language_of(action.tx, booking_number)
        action.record(
            Verb.MAKE_TAKEAWAY,
            Subject.inmate(booking_number),
            slip=number,
            until=last_day.isoformat(),
        )
    slip = TakeawaySlip(
        facility_name=settings.facility.name,
        code=in_groups(code),
        address=address,
        last_day=last_day,
        number=number,
        language=language,
        words=facility.words.for_reader(language),
    )
    drawn = takeaway_slip_pdf(slip, settings.facility.paper)
    return MadeCode(slip.code, address, number, last_day, drawn)


def _address(facility: Facility) -> str:
    """Where the code is typed. Raises Conflict where there is no such place."""
    settings = facility.settings
    if settings.release.export == "off":
        raise Conflict("Mailboxes are not taken along by a code here ([release] in config.toml).")
    if not settings.family.enabled or not settings.family.address:
        raise Conflict(
            "There is no page on which a code could be typed: set address under [family] in "
            "config.toml, or export a mailbox to a stick (digitizer takeaway export)."
        )
    return settings.family.address + PAGE


def end_code(facility: Facility, booking_number: str, by: Actor, reason: str) -> int:
    """The code opens nothing from now on, also where it is open; returns the number of its slip.
    Raises NotFound where there is none that could be ended, and UsageError without a reason."""
    with acting(facility, by, Act.END_TAKEAWAY, reason=reason) as action:
        inmate_id = roster.inmate_row_id(action.tx, booking_number)
        number = codes.end(action.tx, inmate_id, action.why)
        if number is None:
            raise NotFound(f"{booking_number} has no code that could be ended.")
        action.record(Verb.END_TAKEAWAY, Subject.inmate(booking_number), slip=number)
    return number


def code_of(facility: Facility, booking_number: str, by: Actor) -> Code | None:
    """The code that was made last for this person; nothing that opens it. Raises NotFound."""
    with looking(facility, by, Act.MAKE_TAKEAWAY) as look:
        return codes.newest_of(look.tx, roster.inmate_row_id(look.tx, booking_number))


def may_make(by: Actor) -> bool:
    """Whether this person may make codes; ``make_code`` checks it again."""
    return is_permitted(by, Act.MAKE_TAKEAWAY)


def export_mailbox(
    facility: Facility, booking_number: str, out: Path, by: Actor, reason: str
) -> Built:
    """Writes the file for a desk that hands it over on a stick. It shows all mail of this person,
    so it is recorded as a look at each letter and message in it, with the reason. Only who writes
    ``out`` can read it. Raises NotFound; Conflict while it is not certain who has the number;
    UsageError without a reason, or where ``out`` cannot be written; and StorageError."""
    exporting = acting(facility, by, Act.EXPORT_MAILBOX, reason=reason)
    with looking(facility, by, Act.EXPORT_MAILBOX) as look:
        person = roster.find_inmate(look.tx, booking_number)
        inmate_id = roster.inmate_row_id(look.tx, booking_number)
        _need_certain(look.tx, inmate_id, booking_number)
    with making.made(facility, inmate_id) as built:
        with exporting as action:
            for letter_id in built.letters:
                action.record(Verb.COPY_AS_PDF, Subject.letter(letter_id))
            for message_id in built.messages:
                action.record(Verb.LOOK_AT_MESSAGE, Subject.message(message_id))
            action.record(
                Verb.EXPORT_MAILBOX,
                Subject.inmate(booking_number),
                items=built.items,
                status=str(person.status),
            )
        _copy(built.file, out)
        return built


def _need_certain(tx: sa.Connection, inmate_id: int, booking_number: str) -> None:
    if held_names.is_held(tx, inmate_id):
        raise Conflict(
            f"It is not certain who {booking_number} is: the roster came with another name. "
            "Nothing was made. See: digitizer roster held"
        )


def _copy(file: Path, out: Path) -> None:
    """Also over a file that others could read. Raises UsageError."""
    try:
        with file.open("rb") as content, open(out, "wb", opener=_private) as copy:
            os.fchmod(copy.fileno(), 0o600)
            shutil.copyfileobj(content, copy)
    except OSError as error:
        raise UsageError(f"Cannot write {out}: {error.strerror}.") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
