"""What somebody is writing to one person: kept as they type, until it is sent or thrown away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.model.errors import Conflict
from digitizer.model.mail import Direction
from digitizer.people.correspondents.records import joined_words
from digitizer.storage.tables import message
from digitizer.storage.tables_messages import message_draft
from digitizer.support.clock import id_after, now
from digitizer.support.visible import HIDDEN, as_name

#: Said to who pressed a button on a page that did not show all that was typed.
BOTH_KEPT = (
    "You wrote to the same person on another page too. Nothing was sent: both are kept below. Take "
    "out what you do not want to send."
)
_IS_FORM = re.compile(r"[0-9a-f]{16}[0-9a-z]{16}")


@dataclass(frozen=True, slots=True)
class Save:
    """What is typed on a form comes to be kept, or to be sent. ``form`` is the form's own name, as
    ``form_for`` gave it out; "" is none that is known. ``number`` counts the saves of one form, so
    that one which comes late is known; ``asked``: its writer pressed a button. ``over`` is the
    ``stamp`` of the draft that the form was opened with."""

    form: str = ""
    number: int = 0
    asked: bool = True
    over: str = ""

    @classmethod
    def of(cls, form: str, number: int, over: str = "", *, asked: bool) -> Save:
        """From what a page sent: of a form that no page of ours has, nothing is known."""
        is_ours = _IS_FORM.fullmatch(form) and 0 <= number < 2**31
        return cls(form, number, asked, over) if is_ours else cls(asked=asked)


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """``photos`` are the names of its stored photos; ``saved`` is None where nothing was kept.
    ``form`` and ``save`` say which save of which form is kept."""

    subject: str = ""
    body: str = ""
    photos: tuple[str, ...] = ()
    saved: datetime | None = None
    form: str = ""
    save: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.subject or self.body or self.photos)

    @property
    def stamp(self) -> str:
        """Another for other words."""
        return hashlib.sha256(f"{self.subject}\0{self.body}".encode()).hexdigest()[:16]

    def is_lost_under(self, subject: str, body: str) -> bool:
        """Whether words of it would be gone if these took their place."""
        return self.subject not in ("", subject) or self.body.strip() not in body


@dataclass(frozen=True, slots=True)
class Between:
    """Who writes to whom: the row of an inmate, the record of a correspondent, and who of the two
    is writing."""

    direction: Direction
    inmate_id: int
    correspondent_id: int


def kept(tx: sa.Connection, between: Between) -> KeptDraft:
    """Empty where nothing was kept."""
    row = tx.execute(sa.select(message_draft).where(*_this(between))).first()
    if row is None:
        return KeptDraft()
    photos = tuple(row.photos)
    return KeptDraft(row.subject, row.body, photos, row.saved, row.form, row.save)


def form_for(draft: KeptDraft) -> str:
    """The name of a new form, which nobody can guess: it sorts behind that of the draft, and of
    each form that was opened before."""
    return id_after(draft.form)


def keep_typed(tx: sa.Connection, between: Between, subject: str, body: str, save: Save) -> bool:
    """Keeps what was typed, with the photos that the draft has; not what comes later than what was
    typed after it on the same form. True where the draft had words from another page that this one
    did not show: both are kept then, in one draft of a form that is not open yet.

    Raises Conflict for a save that nobody asked for of a form that was sent, or that would take the
    place of what was typed on another page since."""
    known = sent_on(tx, between, save.form)
    if known is not None:
        if not save.asked:
            raise Conflict("This message is sent. What you type here is not kept any more.")
        if known.says(subject, body):
            return False  # the same once more
        save = Save(form_for(KeptDraft(form=save.form)), over=save.over)
    had = kept(tx, between)
    if had.form == save.form:
        if had.save <= save.number or save.asked:
            keep(tx, between, subject, body, had.photos, save)
        return False
    is_other = _is_other(had, subject, body, save)
    if not save.asked and (is_other or had.form > save.form > ""):
        raise Conflict(
            "You write this message on another page by now. What you type here is kept once you "
            "press a button below."
        )
    if is_other:
        subject, body = _both(had, subject, body)
        save = Save(form_for(KeptDraft(form=max(had.form, save.form))))
    keep(tx, between, subject, body, had.photos, save)
    return is_other


def _is_other(had: KeptDraft, subject: str, body: str, save: Save) -> bool:
    """Whether the draft has words that whoever typed these did not see. Without a form somebody
    who knows the draft replaces it."""
    return bool(save.form) and save.over != had.stamp and had.is_lost_under(subject, body)


def _both(had: KeptDraft, subject: str, body: str) -> tuple[str, str]:
    """What was typed first, then what the draft had; nothing twice."""
    if not KeptDraft(subject, body).is_lost_under(had.subject, had.body):
        return had.subject, had.body
    return joined_words((subject, body), (had.subject, had.body))


def check_unchanged(tx: sa.Connection, between: Between, subject: str, body: str) -> None:
    """Raises Conflict where the draft has other words by now than those that are sent."""
    had = kept(tx, between)
    if (had.subject, had.body) != (subject, body):
        raise Conflict(BOTH_KEPT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent from a form."""

    id: str
    subject: str
    body: str

    def says(self, subject: str, body: str) -> bool:
        """Whether it is what somebody typed: it was sent without what cannot be seen."""
        return (self.subject, self.body) == (as_name(subject), HIDDEN.sub("", body))


def sent_on(tx: sa.Connection, between: Between, form: str) -> Sent | None:
    """The message that was sent from this form, by who is writing here to whom."""
    if not form:
        return None
    row = tx.execute(
        sa.select(message.c.id, message.c.subject, message.c.body).where(
            message.c.form == form,
            message.c.direction == str(between.direction),
            message.c.inmate_id == between.inmate_id,
            message.c.correspondent_id == between.correspondent_id,
        )
    ).first()
    return None if row is None else Sent(row.id, row.subject, row.body)


def keep(
    tx: sa.Connection,
    between: Between,
    subject: str,
    body: str,
    photos: Sequence[str],
    save: Save | None = None,
) -> None:
    """From now on this is the draft; without a ``save`` it is still of the form that it was of."""
    values = {"subject": subject, "body": body, "photos": list(photos), "saved": now()}
    if save is not None:
        values |= {"form": save.form, "save": save.number}
    this = sa.update(message_draft).where(*_this(between))
    if tx.execute(this.values(**values)).rowcount:
        return
    whose = {"inmate_id": between.inmate_id, "correspondent_id": between.correspondent_id}
    tx.execute(sa.insert(message_draft).values(direction=str(between.direction), **whose, **values))


def discard(tx: sa.Connection, between: Between) -> None:
    tx.execute(sa.delete(message_draft).where(*_this(between)))


def _this(between: Between) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        message_draft.c.direction == str(between.direction),
        message_draft.c.inmate_id == between.inmate_id,
        message_draft.c.correspondent_id == between.correspondent_id,
    )
