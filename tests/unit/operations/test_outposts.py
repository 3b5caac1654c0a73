"""The folder of another machine: what it has, what it has not, and what runs there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digitizer.agency import FOLDER
from digitizer.capture.intake import take_in
from digitizer.capture.pipeline import Worked
from digitizer.capture.recovery import look_after_outposts, recover
from digitizer.capture.scans import ledger
from digitizer.capture.worker import Worker
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.errors import NotAllowed, SettingsError, StorageError, UsageError
from digitizer.model.events import Verb
from digitizer.model.paper import Scan
from digitizer.model.settings import Release
from digitizer.model.settings_file import AGENCY_FILE, read_settings
from digitizer.operations.facilities import add_facility
from digitizer.operations.moving import move_home
from digitizer.operations.outposts import make_outpost
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import writing
from tests.support.made_mail import (
    CLERK,
    OPERATOR,
    events,
    fill_roster,
    letter_of,
    letters_of,
    new_cover,
    pages,
    scan_row,
    split_of,
    take,
    worked,
)
from tests.support.sealed_mail import sealed, seen, stack
from tests.support.worker_kit import seals

_BUCKET = "s3://mail/jail?endpoint=http://127.0.0.1:9"


@pytest.fixture
def home(tmp_path: Path, url: str) -> Path:
    """An agency of two on PostgreSQL, whose files are in a bucket."""
    made = tmp_path / "home"
    make_home(made)
    with (made / "config.toml").open("a") as settings:
        settings.write(f'\n[store]\nblobs_url = "{_BUCKET}"\n')
    move_home(made, url, OPERATOR)
    add_facility(made, "north", "North Jail", OPERATOR)
    return made


def test_it_has_settings_and_keys_but_those_of_seals(home: Path, tmp_path: Path) -> None:
    made = make_outpost(home, tmp_path / "post", OPERATOR)
    assert made.codes == ("main", "north")
    for place in (made.folder, made.folder / FOLDER / "north"):
        assert sorted(each.name for each in (place / "keys").iterdir()) == [
            "audit.json",
            "covers.json",
        ]
        assert place.stat().st_mode & 0o077 == 0
        assert all(each.stat().st_mode & 0o077 == 0 for each in (place / "keys").iterdir())
        assert (place / "inbox" / "default").is_dir()
        facility = open_facility(place, outpost=True)
        assert facility.is_outpost
        with pytest.raises(StorageError, match="facility's home"), facility.seal_keys.new():
            pytest.fail("a key was made where nobody finds it")
        with pytest.raises(StorageError, match="facility's home"):
            facility.seal_keys.destroy("abc")
        facility.engine.dispose()
    first = open_facility(home)
    assert events(first)[-1][0] == Verb.MAKE_OUTPOST
    first.engine.dispose()


def test_it_has_the_agencys_defaults_as_they_are_now(home: Path, tmp_path: Path) -> None:
    (home / AGENCY_FILE).write_text("[work]\npages = 999\n")
    folder = make_outpost(home, tmp_path / "post", OPERATOR).folder
    for place in (folder, folder / FOLDER / "north"):
        assert read_settings(place).work.pages == 999
    (home / AGENCY_FILE).unlink()
    make_outpost(home, folder, OPERATOR)
    for place in (folder, folder / FOLDER / "north"):
        assert read_settings(place).work.pages == 2000


def test_the_facilities_of_a_bucket_are_apart(home: Path) -> None:
    found = read_settings(home / FOLDER / "north").store.blobs_url
    assert found == "s3://mail/jail/north?endpoint=http://127.0.0.1:9"


def test_only_workers_and_watchers_run_there(home: Path, tmp_path: Path) -> None:
    folder = make_outpost(home, tmp_path / "post", OPERATOR).folder
    with pytest.raises(SettingsError, match="is an outpost"):
        open_facility(folder)


def test_it_is_brought_up_to_date_and_keeps_its_inbox(home: Path, tmp_path: Path) -> None:
    folder = make_outpost(home, tmp_path / "post", OPERATOR).folder
    (folder / "inbox" / "default" / "scan.pdf").write_bytes(b"not taken in yet")
    (home / "profiles" / "upstairs.toml").write_text('based_on = "default"\n')
    make_outpost(home, folder, OPERATOR)
    assert (folder / "profiles" / "upstairs.toml").exists()
    assert (folder / "inbox" / "default" / "scan.pdf").exists()


def test_settings_may_say_already_that_the_home_is_none(home: Path, tmp_path: Path) -> None:
    settings = home / "config.toml"
    said = settings.read_text("utf-8").replace("[store]\n", "[store]\noutpost = false\n")
    settings.write_text(said)
    folder = make_outpost(home, tmp_path / "post", OPERATOR).folder
    assert read_settings(folder).store.outpost
    settings.write_text(said.replace("[store]", "[ 'store' ]"))
    with pytest.raises(UsageError, match="a line \\[store\\]"):
        make_outpost(home, tmp_path / "other", OPERATOR)
    assert not (tmp_path / "other" / "keys").exists(), "no key goes to where nothing runs"


def test_what_is_not_ours_is_left_alone(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no outpost"):
        make_outpost(home, home, OPERATOR)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(UsageError, match="no outpost"):
        make_outpost(home, tmp_path / "other", OPERATOR)
    with pytest.raises(NotAllowed):
        make_outpost(home, tmp_path / "post", CLERK)


def test_a_home_on_its_own_disk_has_none(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    with pytest.raises(UsageError, match="on its own disk"):
        make_outpost(tmp_path / "home", tmp_path / "post", OPERATOR)


class TestWork:
    """At an outpost, whose files are on a disk that both reach."""

    @pytest.fixture
    def both(self, home: Path, tmp_path: Path) -> Iterator[tuple[Facility, Facility]]:
        folder = make_outpost(home, tmp_path / "post", OPERATOR).folder
        here, there = open_facility(home), open_facility(folder, outpost=True)
        with writing(here.engine) as tx:
            fill_roster(tx)
        originals, pictures = LocalBlobs(tmp_path / "originals"), LocalBlobs(tmp_path / "pictures")
        yield (
            replace(here, originals=originals, pictures=pictures),
            replace(there, originals=originals, pictures=pictures),
        )
        here.engine.dispose()
        there.engine.dispose()

    def test_what_may_be_legal_is_left_to_the_home(
        self, both: tuple[Facility, Facility], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here, there = both
        taken = take(here, b"perhaps legal")
        monkeypatch.setattr("digitizer.capture.worker.work", lambda s, *rest: seals(s, rest[-1]))
        with Worker(there) as worker:
            assert worker.work_next()
            row = scan_row(here, taken.id)
            assert (row.state, row.tries, row.deaths) == ("waiting", 0, 0)
            assert not worker.work_next(), "it is not claimed here again"
        with writing(here.engine) as tx:
            assert ledger.claim_next(tx, "of the home") is not None

    def test_with_old_settings_nothing_is_worked(self, both: tuple[Facility, Facility]) -> None:
        here, there = both
        taken = take(here, b"a letter")
        changed = here.settings.facility.model_copy(update={"name": "Another Jail"})
        look_after_outposts(
            replace(here, settings=here.settings.model_copy(update={"facility": changed}))
        )
        with Worker(there) as worker, pytest.raises(SettingsError, match="digitizer outpost"):
            worker.work_next()
        assert scan_row(here, taken.id).state == "waiting"

    def test_what_was_claimed_by_the_old_settings_is_not_filed_by_them(
        self, both: tuple[Facility, Facility], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here, there = both
        taken = take(here, b"a letter")
        code = new_cover(here)

        def slowly(scan: Scan, *rest: Any) -> Worked:
            """While it is worked, the home begins to hold all mail for a review."""
            stricter = here.settings.facility.model_copy(update={"release": Release.AFTER_REVIEW})
            changed = here.settings.model_copy(update={"facility": stricter})
            look_after_outposts(replace(here, settings=changed))
            for each in pages(2):
                (rest[-1].folder / each.image).write_bytes(b"picture of a page")
            return worked(scan, split_of(letter_of(code, 1, 2)))

        monkeypatch.setattr("digitizer.capture.worker.work", slowly)
        with Worker(there) as worker, pytest.raises(SettingsError, match="digitizer outpost"):
            worker.work_next()
        row = scan_row(here, taken.id)
        assert (row.state, row.tries, row.deaths) == ("waiting", 0, 0)
        assert letters_of(here, taken.id) == []

    def test_sealed_bytes_that_come_in_again_do_not_stay_plain(
        self, both: tuple[Facility, Facility], tmp_path: Path
    ) -> None:
        here, there = both
        kept = sealed(here, tmp_path / "one", stack(4, 222), what=seen())
        (digest,) = (part.sha256 for part in kept.originals)
        assert not here.originals.exists(digest)
        again = tmp_path / "again.tif"
        again.write_bytes(stack(4, 222))
        assert take_in(there, [again], "default", ["again.tif"], OPERATOR).duplicate
        recover(there)
        assert here.originals.exists(digest), "only the home can prove that it may go"
        look_after_outposts(here)
        assert not here.originals.exists(digest)
