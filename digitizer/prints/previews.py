"""What a facility's templates make of its paper, drawn with invented people before it is used.

What is printed goes by the files that were there when the program was started; a preview goes by
those that are there now. Its codes are signed with a key of its own: if its paper is scanned, it is
held, like every other code that is not ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from digitizer.access.acting import looking
from digitizer.access.permissions import Act
from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, new_key, payload, short_id
from digitizer.engines.printing.kit.wording import BadTemplate, OwnWords, PrintWords, own_words
from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.paper import CodeKind
from digitizer.model.people import Actor, CustodyStatus, Inmate

if TYPE_CHECKING:
    from digitizer.engines.printing.letters.letter import LetterFromInmate, LetterToInmate
    from digitizer.engines.printing.letters.rejection_notice import RejectionNotice
    from digitizer.engines.printing.sheets.cover_sheet import CoverSheet

_DPI = 100


class Sample(StrEnum):
    """What there is to look at."""

    LETTER = "letter"
    POSTED = "posted"
    NOTICE = "notice"
    SENDERS_NOTICE = "senders-notice"
    COVER = "cover"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Templates:
    """The folder of a facility's own templates. ``bad`` are the files that are not used as they
    are now; ``waits`` says that they are not those with which the program was started."""

    folder: Path
    bad: tuple[BadTemplate, ...]
    waits: bool


def look_at_templates(facility: Facility, by: Actor, folder: Path | None = None) -> Templates:
    """What is wrong with the facility's templates, or with those of another folder."""
    with looking(facility, by, Act.OPERATE):
        found = _read(facility, folder)
    return Templates(
        folder or facility.print_templates, found.bad, found.words != facility.own_words.words
    )


def sample_pdf(facility: Facility, sample: Sample, by: Actor, folder: Path | None = None) -> bytes:
    """One sample as it would be printed. Raises UsageError if ``folder`` is none."""
    from digitizer.engines.printing.letters.letter import letter_pdf  # reportlab is slow
    from digitizer.engines.printing.letters.rejection_notice import NoticeTo, rejection_notice_pdf
    from digitizer.engines.printing.sheets.cover_sheet import cover_pdf

    with looking(facility, by, Act.OPERATE):
        words = _read(facility, folder).words
    paper = facility.settings.facility.paper
    match sample:
        case Sample.LETTER:
            return letter_pdf(_letter(facility, words), paper)
        case Sample.POSTED:
            return letter_pdf(_posted(facility, words), paper)
        case Sample.NOTICE:
            return rejection_notice_pdf(_notice(facility, words), NoticeTo.INMATE, paper)
        case Sample.SENDERS_NOTICE:
            return rejection_notice_pdf(_notice(facility, words), NoticeTo.SENDER, paper)
        case Sample.COVER:
            return cover_pdf(_cover(facility, words, CodeKind.INMATE), paper)
        case Sample.REPLY:
            return cover_pdf(_cover(facility, words, CodeKind.REPLY), paper)


def sample_picture(facility: Facility, sample: Sample, by: Actor) -> bytes:
    """The first page of a sample as PNG."""
    from digitizer.engines.opening.own_pdf import first_page_png

    return first_page_png(sample_pdf(facility, sample, by), _DPI)


def _read(facility: Facility, folder: Path | None) -> OwnWords:
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder} is no folder. Name one with letter.toml, reply.toml and so on.")
    return own_words(folder or facility.print_templates)


_WHO = Inmate("X-0000", "Invented", "Ines", "X-0", CustodyStatus.IN_CUSTODY)
_WRITER = "Paula Preview"
_ADDRESS = (_WRITER, "1 Nowhere Street", "Nowhere, EX 00000")
_TEXT = (
    "This is a preview. Nobody wrote it, and it is for nobody.\n\n"
    "It shows where a text begins, how large it is, and how its lines are broken, so that you can "
    "look at it before anything is printed like this."
)
_SENT = datetime(2026, 1, 2, 9, 30)
_NUMBER = "M-0"


def _letter(facility: Facility, words: PrintWords) -> LetterToInmate:
    from digitizer.engines.printing.letters.letter import LetterToInmate
    from digitizer.engines.printing.sheets.reply_sheet import ReplySheet

    cover = _cover(facility, words, CodeKind.REPLY)
    return LetterToInmate(
        facility_name=facility.settings.facility.name,
        inmate=_WHO,
        sender=_WRITER,
        subject="Preview",
        text=_TEXT,
        photos=(),
        sent=_SENT,
        message_id=_NUMBER,
        reply=ReplySheet(cover.payload, cover.short_id),
        words=words,
    )


def _posted(facility: Facility, words: PrintWords) -> LetterFromInmate:
    from digitizer.engines.printing.letters.letter import LetterFromInmate

    own = facility.settings.facility
    return LetterFromInmate(
        facility_name=own.name,
        mail_address=own.mail_address,
        inmate=_WHO,
        recipient=_WRITER,
        address=_ADDRESS,
        subject="Preview",
        text=_TEXT,
        photos=(),
        sent=_SENT,
        message_id=_NUMBER,
        cover=_cover(facility, words, CodeKind.INMATE),
        words=words,
    )


def _notice(facility: Facility, words: PrintWords) -> RejectionNotice:
    from digitizer.engines.printing.letters.rejection_notice import RejectionNotice

    own = facility.settings.facility
    return RejectionNotice(
        facility_name=own.name,
        mail_address=own.mail_address,
        inmate=_WHO,
        sender=_WRITER,
        sender_address=_ADDRESS,
        reference="L-0",
        item="letter, 2 pages",
        received=date(2026, 1, 2),
        decided=date(2026, 1, 3),
        decided_by="Nobody",
        reasons=("This is a preview: nothing was rejected.",),
        appeal_days=facility.settings.appeal_days[0],
        appeal_to=(own.appeal_to, own.name, *own.mail_address),
        named_by_cover=True,
        words=words,
    )


def _cover(facility: Facility, words: PrintWords, kind: CodeKind) -> CoverSheet:
    from digitizer.engines.printing.sheets.cover_sheet import CoverSheet

    ring = KeyRing({1: new_key()}, current=1)
    code, own = new_cover_code(kind, ring), facility.settings.facility
    return CoverSheet(
        facility_name=own.name,
        mail_address=own.mail_address,
        inmate=_WHO,
        kind=kind,
        payload=payload(code, ring),
        short_id=short_id(code),
        sender=_WRITER if kind is CodeKind.REPLY else None,
        notes=(own.cover_notes, own.cover_notes_es),
        words=words,
    )
