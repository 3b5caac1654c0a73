"""Who claims a scan, and whether they still live."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitizer.capture.scans import leases

_HOLD = (
    "import sys, pathlib; from digitizer.capture.scans.leases import Claimant;"
    "c = Claimant(pathlib.Path(sys.argv[1])); print(c.name, flush=True); sys.stdin.read()"
)


def test_a_claimant_lives_until_it_closes(tmp_path: Path) -> None:
    mine = leases.Claimant(tmp_path)
    assert leases.is_alive(tmp_path, mine.name)
    assert leases.dead(tmp_path) == ()
    mine.close()
    assert not leases.is_alive(tmp_path, mine.name)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_claimant_is_dead_at_once(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert leases.is_alive(tmp_path, name)
        other.kill()
        other.wait()
        assert not leases.is_alive(tmp_path, name)
        assert leases.dead(tmp_path) == (name,)
    leases.forget(tmp_path, name)
    leases.forget(tmp_path, name)
    assert leases.dead(tmp_path) == ()


def test_one_that_died_before_it_was_known_leaves_nothing_for_ever(tmp_path: Path) -> None:
    left = tmp_path / "4711-left.new"
    left.touch()
    with (tmp_path / "4712-beginning.new").open("wb") as beginning:
        fcntl.flock(beginning, fcntl.LOCK_EX)
        leases.forget_unknown(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["4712-beginning.new"]


def test_one_that_is_starting_is_not_taken_for_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another cleans up in the moment after its file is made, before it is locked."""
    flock, waiting = fcntl.flock, [lambda: leases.forget_unknown(tmp_path)]

    def clean_up_first(file: int, how: int) -> None:
        if how == fcntl.LOCK_EX and waiting:
            waiting.pop()()
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", clean_up_first)
    mine = leases.Claimant(tmp_path)
    assert leases.is_alive(tmp_path, mine.name)
    mine.close()
    assert list(tmp_path.iterdir()) == []


def test_another_users_claimant_counts_as_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert leases.is_alive(tmp_path, "somebody")
