"""A hostile stream through the real service: no sheet may be lost, and no file stop the line.

    python -m trials.hostile            # all of it: a quarter of an hour
    python -m trials.hostile --short    # a sample, within a minute

Good scans and bad files come in by turns: odd files of the test corpus (where it is at hand),
files made here, and scans over which sandboxes die (``deaths``). Every good scan must be
delivered exactly once, every bad file be held or filed within a minute of work at it, every
original be kept byte for byte, no sandbox grow past 1.5 GiB, and the service never start again.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from PIL import Image

from digitizer.capture.scans import ledger
from digitizer.capture.worker import filed
from digitizer.facility import Facility, open_facility
from digitizer.model.mail import Filed, Outcome
from digitizer.model.people import MACHINE
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.storage.database import reading
from tests.support.provenance import CORPUS, commit
from trials.deaths import WAYS, Death, prepare
from trials.hostile_files import hostile_files
from trials.kill_scans import ask, make_home_with_mail

MOST_SECONDS = 60.0
MOST_BYTES = 1536 << 20
_DIGITIZER = str(Path(sys.executable).parent / "digitizer")
_ROOT = str(Path(__file__).resolve().parents[1])
_ODD_FILES = CORPUS / "odd-files"
_BOOKINGS = 4
_MOST_IN_QUEUE = 4
_LOOK = 0.05
#: After so many seconds without a scan that got done, the line is held to stand still.
_STANDS_STILL = 1800.0
_SHORT_SETTINGS = "[work]\nsurvey_seconds = 3\nread_seconds = 6\n"
#: With so little time for what hangs, a busy machine must not cut short what is good: only the
#: seconds of work count in the sample, and the wall's hardly at all.
_SHORT_CLOCK = """
import sys
if "serve" in sys.orig_argv:
    from digitizer.engines.isolation import task_clock as clock
    clock.WALL_TIMES = 100.0
"""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One file of the stream. ``booking``: whose mailbox it must reach; None for a bad file."""

    name: str
    kind: str
    content: bytes = field(repr=False)
    booking: str | None = None
    death: tuple[str, int, int] | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(slots=True)
class Watched:
    """What was seen of the service while it ran. Times are ``time.monotonic`` seconds."""

    worked: dict[str, float] = field(default_factory=dict)
    done: dict[str, float] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)
    looked: float = field(default_factory=time.monotonic)
    sandbox_bytes: int = 0
    supervisors: set[str] = field(default_factory=set)
    sandboxes: set[int] = field(default_factory=set)
    died: bool = False

    @property
    def stands_still(self) -> bool:
        """Long nothing was done: not how quick the machine is, but whether the line goes on."""
        return self.looked - max(self.done.values(), default=self.begun) > _STANDS_STILL

    def seconds(self, sha256: str) -> float | None:
        """How long the worker had it in hand, all tries together, until it was held or filed;
        None: it never was."""
        return self.worked.get(sha256, 0.0) if sha256 in self.done else None


# --- the stream


