"""What durability costs: intake with every sync, and with none (``os.fsync`` does nothing, SQLite's
``synchronous`` is OFF), as a ratio.

    python -m benchmarks.durability --scans 300 --kilobytes 500
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from digitizer.capture.intake import take_from_inbox
from digitizer.facility import make_home, open_facility
from digitizer.model.people import MACHINE
from tests.support.provenance import commit


def take_all(home: Path, scans: int, kilobytes: int, careless: bool) -> float:
    """Takes so many scans in; returns how many a second."""
    make_home(home)
    facility = open_facility(home)
    if careless:
        os.fsync = lambda fd: None
        facility.engine.dispose()
        sa.event.listen(facility.engine, "connect", _without_syncs)
    inbox = home / "inbox" / "default"
    for number in range(scans):
        (inbox / f"{number}.pdf").write_bytes(os.urandom(kilobytes * 1024))
    os.sync()  # their own write-back is not to be measured
    begun = time.monotonic()
    for number in range(scans):
        take_from_inbox(facility, [inbox / f"{number}.pdf"], "default", MACHINE)
    rate = scans / (time.monotonic() - begun)
    facility.engine.dispose()
    return rate


def _without_syncs(raw: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    raw.execute("PRAGMA synchronous=OFF")


def measured(folder: Path, scans: int, kilobytes: int, careless: bool) -> float:
    """In a process of its own: a patched ``os.fsync`` must not outlive its run."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        words = [
            sys.executable,
            "-m",
            "benchmarks.durability",
            "--scans",
            str(scans),
            "--kilobytes",
            str(kilobytes),
            "--home",
            str(Path(name) / "home"),
        ]
        words += ["--careless"] if careless else []
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return float(done.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scans", type=int, default=200)
    parser.add_argument("--kilobytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="on the disk to be measured")
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--careless", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.home:
        print(take_all(asked.home, asked.scans, asked.kilobytes, asked.careless))
        return 0
    rates: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(asked.rounds):  # taking turns: the machine's other load changes
        for careless in (False, True):
            rates[careless].append(measured(asked.folder, asked.scans, asked.kilobytes, careless))
    durable, careless_rate = statistics.median(rates[False]), statistics.median(rates[True])
    print(
        f"Commit {commit()}, {asked.scans} scans of {asked.kilobytes} KB, "
        f"median of {asked.rounds} rounds in turns.",
        end="\n\n",
    )
    print("| intake | scans/s | rounds |\n|---|--:|---|")
    for careless, words in ((False, "every sync"), (True, "no sync at all")):
        each = ", ".join(f"{rate:.0f}" for rate in rates[careless])
        print(f"| {words} | {statistics.median(rates[careless]):.0f} | {each} |")
    print(f"\nRatio: {durable / careless_rate:.2f} of the speed without any sync.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
