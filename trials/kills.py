"""kill -9 at random moments and at named points, while scans come in all the time.

    python -m trials.kills --kills 300 --serve-kills 50 --seed 1

After every kill each scan that ever arrived must lie in the inbox, or be in the ledger with its
bytes stored. In the end all is worked, and each scan must be in exactly one place, its bytes
unaltered by SHA-256, its letter once in the mailbox of its cover or held. ``serve`` kills are
of the real command; the others are of its watcher alone, or of the worker with a watcher that
feeds it (a worker without one runs dry before it comes to the rare points), forked warm for speed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from digitizer.capture.scans.ledger import DEATHS_BEFORE_HOLD
from digitizer.entrances.service import run as service
from digitizer.entrances.service.logs import Form, start_logging
from digitizer.facility import open_facility
from digitizer.model.people import MACHINE
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.encryption import decrypt
from digitizer.support.failpoints import POINTS, arm
from tests.support.provenance import commit
from trials.kill_scans import ask, kind_of, mailbox_of, make_home_with_mail

_DIGITIZER = str(Path(sys.executable).parent / "digitizer")
_LONGEST_WAIT = 12.0
#: Seconds after which what must end counts as hung; a busy machine needs no such time.
_HUNG = 1800.0
_LONGEST_RECOVERY = 60.0  # far more than the promised 10 s, so that a broken promise shows
_INTAKE = ("intake.", "blobs.", "ledger.scan_", "ledger.original_")
_LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """One kill: of which process, at which point (None: at a random moment)."""

    kind: str
    point: str | None


@dataclass(slots=True)
class Tally:
    """What the kills showed. Times are in seconds."""

    kills: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    recoveries: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end: every scan in one place, or what is wrong."""

    arrived: int
    places: Counter[str]
    lost: int
    doubled: int
    altered: int
    misplaced: tuple[str, ...]
    unbalanced: int
    audit_problem: str | None
    stop_seconds: float

    @property
    def good(self) -> bool:
        bad = self.lost + self.doubled + self.altered + len(self.misplaced) + self.unbalanced
        return not bad and self.audit_problem is None


def plans(kills: int, serve_kills: int, rng: random.Random) -> Iterator[Plan]:
    """Half at random moments, half at the named points, each of them in turn."""
    points = [*POINTS]
    rng.shuffle(points)
    kinds = ["serve"] * serve_kills + ["apart"] * (kills - serve_kills)
    rng.shuffle(kinds)
    for number, kind in enumerate(kinds):
        point = points[number // 2 % len(points)] if number % 2 else None
        if kind == "serve":
            yield Plan("serve", point)
        elif point is None:
            yield Plan(rng.choice(["watch", "worker"]), None)
        else:
            yield Plan("watch" if point.startswith(_INTAKE) else "worker", point)


def start(home: Path, plan: Plan) -> int:
    """Starts the process to be killed; returns its number."""
    log = home.parent / "service.log"
    if plan.kind == "serve":
        words = [_DIGITIZER, "--home", str(home), "serve", "--port", "0"]
        environment = {**os.environ, "DIGITIZER_TEST_KILL": plan.point or ""}
        return forked(lambda: _with_log(log, lambda: os.execve(words[0], words, environment)))
    both = (service.watch, service.work)
    parts = (service.watch,) if plan.kind == "watch" else both
    return forked(lambda: _with_log(log, lambda: _serve_apart(home, parts, plan.point or "")))


def _with_log(log: Path, work: Callable[[], None]) -> None:
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 2)
    work()


def _serve_apart(
    home: Path, parts: Sequence[Callable[[service.Service], None]], point: str
) -> None:
    start_logging(Form.TEXT)
    arm(point)
    service.run(open_facility(home), *parts)


def forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def kill_one(home: Path, plan: Plan, rng: random.Random, tally: Tally) -> None:
    begun = time.monotonic()
    process = start(home, plan)
    if plan.kind != "watch" and (took := _recovered(home, process, begun)) is not None:
        tally.recoveries.append(took)
    if plan.point is None:
        _ended(process, rng.uniform(0.05, 2 if plan.kind == "watch" else 4))
        tally.kills[f"{plan.kind}, random moment"] += 1
    else:
        wait = rng.uniform(0.5, 2) if plan.point.startswith("stop.") else _LONGEST_WAIT
        died = _ended(process, wait)
        if process not in _gone and plan.point.startswith("stop."):
            os.kill(process, signal.SIGTERM)
            died = _ended(process, 15)
        (tally.points if died else tally.missed)[plan.point] += 1
        tally.kills[f"{plan.kind}, named point" if died else f"{plan.kind}, random moment"] += 1
    if process in _gone and not os.WIFSIGNALED(_gone[process]) and plan.point is None:
        raise RuntimeError(f"{plan.kind} ended by itself: see {home.parent}/service.log")
    _kill(process)


_gone: dict[int, int] = {}


