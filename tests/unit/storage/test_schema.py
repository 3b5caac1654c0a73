"""The migrations make what the code expects, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from digitizer import audit
from digitizer.access.accounts import staff_account
from digitizer.capture.scans import sealed_pages
from digitizer.covers import legal_markers
from digitizer.facility import Facility, open_facility
from digitizer.letters.search.page_search import search_pages
from digitizer.messages import request_items
from digitizer.model.errors import SettingsError
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import CodeKind, CoverCode, Scan
from digitizer.model.people import MACHINE
from digitizer.storage import event_tree
from digitizer.storage.audit_keys import make_audit_keys, sign_with
from digitizer.storage.database import open_engine, reading, writing
from digitizer.storage.every_table import metadata
from digitizer.storage.schema import upgrade
from digitizer.storage.tables import (
    SCHEMA_VERSION,
    cover,
    cover_use,
    event_head,
    scan,
    session,
)
from digitizer.storage.tables_calls import call_seat, recording, video_call
from digitizer.support.clock import now
from digitizer.support.paths import MIGRATIONS
from digitizer.support.working_days import Calendar


def _differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_VERSION


def test_sqlite_has_what_the_code_expects(facility: Facility) -> None:
    assert _differences(facility.engine) == []


_A_LETTER_OF_THE_FIRST_VERSION = """
INSERT INTO inmate (id, booking_number, last_name, first_name, housing_unit, status, more, changed)
 VALUES (1, 'A-100', 'Testvale', 'Orson', '', 'in_custody', '{}', '2024-01-01');
INSERT INTO scan (id, fingerprint, profile, state, taken_in, rejected, tries, deaths, sealed)
 VALUES ('s', 'f', 'default', 'filed', '2024-01-01', 0, 1, 0, 0);
INSERT INTO letter (id, scan_id, kind, state, inmate_id, received, doubts)
 VALUES ('mine', 's', 'letter', 'delivered', 1, '2024-01-01', '[]'),
  ('waits', 's', 'letter', 'held', NULL, '2024-01-01', '[]');
INSERT INTO page (id, scan_id, number, place, role, letter_id, position, width, height, dpi, ink,
  quality)
 VALUES (1, 's', 1, 1, 'content', 'mine', 1, 10, 10, 100, 0.1, '[]'),
  (2, 's', 2, 2, 'content', 'waits', 1, 10, 10, 100, 0.1, '[]');
INSERT INTO transcript (page_id, engine, confidence, text, words)
 VALUES (1, 'e', 0.9, 'my gardem', '[]'), (2, 'e', 0.9, 'the garden', '[]');
INSERT INTO posting (word, page_id, weight)
 VALUES ('gardem', 1, 1.0), ('garden', 1, 0.25), ('garden', 2, 1.0);
INSERT INTO event (seq, at, actor_kind, actor, verb, subject, detail, previous, hash)
 VALUES (1, '2024-01-01', 'machine', 'm', 'v', 's', '{}', '', 'last hash')
"""


def test_a_home_of_the_first_version_keeps_what_it_had(tmp_path: Path) -> None:
    """Its log gets a head, and its delivered mail is found as before."""
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0001")
    with writing(engine) as tx:
        for statement in _A_LETTER_OF_THE_FIRST_VERSION.split(";"):
            tx.exec_driver_sql(statement)
    upgrade(engine)
    assert _differences(engine) == []
    with reading(engine) as tx:
        head = tx.execute(sa.select(event_head)).one()
        assert (head.seq, head.hash) == (1, "last hash")
        hits = search_pages(tx, "garden", "A-100")
        assert [(hit.letter, hit.snippet) for hit in hits] == [("mine", "my gardem")]
        assert [hit.letter for hit in search_pages(tx, "garden")] == ["mine"]
    engine.dispose()


_COVERS_OF_AN_EARLIER_VERSION = """
INSERT INTO inmate (id, booking_number, last_name, first_name, housing_unit, status, more, changed)
 VALUES (1, 'A-100', 'Testvale', 'Orson', '', 'in_custody', '{}', '2024-01-01');
