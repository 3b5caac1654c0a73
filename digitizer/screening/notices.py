"""Notices of rejected letters and withheld pages: to the inmate and to the sender, with reasons and
appeal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.people import roster
from digitizer.screening.rejections import Rejection, find_rejection
from digitizer.support.wording import counted

if TYPE_CHECKING:
    from digitizer.engines.printing.letters.rejection_notice import RejectionNotice


@dataclass(frozen=True, slots=True)
class PrintedNotice:
    """A notice as a PDF. ``warning`` is a sentence about the characters that it shows only as
    boxes; None if there are none. ``booking_number`` is whose mail was rejected."""

    pdf: bytes
    warning: str | None
    booking_number: str


def rejection_notice(
    facility: Facility, letter_id: str, to_sender: bool, address: tuple[str, ...], by: Actor
) -> PrintedNotice:
    """One of the two notices. ``address`` is the sender's, if it is known.

    Raises NotFound, Conflict, or UsageError if the address does not fit its window.
    """
    from digitizer.engines.printing.kit.missing import warning
    from digitizer.engines.printing.letters.rejection_notice import (
        NoticeTo,
        notice_missing,
        rejection_notice_pdf,
    )

    to = NoticeTo.SENDER if to_sender else NoticeTo.INMATE
    with acting(facility, by, Act.PRINT) as action:
        rejected = find_rejection(action.tx, letter_id)
        number = rejected.inmate.booking_number
        language = "" if to_sender else roster.language_of(action.tx, number)
        notice = _notice(facility, rejected, address, language)
        pdf = rejection_notice_pdf(notice, to, facility.settings.facility.paper)
        action.record(Verb.PRINT_NOTICE, Subject.letter(letter_id), to=str(to))
    return PrintedNotice(pdf, warning(notice_missing(notice)), notice.inmate.booking_number)


def _notice(
    facility: Facility, rejected: Rejection, address: tuple[str, ...], language: str
) -> RejectionNotice:
    from digitizer.engines.printing.letters.rejection_notice import RejectionNotice

    own = facility.settings.facility
    return RejectionNotice(
        facility_name=own.name,
        mail_address=own.mail_address,
        inmate=rejected.inmate,
        sender=rejected.sender or "not known",
        named_by_cover=rejected.sender is not None,
        sender_address=address,
        reference=rejected.letter,
        item=_item(rejected),
        received=rejected.received.astimezone().date(),
        decided=rejected.decided.astimezone().date(),
        decided_by=rejected.decided_by,
        reasons=_reasons(rejected),
        appeal_days=own.appeal_days,
        appeal_to=(own.appeal_to, own.name, *own.mail_address),
        language=language,
        words=facility.words.for_reader(language),
    )


def _item(rejected: Rejection) -> str:
    if rejected.reason:
        return f"letter, {counted(rejected.pages, 'page')}"
    numbers = [str(number) for number, _ in rejected.withheld]
    which = "page" if len(numbers) == 1 else "pages"
    return f"{which} {', '.join(numbers)} of a letter of {counted(rejected.pages, 'page')}"


def _reasons(rejected: Rejection) -> tuple[str, ...]:
    """Of the whole letter, then of each page that was withheld from it."""
    pages = (f"Page {number}: {reason}" for number, reason in rejected.withheld)
    return (*([rejected.reason] if rejected.reason else []), *pages)
