"""What people outside are told by e-mail of their messages and letters, in the transaction in which
it happens: see ``people.correspondents.telling`` for what such an e-mail may say. Its link leads to
the list of their conversations, which shows what is new: no booking number is in an e-mail."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.model.events import Subject
from digitizer.model.mail import Direction, LetterState
from digitizer.model.settings import Settings
from digitizer.people.correspondents import telling
from digitizer.people.correspondents.telling import Letter
from digitizer.storage.tables import cover, cover_use, letter, message


def tell_released(tx: sa.Connection, settings: Settings, message_id: str) -> None:
    """An inmate's message that its recipient sees from now on."""
    row = tx.execute(sa.select(message).where(message.c.id == message_id)).one()
    if row.direction != Direction.FROM_INMATE:
        return
    account = telling.wants_news(tx, settings, row.correspondent_id)
    shows = account is not None and account.tell_content and settings.family.mail_shows == "words"
    words = {"words": f"{row.subject}\n\n{row.body}".strip()} if shows else {}
    kind = Letter.NEW_MESSAGE_WORDS if shows else Letter.NEW_MESSAGE
    about = Subject.message(message_id)
    telling.tell(tx, settings, row.correspondent_id, kind, about, **words)


def tell_refused(tx: sa.Connection, settings: Settings, message_id: str) -> None:
    """A correspondent's message that staff refused."""
    row = tx.execute(sa.select(message).where(message.c.id == message_id)).one()
    if row.direction == Direction.TO_INMATE:
        about = Subject.message(message_id)
        telling.tell(tx, settings, row.correspondent_id, Letter.REFUSED, about)


def tell_filed(tx: sa.Connection, settings: Settings, scan_id: str) -> None:
    """Of every letter of a scan that was delivered at once."""
    delivered = letter.c.scan_id == scan_id, letter.c.state == str(LetterState.DELIVERED)
    for letter_id in tx.execute(sa.select(letter.c.id).where(*delivered)).scalars().all():
        tell_delivered(tx, settings, letter_id)


def tell_delivered(tx: sa.Connection, settings: Settings, letter_id: str) -> None:
    """A letter under a cover that somebody made on the family's pages, or a reply sheet that came
    back to them. Nothing of any other letter: nobody knows who sent it."""
    if not settings.has_family_accounts:
        return
    about = Subject.letter(letter_id)
    made = (
        sa.select(cover.c.correspondent_id, cover.c.short_id)
        .join(cover_use, cover_use.c.cover_id == cover.c.id)
        .where(cover_use.c.letter_id == letter_id, cover.c.correspondent_id.is_not(None))
    )
    row = tx.execute(made).first()
    if row is not None:
        telling.tell(
            tx,
            settings,
            row.correspondent_id,
            Letter.DELIVERED,
            about,
            "/letters",
            cover=row.short_id,
        )
    answered = (
        sa.select(message.c.correspondent_id)
        .join(letter, letter.c.message_id == message.c.id)
        .where(letter.c.id == letter_id, letter.c.kind == "reply")
    )
    row = tx.execute(answered).first()
    if row is not None:
        telling.tell(tx, settings, row.correspondent_id, Letter.NEW_MESSAGE, about)
