"""From a queued e-message to the PDF that is printed for it.

Photos come from strangers, so the drawing is done in a sandbox; the code's payload is made here,
where the keys are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digitizer.engines.codes.cover_code import payload, short_id
from digitizer.engines.isolation import Pool
from digitizer.engines.printing.kit.batches import housing_unit_pdf, page_count
from digitizer.engines.printing.kit.missing import warning
from digitizer.engines.printing.letters.letter import (
    Letter,
    LetterFromInmate,
    LetterToInmate,
    letter_missing,
    letter_pdf,
)
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet
from digitizer.facility import Facility
from digitizer.messages.outgoing import Message
from digitizer.model.mail import Direction
from digitizer.model.paper import CoverCode
from digitizer.model.settings import FacilitySettings

_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PDF and its number of pages. ``missing`` is a sentence about the characters that it shows
    only as boxes; None if there are none."""

    pdf: bytes
    pages: int
    missing: str | None = None


def render_message(
    pool: Pool,
    message: Message,
    code: CoverCode,
    facility: Facility,
    photos: Sequence[bytes],
    large: bool = False,
    language: str = "",
) -> Rendered:
    """The letter with its reply sheet (to an inmate) or with their cover sheet (from one).
    ``large``: a letter to an inmate in large print. ``language``: that of the reader, if it is
    known.

    Raises UsageError if an address does not fit its window, SandboxFailed if a photo broke it.
    """
    to_inmate = message.direction is Direction.TO_INMATE
    if to_inmate:
        letter = _to_inmate(message, code, facility, photos, large, language)
    else:
        letter = _from_inmate(message, code, facility, photos, language)
    paper = facility.settings.facility.paper
    pdf = pool.submit(letter_pdf, letter, paper, seconds=_SECONDS).result()
    return Rendered(pdf, page_count(pdf), warning(letter_missing(letter)))


def render_copy(pool: Pool, letter: LetterToInmate, facility: FacilitySettings) -> Rendered:
    """A copy of what an inmate got; it has no sheet for an answer, for its code is on the first.
    Raises SandboxFailed if a picture broke it."""
    pdf = pool.submit(letter_pdf, letter, facility.paper, seconds=_SECONDS).result()
    return Rendered(pdf, page_count(pdf), warning(letter_missing(letter)))


def render_unit(letters: Sequence[bytes]) -> Rendered:
    """The file of one housing unit; each letter begins on a sheet of its own."""
    pdf = housing_unit_pdf(letters, duplex=True)
    return Rendered(pdf, page_count(pdf))


def _to_inmate(
    message: Message,
    code: CoverCode,
    facility: Facility,
    photos: Sequence[bytes],
    large: bool,
    language: str,
) -> Letter:
    return LetterToInmate(
        facility_name=facility.settings.facility.name,
        inmate=message.inmate,
        sender=message.correspondent,
        subject=message.subject,
        text=message.body,
        photos=tuple(photos),
        sent=message.created.astimezone(),
        message_id=message.id,
        reply=ReplySheet(payload(code, facility.keys), short_id(code)),
        large=large,
        language=language,
        words=facility.words.for_reader(language),
    )


def _from_inmate(
    message: Message,
    code: CoverCode,
    facility: Facility,
    photos: Sequence[bytes],
    language: str,
) -> Letter:
    own = facility.settings.facility
    cover = CoverSheet(
        facility_name=own.name,
        mail_address=own.mail_address,
        inmate=message.inmate,
        kind=code.kind,
        payload=payload(code, facility.keys),
        short_id=short_id(code),
        sender=message.correspondent,
        notes=(own.cover_notes, own.cover_notes_es),
        words=facility.words,
    )
    return LetterFromInmate(
        facility_name=own.name,
        mail_address=own.mail_address,
        inmate=message.inmate,
        recipient=message.correspondent,
        address=tuple(line.strip() for line in (message.address or "").splitlines()),
        subject=message.subject,
        text=message.body,
        photos=tuple(photos),
        sent=message.created.astimezone(),
        message_id=message.id,
        cover=cover,
        language=language,
        words=facility.words,
    )
