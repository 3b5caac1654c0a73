"""Failing disks while a worked scan is filed or sealed: as ``faults``, for the path after intake.

    python -m trials.filing_faults --most 12

A child works one scan. When all is read and only filing is left, it stops; strace then makes the
n-th write, fsync, rename ... of its own (database, pictures, sealed originals) fail. Whatever it
then reports, the original must be whole, and a worker after the fault must file the scan once.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageSequence

from digitizer.capture.intake import take_in
from digitizer.capture.pipeline import Worked
from digitizer.capture.recovery import recover
from digitizer.capture.worker import Worker
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import DigitizerError, NotFound
from digitizer.model.people import MACHINE
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.storage.encryption import decrypt
from tests.support.provenance import commit
from trials.faults import CALLS, ERRORS, Fault, may_trace, under_strace
from trials.kill_scans import ask, make_home_with_mail

#: What is worked, by the name of the step that fails.
PATHS = {"filing": "good", "sealing": "legal"}


@dataclass(frozen=True, slots=True)
class Trial:
    """What a fault did. ``done``: the scan was filed or held in spite of it. ``silent``: neither
    done nor reported. ``wrong``: what was not as promised, then or after one more worker."""

    path: str
    fault: Fault
    hit: bool
    done: bool
    silent: bool
    wrong: tuple[str, ...]


def work_all(home: Path, stop: bool) -> int:
    """The child: a worker from its start to its end; ``stop``: it stops before the filing."""
    facility = open_facility(home)
    try:
        recover(facility)
        with Worker(facility) as worker:
            if stop:
                _stop_before_filing(worker)
            while worker.work_next():
                if stop:
                    break
    except (DigitizerError, OSError) as error:
        print(f"digitizer: {error}", file=sys.stderr)
        return 1
    return 0


def _stop_before_filing(worker: Worker) -> None:
    file = worker._file

    def stopped(worked: Worked, folder: Path) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)
        file(worked, folder)

    worker._file = stopped  # type: ignore[method-assign]


def trial(home: Path, path: str, fault: Fault, seed: int) -> Trial:
    """One scan, one fault while it is filed, and a worker after it."""
    content = _new_scan(home.parent / "scans" / f"{PATHS[path]}-0.tif", random.Random(seed))
    paper = home.parent / "paper.tif"
    paper.write_bytes(content)
    facility = open_facility(home)
    try:
        taken = take_in(facility, [paper], "default", ["paper.tif"], MACHINE).scan
        facility.engine.dispose()
        status, errors, hit = under_strace(_child(home, stop=True), home, fault)
        done = _state(home, taken) in ("filed", "held")
        wrong = [] if _original(facility, taken) == content else ["not whole after the fault"]
        again = subprocess.run(_child(home, stop=False), capture_output=True, text=True)
        if again.returncode:
            wrong.append(f"the next worker failed: {again.stderr[-200:]}")
        wrong += _judge(facility, path, taken, content)
    finally:
        facility.engine.dispose()
    return Trial(path, fault, hit, done, not done and not (status or errors), tuple(wrong))


def _new_scan(like: Path, rng: random.Random) -> bytes:
    """A scan like this one, with specks of its own: its pictures are not stored yet."""
    out = io.BytesIO()
    with Image.open(like) as picture:
        pages = [frame.copy() for frame in ImageSequence.Iterator(picture)]
    for page in pages:
        for _ in range(9):
            page.putpixel((rng.randrange(page.width), rng.randrange(page.height)), 0)
    pages[0].save(
        out, "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(200, 200)
    )
    return out.getvalue()


def _child(home: Path, stop: bool) -> list[str]:
    return [
        sys.executable,
        "-m",
        "trials.filing_faults",
        "--work",
        str(home),
        *(() if stop else ("--go-on",)),
    ]


def _state(home: Path, scan: str) -> str:
    return str(ask(home, "SELECT state FROM scan WHERE id = ?", scan)[0][0])


def _original(facility: Facility, scan: str) -> bytes | None:
    """The scan's bytes as they are stored, plain or sealed; None if they are not."""
    [(sha256, sealed, key)] = ask(
        facility.home,
        "SELECT o.sha256, o.sealed_as, s.seal_key_id FROM original o"
        " JOIN scan s ON s.id = o.scan_id WHERE s.id = ?",
        scan,
    )
    try:
        stored = facility.originals.get(sealed or sha256)
        return decrypt(facility.seal_keys.find(key), stored) if sealed else stored
    except NotFound:
        return None


