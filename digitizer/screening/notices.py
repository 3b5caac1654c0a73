"""Notices of rejected letters: to the inmate and to the sender, with reasons and appeal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.facility import House
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.screening.rejections import Rejection, find_rejection

if TYPE_CHECKING:
    from digitizer.engines.printing.letters.rejection_notice import RejectionNotice


@dataclass(frozen=True, slots=True)
class PrintedNotice:
    """A notice's PDF; ``warning`` says which characters it shows only as boxes, if it does."""

    pdf: bytes
    warning: str | None


def rejection_notice(
    house: House, letter_id: str, to_sender: bool, address: tuple[str, ...], by: Actor
) -> PrintedNotice:
    """The PDF of one of the two notices. ``address`` is the sender's, if it is known.

    Raises NotFound, Conflict, or UsageError if the address does not fit its window.
    """
    from digitizer.engines.printing.kit.missing import warning
    from digitizer.engines.printing.letters.rejection_notice import (
        NoticeTo,
        notice_missing,
        rejection_notice_pdf,
    )

    to = NoticeTo.SENDER if to_sender else NoticeTo.INMATE
    with acting(house, by, Act.PRINT) as deed:
        notice = _notice(house, find_rejection(deed.tx, letter_id), address)
        pdf = rejection_notice_pdf(notice, to, house.settings.facility.paper)
        deed.record(Verb.PRINT_NOTICE, Subject.letter(letter_id), to=str(to))
    return PrintedNotice(pdf, warning(notice_missing(notice)))


def _notice(house: House, rejected: Rejection, address: tuple[str, ...]) -> RejectionNotice:
    from digitizer.engines.printing.letters.rejection_notice import RejectionNotice

    facility = house.settings.facility
    return RejectionNotice(
        facility_name=facility.name,
        mail_address=facility.mail_address,
        inmate=rejected.inmate,
        sender=rejected.sender or "not known",
        named_by_cover=rejected.sender is not None,
        sender_address=address,
        reference=rejected.letter,
        item=f"letter, {rejected.pages} page{'' if rejected.pages == 1 else 's'}",
        received=rejected.received.astimezone().date(),
        decided=rejected.decided.astimezone().date(),
        decided_by=rejected.decided_by,
        reasons=(rejected.reason,),
        appeal_days=facility.appeal_days,
        appeal_to=(facility.appeal_to, facility.name, *facility.mail_address),
    )
