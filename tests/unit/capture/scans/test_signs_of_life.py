"""Who is alive, by the server's clock, and by the locks of files on the same machine."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.scans import leases, signs_of_life
from digitizer.capture.scans.signs_of_life import LEASE, Kind
from digitizer.facility import Facility
from digitizer.storage.database import reading, writing
from digitizer.storage.tables_queue import claimant

_ELSEWHERE = "another machine"


def _enlist(facility: Facility, name: str, machine: str, kind: Kind = Kind.WORKER) -> None:
    with writing(facility.engine) as tx:
        signs_of_life.enlist(tx, name, kind, machine)


def _silence(facility: Facility, name: str, seconds: float) -> None:
    """As if the last sign had been so long ago."""
    ago = sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(claimant).where(claimant.c.name == name).values(beat=ago))


def _dead(facility: Facility, *names: str, judge: bool = True) -> tuple[str, ...]:
    with reading(facility.engine) as tx:
        return signs_of_life.perhaps_dead(tx, facility.run_folder, names, judge=judge)


def test_only_who_may_judge_takes_the_silent_for_dead(cluster: Facility) -> None:
    for name in ("silent", "late"):
        _enlist(cluster, name, _ELSEWHERE)
    _silence(cluster, "silent", LEASE + 1)
    _silence(cluster, "late", LEASE - 5)
    assert _dead(cluster, "silent", "late", judge=False) == ()
    assert _dead(cluster, "silent", "late") == ("silent",)
    assert _dead(cluster) == ("silent",), "also one that has no scan"


def test_a_sign_in_the_meantime_saves(cluster: Facility) -> None:
    _enlist(cluster, "one", _ELSEWHERE)
    _silence(cluster, "one", LEASE + 1)
    assert _dead(cluster) == ("one",)
    with writing(cluster.engine) as tx:
        assert signs_of_life.beat(tx, "one")
    with writing(cluster.engine) as tx:
        assert not signs_of_life.strike(tx, cluster.run_folder, "one")
    _silence(cluster, "one", LEASE + 1)
    with writing(cluster.engine) as tx:
        assert signs_of_life.strike(tx, cluster.run_folder, "one")
        assert not signs_of_life.beat(tx, "one"), "it learns that it was taken for dead"


def test_on_the_same_machine_the_lock_says_it_at_once(cluster: Facility) -> None:
    here = signs_of_life.machine_of(cluster.run_folder)
    living = leases.Claimant(cluster.run_folder)
    _enlist(cluster, living.name, here)
    _enlist(cluster, "killed", here)
    _enlist(cluster, "theirs", _ELSEWHERE)
    assert _dead(cluster, judge=False) == ("killed",)
    with writing(cluster.engine) as tx:
        assert signs_of_life.strike(tx, cluster.run_folder, "killed")
        assert not signs_of_life.strike(tx, cluster.run_folder, living.name)
        assert not signs_of_life.strike(tx, cluster.run_folder, "theirs")
    living.close()


def test_one_that_holds_its_lock_and_is_silent_has_lost_its_claim(cluster: Facility) -> None:
    """A process that stands still."""
    still = leases.Claimant(cluster.run_folder)
    _enlist(cluster, still.name, signs_of_life.machine_of(cluster.run_folder))
    _silence(cluster, still.name, LEASE + 1)
    assert _dead(cluster) == (still.name,)
    still.close()


def test_one_that_nobody_knows_is_dead(cluster: Facility) -> None:
    """Of a restored backup, say."""
    assert _dead(cluster, "of another time", judge=False) == ("of another time",)
    with writing(cluster.engine) as tx:
        assert signs_of_life.strike(tx, cluster.run_folder, "of another time")


def test_a_silent_watcher_is_missed_and_not_struck(cluster: Facility) -> None:
    _enlist(cluster, "watcher", _ELSEWHERE, Kind.WATCHER)
    _silence(cluster, "watcher", LEASE + 1)
    assert _dead(cluster) == ()
    with reading(cluster.engine) as tx:
        (sign,) = signs_of_life.signs(tx)
    assert (sign.kind, sign.silent) == (Kind.WATCHER, True)


def test_one_whose_machine_was_taken_away_is_missed_for_two_weeks(cluster: Facility) -> None:
    for name, days in (("old", 15), ("new", 13)):
        _enlist(cluster, name, _ELSEWHERE, Kind.WATCHER)
        _silence(cluster, name, days * 86_400)
    _enlist(cluster, "another", _ELSEWHERE)
    with reading(cluster.engine) as tx:
        assert {each.name for each in signs_of_life.signs(tx)} == {"another", "new"}


def test_two_copies_of_a_folder_are_two_machines(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert signs_of_life.machine_of(one) == signs_of_life.machine_of(one)
    assert signs_of_life.machine_of(one) != signs_of_life.machine_of(two)


def test_a_machine_that_was_started_again_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signs_of_life.machine_of(tmp_path)
    boot = tmp_path / "boot_id"
    boot.write_text("another\n")
    monkeypatch.setattr(signs_of_life, "_BOOT", boot)
    assert signs_of_life.machine_of(tmp_path) != before


def test_a_transaction_that_stands_still_is_ended(
    cluster: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a machine that stops in the middle of one keeps all others from writing."""
    monkeypatch.setattr(signs_of_life, "_STANDSTILL", 1)
    still = cluster.engine.connect()
    still.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
    signs_of_life.end_if_still(still)
    with cluster.engine.connect() as other:
        other.exec_driver_sql("SET lock_timeout = '60s'")
        other.exec_driver_sql("SELECT pg_advisory_lock(1)")  # as soon as the server ended it
        other.invalidate()
    with pytest.raises(sa.exc.DBAPIError):
        still.exec_driver_sql("SELECT 1")
    still.invalidate()
    still.close()


def test_a_watcher_has_one_name(tmp_path: Path) -> None:
    assert signs_of_life.watcher_name(tmp_path) == signs_of_life.watcher_name(tmp_path)
    assert signs_of_life.watcher_name(tmp_path / "north") != signs_of_life.watcher_name(tmp_path)
