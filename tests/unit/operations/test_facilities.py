"""One more facility on the agency's database: whole, by itself, and out of the others' reach."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.agency import FOLDER, home_of, members
from digitizer.facility import AtRestSecret, Facility, make_home, open_facility
from digitizer.letters.actions import mailbox, search_mail
from digitizer.model.errors import NotAllowed, SettingsError, StorageError, UsageError
from digitizer.model.events import STORE, Verb
from digitizer.model.settings_file import AGENCY_FILE, FILE_NAME, read_settings
from digitizer.operations import facilities as operations
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.backup import back_up
from digitizer.operations.facilities import KnownFacility, add_facility, facilities
from digitizer.operations.moving import move_home
from digitizer.operations.restore import restore_home
from digitizer.storage.database import in_schema, open_engine, reading, rewrite, writing
from digitizer.storage.every_table import metadata
from digitizer.storage.home_key import Secret
from digitizer.support import failpoints
from tests.support.agencies import make_agency, opened
from tests.support.made_mail import CLERK, OPERATOR, ORSON, deliver, events, take


def test_it_has_a_home_a_schema_and_a_log_of_its_own(tmp_path: Path, url: str) -> None:
    home = tmp_path / "agency"
    make_agency(home, url)
    made = add_facility(home, "north", ' The "North" Jail ', OPERATOR)
    assert made == KnownFacility("north", 'The "North" Jail', home / FOLDER / "north", "north")
    assert facilities(home, OPERATOR) == (
        KnownFacility("main", "Example County Detention Center", home, ""),
        made,
    )
    first, north = open_facility(home), open_facility(made.home)
    assert events(first)[-1][:2] == (Verb.ADD_FACILITY, "facility:north")
    assert events(north) == []
    assert first.keys.keys != north.keys.keys
    for each in (first, north):
        assert verify_audit(each, OPERATOR)[1] is None
        each.engine.dispose()


def test_what_the_agency_says_a_new_one_does_not_say_again(tmp_path: Path, url: str) -> None:
    home = tmp_path / "agency"
    make_agency(home, url)
    said = '[facility]\npaper = "a4"\n[web]\nlock_minutes = 20\n'
    (home / AGENCY_FILE).write_text(said)
    made = add_facility(home, "north", "North Jail", OPERATOR)
    settings = read_settings(made.home)
    assert (settings.facility.paper, settings.web.lock_minutes) == ("a4", 20)
    assert (settings.facility.code, settings.facility.name) == ("north", "North Jail")
    (home / AGENCY_FILE).write_text(said.replace("20", "30"))
    assert read_settings(made.home).web.lock_minutes == 30


def test_nothing_of_one_is_in_another(tmp_path: Path, url: str) -> None:
    """The same people, numbers and bytes in both: each finds its own, and nobody the other's."""
    home = tmp_path / "agency"
    make_agency(home, url, "north", "south")
    words = {"north": "gardenia", "south": "marigold"}
    places = {code: opened(home / FOLDER / code) for code in words}
    for code, facility in places.items():
        deliver(facility, ORSON, f"the {words[code]} blooms", b"the same bytes")
        assert take(facility, f"{code} alone".encode()).source == "stack.pdf"
    for code, facility in places.items():
        (other,) = set(words.values()) - {words[code]}
        assert len(mailbox(facility, ORSON, OPERATOR)) == 1
        assert (words[code] in _all_text(facility), other in _all_text(facility)) == (True, False)
        assert len(search_mail(facility, words[code], OPERATOR, ORSON)) == 1
        assert all(each.balanced for each in reconcile(facility, OPERATOR))
        assert verify_audit(facility, OPERATOR)[1] is None
        copy = tmp_path / f"backup-{code}"
        back_up(facility, copy, "an invented phrase", OPERATOR)
        back = tmp_path / f"back-{code}"
        restore_home(copy, back, OPERATOR, "an invented phrase")
        restored = open_facility(back)
        assert (words[code] in _all_text(restored), other in _all_text(restored)) == (True, False)
        assert search_mail(restored, other, OPERATOR, ORSON) == ()
        restored.engine.dispose()
    first = open_facility(home)
    text = _all_text(first)
    assert not any(word in text for word in words.values())
    for each in (first, *places.values()):
        each.engine.dispose()


