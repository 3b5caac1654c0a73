"""Many processes take in the same inbox while others clean up and some are killed.

    python -m trials.intake_race    # 2,000 files, eight takers, two cleaners, 60 kills

Every file must be one scan, with its very bytes stored, whoever was killed; no taker may end by
itself before the inbox is empty; and nothing that the dead were writing may be left.
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
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.intake import take_all_from_inbox
from digitizer.capture.recovery import recover
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.errors import Conflict
from digitizer.model.people import MACHINE
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading
from digitizer.storage.tables import event, original

_ROOT = Path(__file__).resolve().parents[1]
_MOST_IN_HAND = 32
_LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found at the end. ``storing`` counts the files that the killed were storing when
    they died, ``again`` those entered by one who was killed before it could remove them; ``ended``
    says why takers ended by themselves."""

    files: int
    scans: int
    killed: int
    storing: int
    again: int
    seconds: float
    ended: tuple[str, ...]
    missing: tuple[str, ...]
    altered: tuple[str, ...]
    doubled: tuple[str, ...]
    left: tuple[str, ...]
    audit_problem: str | None

    @property
    def good(self) -> bool:
        wrong = (
            self.ended,
            self.missing,
            self.altered,
            self.doubled,
            self.left,
            self.audit_problem,
        )
        return self.scans == self.files and not any(wrong)


def run(folder: Path, files: int, takers: int, cleaners: int, kills: int, seed: int) -> Verdict:
    """Makes a home in ``folder``, fills its inbox, and sets them on it."""
    home, rng = folder / "home", random.Random(seed)
    make_home(home)
    inbox = home / "inbox" / "default"
    contents = [rng.randbytes(rng.choice((100, 5_000, 200_000))) for _ in range(files)]
    for number, content in enumerate(contents):
        (inbox / f"{number:05}.pdf").write_bytes(content)
    begun = time.monotonic()
    with (folder / "output.log").open("w+") as output:
        killed, storing, codes = _race(home, inbox, output.fileno(), (takers, cleaners, kills), rng)
        output.seek(0)
        lines = output.read().splitlines()
    ended = [*lines, *(f"a process ended with {code}" for code in codes if code)]
    facility = open_facility(home)
    try:
        recover(facility)
        seconds = time.monotonic() - begun
        return _judged(facility, contents, (killed, storing), tuple(ended), seconds)
    finally:
        facility.engine.dispose()


def _race(
    home: Path, inbox: Path, output: int, counts: tuple[int, int, int], rng: random.Random
) -> tuple[int, int, list[int]]:
    """Kills so many takers, evenly over the files, each at once replaced by another. Returns how
    many it killed, how many files these were storing, and how the others ended."""
    takers, cleaners, kills = counts
    taking = [_start("take", home, output, rng) for _ in range(takers)]
    cleaning = [_start("clean", home, output, rng) for _ in range(cleaners)]
    files = sum(1 for _ in inbox.iterdir())
    killed, storing, codes = 0, 0, []
    try:
        while taking:
            gone = files - sum(1 for _ in inbox.iterdir())
            if killed < kills and gone > files * killed // (kills + 1):
                at = rng.randrange(len(taking))
                storing += _killed(taking[at], home)
                killed += taking[at].returncode < 0
                taking[at] = _start("take", home, output, rng)
            codes += [each.returncode for each in taking if each.poll() is not None]
            taking = [each for each in taking if each.poll() is None]
            time.sleep(_LOOK)
        codes += [code for each in cleaning if (code := each.poll()) is not None]
    finally:
        for each in (*taking, *cleaning):
            each.kill()
            each.wait()
    return killed, storing, codes


def _killed(taker: subprocess.Popen[bytes], home: Path) -> int:
    """Kills it. Returns how many files it was storing, by the locks that the kernel lists."""
    taker.send_signal(signal.SIGSTOP)
    drafts = set()
    for path in home.glob("*/.incoming/*"):
        with suppress(FileNotFoundError):  # another's, who is done with it
            drafts.add(str(path.lstat().st_ino))
    locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    held = {lock[5].rpartition(":")[2] for lock in locks if lock[4] == str(taker.pid)}
    taker.kill()
    taker.wait()
    return len(drafts & held)


