"""The migrations make what the code expects, on SQLite and on PostgreSQL."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from digitizer import audit
from digitizer.capture.scans import ledger, sealed_pages
from digitizer.covers import legal_markers
from digitizer.facility import House, open_house
from digitizer.letters.actions import mailbox, search_mail
from digitizer.letters.search import page_search, terms
from digitizer.letters.search.page_search import search_pages
from digitizer.model.errors import SettingsError
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import CodeKind, CoverCode, Original, Scan
from digitizer.operations import actions as operations
from digitizer.screening import decisions, legal_mail
from digitizer.storage.schema import upgrade
from digitizer.storage.tables import (
    SCHEMA_VERSION,
    cover,
    cover_use,
    event,
    event_head,
    metadata,
    open_engine,
    reading,
    scan,
    shelf,
    writing,
)
from digitizer.support.clock import now
from digitizer.support.paths import MIGRATIONS
from tests.support import postgres
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    deliver,
    file,
    fill_roster,
    held_letter,
    held_whole,
    letter_of,
    new_cover,
    read,
    split_of,
)
from tests.support.sealed_mail import marker, sealed, seen, stack


def _differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_VERSION


def test_sqlite_has_what_the_code_expects(house: House) -> None:
    assert _differences(house.engine) == []


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
 VALUES (1, 'e', 0.9, 'my gardem', '[]'), (2, 'e', 0.9, 'his garden', '[]');
INSERT INTO posting (word, page_id, weight)
 VALUES ('gardem', 1, 1.0), ('garden', 1, 0.25), ('garden', 2, 1.0);
INSERT INTO event (seq, at, actor_kind, actor, verb, subject, detail, previous, hash)
 VALUES (1, '2024-01-01', 'machine', 'm', 'v', 's', '{}', '', 'last hash')
"""


def test_a_house_of_the_first_version_keeps_what_it_had(tmp_path: Path) -> None:
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
        ("answered", "r"), ("standing", "h"), ("standing", "l"), ("waits", "q"),
    ]  # fmt: skip
    assert used == ["answered"]


