"""What is known of mail that is no longer held: whose it is, who saw it, and its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.access.sealed_names import shown_events
from digitizer.audit import Event, events_of
from digitizer.letters import whom_about
from digitizer.letters.pages import content_numbers
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterKind, LetterState, ScanState
from digitizer.model.people import Actor, Inmate
from digitizer.people import roster
from digitizer.storage.tables import event, letter, scan

_DELIVERING = frozenset({Verb.DELIVER, Verb.ASSIGN, Verb.RELEASE})
_SETTLING = frozenset({Verb.REJECT, Verb.RESCANNED, Verb.RECALL, Verb.UNDO, Verb.GRANT_APPEAL})
#: How a person saw a letter that was delivered, in the words of its record.
SEEING = {
    Verb.OPEN: "opened it",
    Verb.OPEN_REPLY: "opened it",
    Verb.COPY_AS_PDF: "saved all of it as PDF",
    Verb.MAKE_EVIDENCE: "saved all of it as PDF, as evidence",
    Verb.LOOK_AT_PAGE: "looked at the picture",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """Somebody saw a delivered letter. ``page`` counts from 1 in the letter; None: the log does not
    say which, or all. A further look at the same within five minutes is the same one."""

    who: str
    by_inmate: bool
    did: str
    page: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of a rejection that was printed, to the inmate or the sender."""

    to: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """A letter, whatever happened to it, or a scan that was rejected as a whole (``letter`` is
    None).

    ``state`` is the letter's; of a scan, REJECTED. ``inmate`` is whose mailbox or thread it is in,
    ``named`` whom its cover names. ``read`` is when the inmate first opened it. ``seen`` is who saw
    it since it was delivered; ``decided`` the last event that put it where it is.
    """

    id: str
    scan: str
    letter: str | None
    kind: LetterKind
    state: LetterState
    inmate: Inmate | None
    named: Inmate | None
    sender: str | None
    pages: int
    received: datetime
    read: datetime | None
    reason: str | None
    replaced_by: str | None
    seen: tuple[Sight, ...]
    notices: tuple[Notice, ...]
    decided: Event | None
    events: tuple[Event, ...]

    @property
    def is_incident(self) -> bool:
        """Whether the inmate in whose mailbox it is has opened it."""
        return self.state is LetterState.DELIVERED and self.read is not None


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """A rejected letter, or a whole scan where ``letter`` is None, as the list of them shows it.
    ``named`` is who was to get it."""

    id: str
    letter: str | None
    named: Inmate | None
    pages: int
    received: datetime
    reason: str
    by: str
    at: datetime
    notices: tuple[Notice, ...]


def find_settled(tx: sa.Connection, some_id: str, by: Actor) -> Settled:
    """The letter with this id, or the scan that was rejected as a whole. Raises NotFound, also for
    the form of a request that is about whoever asks."""
    whom_about.check_not_about(tx, some_id, by)
    row = tx.execute(sa.select(letter).where(letter.c.id == some_id)).first()
    if row is None:
        return _settled_scan(tx, some_id, by)
    own = events_of(tx, Subject.letter(some_id))
    state = LetterState(row.state)
    return Settled(
        id=some_id,
        scan=row.scan_id,
        letter=some_id,
        kind=LetterKind(row.kind),
        state=state,
        inmate=roster.inmate_of_row(tx, row.inmate_id) if row.inmate_id else None,
        named=roster.inmate_named(tx, row.proposed),
        sender=row.sender,
        pages=len(content_numbers(tx, some_id)),
        received=row.received,
        read=row.read,
        reason=row.reason,
        replaced_by=row.replaced_by,
        seen=_seen(own) if state is LetterState.DELIVERED else (),
        notices=_notices(own) if state is LetterState.REJECTED else (),
        decided=_last(own, _DELIVERING | _SETTLING),
        events=_shown(tx, row.scan_id, some_id, by),
    )


def _shown(tx: sa.Connection, scan_id: str, letter_id: str, by: Actor) -> tuple[Event, ...]:
    sealed: bool = tx.execute(sa.select(scan.c.sealed).where(scan.c.id == scan_id)).scalar_one()
    found = events_of(tx, Subject.scan(scan_id), Subject.letter(letter_id))
    return shown_events(by, found, sealed=sealed)


