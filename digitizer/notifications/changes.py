"""What another program is told of: that letters or the roster changed, by the log of events.

The log is where it stands until then, so nothing has to be noted in the transaction of a change.
One thing at a time is on its way; its cause is the event up to which it tells. Where that one was
not taken, the webhook pauses until a person decides about it, or another address is set. It holds
ids and no name: the program asks the API for what it may know.
"""

from __future__ import annotations

import json
from datetime import timedelta

import sqlalchemy as sa

from digitizer.model.events import LETTER_CHANGES, OPENINGS, SCAN_CHANGES, Subject, Verb
from digitizer.model.people import ActorKind
from digitizer.notifications.outbox import FOR_A_PERSON, Kind, OutState, put_webhook
from digitizer.storage.tables import event
from digitizer.storage.tables_upkeep import outbox
from digitizer.support.clock import now

#: So many changes are told of at once; the rest comes next.
_MOST = 500
#: What was told is forgotten after this, but for the newest.
_KEPT = timedelta(days=7)
#: The newest by the clock, which may have been set back, are looked through for the last.
_NEWEST = 50
_EVENT = "event"
_ON_ITS_WAY = (OutState.QUEUED, OutState.SENDING)
_VERBS = [str(each) for each in (*LETTER_CHANGES, *SCAN_CHANGES, Verb.IMPORT_ROSTER)]


def is_untold(tx: sa.Connection, url: str) -> bool:
    """Whether there is something to tell, nothing is on its way, and this webhook is not paused."""
    if _is_on_its_way(tx, url):
        return False
    place = _place(tx)
    return place is None or tx.execute(_after(place).limit(1)).first() is not None


def tell(tx: sa.Connection, url: str) -> None:
    """Puts it into the outbox. The first thing ever told is that we are here, and nothing of what
    was before."""
    if _is_on_its_way(tx, url):
        return
    place = _place(tx)
    if place is None:
        newest = tx.execute(sa.select(sa.func.max(event.c.seq))).scalar() or 0
        _put(tx, url, newest, letters=[], roster=False)
        return
    found = tx.execute(_after(place).order_by(event.c.seq).limit(_MOST)).all()
    if found:
        letters = [each.subject for each in found if each.subject.startswith("letter:")]
        roster = any(each.verb == Verb.IMPORT_ROSTER for each in found)
        _forget_old(tx)
        _put(tx, url, found[-1].seq, letters=letters, roster=roster)


def _put(tx: sa.Connection, url: str, last: int, *, letters: list[str], roster: bool) -> None:
    ids = list(dict.fromkeys(each.partition(":")[2] for each in letters))
    body = {
        "type": "mailroom.changed",
        "timestamp": now().isoformat(),
        "data": {"letters": ids, "roster": roster},
    }
    text = json.dumps(body, separators=(",", ":"))
    put_webhook(tx, url, "Changes in the mailroom", text, cause=Subject(_EVENT, str(last)))


def _is_on_its_way(tx: sa.Connection, url: str) -> bool:
    """Also where a person must first decide about the last one to this address."""
    underway = outbox.c.state.in_([str(each) for each in _ON_ITS_WAY])
    undecided = outbox.c.state.in_([str(each) for each in FOR_A_PERSON])
    paused = sa.and_(undecided, outbox.c.recipient == url)
    return tx.execute(_told().where(sa.or_(underway, paused)).limit(1)).first() is not None


def _place(tx: sa.Connection) -> int | None:
    """The event up to which something was told; None: nothing ever was."""
    causes = tx.execute(_told().order_by(outbox.c.put.desc()).limit(_NEWEST)).scalars()
    return max((int(each.partition(":")[2]) for each in causes), default=None)


def _told() -> sa.Select[tuple[str]]:
    return sa.select(outbox.c.cause).where(outbox.c.kind == str(Kind.WEBHOOK))


def _after(place: int) -> sa.Select[tuple[int, str, str]]:
    openings = [str(each) for each in OPENINGS]
    by_owner = sa.or_(event.c.verb.not_in(openings), event.c.actor_kind == ActorKind.INMATE)
    return sa.select(event.c.seq, event.c.verb, event.c.subject).where(
        event.c.seq > place, event.c.verb.in_(_VERBS), by_owner
    )


def _forget_old(tx: sa.Connection) -> None:
    """What was told long ago; the newest is where the next begins."""
    place = _place(tx)
    tx.execute(
        sa.delete(outbox).where(
            outbox.c.kind == str(Kind.WEBHOOK),
            outbox.c.state.in_([str(OutState.SENT), str(OutState.DROPPED)]),
            outbox.c.ended < now() - _KEPT,
            outbox.c.cause != str(Subject(_EVENT, str(place))),
        )
    )