def _ended(process: int, seconds: float) -> bool:
    """Waits so long for the end of a process; whether it died of SIGKILL."""
    deadline = time.monotonic() + seconds
    while process not in _gone:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            _gone[process] = status
        elif time.monotonic() > deadline:
            return False
        else:
            time.sleep(_LOOK)
    return os.WIFSIGNALED(_gone[process]) and os.WTERMSIG(_gone[process]) == signal.SIGKILL


def _kill(process: int) -> None:
    if not _ended(process, 0) and process not in _gone:
        os.kill(process, signal.SIGKILL)
        _ended(process, 10)


def _recovered(home: Path, process: int, begun: float) -> float | None:
    """Seconds from its start until the worker has given back what the dead held: it makes its
    own lock file right after. None if it died before."""
    while time.monotonic() < begun + _LONGEST_RECOVERY:
        if _ended(process, 0):
            return None
        if any((home / "run").glob(f"{process}-*.lock")):
            return time.monotonic() - begun
        time.sleep(0.02)
    return _LONGEST_RECOVERY


def arrived(home: Path) -> dict[str, str]:
    """What the writer says has arrived whole: SHA-256 and the scan's name, such as good-2."""
    manifest = home.parent / "manifest"
    lines = manifest.read_text().split("\n")[:-1] if manifest.exists() else []
    return dict(line.split() for line in lines)