def _settled_scan(tx: sa.Connection, scan_id: str, by: Actor) -> Settled:
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id, scan.c.rejected)).first()
    if row is None:
        raise NotFound(f"There is no letter {scan_id}.")
    events = shown_events(by, events_of(tx, Subject.scan(scan_id)), sealed=row.sealed)
    return Settled(
        id=scan_id,
        scan=scan_id,
        letter=None,
        kind=LetterKind.LETTER,
        state=LetterState.REJECTED,
        inmate=None,
        named=None,
        sender=None,
        pages=row.pages or 0,
        received=row.taken_in,
        read=None,
        reason=row.reason,
        replaced_by=None,
        seen=(),
        notices=(),
        decided=_last(events, frozenset({Verb.REJECT})),
        events=events,
    )


def check_recallable(tx: sa.Connection, known: Settled) -> None:
    """Raises Conflict, which says what to do instead, unless it is delivered or rejected."""
    if known.state in (LetterState.HELD, LetterState.AWAITING_REVIEW):
        raise Conflict(f"Letter {known.id} is held already: decide about it on the page Held.")
    if known.state is LetterState.REPLACED:
        raise Conflict(
            f"Letter {known.id} was replaced by {known.replaced_by}. Recall that letter instead."
        )
    if known.state is LetterState.DESTROYED:
        raise Conflict(f"Letter {known.id} was destroyed by schedule: nothing of it is left.")
    if known.letter is None:
        row = tx.execute(sa.select(scan).where(scan.c.id == known.scan)).one()
        if row.destroyed is not None:
            raise Conflict(f"Scan {known.scan} was destroyed by schedule: nothing of it is left.")
        if row.state != ScanState.HELD:
            raise Conflict(f"The key of scan {known.scan} was destroyed: it cannot be recalled.")


def rejected_items(tx: sa.Connection, start: int, most: int, by: Actor) -> tuple[RejectedItem, ...]:
    """Rejected letters and whole scans, the last rejected first: ``most`` after the first
    ``start``."""
    letters = _when_rejected(tx, letter, letter.c.state == LetterState.REJECTED, Subject.letter(""))
    kept = scan.c.rejected & scan.c.destroyed.is_(None)
    scans = _when_rejected(tx, scan, kept, Subject.scan(""))
    newest_first = sorted((letters | scans).items(), key=lambda pair: pair[1], reverse=True)
    hidden = whom_about.about(tx, by)
    some = [pair for pair in newest_first if pair[0] not in hidden][start : start + most]
    return tuple(_rejected(find_settled(tx, each, by)) for each, _ in some)


def _when_rejected(
    tx: sa.Connection, table: sa.Table, is_rejected: sa.ColumnElement[bool], subject: Subject
) -> dict[str, int]:
    """The number of the event by which each was rejected last, by its id."""
    about = event.c.subject == sa.literal(str(subject)) + table.c.id
    rows = tx.execute(
        sa.select(table.c.id, sa.func.max(event.c.seq))
        .join(event, sa.and_(about, event.c.verb == str(Verb.REJECT)))
        .where(is_rejected)
        .group_by(table.c.id)
    )
    return dict(map(tuple, rows))


def _rejected(known: Settled) -> RejectedItem:
    return RejectedItem(
        id=known.id,
        letter=known.letter,
        named=known.inmate or known.named,
        pages=known.pages,
        received=known.received,
        reason=known.reason or "",
        by=known.decided.actor if known.decided else "",
        at=known.decided.at if known.decided else known.received,
        notices=known.notices,
    )


def _seen(own: tuple[Event, ...]) -> tuple[Sight, ...]:
    """Who saw a letter since it was delivered last."""
    delivered = _last(own, _DELIVERING)
    since = delivered.seq if delivered else 0
    return tuple(
        Sight(
            who=each.actor,
            by_inmate=each.by_inmate,
            did=SEEING[Verb(each.verb)],
            page=each.detail.get("page"),
            at=each.at,
        )
        for each in own
        if each.seq > since and each.verb in SEEING
    )


def notices_given(tx: sa.Connection, letter_id: str) -> tuple[str, ...]:
    """To whom a notice was printed since the letter was rejected last: "inmate", "sender"."""
    printed = _notices(events_of(tx, Subject.letter(letter_id)))
    return tuple(dict.fromkeys(each.to for each in printed if each.to))


def _notices(own: tuple[Event, ...]) -> tuple[Notice, ...]:
    """Those that were printed since the letter was rejected last."""
    rejected = _last(own, frozenset({Verb.REJECT}))
    since = rejected.seq if rejected else 0
    printed = (each for each in own if each.seq > since and each.verb == Verb.PRINT_NOTICE)
    return tuple(Notice(str(each.detail.get("to", "")), each.at) for each in printed)


def _last(events: tuple[Event, ...], verbs: frozenset[Verb]) -> Event | None:
    return next((each for each in reversed(events) if each.verb in verbs), None)