INSERT INTO scan (id, fingerprint, profile, state, taken_in, rejected, tries, deaths, sealed)
 VALUES ('s', 'f', 'default', 'filed', '2024-01-01', false, 1, 0, false);
INSERT INTO cover (id, kind, key_id, short_id, inmate_id, sheets, once, printed)
 VALUES ('standing', 'inmate', 1, 'a', 1, 0, false, '2024-01-01'),
  ('answered', 'reply', 1, 'b', 1, 0, false, '2024-01-01'),
  ('waits', 'reply', 1, 'c', 1, 0, false, '2024-01-01');
INSERT INTO letter (id, scan_id, kind, state, inmate_id, cover_id, received, doubts)
 VALUES ('l', 's', 'letter', 'delivered', 1, 'standing', '2024-01-01', '[]'),
  ('h', 's', 'letter', 'held', NULL, 'standing', '2024-01-02', '[]'),
  ('r', 's', 'reply', 'delivered', 1, 'answered', '2024-01-03', '[]'),
  ('q', 's', 'reply', 'held', NULL, 'waits', '2024-01-03', '[]'),
  ('n', 's', 'letter', 'held', NULL, NULL, '2024-01-03', '[]')
"""


def _assert_covers_keep_their_uses(engine: sa.Engine) -> None:
    """As an older home had them; a reply that came in is the one its sheet was good for."""
    with writing(engine) as tx:
        for statement in _COVERS_OF_AN_EARLIER_VERSION.split(";"):
            tx.exec_driver_sql(statement)
    upgrade(engine)
    with reading(engine) as tx:
        uses = tx.execute(sa.select(cover_use.c.cover_id, cover_use.c.letter_id)).all()
        used = tx.execute(sa.select(cover.c.id).where(cover.c.used_by == "s")).scalars().all()
    assert sorted(tuple(use) for use in uses) == [
        ("answered", "r"),
        ("standing", "h"),
        ("standing", "l"),
        ("waits", "q"),
    ]
    assert used == ["answered"]


def test_covers_of_an_older_home_keep_their_uses(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0004")
    _assert_covers_keep_their_uses(engine)
    assert _differences(engine) == []
    engine.dispose()


def test_covers_of_an_older_home_on_postgresql_keep_their_uses(cluster_url: str) -> None:
    engine = open_engine(cluster_url)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP SCHEMA public CASCADE"))
        tx.execute(sa.text("CREATE SCHEMA public"))
    upgrade(engine, "0004")
    _assert_covers_keep_their_uses(engine)
    engine.dispose()


_A_SEALED_SCAN_OF_AN_EARLIER_VERSION = """
INSERT INTO scan (id, fingerprint, profile, state, taken_in, rejected, tries, deaths, sealed,
  seal_key, pages, doubt, reason)
 VALUES ('s', 'f', 'default', 'held', '2024-01-01', 0, 0, 0, 1, x'00', 2, 'legal', 'Page 2 …');
INSERT INTO original (scan_id, ordinal, sha256, source, size, sealed_as)
 VALUES ('s', 1, 'plain', 'stack.pdf', 9, 'twin');
INSERT INTO page (id, scan_id, number, place, role, width, height, dpi, ink, quality)
 VALUES (1, 's', 1, 1, 'content', 10, 10, 100, 0.1, '[]'),
  (2, 's', 2, 2, 'content', 10, 10, 100, 0.1, '[]');
INSERT INTO cover (id, kind, key_id, short_id, sheets, once, printed)
 VALUES ('ababababababababab', 'legal', 1, 'K7QM-3XTR-D', 0, 0, '2024-01-01')
"""


def test_what_an_earlier_version_sealed_can_be_decided(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0004")
    with writing(engine) as tx:
        for statement in _A_SEALED_SCAN_OF_AN_EARLIER_VERSION.split(";"):
            tx.exec_driver_sql(statement)
    upgrade(engine, keep_seal_key=lambda key: f"kept {key.hex()}")
    with reading(engine) as tx:
        assert tx.execute(sa.select(scan.c.seal_key_id)).scalar_one() == "kept 00"
    assert _differences(engine) == []
    old = Scan("s", (), "default", now())
    with writing(engine) as tx:
        assert [each.number for each in sealed_pages.pages_of(tx, "s")] == [1, 2]
        judged = legal_markers.judge(tx, CoverCode(CodeKind.LEGAL, 1, "ab" * 9), old, "Here")
        assert judged.standing is legal_markers.MarkerStanding.BEFORE
        assert sealed_pages.clear_pages(tx, "s") == (1, 2)
    engine.dispose()


_STAFF_OF_AN_EARLIER_VERSION = """
INSERT INTO staff (id, name, role, password_hash, active)
 VALUES (1, 'Ana', 'clerk', 'hash', true), (2, 'Gil', 'supervisor', NULL, false);