def in_inbox(home: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in (home / "inbox" / "default").iterdir():
        try:
            found[hashlib.sha256(path.read_bytes()).hexdigest()] += 1
        except FileNotFoundError:
            continue
    return found


def in_ledger(home: Path) -> dict[str, bool]:
    """For each original entered: whether its bytes, plain or sealed, lie in the store."""
    store = LocalBlobs(home / "originals")
    rows = ask(home, "SELECT sha256, sealed_as FROM original")
    return {sha256: store.exists(sealed or sha256) for sha256, sealed in rows}


def lost_now(home: Path) -> set[str]:
    scans, inbox, ledger = arrived(home), in_inbox(home), in_ledger(home)
    return {each for each in scans if each not in inbox and not ledger.get(each)}


def settle_all(home: Path, seconds: float) -> float:
    """Works all to its end, unkilled; returns how long the clean stop took."""
    process = start(home, Plan("worker", None))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and (in_inbox(home) or _open_scans(home)):
        time.sleep(0.5)
    begun = time.monotonic()
    os.kill(process, signal.SIGTERM)
    _ended(process, _HUNG)
    stopped = time.monotonic() - begun
    _kill(process)
    return stopped


def _open_scans(home: Path) -> int:
    return int(ask(home, "SELECT count(*) FROM scan WHERE state IN ('waiting', 'working')")[0][0])


_DELIVERED = (
    "SELECT o.sha256, coalesce(i.booking_number, 'nobody') FROM original o"
    " JOIN letter l ON l.scan_id = o.scan_id LEFT JOIN inmate i ON i.id = l.inmate_id"
    " WHERE l.state = 'delivered'"
)
_REASONS = (
    "SELECT o.sha256, coalesce(s.reason, l.reason, 'no reason')"
    " FROM original o JOIN scan s ON s.id = o.scan_id LEFT JOIN letter l ON l.scan_id = s.id"
)
_DEADLY = (
    "SELECT o.sha256 FROM original o JOIN scan s ON s.id = o.scan_id"
    f" WHERE s.deaths >= {DEATHS_BEFORE_HOLD}"
)


def judge(home: Path, stop_seconds: float) -> Verdict:
    facility = open_facility(home)
    inbox, scans = in_inbox(home), arrived(home)
    rows = ask(
        home,
        "SELECT o.sha256, o.sealed_as, s.seal_key_id, s.state, s.id, s.deaths,"
        " (SELECT count(*) FROM letter WHERE scan_id = s.id),"
        " (SELECT max(state) FROM letter WHERE scan_id = s.id)"
        " FROM original o JOIN scan s ON s.id = o.scan_id",
    )
    entered = Counter(row[0] for row in rows)
    places: Counter[str] = Counter()
    altered = doubled = 0
    for sha256, sealed, key, state, _scan, deaths, letters, letter in rows:
        kind = kind_of(scans.get(sha256, "?"))
        content = facility.originals.get(sealed or sha256)
        plain = decrypt(facility.seal_keys.find(key), content) if sealed else content
        altered += hashlib.sha256(plain).hexdigest() != sha256
        altered += bool(sealed) and facility.originals.exists(sha256)  # sealed, yet still plain too
        doubled += letters > 1 or sha256 in inbox
        place = f"letter {letter}" if letters else f"scan {state}"
        places[
            f"{kind}: {place}" + (" (service died of it)" if deaths >= DEATHS_BEFORE_HOLD else "")
        ] += 1
    lost = sum(each not in inbox and each not in entered for each in scans)
    places["inbox"] = sum(inbox.values())
    doubled += sum(count - 1 for count in (*inbox.values(), *entered.values()))
    unbalanced = sum(not each.balanced for each in reconcile(facility, MACHINE))
    fault = verify_audit(facility, MACHINE)[1]
    facility.engine.dispose()
    wrong = tuple(misplaced(home, scans))
    return Verdict(
        len(scans), places, lost, doubled, altered, wrong, unbalanced, fault, stop_seconds
    )


def misplaced(home: Path, scans: Mapping[str, str]) -> Iterator[str]:
    """Letters in another mailbox than their cover's, or in none though nothing was wrong, and
    covers for one letter that delivered two.

    Such a cover's other scans are held, and so is a scan that the service died of.
    """
    delivered: defaultdict[str, list[str]] = defaultdict(list)
    for sha256, booking in ask(home, _DELIVERED):
        delivered[sha256].append(booking)
    deadly = {sha256 for (sha256,) in ask(home, _DEADLY)}
    reasons = dict(ask(home, _REASONS))
    for sha256, scan in scans.items():
        found, wanted = delivered[sha256], mailbox_of(scan)
        must = kind_of(scan) == "good" and sha256 not in deadly
        if found != [wanted] and (found or must):
            why = reasons.get(sha256)
            yield f"{scan} ({sha256}) lies in {found or 'no mailbox'}, not in {wanted}: {why}"
    uses = Counter(scan for sha256, scan in scans.items() if delivered[sha256])
    for scan, letters in uses.items():
        if kind_of(scan) == "once" and letters > 1:
            yield f"{scan}, whose cover is good for one letter, was delivered {letters} times"


@contextmanager
def arriving(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "trials.kill_scans", str(home)]
    with subprocess.Popen(words) as writer:
        try:
            yield writer
        finally:
            writer.terminate()


def run(
    folder: Path, todo: Sequence[Plan], seed: int, minutes: float, say: bool
) -> tuple[Tally, Verdict]:
    rng, tally = random.Random(seed), Tally()
    home = folder / "home"
    maker = forked(lambda: make_home_with_mail(home))
    _ended(maker, _HUNG)
    if _gone.get(maker) != 0:
        raise RuntimeError("the home could not be made")
    ends = time.monotonic() + 60 * minutes
    with arriving(home) as writer:
        for number, plan in enumerate(todo, start=1):
            kill_one(home, plan, rng, tally)
            if writer.poll() is not None:
                raise RuntimeError(f"the writer ended with {writer.returncode}: nothing comes in")
            lost = lost_now(home)
            tally.lost += len(lost)
            if say:
                about = {
                    "kill": number,
                    "of": plan.kind,
                    "at": plan.point,
                    "lost": sorted(lost),
                    "left": _open_scans(home),
                    "arrived": len(arrived(home)),
                }
                print(json.dumps(about), file=sys.stderr, flush=True)
            if time.monotonic() > ends:
                break
    return tally, judge(home, settle_all(home, _HUNG))


def report(tally: Tally, verdict: Verdict, seed: int) -> str:
    lines = [
        f"Commit {commit()}, seed {seed}: {sum(tally.kills.values())} kills, "
        f"{verdict.arrived} scans arrived.",
        "",
        "| killed | kills |",
        "|---|--:|",
        *(f"| {kind} | {count} |" for kind, count in sorted(tally.kills.items())),
        "",
        "| found | number |",
        "|---|--:|",
        f"| missing right after a kill | {tally.lost} |",
        f"| lost at the end | {verdict.lost} |",
        f"| doubled | {verdict.doubled} |",
        f"| altered | {verdict.altered} |",
        f"| not in the mailbox of its cover | {len(verdict.misplaced)} |",
        f"| scans out of balance | {verdict.unbalanced} |",
        f"| audit chain | {verdict.audit_problem or 'holds'} |",
        f"| worst recovery, s | {max(tally.recoveries, default=0):.1f} |",
        f"| median recovery, s | {median(tally.recoveries or [0]):.1f} |",
        f"| clean stop, s | {verdict.stop_seconds:.1f} |",
        f"| named points died at | {len(tally.points)} of {len(POINTS)} |",
        *(f"| {place} | {count} |" for place, count in sorted(verdict.places.items())),
    ]
    missed = ", ".join(point for point in POINTS if point not in tally.points)
    return "\n".join([*lines, "", f"Points not reached: {missed or 'none'}.", *verdict.misplaced])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--serve-kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=20, help="then it ends with what it has")
    asked = parser.parse_args()
    todo = list(plans(asked.kills, asked.serve_kills, random.Random(asked.seed)))
    with tempfile.TemporaryDirectory() as name:
        tally, verdict = run(Path(name), todo, asked.seed, asked.minutes, say=True)
        print(report(tally, verdict, asked.seed))
    return 0 if verdict.good and not tally.lost else 1


if __name__ == "__main__":
    sys.exit(main())
