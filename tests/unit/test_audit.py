"""The chain of events: whatever is done to it by hand is noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.intake import take_in
from digitizer.facility import Facility
from digitizer.model.errors import AuditError, Conflict, LogSetBack
from digitizer.model.events import Subject, Verb
from digitizer.operations import actions as operations
from digitizer.storage.database import reading, writing
from digitizer.storage.event_tree import leaf_of
from digitizer.storage.tables import event, event_head, scan
from tests.support.audit_log import plain_hash, set_head_back, verify, write
from tests.support.made_mail import ADMINISTRATOR, CLERK, OPERATOR


def test_an_untouched_chain_is_intact(facility: Facility) -> None:
    assert verify(facility) == (1, None)
    write(facility, 5)
    assert verify(facility) == (6, None)


def _change(column: str, value: object) -> Callable[[sa.Connection], None]:
    def tamper(tx: sa.Connection) -> None:
        tx.execute(sa.update(event).where(event.c.seq == 3).values({column: value}))

    return tamper


def _delete(*numbers: int) -> Callable[[sa.Connection], None]:
    def tamper(tx: sa.Connection) -> None:
        tx.execute(sa.delete(event).where(event.c.seq.in_(numbers)))

    return tamper


def _swap(tx: sa.Connection) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        tx.execute(sa.update(event).where(event.c.seq == old).values(seq=new))


def _close_the_gap(tx: sa.Connection) -> None:
    _delete(3)(tx)
    for old in (4, 5):
        tx.execute(sa.update(event).where(event.c.seq == old).values(seq=old - 1))


def _insert(tx: sa.Connection) -> None:
    row = tx.execute(sa.select(event).where(event.c.seq == 5)).mappings().one()
    tx.execute(sa.insert(event).values({**row, "seq": 6}))


@pytest.mark.parametrize(
    ("tamper", "holds"),
    [
        (_change("actor", "Somebody Else"), 2),
        (_change("actor_kind", "machine"), 2),
        (_change("verb", "reject"), 2),
        (_change("subject", "letter:9"), 2),
        (_change("detail", {"page": 9}), 2),
        (_change("at", sa.func.datetime("now")), 2),
        (_change("hash", "0" * 64), 2),
        (_change("previous", "0" * 64), 2),
        (_delete(1), 0),
        (_delete(3), 2),
        (_delete(5), 4),
        (_delete(1, 2, 3, 4, 5), 0),
        (_swap, 1),
        (_close_the_gap, 2),
        (_insert, 5),
    ],
)
def test_tampering_is_found(
    facility: Facility, tamper: Callable[[sa.Connection], None], holds: int
) -> None:
    write(facility, 4)
    with writing(facility.engine) as tx:
        tamper(tx)
    count, problem = verify(facility)
    assert problem is not None
    assert count == holds


def test_events_after_a_cut_do_not_hide_it(facility: Facility) -> None:
    write(facility, 4)
    with writing(facility.engine) as tx:
        _delete(4, 5)(tx)
    write(facility, 2)
    assert verify(facility) == (3, "event 4 is missing (the next one is 6)")


def test_an_event_goes_with_its_transaction(facility: Facility) -> None:
    def look_and_fail() -> None:
        with writing(facility.engine) as tx:
            audit.record(tx, CLERK, Verb.LOOK, Subject.letter("1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look_and_fail()
    assert verify(facility) == (1, None)


def test_reading_the_log(facility: Facility) -> None:
    write(facility, 3)
    with reading(facility.engine) as tx:
        (one,) = audit.events_of(tx, Subject.letter("1"))
        latest = audit.latest_events(tx, limit=2)
    assert (one.actor, one.verb, one.detail["page"]) == (CLERK.name, "look", 1)
    assert [each.seq for each in latest] == [4, 3]


def _hash_anew(tx: sa.Connection, *, key: int | None) -> None:
    """What someone does who can write the database and knows how the program hashes."""
    previous, last = "0" * 64, 0
    for row in tx.execute(sa.select(event).order_by(event.c.seq)).mappings().all():
        fresh = {**row, "seq": last + 1, "previous": previous, "key": key}
        fresh["hash"] = plain_hash(fresh)
        tx.execute(sa.update(event).where(event.c.seq == row["seq"]).values(fresh))
        previous, last = fresh["hash"], last + 1
    tx.execute(sa.update(event_head).values(seq=last, hash=previous, key=key))


def _erase_and_hash_anew(tx: sa.Connection) -> None:
    _delete(3)(tx)
    _hash_anew(tx, key=1)


def _erase_and_hash_as_of_old(tx: sa.Connection) -> None:
    _delete(1, 3)(tx)
    _hash_anew(tx, key=None)
    tx.execute(sa.update(event_head).values(mac=None))


def _cut_short(tx: sa.Connection) -> None:
    _delete(4, 5)(tx)
    row = tx.execute(sa.select(event).where(event.c.seq == 3)).one()
    tx.execute(sa.update(event_head).values(seq=3, hash=row.hash))


def _cut_to_nothing(tx: sa.Connection) -> None:
    tx.execute(sa.delete(event))
    tx.execute(sa.delete(event_head))


def _no_head(tx: sa.Connection) -> None:
    _delete(5)(tx)
    tx.execute(sa.delete(event_head))


def _key_of_nobody(tx: sa.Connection) -> None:
    _change("actor", "Somebody Else")(tx)
    tx.execute(sa.update(event).values(key=99))


def _old_plain_event(tx: sa.Connection) -> None:
    tx.execute(sa.update(event).where(event.c.seq == 3).values(key=None))
    row = tx.execute(sa.select(event).where(event.c.seq == 3)).mappings().one()
    tx.execute(sa.update(event).where(event.c.seq == 3).values(hash=plain_hash(dict(row))))


_REWRITES = [
    _erase_and_hash_anew,
    _erase_and_hash_as_of_old,
    _cut_short,
    _cut_to_nothing,
    _no_head,
    _key_of_nobody,
    _old_plain_event,
]


@pytest.mark.parametrize("rewrite", _REWRITES)
@pytest.mark.parametrize("more", [0, 3], ids=["at once", "after more events"])
def test_another_past_is_found(
    facility: Facility, rewrite: Callable[[sa.Connection], None], more: int
) -> None:
    """Also when the service goes on and signs new events after it."""
    write(facility, 4)
    with writing(facility.engine) as tx:
        rewrite(tx)
    write(facility, more)
    assert verify(facility)[1] is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET detail = 'no JSON' WHERE seq = 2",
        "UPDATE event SET detail = '[1]' WHERE seq = 2",
        "UPDATE event SET at = 'no time' WHERE seq = 2",
        "UPDATE event SET key = 77, detail = '7'",
        "UPDATE event SET seq = -1 WHERE seq = 2",
        "UPDATE event_head SET mac = NULL",
        "UPDATE event_head SET hash = ''",
        "INSERT INTO event_head SELECT 0, seq - 1, hash, key, mac FROM event_head",
    ],
)
def test_what_cannot_be_read_is_a_fault_and_no_crash(facility: Facility, statement: str) -> None:
    write(facility, 3)
    with writing(facility.engine) as tx:
        tx.exec_driver_sql(statement)
    assert verify(facility)[1] is not None
    assert operations.check_log(facility, OPERATOR).fault is not None


@pytest.mark.parametrize("signed", [True, False], ids=["an old head", "a forged head"])
def test_a_head_that_is_set_back_stops_all_loudly_and_loses_nothing(
    facility: Facility, tmp_path: Path, signed: bool
) -> None:
    write(facility, 5)
    file = tmp_path / "stack.pdf"
    file.write_bytes(b"%PDF-1.7 a stack")
    set_head_back(facility, 2, signed=signed)
    with pytest.raises(LogSetBack, match=r"names event \d.*Nothing was changed.*audit fix"):
        take_in(facility, [file], "default", ["stack.pdf"], OPERATOR)
    assert file.exists()
    with reading(facility.engine) as tx:
        assert tx.execute(sa.select(scan)).all() == [], "nothing is acknowledged"
    checked = operations.check_log(facility, OPERATOR)
    assert (checked.events, "was set back" in (checked.fault or "")) == (6, True)

    assert operations.fix_log(facility, ADMINISTRATOR, "a script of ours did it") == 4
    take_in(facility, [file], "default", ["stack.pdf"], OPERATOR)
    checked = operations.check_log(facility, OPERATOR)
    assert (checked.events, checked.fault) == (8, None)
    assert any("set back to event 4" in each for each in checked.notes), "it stays visible"


def test_only_a_head_is_fixed(facility: Facility) -> None:
    write(facility, 5)
    with pytest.raises(Conflict):
        operations.fix_log(facility, ADMINISTRATOR, "why")
    set_head_back(facility, 2)
    with writing(facility.engine) as tx:
        _change("actor", "Somebody Else")(tx)
    with pytest.raises(AuditError, match="cannot be fixed"):
        operations.fix_log(facility, ADMINISTRATOR, "why")
    assert verify(facility)[0] == 2


def test_a_lost_end_is_not_fixed_away(facility: Facility) -> None:
    write(facility, 5)
    with writing(facility.engine) as tx:
        _delete(5, 6)(tx)
    with pytest.raises(Conflict):
        operations.fix_log(facility, ADMINISTRATOR, "why")


# ---- the public tree


def test_every_event_has_a_leaf(facility: Facility) -> None:
    write(facility, 3)
    with reading(facility.engine) as tx:
        rows = tx.execute(sa.select(event)).mappings().all()
        assert all(len(row["salt"]) == 16 for row in rows)
        assert [row["leaf"] for row in rows] == [leaf_of(row, row["salt"]) for row in rows]
        assert audit.first_altered(tx, [1, 2, 3, 4]) is None


def _other_salt(tx: sa.Connection) -> None:
    """With the leaf that follows from it: a tree that is right by itself."""
    row = tx.execute(sa.select(event).where(event.c.seq == 3)).mappings().one()
    values = {"salt": b"x" * 16, "leaf": leaf_of(row, b"x" * 16)}
    tx.execute(sa.update(event).where(event.c.seq == 3).values(values))


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (_change("leaf", b"x" * 32), "the leaf of event 3 in the log's tree was changed"),
        (_change("salt", b"x" * 16), "the leaf of event 3 in the log's tree was changed"),
        (_other_salt, "the leaf of event 3 in the log's tree was changed"),
        (_change("leaf", None), "event 3 has no leaf in the log's tree"),
        (_change("salt", None), "event 3 has no leaf in the log's tree"),
        (_change("actor", "Somebody Else"), "event 3 (look letter:1) was changed"),
    ],
)
def test_a_leaf_that_is_altered_is_noticed(
    facility: Facility, tamper: Callable[[sa.Connection], None], says: str
) -> None:
    write(facility, 4)
    with writing(facility.engine) as tx:
        tamper(tx)
    events, fault = verify(facility)
    assert events == 2
    assert fault is not None
    assert fault.startswith(says)
    with reading(facility.engine) as tx:
        assert audit.first_altered(tx, [1, 2, 3, 4]) == 3
        assert audit.first_altered(tx, [1, 2, 4]) is None


def test_events_of_an_older_version_get_the_leaves_that_they_would_have(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(facility, 9)
    leaves = sa.select(event.c.salt, event.c.leaf).order_by(event.c.seq)
    with writing(facility.engine) as tx:
        before = tx.execute(leaves).all()
        tx.execute(sa.update(event).values(salt=None, leaf=None))
    assert verify(facility)[1] == "event 1 has no leaf in the log's tree"
    monkeypatch.setattr(audit, "_AT_ONCE", 4)
    with writing(facility.engine) as tx:
        audit.grow_tree(tx)
        assert tx.execute(leaves).all() == before
    assert verify(facility) == (10, None)
