"""The append-only event log: each row carries a keyed hash that covers the one before it.

A row is written in the transaction of what it records; that holds the one write lock, so the
chain has one order. The key is in a file outside the database, so whoever can write the database
cannot write another past; the head is stored with a hash of its own, so that a chain cut short is
noticed too. Only a copy of an earlier state of the whole log proves itself: against that, its head
is written down elsewhere (``operations.anchors``). Details never contain letter text.

Each event is also a leaf of a public tree (``storage.event_tree``), which proves a few events to
somebody who has neither the log nor its keys.

Events from before there were keys have plain hashes; ``begin`` closes them under the first key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import AuditError, Conflict, LogSetBack
from digitizer.model.events import LOG, Subject, Verb
from digitizer.model.people import MACHINE, Actor, ActorKind
from digitizer.storage.audit_keys import AuditKeys, keys_of
from digitizer.storage.event_tree import leaf_of, salt_of
from digitizer.storage.tables import event, event_head
from digitizer.support.clock import now

_FIRST = "0" * 64
_WORD_DIGITS = 24
#: So many events of an older version get their leaves at once.
_AT_ONCE = 5000
#: After these events, and no others, another key may be in use.
_NEW_KEY = frozenset({Verb.BEGIN_LOG, Verb.ROTATE_AUDIT_KEY, Verb.RESTORE})
#: In the details of an event that found the head of the log altered.
_ALTERED = "altered_before"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log, as people read it. ``verb`` and ``subject`` are the words in the table,
    whether this program knows them or not."""

    seq: int
    at: datetime
    actor: str
    verb: str
    subject: str
    detail: Mapping[str, Any]
    by_inmate: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The number and hash of the last event."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore that the log records: ``head`` is where the backup's log ended."""

    seq: int
    at: datetime
    head: Head