def _all_text(facility: Facility) -> str:
    """Every row of every table, as a query of this facility sees them."""
    with reading(facility.engine) as tx:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in tx.execute(table.select())
        )


def test_writers_of_two_wait_for_nobody(tmp_path: Path, url: str) -> None:
    home = tmp_path / "agency"
    make_agency(home, url, "north")
    first, north = open_facility(home), open_facility(home / FOLDER / "north")
    with writing(first.engine):
        with acting(north, OPERATOR, Act.OPERATE) as action:
            action.record(Verb.SCRUB, STORE)
        waits = threading.Thread(target=_write, args=(first,))
        waits.start()
        waits.join(0.5)
        assert waits.is_alive()  # of the same facility: one at a time
    waits.join()
    for each, count in ((first, 1), (north, 1)):
        with reading(each.engine) as tx:
            assert audit.verify_chain(tx)[1] is None
        assert [verb for verb, _, _ in events(each)].count(Verb.SCRUB) == count
        each.engine.dispose()


def _write(facility: Facility) -> None:
    with acting(facility, OPERATOR, Act.OPERATE) as action:
        action.record(Verb.SCRUB, STORE)


def test_rewriting_one_leaves_the_other_alone(tmp_path: Path, url: str) -> None:
    home = tmp_path / "agency"
    make_agency(home, url, "north")
    first, north = open_facility(home), open_facility(home / FOLDER / "north")
    with writing(first.engine) as tx:
        tx.execute(sa.text("LOCK TABLE letter IN ACCESS EXCLUSIVE MODE"))
        rewrite(north.engine, patience=1)  # would wait for a lock of the other's table
    for each in (first, north):
        each.engine.dispose()


@pytest.mark.parametrize("point", failpoints.FACILITY_POINTS)
def test_what_was_interrupted_is_finished_by_the_same_call(
    tmp_path: Path, url: str, point: str
) -> None:
    home = tmp_path / "agency"
    make_agency(home, url)
    child = os.fork()
    if not child:
        try:
            failpoints.arm(point)
            add_facility(home, "north", "North Jail", OPERATOR)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    if point != failpoints.FACILITY_POINTS[-1]:
        assert [each.code for each in members(home)] == ["main"]
    made = add_facility(home, "north", "North Jail", OPERATOR)
    facility = open_facility(made.home)
    assert verify_audit(facility, OPERATOR)[1] is None
    facility.engine.dispose()
    assert [each.name for each in (home / FOLDER).iterdir()] == ["north"]


def test_what_cannot_be_one_is_refused(tmp_path: Path, url: str) -> None:
    home = tmp_path / "agency"
    make_home(home)
    with pytest.raises(UsageError, match="SQLite is one facility"):
        add_facility(home, "north", "North", OPERATOR)
    move_home(home, url, OPERATOR)
    with pytest.raises(NotAllowed):
        add_facility(home, "north", "North", CLERK)
    for code in ("", "North", "north-tower", "9th", "a" * 41, "../x", "north;drop"):
        with pytest.raises(UsageError, match="small letters"):
            add_facility(home, code, "North", OPERATOR)
    with pytest.raises(UsageError, match="schema"):
        add_facility(home, "pg_north", "North", OPERATOR)
    for name in ("", " ", "a\nb", "a" * 121):
        with pytest.raises(UsageError, match="name has"):
            add_facility(home, "north", name, OPERATOR)
    assert not (home / FOLDER).exists()
    add_facility(home, "north", "North", OPERATOR)
    for code in ("north", "main"):
        with pytest.raises(UsageError, match="already"):
            add_facility(home, code, "North", OPERATOR)
    with pytest.raises(UsageError, match="agency's own home"):
        add_facility(home / FOLDER / "north", "south", "South", OPERATOR)


def test_a_schema_that_somebody_else_made_is_theirs(tmp_path: Path, url: str) -> None:
    home = tmp_path / "agency"
    make_agency(home, url)
    engine = open_engine(url)
    with engine.begin() as tx:
        tx.exec_driver_sql("CREATE SCHEMA payroll")
        tx.exec_driver_sql("CREATE TABLE payroll.money (pence int)")
    engine.dispose()
    with pytest.raises(UsageError, match="with tables"):
        add_facility(home, "payroll", "Pay", OPERATOR)
    assert not (home / FOLDER / "payroll").exists()


