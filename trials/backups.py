"""Backups under load: each is taken while another process takes scans in, then restored.

    python -m trials.backups --backups 50

A restore proves itself: the database is sound, all scans balance, the audit chain holds, every
blob has the bytes its name says. Here it must also hold every scan that had been acknowledged
before its backup began, and its keys must be the home's.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from digitizer.capture.intake import take_in
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.errors import DigitizerError
from digitizer.model.people import MACHINE
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from tests.support.provenance import commit

_PASSPHRASE = "plainly invented words"


@dataclass(frozen=True, slots=True)
class Trial:
    """One backup and its restore. ``acknowledged`` scans were in before it began; ``problem`` is
    None where all held."""

    acknowledged: int
    scans: int
    files: int
    backup_seconds: float
    restore_seconds: float
    problem: str | None


def load(home: Path, scans_a_second: float) -> None:
    """Takes in made-up scans of up to 64 KiB for ever, saying how many there are."""
    facility = open_facility(home)
    scan, taken = home.parent / "stack.pdf", 0
    while True:
        scan.write_bytes(os.urandom(1 + secrets.randbelow(1 << 16)))
        take_in(facility, [scan], "default", [scan.name], MACHINE)
        taken += 1
        (home.parent / "taken.new").write_text(str(taken))
        (home.parent / "taken.new").replace(home.parent / "taken")
        time.sleep(1 / scans_a_second)


@contextmanager
def loaded(home: Path, scans_a_second: float) -> Iterator[None]:
    words = [sys.executable, "-m", "trials.backups", "--load", str(home)]
    with subprocess.Popen([*words, "--scans-a-second", str(scans_a_second)]) as writer:
        try:
            while not (home.parent / "taken").exists():
                if writer.poll() is not None:
                    raise RuntimeError("the process that takes scans in has ended")
                time.sleep(0.05)
            yield
            if writer.poll() is not None:
                raise RuntimeError("the process that takes scans in has ended early")
        finally:
            writer.kill()


def trial(facility: Facility, folder: Path) -> Trial:
    acknowledged = int((facility.home.parent / "taken").read_text())
    scans = files = 0
    begun = backed_up = time.monotonic()
    problem: str | None = None
    try:
        done = back_up(facility, folder / "backup", _PASSPHRASE, MACHINE)
        backed_up = time.monotonic()
        proof = restore_home(folder / "backup", folder / "again", MACHINE, _PASSPHRASE)
        scans, files = proof.scans, proof.files
        problem = _problem(
            facility, folder / "again", acknowledged, scans, done.missing + done.altered
        )
    except DigitizerError as error:
        problem = str(error)
    ended = time.monotonic()
    for each in ("backup", "again"):
        shutil.rmtree(folder / each, ignore_errors=True)
    return Trial(acknowledged, scans, files, backed_up - begun, ended - backed_up, problem)


def _problem(
    facility: Facility, again: Path, acknowledged: int, scans: int, lost: tuple[str, ...]
) -> str | None:
    restored = open_facility(again)
    restored.engine.dispose()
    if scans < acknowledged:
        return f"{acknowledged - scans} acknowledged scans are missing"
    if lost:
        return f"{len(lost)} blobs were missing or altered"
    return None if restored.keys == facility.keys else "the keys differ"


def measure(backups: int, scans_a_second: float) -> list[Trial]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_home(folder / "home")
        facility = open_facility(folder / "home")
        with loaded(facility.home, scans_a_second):
            trials = []
            for number in range(1, backups + 1):
                trials.append(trial(facility, folder))
                _say(number, trials[-1])
        facility.engine.dispose()
    return trials


def _say(number: int, one: Trial) -> None:
    print(
        f"{number:6} {one.acknowledged:12} {one.scans:8} {one.files:8} "
        f"{one.backup_seconds:9.2f} {one.restore_seconds:9.2f}  {one.problem or 'good'}",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--backups", type=int, default=5)
    parser.add_argument("--scans-a-second", type=float, default=2)
    parser.add_argument("--load", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load:
        load(asked.load, asked.scans_a_second)
    print(f"commit {commit()}, at most {asked.scans_a_second:g} scans a second meanwhile")
    print("backup acknowledged restored    files  backup s restore s  verdict")
    trials = measure(asked.backups, asked.scans_a_second)
    good = sum(each.problem is None for each in trials)
    print(f"{good} of {len(trials)} backups restored and reconciled")
    return 0 if good == len(trials) else 1


if __name__ == "__main__":
    sys.exit(main())