INSERT INTO session (token_hash, staff_id, steps_done, csrf, created, seen)
 VALUES ('aa', 1, 1, 'c', '2024-01-01', '2024-01-01')
"""


def _assert_staff_keep_their_logins(engine: sa.Engine) -> None:
    """Nobody must change a password because of an update, and nobody has a second step."""
    with writing(engine) as tx:
        for statement in _STAFF_OF_AN_EARLIER_VERSION.split(";"):
            tx.exec_driver_sql(statement)
    upgrade(engine)
    with reading(engine) as tx:
        account = staff_account(tx, "Ana")
        proved = tx.execute(sa.select(session.c.proved)).scalar_one()
    assert account is not None
    assert (account.usable_hash, account.must_change) == ("hash", False)
    assert (account.has_second_step, proved) == (False, None)


def test_staff_of_an_older_home_keep_their_logins(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0006")
    _assert_staff_keep_their_logins(engine)
    assert _differences(engine) == []
    engine.dispose()


def test_staff_of_an_older_home_on_postgresql_keep_their_logins(cluster_url: str) -> None:
    engine = open_engine(cluster_url)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP SCHEMA public CASCADE"))
        tx.execute(sa.text("CREATE SCHEMA public"))
    upgrade(engine, "0006")
    _assert_staff_keep_their_logins(engine)
    engine.dispose()


def test_an_older_home_asks_to_be_brought_up_to_date(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(SettingsError, match="init"):
        open_facility(facility.home)


def test_postgresql_has_what_the_code_expects(cluster: Facility) -> None:
    assert _differences(cluster.engine) == []


def _old_log(engine: sa.Engine, keys: Path, count: int) -> None:
    """A log that is signed, and of an earlier version: its events have no leaves."""
    make_audit_keys(keys)
    sign_with(engine, keys)
    upgrade(engine)
    with writing(engine) as tx:
        audit.begin(tx)
        for number in range(count):
            audit.record(tx, MACHINE, Verb.LOOK, Subject.letter(str(number)), page=number)
        tx.execute(sa.text("UPDATE event SET salt = NULL, leaf = NULL"))


def _assert_it_gets_leaves(engine: sa.Engine, keys: Path) -> None:
    _old_log(engine, keys, 6000)
    upgrade(engine, grow_tree=audit.grow_tree)
    with reading(engine) as tx:
        assert audit.verify_chain(tx) == (6001, None)
        assert set(event_tree.roots_at(tx, [6001])) == {6001}
    assert _differences(engine) == []


def test_a_log_of_an_older_home_gets_a_tree(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    _assert_it_gets_leaves(engine, tmp_path / "audit.json")
    engine.dispose()


def test_a_log_of_an_older_home_on_postgresql_gets_a_tree(cluster_url: str, tmp_path: Path) -> None:
    engine = open_engine(cluster_url)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP SCHEMA public CASCADE"))
        tx.execute(sa.text("CREATE SCHEMA public"))
    _assert_it_gets_leaves(engine, tmp_path / "audit.json")
    engine.dispose()


_REQUESTS_OF_AN_EARLIER_VERSION = """
INSERT INTO inmate (id, booking_number, last_name, first_name, housing_unit, status, more,
  changed)
 VALUES (1, 'A-100', 'Testvale', 'Orson', 'B-1', 'in_custody', '{}', '2026-01-01 18:00:00+00');
