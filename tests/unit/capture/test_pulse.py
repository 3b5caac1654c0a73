"""Signs of life, who may judge by them, and what the silent lose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.pipeline import Bench, Worked
from digitizer.capture.pulse import Pulse, watching
from digitizer.capture.scans import home_rules, leases, ledger, signs_of_life
from digitizer.capture.scans.signs_of_life import LEASE, Kind
from digitizer.capture.worker import Worker
from digitizer.facility import Facility
from digitizer.model.mail import ScanState
from digitizer.model.paper import Scan
from digitizer.storage.database import reading, writing
from digitizer.storage.key_file import rotate_key
from digitizer.storage.tables import letter, scan
from digitizer.storage.tables_queue import claimant
from tests.support.made_mail import (
    events,
    letter_of,
    new_cover,
    pages,
    read,
    scan_row,
    split_of,
    take,
    worked,
)
from tests.support.worker_kit import Step


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def elsewhere(cluster: Facility, tmp_path: Path) -> Facility:
    """The same facility, on another machine: a folder of its own."""
    (tmp_path / "elsewhere" / "work").mkdir(parents=True)
    store = cluster.settings.store.model_copy(update={"outpost": True})
    settings = cluster.settings.model_copy(update={"store": store})
    return replace(cluster, home=tmp_path / "elsewhere", settings=settings)


def _judge(facility: Facility, clock: _Clock) -> Pulse:
    """Of a worker that lives, as its lock shows."""
    return Pulse(facility, leases.Claimant(facility.run_folder).name, Kind.WORKER, clock=clock)


def _fall_silent(facility: Facility, name: str) -> None:
    ago = sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, 0, 0, 0, LEASE + 1)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(claimant).where(claimant.c.name == name).values(beat=ago))


def _beats(pulse: Pulse, clock: _Clock, seconds: float) -> None:
    """Signs without a gap for so long."""
    for _ in range(int(seconds / 4) + 1):
        clock.now += 4
        pulse.step()


def test_who_gave_signs_without_a_gap_may_judge(cluster: Facility) -> None:
    clock = _Clock()
    pulse = _judge(cluster, clock)
    _beats(pulse, clock, 12)
    assert not pulse.may_judge, "too short a time"
    _beats(pulse, clock, LEASE)
    assert pulse.may_judge
    clock.now += LEASE  # it stood still, or the database was away
    pulse.step()
    assert not pulse.may_judge


def test_a_database_that_is_away_makes_nobody_a_judge(cluster: Facility) -> None:
    clock = _Clock()
    pulse = _judge(cluster, clock)
    _beats(pulse, clock, 2 * LEASE)
    with cluster.engine.begin() as tx:
        tx.execute(sa.text("ALTER TABLE claimant RENAME TO away"))
    pulse.step()
    assert not pulse.may_judge
    with cluster.engine.begin() as tx:
        tx.execute(sa.text("ALTER TABLE away RENAME TO claimant"))
    pulse.step()
    assert not pulse.may_judge


def test_what_a_silent_worker_had_is_given_back_and_counted(
    cluster: Facility, elsewhere: Facility
) -> None:
    taken = take(cluster, b"stack")
    clock = _Clock()
    with writing(cluster.engine) as tx:
        signs_of_life.enlist(tx, "gone", Kind.WORKER, "another machine")
        assert ledger.claim(tx, taken.id, "gone")
    judge = _judge(elsewhere, clock)
    _beats(judge, clock, 2 * LEASE)
    assert scan_row(cluster, taken.id).state == "working", "it gave a sign just now"
    _fall_silent(cluster, "gone")
    judge.step()
    row = scan_row(cluster, taken.id)
    assert (row.state, row.deaths, row.tries) == ("waiting", 1, 0)
    assert ("give back", f"scan:{taken.id}", "digitizer") in events(cluster)
    with reading(cluster.engine) as tx:
        assert [each.name for each in signs_of_life.signs(tx)] == [judge.name]


def test_a_worker_that_comes_back_files_nothing_of_what_it_lost(
    cluster: Facility, pipeline: Callable[[Step], None]
) -> None:
    """It stood still for so long that others gave back its scan; then it even claimed it again."""
    taken, code = take(cluster, b"stack"), new_cover(cluster)
    worker = Worker(cluster)
    name = worker._claimant.name

    def still(taken_: Scan, bench: Bench) -> Worked:
        for each in pages(3):
            (bench.folder / each.image).write_bytes(b"picture of a page")
        with writing(cluster.engine) as tx:
            ledger.give_back(tx, name, died=True)
            again = ledger.claim(tx, taken.id, name)
        assert again is not None
        assert again.claim == taken_.claim + 1
        return worked(taken_, split_of(letter_of(code, 1, 3)), {2: read("Dear Orson")})

    pipeline(still)
    worker.work_next()
    with reading(cluster.engine) as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(letter)).scalar() == 0
    row = scan_row(cluster, taken.id)
    assert (row.state, row.claimed_by) == (ScanState.WORKING, name)
    worker.close()
    assert scan_row(cluster, taken.id).state == ScanState.WAITING


def test_a_worker_that_was_taken_for_dead_says_so_and_works_on(
    cluster: Facility, caplog: pytest.LogCaptureFixture
) -> None:
    with Worker(cluster) as worker:
        with writing(cluster.engine) as tx:
            signs_of_life.dismiss(tx, worker._claimant.name)
        assert not worker.work_next()
        assert "taken for dead" in caplog.text
        with reading(cluster.engine) as tx:
            assert [each.name for each in signs_of_life.signs(tx)] == [worker._claimant.name]
    with reading(cluster.engine) as tx:
        assert signs_of_life.signs(tx) == (), "a clean end leaves nothing"


def test_a_watcher_gives_signs_as_long_as_it_watches(cluster: Facility) -> None:
    with watching(cluster), reading(cluster.engine) as tx:
        assert [each.kind for each in signs_of_life.signs(tx)] == [Kind.WATCHER]
    with reading(cluster.engine) as tx:
        assert signs_of_life.signs(tx) == ()


def test_on_sqlite_nobody_gives_signs(facility: Facility) -> None:
    with watching(facility), Worker(facility), reading(facility.engine) as tx:
        assert tx.execute(sa.select(claimant)).all() == []


def test_a_deadly_scan_keeps_only_its_own_machine(cluster: Facility) -> None:
    """Others can tell that it was not they who died of it."""
    deadly, other = take(cluster, b"1").id, take(cluster, b"2").id
    with writing(cluster.engine) as tx:
        tx.execute(sa.update(scan).where(scan.c.id == deadly).values(deaths=1))
        assert ledger.claim(tx, other, "theirs", ledger.Terms(beside=("theirs",)))
        assert ledger.claim(tx, deadly, "ours", ledger.Terms(beside=("ours", "neighbour")))
    take(cluster, b"3")
    with writing(cluster.engine) as tx:
        assert (
            ledger.claim_next(tx, "neighbour", ledger.Terms(beside=("ours", "neighbour"))) is None
        )


def test_a_home_says_by_which_rules_outposts_work(cluster: Facility) -> None:
    pulse = _judge(cluster, _Clock())
    with reading(cluster.engine) as tx:
        assert not home_rules.are_noted(tx, cluster)
    pulse.step()
    with reading(cluster.engine) as tx:
        assert home_rules.are_noted(tx, cluster)
    rotate_key(cluster.key_file)
    with reading(cluster.engine) as tx:
        assert not home_rules.are_noted(tx, cluster)
    pulse.step()
    with reading(cluster.engine) as tx:
        assert home_rules.are_noted(tx, cluster)
