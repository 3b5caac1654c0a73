"""What an inmate was not given, or what of theirs was not sent: which, when, and why. Nothing of
what it held is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from digitizer.access.acting import looking
from digitizer.access.kept_notices import is_kept
from digitizer.access.permissions import Act
from digitizer.audit import events_of
from digitizer.facility import Facility
from digitizer.letters.pages import withheld_pages
from digitizer.messages.outgoing import refused_photos
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import Direction, LetterState, MessageState, PageRole
from digitizer.model.people import Actor
from digitizer.model.settings import Screening
from digitizer.people import roster
from digitizer.people.correspondents import contacts
from digitizer.storage.tables import letter, message, page
from digitizer.storage.tables_screening import withheld_part

_WITHHOLDING = (Verb.WITHHOLD_PAGE, Verb.WITHHOLD_PART)


class What(StrEnum):
    LETTER = "letter"
    PAGES = "pages"
    MESSAGE_TO = "message to them"
    MESSAGE_FROM = "message from them"
    PHOTOS = "photos"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One letter or message, of which all or something was refused. ``who`` is the correspondent of
    a message, or who sent a letter, as a person said: empty where nobody did; ``number`` is how
    many pages, parts of them, or photos it is about, ``reasons`` are why, in the words of who
    decided."""

    what: What
    id: str
    at: datetime
    who: str
    number: int
    reasons: tuple[str, ...]

    def appeal_until(self, days: int) -> date:
        """The last day of an appeal."""
        return (self.at.astimezone() + timedelta(days=days)).date()


def refusals(facility: Facility, by: Actor) -> tuple[Refusal, ...]:
    """Of this inmate's mail, the newest decision first."""
    with looking(facility, by, Act.READ_OWN, of=by.name) as look:
        inmate_id = roster.inmate_row_id(look.tx, by.name)
        rules = facility.settings.screening
        found = [
            *_letters(look.tx, rules, inmate_id, by.name),
            *_pages(look.tx, inmate_id),
            *_messages(look.tx, inmate_id),
            *_photos(look.tx, inmate_id),
        ]
    return tuple(sorted(found, key=lambda each: (each.at, each.id), reverse=True))


def _letters(
    tx: sa.Connection, rules: Screening, inmate_id: int, booking_number: str
) -> Iterator[Refusal]:
    """Rejected ones that were theirs. A cover that names them does not say so: somebody else's
    letter may lie behind it. A person did who assigned it to them, or printed them the notice.
    Of one whose notice is withheld they are told nothing yet."""
    theirs = sa.or_(
        letter.c.inmate_id == inmate_id,
        sa.and_(letter.c.inmate_id.is_(None), letter.c.proposed == booking_number),
    )
    rejected = letter.c.state == LetterState.REJECTED
    for row in tx.execute(sa.select(letter).where(theirs, rejected)).all():
        if row.inmate_id is None and not _is_noticed(tx, row.id):
            continue
        if is_kept(tx, row.id, rules):
            continue
        pages = sa.select(sa.func.count()).where(
            page.c.letter_id == row.id, page.c.role.in_((PageRole.CONTENT, PageRole.WITHHELD))
        )
        yield Refusal(
            what=What.LETTER,
            id=row.id,
            at=_decided(tx, Subject.letter(row.id), (Verb.REJECT,), row.received),
            who=_sender(tx, row.id),
            number=tx.execute(pages).scalar_one(),
            reasons=(row.reason or "",),
        )


def _is_noticed(tx: sa.Connection, letter_id: str) -> bool:
    """Whether a notice to the inmate was printed since it was last rejected."""
    done = [
        each
        for each in events_of(tx, Subject.letter(letter_id))
        if each.verb in (Verb.REJECT, Verb.PRINT_NOTICE)
    ]
    rejected = max((n for n, each in enumerate(done) if each.verb == Verb.REJECT), default=-1)
    return any(
        each.verb == Verb.PRINT_NOTICE and each.detail.get("to") == "inmate"
        for each in done[rejected + 1 :]
    )


def _sender(tx: sa.Connection, letter_id: str) -> str:
    found = contacts.sender_of(tx, letter_id)
    return "" if found is None else found.name


def _pages(tx: sa.Connection, inmate_id: int) -> Iterator[Refusal]:
    in_part = sa.and_(
        page.c.role == PageRole.CONTENT,
        sa.exists().where(withheld_part.c.page_id == page.c.id),
    )
    withheld = sa.exists().where(
        page.c.letter_id == letter.c.id, sa.or_(page.c.role == PageRole.WITHHELD, in_part)
    )
    asked = sa.select(letter).where(
        letter.c.inmate_id == inmate_id, letter.c.state == LetterState.DELIVERED, withheld
    )
    for row in tx.execute(asked).all():
        found = withheld_pages(tx, row.id)
        yield Refusal(
            what=What.PAGES,
            id=row.id,
            at=_decided(tx, Subject.letter(row.id), _WITHHOLDING, row.received),
            who=_sender(tx, row.id),
            number=len(found),
            reasons=tuple(dict.fromkeys(each.reason for each in found)),
        )


def _messages(tx: sa.Connection, inmate_id: int) -> Iterator[Refusal]:
    asked = sa.select(message).where(
        message.c.inmate_id == inmate_id, message.c.state == str(MessageState.REFUSED)
    )
    for row in tx.execute(asked).all():
        to_them = row.direction == Direction.TO_INMATE
        yield Refusal(
            what=What.MESSAGE_TO if to_them else What.MESSAGE_FROM,
            id=row.id,
            at=_decided(tx, Subject.message(row.id), (Verb.REFUSE_MESSAGE,), row.created),
            who=row.correspondent,
            number=1,
            reasons=(row.refused or "",),
        )


def _photos(tx: sa.Connection, inmate_id: int) -> Iterator[Refusal]:
    """Of messages of which the rest went on."""
    asked = sa.select(message).where(
        message.c.inmate_id == inmate_id, message.c.released.is_not(None)
    )
    rows = {row.id: row for row in tx.execute(asked)}
    for message_id, reasons in refused_photos(tx, list(rows)).items():
        row = rows[message_id]
        yield Refusal(
            what=What.PHOTOS,
            id=message_id,
            at=_decided(tx, Subject.message(message_id), (Verb.REFUSE_PHOTO,), row.released),
            who=row.correspondent,
            number=len(reasons),
            reasons=tuple(dict.fromkeys(reasons.values())),
        )


def _decided(
    tx: sa.Connection, about: Subject, verbs: Sequence[Verb], otherwise: datetime
) -> datetime:
    """When it was last decided so."""
    times = [each.at for each in events_of(tx, about) if each.verb in verbs]
    return max(times, default=otherwise)