def test_covers_of_an_older_house_keep_their_uses(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0004")
    _assert_covers_keep_their_uses(engine)
    assert _differences(engine) == []
    engine.dispose()


def test_covers_of_an_older_house_on_postgresql_keep_their_uses(cluster_url: str) -> None:
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


def test_what_an_earlier_version_sealed_can_be_settled(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine, "0004")
    with writing(engine) as tx:
        for statement in _A_SEALED_SCAN_OF_AN_EARLIER_VERSION.split(";"):
            tx.exec_driver_sql(statement)
    upgrade(engine)
    assert _differences(engine) == []
    old = Scan("s", (), "default", now())
    with writing(engine) as tx:
        assert [each.number for each in sealed_pages.pages_of(tx, "s")] == [1, 2]
        told = legal_markers.judge(tx, CoverCode(CodeKind.LEGAL, 1, "ab" * 9), old, "Here")
        assert told.standing is legal_markers.MarkerStanding.BEFORE
        assert sealed_pages.clear_pages(tx, "s") == (1, 2)
    engine.dispose()


def test_an_older_house_asks_to_be_brought_up_to_date(house: House) -> None:
    with writing(house.engine) as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(SettingsError, match="init"):
        open_house(house.home)


@pytest.fixture(scope="module")
def cluster_url() -> Iterator[str]:
    reason = postgres.missing()
    if reason:
        pytest.skip(reason)
    with postgres.server() as url:
        yield url


@pytest.fixture
def cluster(cluster_url: str, house: House) -> Iterator[House]:
    """A house whose tables are in an empty PostgreSQL."""
    engine = open_engine(cluster_url)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP SCHEMA public CASCADE"))
        tx.execute(sa.text("CREATE SCHEMA public"))
    upgrade(engine)
    with writing(engine) as tx:
        fill_roster(tx)
    yield dataclasses.replace(house, engine=engine)
    engine.dispose()


def test_postgresql_has_what_the_code_expects(cluster: House) -> None:
    assert _differences(cluster.engine) == []


def test_a_search_on_postgresql_forgives_as_on_sqlite(
    cluster: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_search, "_SHELVED_TOGETHER", 2)
    texts = {2: read("my dear hother", mother=0.6), 3: read("a gardem"), 4: read("dear x mother")}
    file(cluster, split_of(letter_of(new_cover(cluster), 1, 4)), texts)
    deliver(cluster, ORSON, "Café garden", b"2")
    with reading(cluster.engine) as tx:
        monkeypatch.setattr(terms, "_KNOWN", WeakKeyDictionary())
        assert [hit.page for hit in search_pages(tx, '"dear mother"', ORSON)] == [1]
        assert [hit.score for hit in search_pages(tx, "garden", ORSON)][:1] == [1.0]
        assert len(search_pages(tx, "garden cafe", ORSON)) == 2
        assert tx.execute(sa.select(sa.func.count()).select_from(shelf)).scalar_one() > 0


def test_the_main_job_on_postgresql(cluster: House) -> None:
    mine = deliver(cluster, ORSON, "my dear garden", b"1")
    deliver(cluster, PETRA, "her garden", b"2")
    held, whole = held_letter(cluster, new_cover(cluster)), held_whole(cluster)
    assert [hit.letter for hit in search_mail(cluster, "gardem", OPERATOR, ORSON)] == [mine]
    assert search_mail(cluster, "'gard%*", OPERATOR) != ()
    first, second = decisions.cut(cluster, held, 3, CLERK, "two letters")
    decisions.assign(cluster, second, ORSON, CLERK, "looked")
    decisions.reject(cluster, first, CLERK, "glitter")
    decisions.assign(cluster, whole, PETRA, CLERK, "looked")
    assert len(mailbox(cluster, ORSON, OPERATOR)) == 2
    assert all(account.balanced for account in operations.reconcile(cluster, OPERATOR))
    events_, fault = operations.verify_audit(cluster, OPERATOR)
    assert (events_ > 5, fault) == (True, None)
    with writing(cluster.engine) as tx:
        tx.execute(sa.delete(event).where(event.c.seq == events_))
    assert operations.verify_audit(cluster, OPERATOR)[1] is not None


def test_sealing_and_unsealing_on_postgresql(cluster: House, tmp_path: Path) -> None:
    code = marker(cluster)
    first = sealed(cluster, tmp_path / "w", what=seen(marked=code))
    second = sealed(cluster, tmp_path / "w", stack(3), what=seen(3, marked=code))
    assert [each.sure for each in legal_mail.sealed_scans(cluster, SUPERVISOR)] == [True, False]
    legal_mail.lift(cluster, second.id, SUPERVISOR, "scanned again")
    new = legal_mail.cut(cluster, first.id, [3, 4], SUPERVISOR, "another letter")
    legal_mail.destroy(cluster, first.id, SUPERVISOR, "handed over", confirmed=True)
    with reading(cluster.engine) as tx:
        states = {each: ledger.scan_state(tx, each) for each in (first.id, second.id, new)}
    assert states == {first.id: "filed", second.id: "waiting", new: "waiting"}
    assert all(account.balanced for account in operations.reconcile(cluster, OPERATOR))
    assert operations.verify_audit(cluster, OPERATOR)[1] is None


def test_writers_at_once_on_postgresql(cluster: House) -> None:
    """One scan for the same bytes, one order of the log, one claimant a scan."""
    part = [Original("a" * 64, "a.pdf", 1)]
    claimed: list[str] = []
    faults: list[BaseException] = []
    start = threading.Barrier(4)

    def write(name: str) -> None:
        try:
            start.wait()
            for _ in range(5):
                with writing(cluster.engine) as tx:
                    entry = ledger.enter(tx, part, "default")
                    audit.record(tx, OPERATOR, Verb.TAKE_IN, Subject.scan(entry.scan.id))
            with writing(cluster.engine) as tx:
                if ledger.claim_next(tx, name):
                    claimed.append(name)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(f"{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(claimed) == 1
    with reading(cluster.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(scan)).scalar() == 1
        assert audit.verify_chain(tx) == (20, None)
