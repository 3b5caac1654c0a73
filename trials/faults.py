"""Failing disks: strace makes the n-th write, fsync, rename or open of the intake path fail.

    python -m trials.faults --most 8
    python -m trials.faults --most 8 --together 6

A child takes one scan in, or some together, as the watcher does, and again after the fault.
Acknowledged means that the scan left the inbox: then the store and the ledger must have it whole.
With ``--watch`` the child is the watcher itself, which must log the fault and go on when it is
over. Scans that are stored together are synced in threads, and in each the n-th call fails.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from digitizer.facility import make_home, open_facility
from digitizer.model.errors import DigitizerError
from digitizer.model.people import MACHINE
from digitizer.operations.actions import verify_audit
from digitizer.storage.blobs import LocalBlobs
from tests.support.provenance import commit
from trials.kill_scans import ask

ERRORS = ("ENOSPC", "EIO", "EDQUOT")
CALLS = {
    "write": "write,pwrite64,writev",
    "fsync": "fsync,fdatasync",
    "rename": "rename,renameat,renameat2",
    "open": "openat",
    "truncate": "ftruncate",
    "unlink": "unlink,unlinkat",
}
_DIGITIZER = str(Path(sys.executable).parent / "digitizer")
_SETTLE = 0.5
#: Seconds after which what must end counts as hung; a busy machine needs no such time.
_HUNG = 1800.0


@dataclass(frozen=True, slots=True)
class Fault:
    """The ``nth`` of ``call`` (and the ``span`` - 1 after it) fails with ``error``."""

    call: str
    error: str
    nth: int
    span: int = 1

    @property
    def injection(self) -> str:
        when = f"{self.nth}" if self.span == 1 else f"{self.nth}..{self.nth + self.span - 1}"
        return f"inject={CALLS[self.call]}:error={self.error}:when={when}"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a fault did. ``hit``: it was injected. ``loud``: exit status and log showed it.
    ``acknowledged`` of ``scans`` were taken in; of these ``lost`` are not whole in store and
    ledger. ``fixed``: all went in after the fault, once. ``left``: temporary files."""

    fault: Fault
    hit: bool
    scans: int
    acknowledged: int
    loud: bool
    lost: int
    fixed: bool
    left: int

    @property
    def silent(self) -> bool:
        return self.acknowledged < self.scans and not self.loud


def may_trace() -> bool:
    """Whether strace is here and may trace."""
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=none", "true"], capture_output=True)
    return done.returncode == 0


def take_all(home: Path, stop: bool) -> int:
    """The child: takes in what lies in the inbox, as the watcher's hand-over does.

    ``stop``: all is loaded first, then it waits for strace, so that faults count from there.
    """
    from digitizer.capture.intake import take_all_from_inbox

    facility = open_facility(home)
    if stop:
        os.kill(os.getpid(), signal.SIGSTOP)
    try:
        stacks = [[path] for path in sorted((home / "inbox" / "default").iterdir())]
        results = take_all_from_inbox(facility, stacks, "default", MACHINE)
    except (DigitizerError, OSError) as error:
        results = [error]
    errors = [one for one in results if isinstance(one, Exception)]
    for one in errors:
        print(f"digitizer: {one}", file=sys.stderr)
    return 1 if errors else 0


def trial(home: Path, fault: Fault, contents: Sequence[bytes]) -> Trial:
    """Some scans, one fault, and one more try without it."""
    inbox = home / "inbox" / "default"
    papers = {inbox / f"scan{number}.tif": content for number, content in enumerate(contents)}
    for paper, content in papers.items():
        paper.write_bytes(content)
    status, errors, hit = under_strace(_child(home, stop=True), home, fault)
    gone = [paper for paper in papers if not paper.exists()]
    lost = sum(not _is_kept(home, paper, content) for paper, content in papers.items())
    again = subprocess.run(_child(home, stop=False), capture_output=True, text=True)
    whole = all(_is_whole(home, content) for content in contents)
    fixed = again.returncode == 0 and whole and not any(paper.exists() for paper in papers)
    left = len(list((home / "originals" / ".incoming").iterdir()))
    loud = bool(status) and bool(errors)
    return Trial(fault, hit, len(papers), len(gone), loud, lost, fixed, left)


def _is_kept(home: Path, paper: Path, content: bytes) -> bool:
    """Still in the inbox as it was, or taken in whole."""
    return paper.read_bytes() == content if paper.exists() else _is_whole(home, content)


def _child(home: Path, stop: bool) -> list[str]:
    return [
        sys.executable,
        "-m",
        "trials.faults",
        "--take",
        str(home),
        *(() if stop else ("--go-on",)),
    ]


def under_strace(words: Sequence[str], home: Path, fault: Fault) -> tuple[int, str, bool]:
    """Runs a child that stops itself where faults count from. Exit status, stderr, was it hit?"""
    trace = home.parent / "trace"
    trace.unlink(missing_ok=True)
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as child:
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        tracing = [
            "strace",
            "-f",
            "-qq",
            "-p",
            str(child.pid),
            "-o",
            str(trace),
            "-e",
            f"trace={CALLS[fault.call]}",
            "-e",
            fault.injection,
        ]
        with subprocess.Popen(tracing, stderr=subprocess.DEVNULL) as tracer:
            _until_traced(child.pid)
            os.kill(child.pid, signal.SIGCONT)
            errors = child.communicate(timeout=_HUNG)[1]
            tracer.wait(timeout=_HUNG)
    return child.returncode, errors, trace.exists() and "INJECTED" in trace.read_text()


