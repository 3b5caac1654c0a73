"""Reply sheets that no message brought: each begins a thread of its own."""

from __future__ import annotations

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.covers import register
from digitizer.covers.actions import Paper, PrintedCover, new_code
from digitizer.engines.codes.cover_code import payload, short_id
from digitizer.facility import House
from digitizer.messages import outgoing
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Direction, MessageState
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster


def print_reply_sheet(
    house: House,
    booking_number: str,
    by: Actor,
    *,
    sheets: int = 0,
    correspondent: str | None = None,
    paper: Paper | None = None,
) -> PrintedCover:
    """A reply sheet that no message brought: it begins a thread of its own."""
    with acting(house, by, Act.PRINT) as deed:
        code = new_code(deed.tx, house, CodeKind.REPLY, sheets)
        person = roster.find_inmate(deed.tx, booking_number)
        inmate_id = roster.inmate_row_id(deed.tx, booking_number)
        message_id = outgoing.queue_message(
            deed.tx, direction=Direction.TO_INMATE, inmate_id=inmate_id,
            correspondent=correspondent or "", address=None, subject="", body="", photos=(),
            cover_id=code.cover_id, state=MessageState.PRINTED,
        )  # fmt: skip
        register.enrol(
            deed.tx, code, inmate_id=inmate_id, message_id=message_id, sender=correspondent
        )
        deed.record(Verb.PRINT_REPLY_SHEET, Subject.cover(code.cover_id), to=booking_number)
    return _printed_reply(house, code, person, correspondent or "", paper)


def _printed_reply(
    house: House, code: CoverCode, person: Inmate, correspondent: str, paper: Paper | None
) -> PrintedCover:
    from digitizer.engines.printing.kit.missing import missing_in, warning  # reportlab is slow
    from digitizer.engines.printing.sheets.reply_sheet import (
        ReplySheet,
        reply_sheet_pdf,
    )

    facility = house.settings.facility
    sheet = ReplySheet(payload(code, house.keys), short_id(code))
    pdf = reply_sheet_pdf(sheet, person, correspondent, facility.name, paper or facility.paper)
    missing = missing_in((facility.name, person.full_name, person.booking_number, correspondent))
    return PrintedCover(pdf, sheet.short_id, person, warning(missing))
