"""The outbox: what is to be sent, kept until its fate is known.

What an event causes is put here in the event's own transaction, so that neither is without the
other. The service sends it (``sending``). Once the server has begun to take it, only the server's
answer tells whether it went out: without one it is doubtful, and never sent again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from digitizer.model.events import Subject
from digitizer.storage.tables_upkeep import outbox
from digitizer.support.clock import new_id, now

#: One try ends within it: no two processes try the same thing at the same time.
LEASE = timedelta(minutes=10)
#: An e-mail is put here in the transaction of its event, a moment before or after that is noted.
_BESIDE = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
#: What nobody took for so long has failed, and a person decides.
GIVE_UP_AFTER = timedelta(days=3)

#: What goes to the protected line and was not sent, or perhaps not, is erased after so long: staff
#: have had time to correct what was wrong, and its writer has been told to use paper.
SEALED_KEPT = timedelta(days=7)


class Kind(StrEnum):
    """How it is sent."""

    E_MAIL = "e-mail"
    #: Its body is encrypted to its recipient already: nobody here can read it.
    SEALED = "sealed e-mail"
    WEBHOOK = "webhook"


class OutState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    DROPPED = "dropped"


#: Nothing happens to these until a person decides.
FOR_A_PERSON = (OutState.DOUBTFUL, OutState.FAILED)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to send to one recipient. ``message_id`` stays the same for ever, ``put`` is when
    it was put into the outbox; ``problem`` is what went wrong with the last try."""

    id: str
    kind: Kind
    recipient: str
    subject: str
    body: str
    message_id: str
    cause: str
    state: OutState
    tries: int
    put: datetime
    since: datetime
    next_try: datetime
    ended: datetime | None
    problem: str | None
    leave: str | None = None
    language: str | None = None

    @property
    def is_sealed(self) -> bool:
        return self.kind is Kind.SEALED

    @property
    def can_go_again(self) -> bool:
        """Whether there is anything left of it to send."""
        return bool(self.body)


def put(
    tx: sa.Connection,
    recipient: str,
    subject: str,
    body: str,
    *,
    cause: Subject,
    sender: str,
    leave: str | None = None,
    language: str | None = None,
) -> str:
    """Puts one e-mail into the outbox; returns its id. ``cause`` is what the event is about that
    it tells of, ``sender`` the address it will be from, ``leave`` where its recipient ends such
    mail with one click. With a ``language`` it is sent as a page too."""
    domain = sender.rpartition("@")[2] or "localhost"
    item_id = new_id()
    message_id = f"<{item_id}.{new_id()}@{domain}>"[:160]
    line = " ".join(subject.split())
    _put(tx, item_id, Kind.E_MAIL, recipient, line, body, message_id, cause, leave, language)
    return item_id


def put_sealed(
    tx: sa.Connection, recipient: str, subject: str, body: str, *, cause: Subject, sender: str
) -> str:
    """Puts one e-mail into the outbox whose ``body`` is sealed content (``engines.smime``); returns
    its id. When a server took it, or nobody is to, the body is erased."""
    domain = sender.rpartition("@")[2] or "localhost"
    item_id = new_id()
    message_id = f"<{item_id}.{new_id()}@{domain}>"[:160]
    _put(tx, item_id, Kind.SEALED, recipient, subject, body, message_id, cause)
    return item_id


def put_webhook(tx: sa.Connection, url: str, subject: str, body: str, *, cause: Subject) -> str:
    """Puts what another program is told into the outbox; returns its id."""
    item_id = new_id()
    _put(tx, item_id, Kind.WEBHOOK, url, subject, body, f"msg_{item_id}", cause)
    return item_id


def _put(
    tx: sa.Connection,
    item_id: str,
    kind: Kind,
    recipient: str,
    subject: str,
    body: str,
    message_id: str,
    cause: Subject,
    leave: str | None = None,
    language: str | None = None,
) -> None:
    at = now()
    tx.execute(
        sa.insert(outbox).values(
            id=item_id,
            kind=str(kind),
            recipient=recipient,
            subject=subject,
            body=body,
            message_id=message_id,
            cause=str(cause),
            state=str(OutState.QUEUED),
            tries=0,
            put=at,
            since=at,
            next_try=at,
            leave=leave,
            language=language,
        )
    )


def find(tx: sa.Connection, item_id: str) -> Outgoing | None:
    row = tx.execute(sa.select(outbox).where(outbox.c.id == item_id)).first()
    return _outgoing(row) if row else None


def due(tx: sa.Connection, at: datetime) -> tuple[str, ...]:
    """The ids of what is to be tried now: e-mail first, for which no slow program of others is
    waited, then oldest first."""
    waits = sa.select(outbox.c.id).where(
        outbox.c.state == str(OutState.QUEUED), outbox.c.next_try <= at
    )
    mail_first = sa.case((outbox.c.kind == str(Kind.WEBHOOK), 1), else_=0)
    return tuple(tx.execute(waits.order_by(mail_first, outbox.c.put, outbox.c.id)).scalars())


def in_state(
    tx: sa.Connection, *states: OutState, kind: Kind | None = None, most: int = 200
) -> tuple[Outgoing, ...]:
    """Of one kind or of all, oldest first."""
    kinds = list(Kind) if kind is None else [kind]
    rows = tx.execute(
        sa.select(outbox)
        .where(
            outbox.c.state.in_([str(each) for each in states]),
            outbox.c.kind.in_([str(each) for each in kinds]),
        )
        .order_by(outbox.c.put, outbox.c.id)
        .limit(most)
    )
    return tuple(map(_outgoing, rows))


