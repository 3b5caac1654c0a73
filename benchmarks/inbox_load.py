"""Thousands of files by hostile writers into one watched folder: each must come in once.

    python -m benchmarks.inbox_load --files 10000            # with events
    python -m benchmarks.inbox_load --files 10000 --polling  # as on a share, without
    python -m benchmarks.inbox_load --files 500 --watchers 2 # two watchers on one folder

The writers: all at once; slowly, in pieces; under a dot name, then renamed; under ``.part``,
then renamed; one that uses three names over and over.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digitizer.facility import make_home, open_facility
from digitizer.model.people import MACHINE
from digitizer.operations.actions import reconcile, verify_audit
from tests.support.provenance import commit
from trials.kill_scans import ask

_DIGITIZER = str(Path(sys.executable).parent / "digitizer")
_SETTLE = 1.0


def _at_once(target: Path, content: bytes) -> None:
    target.write_bytes(content)


def _slowly(target: Path, content: bytes) -> None:
    with target.open("wb") as out:
        for start in range(0, len(content), 1 + len(content) // 3):
            out.write(content[start : start + 1 + len(content) // 3])
            out.flush()
            time.sleep(0.02)


def _from_dot_name(target: Path, content: bytes) -> None:
    _renamed(target.with_name("." + target.name), target, content)


def _from_part(target: Path, content: bytes) -> None:
    _renamed(target.with_name(target.name + ".part"), target, content)


def _renamed(unfinished: Path, target: Path, content: bytes) -> None:
    unfinished.write_bytes(content)
    unfinished.rename(target)


def _used_again(target: Path, content: bytes) -> None:
    """One of three names, as soon as the file before it is gone."""
    names = [target.with_name(f"scan{number}.pdf") for number in range(3)]
    while all(path.exists() for path in names):
        time.sleep(0.01)
    next(path for path in names if not path.exists()).write_bytes(content)


WRITERS: dict[str, Callable[[Path, bytes], None]] = {
    "at-once": _at_once,
    "slowly": _slowly,
    "from-dot": _from_dot_name,
    "from-part": _from_part,
    "used-again": _used_again,
}


def write(inbox: Path, manner: str, files: int, seed: int) -> None:
    """A writer, in a process of its own: says of each file its SHA-256 and when it was whole."""
    rng = random.Random(f"{manner}{seed}")
    for number in range(files):
        content = f"{manner} {number} ".encode() + rng.randbytes(rng.randint(100, 4000))
        WRITERS[manner](inbox / f"{manner}-{number}.pdf", content)
        print(hashlib.sha256(content).hexdigest(), time.time(), flush=True)


@dataclass(frozen=True, slots=True)
class Result:
    """``times`` counts how often each file came in: {1: all} is right. Seconds throughout."""

    files: int
    times: Counter[int]
    altered: int
    duplicates: int
    seconds: float
    pick_ups: list[float]
    errors: int
    balanced: bool


def measure(folder: Path, files: int, polling: bool, watchers: int, longest: float) -> Result:
    home = folder / "home"
    make_home(home)
    keys = f"settle_seconds = {_SETTLE}\npolling = {str(polling).lower()}\n"
    (home / "profiles" / "default.toml").write_text('based_on = "default"\n' + keys)
    log = (folder / "log").open("w")
    words = [_DIGITIZER, "--home", str(home), "watch"]
    watching = [subprocess.Popen(words, stderr=log) for _ in range(watchers)]
    while (folder / "log").read_text().count("watching") < watchers:
        time.sleep(0.1)
    begun = time.time()
    written = _write_all(home / "inbox" / "default", files)
    while time.time() - begun < longest and _entered(home) < len(written):
        time.sleep(0.5)
    time.sleep(3 * _SETTLE)
    for each in watching:
        each.send_signal(signal.SIGTERM)
        each.wait(20)
    return _result(home, written, begun, (folder / "log").read_text().count(" ERROR "))


def _write_all(inbox: Path, files: int) -> dict[str, float]:
    share = {manner: files // len(WRITERS) for manner in WRITERS}
    share["used-again"] = min(share["used-again"], files // 50)  # three names: it must wait
    share["at-once"] += files - sum(share.values())
    results = inbox.parents[1].parent
    processes = []
    for manner, count in share.items():
        words = [sys.executable, "-m", "benchmarks.inbox_load", "--write", manner]
        words += ["--inbox", str(inbox), "--files", str(count)]
        with (results / manner).open("w") as out:
            processes.append(subprocess.Popen(words, stdout=out))
    for each in processes:
        if each.wait():
            raise RuntimeError("a writer failed")
    lines = [
        line.split() for manner in share for line in (results / manner).read_text().splitlines()
    ]
    return {sha256: float(at) for sha256, at in lines}


def _entered(home: Path) -> int:
    return int(ask(home, "SELECT count(*) FROM scan")[0][0])


def _result(home: Path, written: dict[str, float], begun: float, errors: int) -> Result:
    rows = ask(home, "SELECT o.sha256, s.taken_in FROM original o JOIN scan s ON s.id = o.scan_id")
    duplicates = int(ask(home, "SELECT count(*) FROM event WHERE verb = 'duplicate'")[0][0])
    came = Counter(sha256 for sha256, _ in rows)
    at = {
        sha256: datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()
        for sha256, when in rows
    }
    facility = open_facility(home)
    altered = sum(
        hashlib.sha256(facility.originals.get(sha256)).hexdigest() != sha256 for sha256 in came
    ) + len(came.keys() - written.keys())
    balanced = (
        all(one.balanced for one in reconcile(facility, MACHINE))
        and verify_audit(facility, MACHINE)[1] is None
    )
    facility.engine.dispose()
    return Result(
        len(written),
        Counter(came[sha256] for sha256 in written),
        altered,
        duplicates,
        max(at.values(), default=begun) - begun,
        sorted(at[sha256] - when for sha256, when in written.items() if sha256 in at),
        errors,
        balanced,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--polling", action="store_true")
    parser.add_argument("--watchers", type=int, default=1)
    parser.add_argument("--longest", type=float, default=1200, help="seconds, then it ends")
    parser.add_argument("--write", choices=WRITERS, help=argparse.SUPPRESS)
    parser.add_argument("--inbox", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        write(asked.inbox, asked.write, asked.files, seed=0)
        return 0
    with tempfile.TemporaryDirectory() as name:
        got = measure(Path(name), asked.files, asked.polling, asked.watchers, asked.longest)
    once, picked = got.times[1], got.pick_ups or [0.0]
    print(
        f"Commit {commit()}, {asked.watchers} watcher(s), settle time {_SETTLE:g} s, "
        f"{'no events' if asked.polling else 'events'}.\n"
    )
    print(
        "| files | once | never | more often | altered | seen again as duplicate | scans/s "
        "| pick-up median, worst, s | errors logged | reconciled |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    print(
        f"| {got.files} | {once} | {got.times[0]} | {got.files - once - got.times[0]} "
        f"| {got.altered} | {got.duplicates} | {len(picked) / max(got.seconds, 0.1):.0f} "
        f"| {picked[len(picked) // 2]:.1f}, {picked[-1]:.1f} | {got.errors} "
        f"| {'yes' if got.balanced else 'no'} |"
    )
    return 0 if once == got.files and not got.altered and got.balanced else 1


if __name__ == "__main__":
    sys.exit(main())
