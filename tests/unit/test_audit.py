"""The chain of events: whatever is done to it by hand shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import House
from digitizer.model.events import DECISIONS, Subject, Verb
from digitizer.storage.tables import event, event_head, reading, writing
from tests.support.made_mail import CLERK


def _write(house: House, count: int) -> None:
    with writing(house.engine) as tx:
        for number in range(count):
            audit.record(
                tx, CLERK, Verb.LOOK, Subject.letter(str(number)), page=number, note="é\udcff"
            )


def _verify(house: House) -> tuple[int, str | None]:
    with reading(house.engine) as tx:
        return audit.verify_chain(tx)


def test_an_untouched_chain_holds(house: House) -> None:
    assert _verify(house) == (0, None)
    _write(house, 5)
    assert _verify(house) == (5, None)


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
    house: House, tamper: Callable[[sa.Connection], None], holds: int
) -> None:
    _write(house, 5)
    with writing(house.engine) as tx:
        tamper(tx)
    count, fault = _verify(house)
    assert fault is not None
    assert count == holds


def test_events_after_a_cut_do_not_hide_it(house: House) -> None:
    _write(house, 5)
    with writing(house.engine) as tx:
        _delete(4, 5)(tx)
    _write(house, 2)
    assert _verify(house) == (3, "event 4 is missing (the next one there is 6)")


def test_an_event_goes_with_its_transaction(house: House) -> None:
    def look_and_fail() -> None:
        with writing(house.engine) as tx:
            audit.record(tx, CLERK, Verb.LOOK, Subject.letter("1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look_and_fail()
    assert _verify(house) == (0, None)


def test_reading_the_log(house: House) -> None:
    _write(house, 3)
    with reading(house.engine) as tx:
        (one,) = audit.events_of(tx, Subject.letter("1"))
        latest = audit.latest_events(tx, limit=2)
    assert (one.actor, one.verb, one.detail["page"]) == (CLERK.name, "look", 1)
    assert [each.seq for each in latest] == [3, 2]


def test_a_chain_of_before_reads_the_same_and_goes_on(house: House) -> None:
    """As the program wrote it when verbs and subjects were bare strings."""
    told = ["0" * 64, 1, "2026-01-31T12:00:00+00:00", "staff", "Clara", "mark page", "letter:ab12",
            {"page": 3, "as_": "blank", "why": "it is"}]  # fmt: skip
    digest = hashlib.sha256(
        json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")
    ).hexdigest()
    names = ("previous", "seq", "at", "actor_kind", "actor", "verb", "subject", "detail")
    row = {**dict(zip(names, told, strict=True)), "hash": digest}
    row["at"] = datetime(2026, 1, 31, 12, tzinfo=UTC)
    with writing(house.engine) as tx:
        tx.execute(sa.insert(event).values(**row))
        tx.execute(sa.insert(event_head).values(id=1, seq=1, hash=digest))
        audit.record(tx, CLERK, Verb.MARK_PAGE, Subject.letter("ab12"), page=3)
    assert _verify(house) == (2, None)
    with reading(house.engine) as tx:
        old, new = audit.events_of(tx, Subject.letter("ab12"))
    assert (old.verb, old.subject) == (new.verb, new.subject) == ("mark page", "letter:ab12")
    assert old.verb in DECISIONS