def _judge(facility: Facility, path: str, scan: str, content: bytes) -> Iterator[str]:
    """What is wrong in the end: not filed once, not whole, a picture missing, books unbalanced."""
    state = _state(facility.home, scan)
    letters = ask(facility.home, "SELECT state FROM letter WHERE scan_id = ?", scan)
    pictures = ask(facility.home, "SELECT picture FROM page WHERE scan_id = ?", scan)
    plain = facility.originals.exists(hashlib.sha256(content).hexdigest())
    if _original(facility, scan) != content:
        yield "not whole in the end"
    if path == "filing":
        if state != "filed" or letters != [("delivered",)]:
            yield f"not delivered once: scan {state}, letters {letters}"
        if len(pictures) != 2 or not all(facility.pictures.exists(name) for (name,) in pictures):
            yield "a page has no picture"
    elif state != "held" or letters or plain or any(name for (name,) in pictures):
        yield f"not sealed: scan {state}, letters {letters}, plain {plain}"
    if not all(one.balanced for one in reconcile(facility, MACHINE)):
        yield "a scan is out of balance"
    if problem := verify_audit(facility, MACHINE)[1]:
        yield f"audit chain: {problem}"


def faults(most: int) -> Iterator[Fault]:
    """The first ``most`` of each call fail, with one error after another; some three in a row."""
    for nth in range(1, most + 1):
        for call in CALLS:
            yield Fault(call, ERRORS[nth % len(ERRORS)], nth, span=3 if nth % 4 == 0 else 1)


def measure(home: Path, paths: list[str], most: int, first: int, ends: float) -> list[Trial]:
    """Tries them all; a call that was not made so often has no later ones."""
    trials: list[Trial] = []
    spent: set[tuple[str, str]] = set()
    for number, fault in enumerate(faults(most)):
        for path in paths:
            key = (path, fault.call)
            if fault.nth < first or key in spent or time.monotonic() > ends:
                continue
            one = trial(home, path, fault, number)
            trials += [one] if one.hit or one.wrong else []
            spent |= set() if one.hit else {key}
    return trials


def report(trials: list[Trial]) -> str:
    lines = [
        f"Commit {commit()}: {len(trials)} injected faults.",
        "",
        "| step | call | faults | done in spite of it | silent | wrong |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for path, call in sorted(Counter((one.path, one.fault.call) for one in trials)):
        some = [one for one in trials if (one.path, one.fault.call) == (path, call)]
        numbers = (
            len(some),
            sum(one.done for one in some),
            sum(one.silent for one in some),
            sum(bool(one.wrong) for one in some),
        )
        lines.append(f"| {path} | {call} | " + " | ".join(map(str, numbers)) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--most", type=int, default=8, help="so many of each call fail, one a try")
    parser.add_argument("--first", type=int, default=1, help="begin with this one of each call")
    parser.add_argument("--path", choices=PATHS, action="append")
    parser.add_argument("--minutes", type=float, default=10, help="then it ends")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--go-on", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        return work_all(asked.work, stop=not asked.go_on)
    if not may_trace():
        print("strace is not here, or may not trace.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        make_home_with_mail(home)
        ends = time.monotonic() + 60 * asked.minutes
        trials = measure(home, asked.path or [*PATHS], asked.most, asked.first, ends)
    print(report(trials))
    bad = [one for one in trials if one.wrong or one.silent]
    for one in bad:
        print(one, file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
