"""Reply sheets without a message: each starts a thread of its own."""

from __future__ import annotations

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.covers import register
from digitizer.covers.actions import Paper, PrintedCover, new_code
from digitizer.engines.codes.cover_code import payload, short_id
from digitizer.facility import Facility
from digitizer.messages import outgoing
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Direction, Draft, MessageState
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster


def print_reply_sheet(
    facility: Facility,
    booking_number: str,
    by: Actor,
    *,
    sheets: int = 0,
    correspondent: str | None = None,
    paper: Paper | None = None,
) -> PrintedCover:
    """A reply sheet without a message: it starts a thread of its own. Raises NotFound, and
    UsageError for a number of sheets that a code cannot hold."""
    draft = Draft(
        direction=Direction.TO_INMATE,
        booking_number=booking_number,
        correspondent=correspondent or "",
        subject="",
        body="",
    )
    with acting(facility, by, Act.PRINT) as action:
        code = new_code(action.tx, facility, CodeKind.REPLY, sheets)
        person = roster.find_inmate(action.tx, booking_number)
        language = roster.language_of(action.tx, booking_number)
        message_id = outgoing.queue_message(
            action.tx, draft, code.cover_id, state=MessageState.PRINTED
        )
        register.enrol(
            action.tx,
            code,
            inmate_id=roster.inmate_row_id(action.tx, booking_number),
            message_id=message_id,
            sender=correspondent,
        )
        action.record(Verb.PRINT_REPLY_SHEET, Subject.cover(code.cover_id), to=booking_number)
    size = paper or facility.settings.facility.paper
    return _printed_reply(facility, code, person, draft.correspondent, size, language)


def _printed_reply(
    facility: Facility,
    code: CoverCode,
    person: Inmate,
    correspondent: str,
    paper: Paper,
    language: str,
) -> PrintedCover:
    from digitizer.engines.printing.kit.missing import missing_in, warning  # reportlab is slow
    from digitizer.engines.printing.sheets.reply_sheet import (
        ReplySheet,
        reply_sheet_pdf,
    )

    own = facility.settings.facility
    sheet = ReplySheet(payload(code, facility.keys), short_id(code))
    words = facility.words.for_reader(language)
    pdf = reply_sheet_pdf(sheet, person, correspondent, own.name, paper, words, language)
    missing = missing_in((own.name, person.full_name, person.booking_number, correspondent))
    return PrintedCover(pdf, sheet.short_id, person, warning(missing))
