"""Another past: whoever can write the database, or the home, alters the log of events."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import make_home, open_facility
from digitizer.model.events import Subject, Verb
from digitizer.storage.database import writing
from digitizer.storage.tables import event, event_head
from tests.support.made_mail import CLERK
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.target import Target, copy_database, run

_FIRST = "0" * 64
_numbers = count(1)


@dataclass
class _Log:
    """A copy of the home, with ten events more, whose log is altered."""

    home: Path
    url: str
    lines: list[str] = field(default_factory=list)

    @contextmanager
    def tables(self) -> Iterator[sa.Connection]:
        """As whoever can write the database, who does not need the product for it."""
        facility = open_facility(self.home)
        try:
            with writing(facility.engine) as tx:
                yield tx
        finally:
            facility.engine.dispose()

    def grow(self, events: int = 3) -> None:
        with self.tables() as tx:
            for number in range(events):
                audit.record(tx, CLERK, Verb.LOOK, Subject.letter(str(number)))

    def length(self) -> int:
        with self.tables() as tx:
            return int(tx.execute(sa.select(sa.func.max(event.c.seq))).scalar_one())

    def anchor(self) -> None:
        done = run(self.home, "audit", "anchor")
        assert done.returncode == 0, done.stderr
        self.lines.append(done.stdout.strip())

    def verify(self, *more: str) -> tuple[int, dict[str, Any]]:
        done = run(self.home, "audit", "verify", "--json", *more)
        return done.returncode, json.loads(done.stdout or "{}")

    def state(self) -> str:
        """A copy of the whole database as it is."""
        if self.url:
            return copy_database(self.url, f"state_{next(_numbers)}")
        kept = self.home.parent / f"state-{next(_numbers)}"
        shutil.copytree(self.home / "database", kept)
        return str(kept)

    def put_back(self, state: str) -> None:
        if self.url:
            _rewrite(self.home / "config.toml", self.url, state)
            self.url = state
            return
        shutil.rmtree(self.home / "database")
        shutil.copytree(state, self.home / "database")


def _rewrite(config: Path, old: str, new: str) -> None:
    config.write_text(config.read_text("utf-8").replace(f'"{old}"', f'"{new}"'), "utf-8")


def _copy(target: Target, anchored: bool) -> _Log:
    """``anchored``: its anchors go to a file elsewhere, and one was made."""
    target.facility.engine.dispose()
    home = target.free() / "home"
    shutil.copytree(target.home, home)
    log = _Log(home, target.facility.settings.store.database_url)
    if log.url:
        log.put_back(copy_database(log.url, f"copy_{next(_numbers)}"))
    if anchored:
        place = home.parent / "elsewhere" / "anchors.txt"
        with (home / "config.toml").open("a") as config:
            config.write(f'\n[audit]\nanchor_path = "{place}"\n')
    log.grow(10)
    if anchored:
        log.anchor()
    return log


Alter = Callable[[_Log], None]


def _is_reported(target: Target, alter: Alter, anchored: bool, then_grow: bool = False) -> str:
    """``audit verify`` ends with 1 and says what is wrong; ``then_grow``: also when the service
    went on afterwards."""
    log = _copy(target, anchored)
    code, record = log.verify()
    assert (code, record["fault"]) == (0, None), record
    alter(log)
    if then_grow:
        log.grow()
    code, record = log.verify()
    shut_if(code == 1, f"audit verify ends with {code}: {record}")
    return str(record.get("fault", "it does not even open"))


# --- what is altered


def _change(log: _Log, **values: Any) -> None:
    with log.tables() as tx:
        tx.execute(sa.update(event).where(event.c.seq == _middle(tx)).values(**values))


def _middle(tx: sa.Connection) -> int:
    return int(tx.execute(sa.select(sa.func.max(event.c.seq))).scalar_one()) - 5


def _erase_one(log: _Log) -> None:
    with log.tables() as tx:
        tx.execute(sa.delete(event).where(event.c.seq == _middle(tx)))


def _erase_and_renumber(log: _Log) -> None:
    with log.tables() as tx:
        gone = _middle(tx)
        tx.execute(sa.delete(event).where(event.c.seq == gone))
        for seq in range(gone + 1, gone + 6):
            tx.execute(sa.update(event).where(event.c.seq == seq).values(seq=seq - 1))
        tx.execute(sa.update(event_head).values(seq=event_head.c.seq - 1))


def _swap(log: _Log) -> None:
    with log.tables() as tx:
        seq = _middle(tx)
        for before, after in ((seq, 10**6), (seq + 1, seq), (10**6, seq + 1)):
            tx.execute(sa.update(event).where(event.c.seq == before).values(seq=after))


def _shorten(log: _Log, *, head: bool) -> None:
    """The last three are gone; ``head``: the head is set back to the one before."""
    with log.tables() as tx:
        last = _middle(tx) + 5
        tx.execute(sa.delete(event).where(event.c.seq > last - 3))
        if head:
            row = tx.execute(sa.select(event).where(event.c.seq == last - 3)).one()
            tx.execute(sa.update(event_head).values(seq=row.seq, hash=row.hash))


def _empty(log: _Log, *, head: bool) -> None:
    with log.tables() as tx:
        tx.execute(sa.delete(event))
        if head:
            tx.execute(sa.delete(event_head))


def _set_back(log: _Log, *, one_table: bool) -> None:
    """An old copy in place of the database; ``one_table``: of the head alone."""
    with log.tables() as tx:
        head = dict(tx.execute(sa.select(event_head)).mappings().one())
    state = log.state()
    log.grow()
    if not one_table:
        log.anchor()
        log.put_back(state)
        return
    with log.tables() as tx:
        tx.execute(sa.update(event_head).values(**head))


def _insert(log: _Log) -> None:
    """An event that never was, with a hash of no key."""
    with log.tables() as tx:
        last = tx.execute(sa.select(event).order_by(event.c.seq.desc()).limit(1)).mappings().one()
        made = {**last, "seq": last["seq"] + 1, "previous": last["hash"], "key": None}
        made["actor"] = "Ruth Harrow"
        made["hash"] = _digest(made, made["previous"], None, hashlib.sha256)
        tx.execute(sa.insert(event).values(**made))
        tx.execute(sa.update(event_head).values(seq=made["seq"], hash=made["hash"]))


def _digest(row: Mapping[str, Any], previous: str, key: int | None, mac: Callable[..., Any]) -> str:
    covered = [
        previous,
        row["seq"],
        row["at"].astimezone(UTC).isoformat(),
        row["actor_kind"],
        row["actor"],
        row["verb"],
        row["subject"],
        row["detail"],
    ]
    return str(mac(_canonical(covered if key is None else [*covered, key])).hexdigest())


def _canonical(values: list[Any]) -> bytes:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii")


def _rehash(log: _Log, key: int | None, mac: Callable[..., Any]) -> None:
    """The whole chain anew, with another actor in the middle of it, as if it had always been so."""
    with log.tables() as tx:
        middle, previous = _middle(tx), _FIRST
        for row in tx.execute(sa.select(event).order_by(event.c.seq)).mappings().all():
            actor = "Somebody Else" if row["seq"] == middle else row["actor"]
            made = {"actor": actor, "previous": previous, "key": key}
            made["hash"] = previous = _digest({**row, **made}, previous, key, mac)
            tx.execute(sa.update(event).where(event.c.seq == row["seq"]).values(**made))
        head = {"hash": previous, "key": key, "mac": None}
        if key is not None:
            head["mac"] = mac(_canonical(["head", middle + 5, previous, key])).hexdigest()
        tx.execute(sa.update(event_head).values(**head))


def _rehash_without_key(log: _Log) -> None:
    _rehash(log, None, hashlib.sha256)


def _keys_replaced(log: _Log, *, rehash: bool) -> None:
    """Keys of the attacker's own in the home; ``rehash``: and the whole chain under them."""
    own = secrets.token_bytes(32)
    file = log.home / "keys" / "audit.json"
    file.write_text(json.dumps({"keys": {"1": own.hex()}}))
    if rehash:
        _rehash(log, 1, lambda text: hmac.new(own, text, hashlib.sha256))


