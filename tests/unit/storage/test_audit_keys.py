"""Keys that sign the audit chain: added, leaked, lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.errors import SettingsError
from digitizer.model.events import DECISIONS, LOG, Subject, Verb
from digitizer.storage.audit_keys import add_audit_key, make_audit_keys, read_audit_keys, sign_with
from digitizer.storage.database import open_engine, reading, writing
from digitizer.storage.schema import upgrade
from digitizer.storage.tables import event, event_head
from tests.support.audit_log import COLUMNS, plain_hash, verify, write
from tests.support.made_mail import CLERK


@pytest.mark.parametrize("spoil", ["missing", "damaged", "readable by others"])
def test_a_home_that_lost_its_keys_gets_no_new_ones(facility: Facility, spoil: str) -> None:
    path = facility.audit_key_file
    if spoil == "missing":
        path.unlink()
    elif spoil == "damaged":
        path.write_text('{"keys": {"1": "00"}}')
    else:
        path.chmod(0o644)
    before = path.read_text() if path.exists() else None
    for use in (open_facility, make_home):
        with pytest.raises(SettingsError, match=r"audit\.json"):
            use(facility.home)
    assert (path.read_text() if path.exists() else None) == before


def _rotate(facility: Facility) -> int:
    with writing(facility.engine) as tx:
        number = add_audit_key(facility.audit_key_file)
        audit.record(tx, CLERK, Verb.ROTATE_AUDIT_KEY, Subject.key(number))
    return number


def _keys_named(facility: Facility) -> list[int]:
    with reading(facility.engine) as tx:
        return list(tx.execute(sa.select(event.c.key).order_by(event.c.seq)).scalars())


def test_a_new_key_signs_from_its_own_event_on(facility: Facility) -> None:
    write(facility, 1)
    assert _rotate(facility) == 2
    write(facility, 1)
    assert _keys_named(facility) == [1, 1, 2, 2]
    assert verify(facility) == (4, None)


def test_a_key_that_was_made_but_not_recorded_signs_nothing(facility: Facility) -> None:
    add_audit_key(facility.audit_key_file)
    write(facility, 2)
    assert _keys_named(facility) == [1, 1, 1]
    assert verify(facility) == (3, None)


def test_an_old_key_that_leaked_cannot_sign_again(facility: Facility) -> None:
    _rotate(facility)
    write(facility, 1)
    keys = read_audit_keys(facility.audit_key_file)
    facility.audit_key_file.write_text(json.dumps({"keys": {"1": keys.by_number[1].hex()}}))
    with writing(facility.engine) as tx:  # who has the old key signs the head and goes on
        row = tx.execute(sa.select(event_head)).one()
        text = json.dumps(["head", row.seq, row.hash, 1], separators=(",", ":"))
        tx.execute(sa.update(event_head).values(key=1, mac=keys.mac(1, text)))
    write(facility, 1)
    both = {str(number): key.hex() for number, key in keys.by_number.items()}
    facility.audit_key_file.write_text(json.dumps({"keys": both}))
    assert verify(facility) == (3, "event 4 is signed with an old key, number 1")


def test_a_log_of_before_is_closed_under_the_first_key(tmp_path: Path) -> None:
    """As the program wrote it when there were no keys; an upgrade names its head."""
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0006")
    values = ["0" * 64, 1, datetime(2026, 1, 31, 12, tzinfo=UTC), "staff", "Clara", "mark page"]
    row: dict[str, Any] = dict(
        zip(COLUMNS, [*values, "letter:ab12", {"page": 3, "as_": "blank"}], strict=True)
    )
    digest = plain_hash(row)
    old = sa.Table("event", sa.MetaData(), autoload_with=engine)
    with writing(engine) as tx:
        kept = {**row, "at": row["at"].replace(tzinfo=None)}
        tx.execute(sa.insert(old).values(**kept, hash=digest))
        tx.exec_driver_sql("INSERT INTO event_head VALUES (1, 1, ?)", (digest,))
    make_audit_keys(tmp_path / "audit.json")
    sign_with(engine, tmp_path / "audit.json")
    upgrade(engine, begin_log=audit.begin, grow_tree=audit.grow_tree)
    upgrade(engine, begin_log=audit.begin, grow_tree=audit.grow_tree)  # only once
    with writing(engine) as tx:
        audit.record(tx, CLERK, Verb.MARK_PAGE, Subject.letter("ab12"), page=3)
        assert audit.verify_chain(tx) == (3, None)
        first, last = audit.events_of(tx, Subject.letter("ab12"))
        (begun,) = audit.events_of(tx, LOG)
    assert (first.verb, first.subject) == (last.verb, last.subject) == ("mark page", "letter:ab12")
    assert first.verb in DECISIONS
    assert begun.detail == {"closes": 1, "head": digest}
    with writing(engine) as tx:
        tx.execute(sa.update(event).where(event.c.seq == 1).values(actor="Somebody Else"))
        assert audit.verify_chain(tx)[0] == 0
    engine.dispose()
