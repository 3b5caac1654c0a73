"""Notices of rejected letters and withheld pages: to the inmate and to the sender, with reasons and
appeal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digitizer.access.acting import acting
from digitizer.access.permissions import Act, is_permitted
from digitizer.appeals import records, rejections
from digitizer.appeals.refusals import refused_now
from digitizer.appeals.rejections import local_day
from digitizer.facility import Facility
from digitizer.model.appeals import Appeal, SheetGoes, Side
from digitizer.model.appeals import Rejection as Noted
from digitizer.model.errors import Conflict
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.people import roster
from digitizer.people.correspondents import records as correspondents
from digitizer.screening.rejections import Rejection, as_noted, find_rejection
from digitizer.storage.tables import letter
from digitizer.support.clock import now
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
    """One of the two notices, on paper; whoever gets it counts as told from now on. ``address`` is
    the sender's, if it is known.

    Raises NotFound, UsageError if the address does not fit its window, and Conflict for what was
    not rejected, or while a supervisor withholds the notice.
    """
    side = Side.SENDER if to_sender else Side.INMATE
    with acting(facility, by, Act.PRINT) as action:
        rejected = find_rejection(action.tx, letter_id)
        noted = _noted(action.tx, facility, letter_id)
        if noted.is_kept:
            raise Conflict(
                f"{noted.kept_by} withholds this notice until {noted.kept_until}. A supervisor can "
                "end that on the page Appeals."
            )
        if waits_as_evidence(facility, noted) and not is_permitted(by, Act.KEEP_NOTICE):
            raise Conflict(
                "This letter may be evidence. Until its notice is due, only a supervisor prints it."
            )
        number = rejected.inmate.booking_number
        if side is Side.INMATE and noted.inmate is None:  # this person says whose it is
            row = roster.inmate_row_id(action.tx, number)
            rejections.change(action.tx, noted.number, inmate_id=row)
        rejections.mark_told(action.tx, noted.number, side)
        noted = rejections.find(action.tx, noted.number)  # with whose it is, and their language
        drawn = draw_notice(action.tx, facility, noted, side, address)
        action.record(Verb.PRINT_NOTICE, Subject.letter(letter_id), to=str(side))
    return drawn


def waits_as_evidence(facility: Facility, noted: Noted) -> bool:
    """Whether supervisors still have time to withhold its notice."""
    if noted.sheet is not SheetGoes.EVIDENCE or noted.told:
        return False
    return now() < noted.decided + timedelta(hours=facility.settings.appeals.evidence_hours)


def is_for_somebody(tx: sa.Connection, noted: Noted) -> bool:
    """Whether it is known who was to get the letter: a notice names them."""
    if noted.inmate is not None:
        return True
    proposed = tx.execute(sa.select(letter.c.proposed).where(letter.c.id == noted.item)).scalar()
    return roster.inmate_named(tx, proposed) is not None


def _noted(tx: sa.Connection, facility: Facility, letter_id: str) -> Noted:
    """The rejection with its clocks; noted now where it was not: once its notice is printed it
    cannot be undone any more."""
    known = [each for each in rejections.in_force(tx, letter_id) if each.what.is_paper]
    for each in refused_now(tx, letter_id):
        same = [old for old in known if (old.what, old.event) == (each.what, each.event)]
        if same:
            return same[-1]
        return rejections.find(tx, rejections.note(tx, facility.settings, each))
    raise Conflict(f"Letter {letter_id} was not rejected, so there is no notice to print.")


def draw_notice(
    tx: sa.Connection,
    facility: Facility,
    noted: Noted,
    side: Side,
    address: tuple[str, ...],
    decided: Appeal | None = None,
) -> PrintedNotice:
    """The notice of a rejected letter or of its pages as paper, or of a ``decided`` appeal against
    it. Raises NotFound, Conflict, and UsageError as ``rejection_notice``."""
    from digitizer.engines.printing.kit.missing import warning
    from digitizer.engines.printing.letters.rejection_notice import (
        NoticeTo,
        notice_missing,
        rejection_notice_pdf,
    )

    language = _language(tx, noted, side)
    rejected = find_rejection(tx, noted.item) if decided is None else as_noted(tx, noted)
    notice = _notice(facility, rejected, noted, side, address, language)
    if decided is not None:
        notice = _of_decision(tx, facility, notice, decided, side)
    paper = facility.settings.facility.paper
    pdf = rejection_notice_pdf(notice, NoticeTo(str(side)), paper)
    return PrintedNotice(pdf, warning(notice_missing(notice)), notice.inmate.booking_number)


def _language(tx: sa.Connection, noted: Noted, side: Side) -> str:
    if side is Side.INMATE and noted.inmate is not None:
        return roster.language_of(tx, noted.inmate.booking_number)
    if side is Side.SENDER and noted.correspondent is not None:
        return correspondents.get(tx, noted.correspondent).language
    return ""


def _notice(
    facility: Facility,
    rejected: Rejection,
    noted: Noted,
    side: Side,
    address: tuple[str, ...],
    language: str,
) -> RejectionNotice:
    from digitizer.engines.printing.letters.rejection_notice import Disposition, RejectionNotice

    settings = facility.settings
    own, days = settings.facility, settings.appeal_days
    given = local_day(noted.told.get(side, now()))
    whole = side is Side.INMATE
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
        reasons=_reasons(facility, rejected, language),
        appeal_days=days[0] if whole else days[1],
        appeal_to=(own.appeal_to, own.name, *own.mail_address),
        disposition=Disposition(str(noted.sheet)),
        language=language,
        words=facility.words.for_reader(language),
        given=given,
        appeal_until=settings.appeals.calendar.last_day(given, days[0] if whole else days[1]),
    )


def _of_decision(
    tx: sa.Connection, facility: Facility, notice: RejectionNotice, decided: Appeal, side: Side
) -> RejectionNotice:
    from digitizer.engines.printing.letters.rejection_notice import AppealDecision

    assert decided.decided is not None
    own = records.of_rejection(tx, decided.rejection.number, side)
    again = records.next_appeal(facility.settings, decided.rejection, side, own)
    until = again.last_day if again is not None and side is decided.side else None
    return replace(
        notice,
        decided=local_day(decided.decided),
        decided_by=decided.decided_by,
        reasons=(decided.why,),
        outcome=AppealDecision(bool(decided.granted), decided.level, until),
    )


def _item(rejected: Rejection) -> str:
    if rejected.reason:
        return f"letter, {counted(rejected.pages, 'page')}"
    about = {number for number, _ in (*rejected.withheld, *rejected.parts)}
    numbers = [str(number) for number in sorted(about)]
    which = "page" if len(numbers) == 1 else "pages"
    return f"{which} {', '.join(numbers)} of a letter of {counted(rejected.pages, 'page')}"


def _reasons(facility: Facility, rejected: Rejection, language: str) -> tuple[str, ...]:
    """Of the whole letter, then of each page, and each part of one, that was withheld from it: with
    its rule, and in both languages where the settings have it in both, the reader's first."""

    def said(reason: str) -> str:
        known = facility.settings.screening.reason_of(reason)
        texts = [known.es, known.reason] if language == "es" else [known.reason, known.es]
        rule = f" ({known.rule})" if known.rule else ""
        return " / ".join(filter(None, texts)) + rule

    pages = (f"Page {number}: {said(reason)}" for number, reason in rejected.withheld)
    parts = (f"Part of page {number}: {said(reason)}" for number, reason in rejected.parts)
    return (*([said(rejected.reason)] if rejected.reason else []), *pages, *parts)