def _keys_gone(target: Target) -> str:
    """Nothing can be verified then, and nothing written: it is no good log, and a new key is not
    made unasked."""
    log = _copy(target, anchored=False)
    (log.home / "keys" / "audit.json").unlink()
    ended = [log.verify()[0], run(log.home, "init").returncode, log.verify()[0]]
    shut_if(0 not in ended, f"audit verify, init, audit verify end with {ended}")
    return "the home does not open, and init makes no new key"


# --- anchors


def _anchors(log: _Log) -> Path:
    return log.home.parent / "elsewhere" / "anchors.txt"


def _anchors_lose_the_last(log: _Log) -> None:
    log.grow()
    log.anchor()
    lines = _anchors(log).read_text().splitlines()
    _anchors(log).write_text("\n".join(lines[:-1]) + "\n")


def _anchors_gone(log: _Log) -> None:
    _anchors(log).unlink()


def _anchors_altered(log: _Log) -> None:
    """A line that fits the log that the attacker would like."""
    text = _anchors(log).read_text()
    _anchors(log).write_text(re.sub(r"seq=(\d+)", "seq=2", text))


def _anchors_made_up(log: _Log) -> None:
    text = _anchors(log).read_text()
    _anchors(log).write_text(re.sub(r"hash=[0-9a-f]+", "hash=" + "ab" * 32, text))