def sent_lately(tx: sa.Connection, most: int) -> tuple[Outgoing, ...]:
    """What is done with, newest first."""
    rows = tx.execute(
        sa.select(outbox)
        .where(outbox.c.state.in_([str(OutState.SENT), str(OutState.DROPPED)]))
        .order_by(outbox.c.ended.desc(), outbox.c.id)
        .limit(most)
    )
    return tuple(map(_outgoing, rows))


def claim(tx: sa.Connection, item_id: str, at: datetime) -> Outgoing | None:
    """Keeps others from trying it while the lease lasts; None where it is no longer to be tried."""
    mine = sa.update(outbox).where(
        outbox.c.id == item_id, outbox.c.state == str(OutState.QUEUED), outbox.c.next_try <= at
    )
    taken = tx.execute(mine.values(next_try=at + LEASE, tries=outbox.c.tries + 1)).rowcount
    return find(tx, item_id) if taken else None


def begin(tx: sa.Connection, item_id: str, at: datetime) -> bool:
    """From now on its fate is unknown until the server answers. False: it was dropped meanwhile."""
    queued = sa.update(outbox).where(outbox.c.id == item_id, outbox.c.state == str(OutState.QUEUED))
    begun = queued.values(state=str(OutState.SENDING), next_try=at + LEASE)
    return tx.execute(begun).rowcount == 1


def end(tx: sa.Connection, item_id: str, state: OutState, problem: str | None = None) -> None:
    """Its fate is known, or is left to a person. Of an e-mail that was sent nothing is left but
    that: links in it open what they were made for."""
    values = {"state": str(state), "ended": now(), "problem": problem}
    if state is OutState.SENT:
        mails = [str(Kind.E_MAIL), str(Kind.SEALED)]
        sent = outbox.c.id == item_id, outbox.c.kind.in_(mails)
        tx.execute(sa.update(outbox).where(*sent).values(body="", leave=None))
    if state is OutState.DROPPED:
        dropped = outbox.c.id == item_id, outbox.c.kind == str(Kind.SEALED)
        tx.execute(sa.update(outbox).where(*dropped).values(body=""))
    tx.execute(sa.update(outbox).where(outbox.c.id == item_id).values(**values))


def drop_about(tx: sa.Connection, cause: Subject, since: datetime) -> None:
    """E-mails about this that were put here since then and wait are not sent."""
    waits = outbox.c.state == str(OutState.QUEUED)
    dropped = sa.update(outbox).where(*_about(cause, since), waits)
    tx.execute(dropped.values(state=str(OutState.DROPPED), ended=now(), body="", leave=None))


def has_gone_out(tx: sa.Connection, cause: Subject, since: datetime) -> bool:
    """Whether an e-mail about this that was put here since then was sent, or perhaps."""
    kept_back = outbox.c.state.in_([str(OutState.QUEUED), str(OutState.DROPPED)])
    gone = sa.select(outbox.c.id).where(*_about(cause, since), ~kept_back)
    return tx.execute(gone).first() is not None


def _about(cause: Subject, since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        outbox.c.cause == str(cause),
        outbox.c.kind == str(Kind.E_MAIL),
        outbox.c.put >= since - _BESIDE,
    )


def note_problem(tx: sa.Connection, item_id: str, problem: str) -> None:
    """What was heard of it after it was sent."""
    tx.execute(sa.update(outbox).where(outbox.c.id == item_id).values(problem=problem))


def try_later(tx: sa.Connection, item: Outgoing, problem: str, at: datetime) -> OutState:
    """It was certainly not sent: queued again, or failed where it was tried for too long."""
    if at - item.since >= GIVE_UP_AFTER:
        end(tx, item.id, OutState.FAILED, problem)
        return OutState.FAILED
    wait = min(timedelta(minutes=2 ** min(item.tries - 1, 10)), _LONGEST_WAIT)
    again = {"state": str(OutState.QUEUED), "next_try": at + wait, "problem": problem}
    tx.execute(sa.update(outbox).where(outbox.c.id == item.id).values(**again))
    return OutState.QUEUED


def abandoned(tx: sa.Connection, at: datetime) -> tuple[str, ...]:
    """The ids of what was being sent by a process that did not live to hear the answer."""
    lost = sa.select(outbox.c.id).where(
        outbox.c.state == str(OutState.SENDING), outbox.c.next_try <= at
    )
    return tuple(tx.execute(lost).scalars())


def lapsed(tx: sa.Connection, at: datetime) -> tuple[Outgoing, ...]:
    """What goes to the protected line and waited for a person longer than it is kept."""
    waiting = in_state(tx, *FOR_A_PERSON, kind=Kind.SEALED)
    return tuple(each for each in waiting if each.ended and at - each.ended >= SEALED_KEPT)


def requeue(tx: sa.Connection, item_id: str) -> None:
    """From the beginning, under the same Message-ID."""
    at = now()
    values = {"since": at, "next_try": at, "tries": 0, "ended": None, "problem": None}
    tx.execute(
        sa.update(outbox).where(outbox.c.id == item_id).values(state=str(OutState.QUEUED), **values)
    )


def doubt_all(tx: sa.Connection) -> int:
    """Of a home that comes from a backup: the first home may have sent what waited then. Returns
    how much that is."""
    open_states = [str(OutState.QUEUED), str(OutState.SENDING)]
    values = {
        "state": str(OutState.DOUBTFUL),
        "ended": now(),
        "problem": "It waited when the backup was made, and may have been sent since.",
    }
    done = tx.execute(sa.update(outbox).where(outbox.c.state.in_(open_states)).values(**values))
    return done.rowcount


def _outgoing(row: sa.Row[tuple[object, ...]]) -> Outgoing:
    values = row._asdict()
    values |= {"kind": Kind(values["kind"]), "state": OutState(values["state"])}
    return Outgoing(**values)