@dataclass(frozen=True, slots=True)
class Fixed:
    """A head that was set back to event ``named``, and who let the log go on after its last."""

    seq: int
    at: datetime
    actor: str
    named: int


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk along the whole chain found.

    ``events`` are intact, ``fault`` is what is wrong with the next one. ``unproven`` of them, from
    before a restore without the old keys, are linked, but cannot be proven here.
    """

    events: int
    fault: str | None
    unproven: int
    restores: tuple[Restored, ...]
    fixed: tuple[Fixed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Link:
    """All of an event that its hash covers; ``previous`` is the hash of the event before, ``key``
    the number of the key (None: an event from before there were keys)."""

    seq: int
    at: datetime
    actor_kind: str
    actor: str
    verb: str
    subject: str
    detail: Mapping[str, Any]
    previous: str
    key: int | None

    def hash(self, keys: AuditKeys) -> str:
        """Raises KeyError where its key is not known here."""
        covered = [
            self.previous,
            self.seq,
            self.at.astimezone(UTC).isoformat(),
            self.actor_kind,
            self.actor,
            self.verb,
            self.subject,
            self.detail,
        ]
        if self.key is None:
            return hashlib.sha256(_canonical(covered).encode("ascii")).hexdigest()
        return keys.mac(self.key, _canonical([*covered, self.key]))


_COVERED = tuple(each.name for each in fields(_Link))


def _canonical(values: list[Any]) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def begin(tx: sa.Connection) -> None:
    """The first event under a key: of a new log, or of one whose events so far have plain hashes,
    which it closes by naming the last one. Called once, when a home is made or upgraded."""
    row = tx.execute(sa.select(event_head)).first()
    last, previous = (row.seq, row.hash) if row else (0, _FIRST)
    _append(tx, MACHINE, Verb.BEGIN_LOG, LOG, {"closes": last, "head": previous}, last, previous)


def grow_tree(tx: sa.Connection) -> None:
    """Gives a leaf of the public tree to each event that has none: those of an older version."""
    keys = keys_of(tx)
    without = sa.select(event).where(event.c.leaf.is_(None)).order_by(event.c.seq)
    change = (
        sa.update(event)
        .where(event.c.seq == sa.bindparam("of"))
        .values(salt=sa.bindparam("to_salt"), leaf=sa.bindparam("to_leaf"))
    )
    while rows := tx.execute(without.limit(_AT_ONCE)).mappings().all():
        salts = [salt_of(keys, row["key"], row["hash"]) for row in rows]
        tx.execute(
            change,
            [
                {"of": row["seq"], "to_salt": salt, "to_leaf": leaf_of(row, salt)}
                for row, salt in zip(rows, salts, strict=True)
            ],
        )


def record(tx: sa.Connection, actor: Actor, verb: Verb, subject: Subject, **detail: Any) -> None:
    """Appends one event, and to its details how the actor came: from the shell, as which user of
    the machine, under which name, and whether that is on the staff list and was proven. Verbs
    record theirs through ``access.acting``.

    An altered head does not stop the work, but it is written into the event, and so stays visible.
    """
    detail |= _how_they_came(actor)
    keys = keys_of(tx)
    row = tx.execute(sa.select(event_head)).first()
    last, previous = (row.seq, row.hash) if row else _last_written(tx)
    lost_key = verb is Verb.RESTORE and row is not None and row.key not in keys.by_number
    if not lost_key and _head_problem(row, keys):
        detail[_ALTERED] = True
    key = row.key if row is not None and verb not in _NEW_KEY else None
    _append(tx, actor, verb, subject, detail, last, previous, key)


def fix(tx: sa.Connection) -> int:
    """Lets the log go on after its last event, whose head was set back; returns the event that the
    head named. The caller records it as FIX_LOG in the same transaction.

    Raises Conflict where the head was not set back, and AuditError where events are altered or
    missing: that cannot be fixed.
    """
    row = tx.execute(sa.select(event_head)).first()
    last, previous = _last_written(tx)
    if row is None or row.seq >= last:
        raise Conflict("The head of the event log was not set back: there is nothing to fix.")
    walked = walk(tx)
    if walked.events != last:
        raise AuditError(
            f"The audit chain is broken, and cannot be fixed: {walked.fault}. Keep a copy of the "
            "database, and restore a backup."
        )
    key = tx.execute(sa.select(event.c.key).where(event.c.seq == last)).scalar()
    keys = keys_of(tx)
    _write_head(tx, keys, last, previous, keys.newest if key is None else key)
    return int(row.seq)


def _append(
    tx: sa.Connection,
    actor: Actor,
    verb: Verb,
    subject: Subject,
    detail: dict[str, Any],
    last: int,
    previous: str,
    key: int | None = None,
) -> None:
    """``key``: the one that the event before used; the newest one where that is not here."""
    keys = keys_of(tx)
    link = _Link(
        seq=last + 1,
        at=now(),
        actor_kind=str(actor.kind),
        actor=actor.name,
        verb=str(verb),
        subject=str(subject),
        detail=detail,
        previous=previous,
        key=key if key in keys.by_number else keys.newest,
    )
    digest = link.hash(keys)
    row, salt = asdict(link), salt_of(keys, link.key, digest)
    try:
        tx.execute(sa.insert(event).values(**row, hash=digest, salt=salt, leaf=leaf_of(row, salt)))
    except sa.exc.IntegrityError:
        raise LogSetBack(last) from None
    _write_head(tx, keys, link.seq, digest, keys.newest if link.key is None else link.key)


def _write_head(tx: sa.Connection, keys: AuditKeys, seq: int, digest: str, key: int) -> None:
    head = {"seq": seq, "hash": digest, "key": key, "mac": _head_mac(keys, seq, digest, key)}
    if tx.execute(sa.update(event_head).values(**head)).rowcount == 0:
        tx.execute(sa.insert(event_head).values(id=1, **head))


def _how_they_came(actor: Actor) -> dict[str, Any]:
    came: dict[str, Any] = {} if actor.listed else {"unlisted": True}
    if actor.shell:
        came |= {"came": "from the shell", "user": actor.shell}
        if actor.kind is ActorKind.STAFF:
            came["proven_name" if actor.proven else "claimed_name"] = actor.name
    return came


def has_recorded(
    tx: sa.Connection, actor: Actor, verb: Verb, subject: Subject, since: datetime, **detail: Any
) -> bool:
    """Whether this very event was recorded since then."""
    detail |= _how_they_came(actor)
    same = tx.execute(_details(actor, verb, subject, since)).scalars()
    return any(each == detail for each in same)


def newest_detail(
    tx: sa.Connection, actor: Actor, verb: Verb, subject: Subject, since: datetime
) -> Mapping[str, Any] | None:
    """What was recorded last of this kind, by this person; None if nothing was since then."""
    newest = _details(actor, verb, subject, since).order_by(event.c.seq.desc()).limit(1)
    return tx.execute(newest).scalars().first()


def _details(
    actor: Actor, verb: Verb, subject: Subject, since: datetime
) -> sa.Select[tuple[dict[str, Any]]]:
    return sa.select(event.c.detail).where(
        event.c.subject == str(subject),
        event.c.at >= since,
        event.c.verb == str(verb),
        event.c.actor_kind == str(actor.kind),
        event.c.actor == actor.name,
    )


def _head_mac(keys: AuditKeys, seq: int, digest: str, key: int) -> str:
    return keys.mac(key, _canonical(["head", seq, digest, key]))


def _last_written(tx: sa.Connection) -> tuple[int, str]:
    """Where the head is gone: the last event of those that are there."""
    row = tx.execute(sa.select(event).order_by(event.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, _FIRST)


def _head_problem(row: sa.Row[Any] | None, keys: AuditKeys) -> str | None:
    """What is wrong with the row of the head, by itself."""
    if row is None:
        return "the log's head is missing"
    if row.key is None or row.mac is None:
        return "the log's head is not signed with a key"
    if row.key not in keys.by_number:
        return f"the log's head is signed with key {row.key}, which this home does not have"
    if _head_mac(keys, row.seq, row.hash, row.key) != row.mac:
        return f"the log's head was set back or altered; it names event {row.seq}"
    return None


def head(tx: sa.Connection) -> Head:
    """The head, which proves itself. Raises AuditError if it does not."""
    row = tx.execute(sa.select(event_head)).first()
    problem = _head_problem(row, keys_of(tx))
    if row is None or problem:
        raise AuditError(f"The audit chain is broken: {problem}. Run: digitizer audit verify")
    return Head(row.seq, row.hash)


def named_head(tx: sa.Connection) -> Head:
    """The head as the table names it, proven or not; of a log without one, its first."""
    row = tx.execute(sa.select(event_head)).first()
    return Head(row.seq, row.hash) if row else Head(0, _FIRST)


def hashed_words(tx: sa.Connection, words: Iterable[str]) -> list[str]:
    """Each word under the log's key: who knows a word can look whether it is there, who has the
    log cannot read it."""
    keys = keys_of(tx)
    return [keys.mac(keys.newest, _canonical(["word", each]))[:_WORD_DIGITS] for each in words]


def hash_at(tx: sa.Connection, seq: int) -> str | None:
    """The hash of one event; None if there is none with this number."""
    return tx.execute(sa.select(event.c.hash).where(event.c.seq == seq)).scalar()


def first_altered(tx: sa.Connection, seqs: Iterable[int]) -> int | None:
    """The first of these events that is not as it was written, by itself, as far as its key is
    known here; None if none is. Whether one was taken out only ``walk`` finds."""
    keys, wanted = keys_of(tx), list(seqs)
    first_own = _first_proven(tx, keys)
    for row in tx.execute(sa.select(event).where(event.c.seq.in_(wanted))).mappings():
        link = _Link(**{name: row[name] for name in _COVERED})
        is_own = link.seq >= first_own
        if is_own and link.hash(keys) != row["hash"]:
            return link.seq
        if _leaf_problem(row, keys if is_own else None):
            return link.seq
    return None


def verify_chain(tx: sa.Connection) -> tuple[int, str | None]:
    """Walks the chain; returns how many events are intact, and what is wrong with the next one."""
    walked = walk(tx)
    return walked.events, walked.fault


def walk(tx: sa.Connection) -> Walk:
    """Walks the whole chain, from the first event to the head."""
    try:
        return _walk(tx, keys_of(tx))
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as error:  # not as this program writes them
        return Walk(0, f"there are events that cannot be read ({error})", 0, ())


def _walk(tx: sa.Connection, keys: AuditKeys) -> Walk:
    first_own = _first_proven(tx, keys)
    previous, count, unproven, key = _FIRST, 0, 0, None
    restores: list[Restored] = []
    fixed: list[Fixed] = []
    for link, row in _links(tx):
        written = row["hash"]
        unknown = link.key is not None and link.key not in keys.by_number
        problem = _problem(link, previous, count + 1) or _key_problem(link, key, first_own, unknown)
        if not problem and not unknown and link.hash(keys) != written:
            problem = (
                f"event {link.seq} ({link.verb} {link.subject}) was changed after it was written"
            )
        if not problem and link.detail.get(_ALTERED):
            problem = f"before event {link.seq}, the end of the log had been altered"
        problem = problem or _leaf_problem(row, None if link.seq < first_own else keys)
        if problem:
            return Walk(count, problem, unproven, tuple(restores))
        if link.seq < first_own:
            unproven += 1
        elif link.verb == Verb.RESTORE:
            restores += _restored(link)
        elif link.verb == Verb.FIX_LOG:
            fixed.append(Fixed(link.seq, link.at, link.actor, int(link.detail["named"])))
        previous, count, key = written, count + 1, link.key
    problem = _end_problem(tx, keys, count, previous)
    return Walk(count, problem, unproven, tuple(restores), tuple(fixed))


def _links(tx: sa.Connection) -> Iterator[tuple[_Link, Mapping[Any, Any]]]:
    for row in tx.execute(sa.select(event).order_by(event.c.seq)).mappings():
        yield _Link(**{name: row[name] for name in _COVERED}), row


def _first_proven(tx: sa.Connection, keys: AuditKeys) -> int:
    """The number of the restore before which the keys are not known here; 1 if all are.

    Only a restore without keys says so, and only under a key of this home: else whoever writes the
    database could name a key that nobody has.
    """
    asked = sa.select(event).where(event.c.verb == str(Verb.RESTORE)).order_by(event.c.seq.desc())
    for row in tx.execute(asked).mappings():
        link = _Link(**{name: row[name] for name in _COVERED})
        known = link.key in keys.by_number
        if known and link.hash(keys) == row["hash"] and link.detail.get("keys") == "new":
            return link.seq
    return 1


def _key_problem(link: _Link, before: int | None, first_proven: int, unknown: bool) -> str | None:
    """What is wrong with the key that an event names, after one with the key ``before``."""
    if link.seq < first_proven:
        return None
    if unknown:
        return f"event {link.seq} is signed with key {link.key}, which this home does not have"
    if link.key is None and before is not None:
        return f"event {link.seq} is not signed with a key"
    changed = link.key != before
    if changed and link.key is not None and before is not None and link.key < before:
        return f"event {link.seq} is signed with an old key, number {link.key}"
    if changed and link.verb not in _NEW_KEY:
        return f"event {link.seq} is signed with another key than the one before it"
    return None


def _leaf_problem(row: Mapping[Any, Any], keys: AuditKeys | None) -> str | None:
    """What is wrong with an event's place in the public tree. Its salt follows from its keyed hash;
    without ``keys``, which are lost then, only from itself."""
    salt, leaf = row["salt"], row["leaf"]
    if salt is None or leaf is None:
        return f"event {row['seq']} has no leaf in the log's tree"
    altered = keys is not None and salt != salt_of(keys, row["key"], row["hash"])
    if altered or leaf != leaf_of(row, salt):
        return f"the leaf of event {row['seq']} in the log's tree was changed after it was written"
    return None


def _restored(link: _Link) -> list[Restored]:
    named = link.detail.get("head")
    if not isinstance(named, dict):  # recorded by an earlier version
        return [Restored(link.seq, link.at, Head(link.seq - 1, link.previous))]
    return [Restored(link.seq, link.at, Head(int(named["seq"]), str(named["hash"])))]


def _end_problem(tx: sa.Connection, keys: AuditKeys, count: int, previous: str) -> str | None:
    row = tx.execute(sa.select(event_head)).first()
    if row is not None and row.seq < count:
        return (
            f"the log's head was set back: it names event {row.seq}, but the log goes on to event "
            f"{count}; all of these are intact (digitizer audit fix lets it go on)"
        )
    if row is not None and (row.seq, row.hash) != (count, previous):
        return f"the log must end with event {row.seq}, but ends with event {count}"
    if count == 0:
        return "the log is empty, but every home's log begins with an event"
    return _head_problem(row, keys)


def events_of(tx: sa.Connection, *subjects: Subject) -> tuple[Event, ...]:
    """The chain of custody of one subject, or of several that belong together, oldest first."""
    about = event.c.subject.in_([str(each) for each in subjects])
    return selected(tx, sa.select(event).where(about).order_by(event.c.seq))


def event_at(tx: sa.Connection, seq: int) -> Event | None:
    """The event with this number; None if there is none."""
    return next(iter(selected(tx, sa.select(event).where(event.c.seq == seq))), None)


def events_after(tx: sa.Connection, seq: int, verbs: Iterable[Verb]) -> tuple[Event, ...]:
    """The events of these verbs after the one with this number, oldest first."""
    found = event.c.seq > seq, event.c.verb.in_([str(each) for each in verbs])
    return selected(tx, sa.select(event).where(*found).order_by(event.c.seq))


def last_by(tx: sa.Connection, actor: str, verbs: Iterable[Verb]) -> Event | None:
    """The last event of these verbs in this person's name; None if there is none."""
    found = event.c.actor == actor, event.c.verb.in_([str(each) for each in verbs])
    return next(
        iter(selected(tx, sa.select(event).where(*found).order_by(event.c.seq.desc()).limit(1))),
        None,
    )


def events_since(
    tx: sa.Connection, since: datetime, verb: Verb, limit: int = 50
) -> tuple[Event, ...]:
    """The events of this verb since then, newest first, at most ``limit``."""
    found = event.c.at >= since, event.c.verb == str(verb)
    return selected(tx, sa.select(event).where(*found).order_by(event.c.seq.desc()).limit(limit))


def latest_events(tx: sa.Connection, limit: int = 50) -> tuple[Event, ...]:
    return selected(tx, sa.select(event).order_by(event.c.seq.desc()).limit(limit))


def selected(tx: sa.Connection, wanted: sa.Select[Any]) -> tuple[Event, ...]:
    """The events that a selection of whole rows finds, in its order."""
    return tuple(
        Event(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            verb=row.verb,
            subject=row.subject,
            detail=row.detail,
            by_inmate=row.actor_kind == ActorKind.INMATE,
        )
        for row in tx.execute(wanted)
    )


def _problem(link: _Link, previous: str, expected: int) -> str | None:
    """What is wrong with an event's place in the chain."""
    if link.seq != expected:
        return f"event {expected} is missing (the next one is {link.seq})"
    if link.previous != previous:
        return f"event {expected} does not follow from the one before it"
    return None