def _anchors_garbled(log: _Log) -> None:
    _anchors(log).write_bytes(b"\x00\xff nothing of ours\n")


def _set_back_with_anchors(log: _Log) -> None:
    """The old database, and the anchors that were made since removed from the file."""
    kept = _anchors(log).read_text()
    state = log.state()
    log.grow()
    log.anchor()
    log.put_back(state)
    _anchors(log).write_text(kept)


# --- what a log alone cannot show, and says


def _unproven(target: Target, alter: Alter) -> str:
    """Without any anchor: 0, and it says that the end is not proven."""
    log = _copy(target, anchored=False)
    alter(log)
    code, record = log.verify()
    says = any("No anchor was compared" in each for each in record.get("notes", ()))
    shut_if((code == 0 and says) or code == 1, f"ends with {code}: {record}")
    return f"ends with {code}, and says so: {record['notes'] or record['fault']}"


def _old_state_without_anchor(log: _Log) -> None:
    state = log.state()
    log.grow()
    log.put_back(state)


def _paper(target: Target) -> str:
    """The same, with a line from paper: 1."""
    log = _copy(target, anchored=False)
    state = log.state()
    log.grow()
    log.anchor()
    log.put_back(state)
    code, record = log.verify("--anchor", log.lines[-1])
    shut_if(code == 1, f"ends with {code}: {record}")
    return str(record["fault"])


def _old_copy_and_old_anchors(target: Target) -> str:
    """Both set back together: the log alone cannot show it. What was mailed or printed does."""
    log = _copy(target, anchored=True)
    _set_back_with_anchors(log)
    line = log.lines[-1]
    code, _ = log.verify()
    with_paper, record = log.verify("--anchor", line)
    shut_if(with_paper == 1, f"ends with {with_paper} against the line on paper")
    return f"ends with {code} by itself, as documented; against paper: {record['fault']}"


def _plain(target: Target) -> _Log:
    """A home whose files are all there; ``_copy`` has letters that no file came for."""
    home = target.free() / "home"
    make_home(home)
    place = home.parent / "elsewhere" / "anchors.txt"
    with (home / "config.toml").open("a") as config:
        config.write(f'\n[audit]\nanchor_path = "{place}"\n')
    log = _Log(home, "")
    log.grow(10)
    log.anchor()
    return log