def good_scans(home: Path, count: int, rng: random.Random) -> list[Dropped]:
    """A cover and a letter each, by turns as TIFF and as PDF; no two alike."""
    tiffs = [(home.parent / "scans" / f"good-{n}.tif").read_bytes() for n in range(_BOOKINGS)]
    forms = [("tif", tiffs), ("pdf", [_as_pdf(tiff) for tiff in tiffs])]
    made = []
    for number in range(count):
        suffix, contents = forms[number // _BOOKINGS % len(forms)]
        content = contents[number % _BOOKINGS] + b"\n%" + rng.randbytes(16).hex().encode()
        booking = f"K{100 + number % _BOOKINGS}"
        made.append(Dropped(f"good-{number}.{suffix}", "good scan", content, booking))
    return made


def _as_pdf(tiff: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(tiff)) as picture:
        picture.save(out, "PDF", save_all=True, resolution=200)
    return out.getvalue()


def deadly_scans(scans: Sequence[Dropped]) -> list[Dropped]:
    """These scans, but sandboxes die over them: over some always, over others only once, at the
    first or the second opening (counting the pages is the first); those are good all the same."""
    ways = [*WAYS]
    deadly = []
    for number, scan in enumerate(scans):
        way, turn = ways[number % len(ways)], number // len(ways) % 3
        when = (1, 1_000_000) if turn == 0 else (turn, turn)
        kind = f"sandbox: {way}, " + ("always" if turn == 0 else "once")
        booking = None if turn == 0 else scan.booking
        deadly.append(Dropped(f"deadly-{scan.name}", kind, scan.content, booking, (way, *when)))
    return deadly


def odd_files() -> list[Dropped]:
    """The corpus of odd files; empty where it is not at hand."""
    return [
        Dropped(path.name, f"odd file ({path.parent.name})", path.read_bytes())
        for notes in sorted(_ODD_FILES.glob("*/notes.tsv"))
        for path in _named_in(notes)
        if path.is_file()
    ]


def _named_in(notes: Path) -> Iterator[Path]:
    with notes.open(newline="") as lines:
        yield from (notes.parent / line["file"] for line in csv.DictReader(lines, delimiter="\t"))


def stream(home: Path, short: bool, seed: int) -> list[Dropped]:
    """Good and bad by turns, in an order drawn from the seed; no bytes twice."""
    rng = random.Random(seed)
    made = [Dropped(each.name, "made file", each.content) for each in hostile_files(seed)]
    odd = odd_files()
    if short:
        made, odd = rng.sample(made, 10), rng.sample(odd, min(6, len(odd)))
    deaths = 12 if short else 36
    scans = good_scans(home, len(made) + len(odd) + 2 * deaths, rng)
    deadly = deadly_scans(scans[:deaths])
    bad = list({each.sha256: each for each in (*made, *odd, *deadly)}.values())
    good = scans[deaths:]
    rng.shuffle(bad)
    return [
        each for number in range(len(bad)) for each in (*good[number : number + 1], bad[number])
    ]


# --- the service, fed and watched


@contextmanager
def serving(
    home: Path, dropped: Sequence[Dropped], short: bool
) -> Iterator[subprocess.Popen[bytes]]:
    hook = home.parent / "deaths"
    hook.mkdir()
    prepare(hook, (Death(each.sha256, *each.death) for each in dropped if each.death))
    if short:
        with (hook / "sitecustomize.py").open("a") as more:
            more.write(_SHORT_CLOCK)
    path = os.pathsep.join((str(hook), _ROOT))
    words = [_DIGITIZER, "--home", str(home), "serve", "--port", "0"]
    with (home.parent / "service.log").open("wb") as log:
        service = subprocess.Popen(words, stderr=log, env={**os.environ, "PYTHONPATH": path})
        try:
            yield service
        finally:
            service.kill()
            service.wait()


def feed(home: Path, service: subprocess.Popen[bytes], dropped: Sequence[Dropped]) -> Watched:
    """Drops file after file, never many at once, and watches until all is done, or nothing more
    gets done."""
    seen, ended = Watched(), threading.Event()
    weigher = threading.Thread(target=_weigh, args=(service.pid, seen, ended))
    weigher.start()
    left, known = list(reversed(dropped)), {each.sha256 for each in dropped}
    while not (seen.died or seen.stands_still or known <= seen.done.keys()):
        open_scans = _look(home, seen)
        inbox = {path.name for path in (home / "inbox" / "default").iterdir()}
        if left and left[-1].name not in inbox and len(inbox) + open_scans < _MOST_IN_QUEUE:
            _drop(home, left.pop())
        seen.died = service.poll() is not None
        seen.supervisors |= {path.name for path in (home / "run").glob("*.lock")}
        time.sleep(_LOOK)
    ended.set()
    weigher.join()
    service.send_signal(signal.SIGTERM)
    seen.died = seen.died or service.wait(_STANDS_STILL) != 0
    return seen


def _drop(home: Path, each: Dropped) -> None:
    unfinished = home / "inbox" / "default" / ".unfinished"
    unfinished.write_bytes(each.content)
    unfinished.rename(home / "inbox" / "default" / each.name)


def _look(home: Path, seen: Watched) -> int:
    """Notes what is at work and what is done; returns how many scans are not done."""
    rows = ask(home, "SELECT o.sha256, s.state FROM scan s JOIN original o ON o.scan_id = s.id")
    now = time.monotonic()
    for sha256, state in rows:
        if state == "working":
            seen.worked[sha256] = seen.worked.get(sha256, 0.0) + now - seen.looked
        if state in ("filed", "held"):
            seen.done.setdefault(sha256, now)
    seen.looked = now
    return sum(state in ("waiting", "working") for _, state in rows)


def _weigh(service: int, seen: Watched, ended: threading.Event) -> None:
    """The most that one sandbox, with what it started, ever had resident, as the kernel reports."""
    looks = 0
    sandboxes: list[psutil.Process] = []
    while not ended.wait(0.02):
        try:
            if looks % 5 == 0:
                sandboxes = psutil.Process(service).children()
                seen.sandboxes |= {each.pid for each in sandboxes}
        except psutil.NoSuchProcess:
            return
        looks += 1
        seen.sandbox_bytes = max([seen.sandbox_bytes, *(_resident(each) for each in sandboxes)])


def _resident(sandbox: psutil.Process) -> int:
    """The larger of its own peak and of what it and its children have now, in bytes."""
    try:
        status = Path(f"/proc/{sandbox.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        together = sandbox.memory_info().rss + sum(
            child.memory_info().rss for child in sandbox.children()
        )
    except (OSError, StopIteration, psutil.Error):
        return 0
    return max(int(peak.split()[1]) << 10, together)


# --- the judgement


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the files of one kind. ``slowest``: seconds of work at one."""

    files: int
    outcomes: Counter[str]
    slowest: float
    late: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that was promised, and by which names it was broken."""

    rows: dict[str, Row]
    broken: list[str]
    seen: Watched
    seconds: float


def judge(home: Path, dropped: Sequence[Dropped], seen: Watched, seconds: float) -> Verdict:
    facility = open_facility(home)
    scans = _scans(home)
    lines = {
        sha: [line for one in ids for line in filed(facility, one)] for sha, ids in scans.items()
    }
    broken = [*_broken_service(home, seen), *_out_of_balance(facility)]
    for each in dropped:
        broken += _broken_promises(facility, each, scans.get(each.sha256, []), lines, seen)
    strangers = scans.keys() - {each.sha256 for each in dropped}
    broken += [f"nobody dropped {sha256}" for sha256 in strangers]
    kinds = dict.fromkeys(sorted(each.kind for each in dropped))
    rows = {kind: _row([e for e in dropped if e.kind == kind], lines, seen) for kind in kinds}
    facility.engine.dispose()
    return Verdict(rows, broken, seen, seconds)


def _scans(home: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sha256, scan in ask(home, "SELECT sha256, scan_id FROM original"):
        found.setdefault(sha256, []).append(scan)
    return found


def _broken_service(home: Path, seen: Watched) -> Iterator[str]:
    log = (home.parent / "service.log").read_text("utf-8", "replace")
    if seen.died:
        yield "the service ended by itself, or not well"
    if len(seen.supervisors) != 1:
        yield f"supervisors: {len(seen.supervisors)}"
    if " CRITICAL " in log or "work has stopped" in log:
        yield "the log shows a failing service"
    if seen.sandbox_bytes > MOST_BYTES:
        yield f"a sandbox had {seen.sandbox_bytes >> 20} MiB resident"
    if left := [path.name for path in (home / "inbox" / "default").iterdir()]:
        yield f"left in the inbox: {left}"


def _out_of_balance(facility: Facility) -> Iterator[str]:
    unbalanced = sum(not account.balanced for account in reconcile(facility, MACHINE))
    if unbalanced:
        yield f"{unbalanced} scans out of balance"
    if problem := verify_audit(facility, MACHINE)[1]:
        yield f"audit chain: {problem}"


def _broken_promises(
    facility: Facility,
    each: Dropped,
    scans: Sequence[str],
    lines: dict[str, list[Filed]],
    seen: Watched,
) -> Iterator[str]:
    if len(scans) != 1:
        yield f"{each.name!r} ({each.kind}) is {len(scans)} scans"
        return
    if facility.originals.get(each.sha256) != each.content:
        yield f"{each.name!r} is not stored as it came"
    outcomes = lines[each.sha256]
    if each.booking is not None:
        once = [(line.outcome, line.booking_number, line.pages) for line in outcomes]
        if once != [(Outcome.DELIVERED, each.booking, (2,))]:
            yield f"{each.name!r} ({each.kind}) was not delivered once: {outcomes}"
    elif not outcomes or any(line.outcome is Outcome.HELD and not line.reason for line in outcomes):
        yield f"{each.name!r} ({each.kind}) has no outcome, or no reason: {outcomes}"
    took = seen.seconds(each.sha256)
    if took is None or took > MOST_SECONDS:
        yield f"{each.name!r} ({each.kind}) took {took} s"
    with reading(facility.engine) as tx:
        if ledger.scan_state(tx, scans[0]) not in ("filed", "held"):
            yield f"{each.name!r} ({each.kind}) is not done"


def _row(some: Sequence[Dropped], lines: dict[str, list[Filed]], seen: Watched) -> Row:
    outcomes = Counter(
        "+".join(sorted({str(line.outcome) for line in lines.get(each.sha256, [])})) or "none"
        for each in some
    )
    took = [seen.seconds(each.sha256) for each in some]
    late = sum(one is None or one > MOST_SECONDS for one in took)
    return Row(len(some), outcomes, max((one for one in took if one is not None), default=0), late)


def run(folder: Path, short: bool, seed: int) -> Verdict:
    """With the settings of a new home; the sample spends less time on what hangs."""
    home = folder / "home"
    make_home_with_mail(home)
    if short:
        (home / "config.toml").write_text(_SHORT_SETTINGS)
    dropped = stream(home, short, seed)
    begun = time.monotonic()
    with serving(home, dropped, short) as service:
        seen = feed(home, service, dropped)
    return judge(home, dropped, seen, time.monotonic() - begun)


def report(verdict: Verdict, seed: int) -> str:
    seen = verdict.seen
    lines = [
        f"Commit {commit()}, seed {seed}: "
        f"{sum(row.files for row in verdict.rows.values())} files in {verdict.seconds:.0f} s.",
        "",
        "| files | number | what became of them | slowest, s | over 60 s |",
        "|---|--:|---|--:|--:|",
    ]
    for kind, row in verdict.rows.items():
        became = ", ".join(f"{count} {name}" for name, count in row.outcomes.most_common())
        lines.append(f"| {kind} | {row.files} | {became} | {row.slowest:.1f} | {row.late} |")
    lines += [
        "",
        f"Largest sandbox {seen.sandbox_bytes / 2**20:.0f} MiB; {len(seen.sandboxes)} sandboxes; "
        f"{len(seen.supervisors)} supervisor. Promises broken: {len(verdict.broken)}.",
    ]
    return "\n".join([*lines, *(f"- {each}" for each in verdict.broken)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--short", action="store_true", help="a sample, within a minute")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        verdict = run(Path(name), asked.short, asked.seed)
    print(report(verdict, asked.seed))
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