def _start(what: str, home: Path, output: int, rng: random.Random) -> subprocess.Popen[bytes]:
    words = ["--role", what, "--home", str(home), "--seed", str(rng.randrange(1 << 30))]
    command = [sys.executable, "-m", "trials.intake_race", *words]
    return subprocess.Popen(command, cwd=_ROOT, stdout=output, stderr=output)


def _judged(
    facility: Facility,
    contents: Sequence[bytes],
    killed: tuple[int, int],
    ended: tuple[str, ...],
    seconds: float,
) -> Verdict:
    wanted = {hashlib.sha256(content).hexdigest(): content for content in contents}
    with reading(facility.engine) as tx:
        entered = Counter(tx.execute(sa.select(original.c.sha256)).scalars())
        _, problem = audit.verify_chain(tx)
        verbs = sa.select(sa.func.count()).select_from(event)
        again = tx.execute(verbs.where(event.c.verb == "duplicate")).scalar_one()
    stored = set(facility.originals.names())
    altered = [name for name in stored if facility.originals.get(name) != wanted.get(name)]
    return Verdict(
        files=len(contents),
        scans=entered.total(),
        killed=killed[0],
        storing=killed[1],
        again=again,
        seconds=seconds,
        ended=ended,
        missing=tuple(sorted(set(wanted) - (stored & set(entered)))),
        altered=tuple(sorted(altered)),
        doubled=tuple(sorted(name for name, times in entered.items() if times > 1)),
        left=tuple(str(path) for path in _left(facility.home)),
        audit_problem=problem,
    )


def _left(home: Path) -> list[Path]:
    patterns = ("*/.incoming/*", "run/*", "work/*", "inbox/default/*")
    return [path for pattern in patterns for path in home.glob(pattern)]


# --- one of the processes


def _take(home: Path, rng: random.Random) -> int:
    """Takes from the inbox until nothing is there; 1 and a line if anything fails."""
    facility = open_facility(home)
    inbox = home / "inbox" / "default"
    while there := sorted(inbox.iterdir()):
        some = rng.sample(there, min(len(there), rng.randint(1, _MOST_IN_HAND)))
        stacks = [[path] for path in some]
        for result in take_all_from_inbox(facility, stacks, "default", MACHINE):
            if isinstance(result, Exception) and not isinstance(result, Conflict):
                print(f"an intake failed: {type(result).__name__}: {result}", flush=True)
                return 1
    return 0


def _clean(home: Path) -> int:
    """Cleans up as a start does, again and again, until it is killed."""
    facility = open_facility(home)
    while True:
        recover(facility)
        for _ in range(20):
            for part in ("originals", "pictures"):
                LocalBlobs(home / part).sweep()


def _say(verdict: Verdict) -> None:
    print(
        f"{verdict.files} files, {verdict.scans} scans, {verdict.killed} takers killed "
        f"over {verdict.storing} files that they stored, "
        f"{verdict.again} files seen again after a kill, {verdict.seconds:.0f} s"
    )
    for name in ("ended", "missing", "altered", "doubled", "left"):
        found: tuple[str, ...] = getattr(verdict, name)
        print(f"{name}: {len(found)}", *found[:5])
    print(f"audit problem: {verdict.audit_problem}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", choices=("judge", "take", "clean"), default="judge")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--takers", type=int, default=8)
    parser.add_argument("--cleaners", type=int, default=2)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.role == "take":
        return _take(asked.home, random.Random(asked.seed))
    if asked.role == "clean":
        return _clean(asked.home)
    with tempfile.TemporaryDirectory() as folder:
        verdict = run(
            Path(folder), asked.files, asked.takers, asked.cleaners, asked.kills, asked.seed
        )
    _say(verdict)
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