INSERT INTO inmate_request (id, inmate_id, form, grievance, body, sent, due, answer, answered_by,
  answered, seen, closed)
 VALUES (1, 1, 'Grievance', true, 'The light', '2026-01-05 18:00:00+00', '2026-01-20', NULL, NULL,
   NULL, NULL, NULL),
  (2, 1, 'Property', false, 'My glasses', '2026-01-06 18:00:00+00', NULL, 'Here.', 'Clara Clerk',
   '2026-01-07 18:00:00+00', '2026-01-08 18:00:00+00', '2026-01-09 18:00:00+00')
"""


def _assert_requests_have_one_step(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        for statement in _REQUESTS_OF_AN_EARLIER_VERSION.split(";"):
            tx.exec_driver_sql(statement)
    upgrade(engine)
    with reading(engine) as tx:
        waits, done = request_items.look_up(tx)
        assert [each.number for each in request_items.waiting(tx)] == [1]
        assert request_items.next_step(waits, Calendar()) is None
    assert (waits.form, waits.grievance, waits.body) == ("Grievance", True, "The light")
    assert (waits.due, waits.category.steps[0].days) == (date(2026, 1, 20), 15)
    assert waits.is_late
    assert (done.state, done.answer, done.answered_by) == ("closed", "Here.", "Clara Clerk")
    assert (done.due, done.unseen, done.is_late) == (None, False, False)


def test_requests_of_an_older_home_have_one_step(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0032")
    _assert_requests_have_one_step(engine)
    assert _differences(engine) == []
    engine.dispose()


def test_requests_of_an_older_home_on_postgresql_have_one_step(cluster_url: str) -> None:
    engine = open_engine(cluster_url)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP SCHEMA public CASCADE"))
        tx.execute(sa.text("CREATE SCHEMA public"))
    upgrade(engine, "0032")
    _assert_requests_have_one_step(engine)
    engine.dispose()


def _assert_calls_keep_their_visitor(engine: sa.Engine) -> None:
    """A call that was recorded, of a home from before guests had seats."""
    upgrade(engine, "0042")
    old = sa.MetaData()
    old.reflect(engine, only=("inmate", "correspondent", "video_call", "recording"))
    rows: tuple[tuple[str, Mapping[str, object]], ...]
    with engine.begin() as tx:
        rows = (
            ("inmate", {"id": 1, "booking_number": "A-1"}),
            ("correspondent", {"id": 1, "name": "Ida Imaginary"}),
            (
                "video_call",
                {
                    "id": "call",
                    "visit": "call",
                    "stage": "live",
                    "identified_by": "Ana Brookwater",
                    "visitor_agrees": "yes",
                    "inmate_id": 1,
                    "correspondent_id": 1,
                },
            ),
            ("recording", {"call_id": "call"}),
        )
        for table, known in rows:
            tx.execute(sa.insert(old.tables[table]).values(**_filled(old.tables[table], known)))
    upgrade(engine)
    with reading(engine) as tx:
        (seat,) = tx.execute(sa.select(call_seat)).all()
        assert (seat.call_id, seat.seat, seat.name, seat.correspondent_id) == (
            "call",
            "visitor",
            "Ida Imaginary",
            1,
        )
        assert (seat.known, seat.identified_by, seat.agrees) == (True, "Ana Brookwater", "yes")
        assert tx.execute(sa.select(recording.c.call_id)).scalars().all() == ["call"]
        assert tx.execute(sa.select(video_call.c.id)).scalars().all() == ["call"]


def _filled(table: sa.Table, known: Mapping[str, object]) -> dict[str, object]:
    """With something in each column that must have a value."""
    values = dict(known)
    for column in table.columns:
        if column.name in values or column.nullable:
            continue
        kind = column.type.python_type
        values[column.name] = now() if kind.__name__ == "datetime" else kind()
    return values


def test_calls_of_an_older_home_keep_their_visitor(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    _assert_calls_keep_their_visitor(engine)
    assert _differences(engine) == []
    engine.dispose()


def test_calls_of_an_older_home_on_postgresql_keep_their_visitor(cluster_url: str) -> None:
    engine = open_engine(cluster_url)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP SCHEMA public CASCADE"))
        tx.execute(sa.text("CREATE SCHEMA public"))
    _assert_calls_keep_their_visitor(engine)
    engine.dispose()