def _until_traced(process: int) -> None:
    deadline = time.monotonic() + _HUNG
    while "TracerPid:\t0\n" in Path(f"/proc/{process}/status").read_text():
        if time.monotonic() > deadline:
            raise RuntimeError("strace did not attach")
        time.sleep(0.01)


def _is_whole(home: Path, content: bytes) -> bool:
    """Once in the ledger, and its bytes in the store."""
    sha256 = hashlib.sha256(content).hexdigest()
    blob = LocalBlobs(home / "originals").path(sha256)
    entered = ask(home, "SELECT count(*) FROM original WHERE sha256 = ?", sha256)[0][0]
    return bool(entered == 1) and blob.is_file() and blob.read_bytes() == content


def faults(calls: Iterable[str], most: int) -> Iterator[Fault]:
    """The first ``most`` of each call fail, each with each error; some for three in a row."""
    for call in calls:
        for nth in range(1, most + 1):
            for number, error in enumerate(ERRORS):
                yield Fault(call, error, nth, span=3 if number == nth % 3 else 1)


def measure(home: Path, chosen: Iterator[Fault], together: int, ends: float) -> list[Trial]:
    """Tries them all; a call that was not made so often has no later ones."""
    trials: list[Trial] = []
    spent: dict[str, int] = {}
    for number, fault in enumerate(chosen):
        if fault.nth > spent.get(fault.call, fault.nth) or time.monotonic() > ends:
            continue
        scans = [f"scan {number}.{at} ".encode() * 5000 for at in range(together)]
        one = trial(home, fault, scans)
        if one.hit:
            trials.append(one)
        else:
            spent[fault.call] = fault.nth - 1
    return trials


def watcher_goes_on(folder: Path, error: str, seconds: float = 6) -> tuple[int, bool]:
    """The real ``digitizer watch`` on a disk where no fsync works for a while: how often it logs
    the fault, and whether the scan is in by itself afterwards."""
    home = folder / f"watched-{error}"
    make_home(home)
    (home / "profiles" / "default.toml").write_text(
        f'based_on = "default"\nsettle_seconds = {_SETTLE}\n'
    )
    log = folder / f"watch-{error}.log"
    words = [_DIGITIZER, "--home", str(home), "watch"]
    with log.open("w") as errors, subprocess.Popen(words, stderr=errors) as watcher:
        _until(lambda: "watching" in log.read_text(), 20)
        with subprocess.Popen(
            [
                "strace",
                "-f",
                "-qq",
                "-p",
                str(watcher.pid),
                "-o",
                "/dev/null",
                "-e",
                "trace=fsync,fdatasync",
                "-e",
                f"inject=fsync,fdatasync:error={error}",
            ],
            stderr=subprocess.DEVNULL,
        ) as tracer:
            _until_traced(watcher.pid)
            content = f"scan for {error}".encode() * 1000
            (home / "inbox" / "default" / "scan.tif").write_bytes(content)
            time.sleep(seconds)
            tracer.send_signal(signal.SIGINT)
        logged = log.read_text().count("could not be taken in")
        in_by_itself = _until(lambda: _is_whole(home, content), 40)
        watcher.send_signal(signal.SIGTERM)
    return logged, in_by_itself


def _until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def report(trials: list[Trial], audit_problem: str | None) -> str:
    lines = [
        f"Commit {commit()}: {len(trials)} injected faults.",
        "",
        "| call | error | faults | scans | acknowledged | silent | acknowledged but lost "
        "| not fixed by the next try | temporary files left |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for call in CALLS:
        for error in ERRORS:
            some = [one for one in trials if (one.fault.call, one.fault.error) == (call, error)]
            numbers = (
                len(some),
                sum(one.scans for one in some),
                sum(one.acknowledged for one in some),
                sum(one.silent for one in some),
                sum(one.lost for one in some),
                sum(not one.fixed for one in some),
                sum(one.left for one in some),
            )
            lines.append(f"| {call} | {error} | " + " | ".join(map(str, numbers)) + " |")
    return "\n".join([*lines, "", f"Audit chain: {audit_problem or 'holds'}."])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--most", type=int, default=8, help="so many of each call fail, one a try")
    parser.add_argument("--call", choices=CALLS, action="append", help="these only")
    parser.add_argument("--together", type=int, default=1, help="scans taken in at once")
    parser.add_argument("--minutes", type=float, default=10, help="then it ends")
    parser.add_argument("--watch", action="store_true", help="also the watcher itself")
    parser.add_argument("--take", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--go-on", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.take:
        return take_all(asked.take, stop=not asked.go_on)
    if not may_trace():
        print("strace is not here, or may not trace.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        make_home(home)
        ends = time.monotonic() + 60 * asked.minutes
        trials = measure(home, faults(asked.call or CALLS, asked.most), asked.together, ends)
        facility = open_facility(home)
        problem = verify_audit(facility, MACHINE)[1]
        facility.engine.dispose()
        print(report(trials, problem))
        for error in ERRORS if asked.watch else ():
            logged, went_on = watcher_goes_on(Path(name), error)
            print(
                f"- `watch`, {error} at every fsync: logged {logged} times,  "
                f"in by itself afterwards: {went_on}"
            )
    bad = [one for one in trials if one.lost or one.silent or not one.fixed]
    for one in bad:
        print(one, file=sys.stderr)
    return 1 if bad or problem else 0


if __name__ == "__main__":
    sys.exit(main())