def test_a_bucket_has_a_prefix_for_each(tmp_path: Path, url: str) -> None:
    home = tmp_path / "agency"
    make_agency(home, url)
    settings = home / FILE_NAME
    text = settings.read_text()
    settings.write_text(text.replace("[store]", '[store]\nblobs_url = "s3://invented/mail/"'))
    made = add_facility(home, "north", "North", OPERATOR)
    assert read_settings(made.home).store.blobs_url == "s3://invented/mail/north"


def test_a_home_moves_into_a_schema_of_its_own(tmp_path: Path, url: str) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for home, schema in ((one, "east"), (other, "west")):
        make_home(home)
        move_home(home, in_schema(url, schema), OPERATOR)
    facilities_ = [opened(each) for each in (one, other)]
    deliver(facilities_[0], ORSON, "a letter", b"1")
    assert [len(mailbox(each, ORSON, OPERATOR)) for each in facilities_] == [1, 0]
    for each in facilities_:
        each.engine.dispose()


def test_settings_with_an_odd_schema_are_refused(home: Path) -> None:
    (home / FILE_NAME).write_text(
        '[store]\ndatabase_url = "postgresql://localhost/mail?schema=a%20b"\n'
    )
    with pytest.raises((UsageError, SettingsError), match="schema"):
        open_facility(home)


def test_a_schema_of_the_users_own_name_changes_nothing(tmp_path: Path, url: str) -> None:
    """PostgreSQL's own search path would find it first, also for a service that runs already."""
    home, user = tmp_path / "agency", str(sa.make_url(url).username)
    make_agency(home, url)
    first = opened(home)
    deliver(first, ORSON, "of the first", b"1")
    made = add_facility(home, user, "The user's", OPERATOR)
    other = opened(made.home)
    deliver(first, ORSON, "of the first too", b"2")
    assert [len(mailbox(each, ORSON, OPERATOR)) for each in (first, other)] == [2, 0]
    for each in (first, other):
        assert verify_audit(each, OPERATOR)[1] is None
        each.engine.dispose()


def test_a_connection_that_another_facility_used_is_ours(tmp_path: Path, url: str) -> None:
    """As a pooler hands it on, with the other's search path."""
    home = tmp_path / "agency"
    make_agency(home, url, "north")
    first = opened(home)
    deliver(first, ORSON, "of the first", b"1")

    def used_elsewhere(raw: Any, *_: object) -> None:
        raw.execute('SET SESSION search_path TO "north"')
        raw.commit()

    sa.event.listen(first.engine, "checkout", used_elsewhere)
    assert len(mailbox(first, ORSON, OPERATOR)) == 1
    deliver(first, ORSON, "of the first too", b"2")
    assert len(mailbox(first, ORSON, OPERATOR)) == 2
    first.engine.dispose()


def test_one_that_cannot_be_made_leaves_the_first_as_it_was(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "agency"
    make_agency(home, url)

    def refused(_: object) -> None:
        raise StorageError("The schema cannot be made.")

    with monkeypatch.context() as patched:
        patched.setattr(operations, "make_schema", refused)
        with pytest.raises(StorageError):
            add_facility(home, "north", "North", OPERATOR)
    assert home_of(home, None) == home
    assert add_facility(home, "north", "North", OPERATOR).code == "north"


def test_an_encrypted_agency_gets_no_plain_home_unasked(tmp_path: Path, url: str) -> None:
    home = tmp_path / "agency"
    secret = tmp_path / "key"
    secret.write_bytes(b"k" * 64)
    setting = f'\n[keys]\nkey_file = "{secret}"\n'.encode()
    make_home(home, AtRestSecret(Secret(key_file=secret.read_bytes()), setting))
    move_home(home, url, OPERATOR, unencrypted=True)
    with pytest.raises(UsageError, match="--unencrypted"):
        add_facility(home, "north", "North", OPERATOR)
    assert add_facility(home, "north", "North", OPERATOR, unencrypted=True).code == "north"