def _good(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr


def _old_backup(target: Target, hide: bool) -> str:
    """A restore says that it was one; ``hide``: and what says so is removed."""
    log = _plain(target)
    passphrase = log.home.parent / "passphrase"
    passphrase.write_text("a long enough passphrase\n")
    place, again = log.home.parent / "backup", log.home.parent / "again"
    words = ("--passphrase-file", str(passphrase))
    _good(run(log.home, "backup", str(place), *words))
    log.grow()
    log.anchor()
    _good(run(again, "restore", str(place), *words))
    restored = _Log(again, "")
    if hide:
        with restored.tables() as tx:
            row = tx.execute(sa.select(event).where(event.c.verb == str(Verb.RESTORE))).one()
            tx.execute(sa.delete(event).where(event.c.seq >= row.seq))
            tx.execute(sa.update(event_head).values(seq=row.seq - 1, hash=row.previous))
    code, record = restored.verify()
    shut_if(code == (1 if hide else 0), f"ends with {code}: {record}")
    with restored.tables() as tx:
        recorded = len(tx.execute(sa.select(event).where(event.c.verb == str(Verb.RESTORE))).all())
    shut_if(hide or recorded == 1, "the restore is not recorded")
    return str(record["fault"]) if hide else "the restore is an event, and explains the difference"


def _altered(alter: Alter, *, anchored: bool = False, then_grow: bool = False) -> Play:
    return partial(_is_reported, alter=alter, anchored=anchored, then_grow=then_grow)


_LOG: Mapping[str, Play] = {
    "another actor": _altered(partial(_change, actor="Ana Brookwater")),
    "rehashed without a key": _altered(_rehash_without_key),
    "the last three erased, the head set back": _altered(partial(_shorten, head=True)),
    "other details": _altered(partial(_change, detail={"why": "nothing"})),
    "another verb": _altered(partial(_change, verb="look at list")),
    "one erased": _altered(_erase_one),
    "one erased, the others renumbered": _altered(_erase_and_renumber),
    "two swapped": _altered(_swap),
    "the last three erased": _altered(partial(_shorten, head=False)),
    "the last three erased, then it goes on": _altered(
        partial(_shorten, head=True), then_grow=True
    ),
    "an event that never was": _altered(_insert),
    "emptied": _altered(partial(_empty, head=False)),
    "emptied with its head": _altered(partial(_empty, head=True)),
    "emptied with its head, then it goes on": _altered(partial(_empty, head=True), then_grow=True),
    "the head alone set back": _altered(partial(_set_back, one_table=True)),
    "other keys": _altered(partial(_keys_replaced, rehash=False)),
    "no keys": _keys_gone,
}
_ANCHORED: Mapping[str, Play] = {
    "an old copy of the database": _altered(partial(_set_back, one_table=False), anchored=True),
    "the last anchor dropped": _altered(_anchors_lose_the_last, anchored=True),
    "an old copy, then it goes on": _altered(
        partial(_set_back, one_table=False), anchored=True, then_grow=True
    ),
    "other keys, and all rehashed": _altered(partial(_keys_replaced, rehash=True), anchored=True),
    "all anchors dropped": _altered(_anchors_gone, anchored=True),
    "an anchor of another number": _altered(_anchors_altered, anchored=True),
    "an anchor with another hash": _altered(_anchors_made_up, anchored=True),
    "anchors that are no text": _altered(_anchors_garbled, anchored=True),
    "an old copy, against a line on paper": _paper,
}
_ALONE: Mapping[str, Play] = {
    "an old copy of the database, no anchor": partial(_unproven, alter=_old_state_without_anchor),
    "other keys, and all rehashed, no anchor": partial(
        _unproven, alter=partial(_keys_replaced, rehash=True)
    ),
    "an old copy and its old anchors": _old_copy_and_old_anchors,
}
_BACKUP: Mapping[str, Play] = {
    "a restore": partial(_old_backup, hide=False),
    "a restore that is hidden": partial(_old_backup, hide=True),
}


THEMES = (
    Theme(
        "past",
        (
            Attack("alter the log", "audit verify ends with 1", _LOG, short=2),
            Attack("alter an anchored log", "audit verify ends with 1", _ANCHORED),
            Attack("a past that only an anchor shows", "it says what is not proven", _ALONE),
        ),
        needs_service=False,
    ),
    Theme(
        "old backups",
        (Attack("restore an old backup", "the log says so", _BACKUP, short=0),),
        needs_service=False,
        databases=("sqlite",),
    ),
)
