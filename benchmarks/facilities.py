"""How many audited acts a second the facilities of one agency do, on one PostgreSQL database.

    python -m benchmarks.facilities --facilities 1 8 32

Each facility has a process that writes one event after the other, as a look at a letter does, for
some seconds; every commit takes 5 ms more, as on a disk that really syncs. Beside it, in the same
run, the same with one lock for the whole database, as if the agency were one facility.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from multiprocessing import Queue, get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from digitizer.access.acting import acting
from digitizer.access.permissions import Act
from digitizer.agency import members
from digitizer.facility import make_home, open_facility
from digitizer.model.events import Subject, Verb
from digitizer.operations.actions import verify_audit
from digitizer.operations.facilities import add_facility
from digitizer.operations.moving import move_home
from digitizer.storage import database
from tests.support import postgres
from tests.support.made_mail import OPERATOR
from tests.support.provenance import commit

_COMMIT = 0.005  # seconds
_FOR_ALL = sa.select(sa.func.pg_advisory_xact_lock(database._WRITERS, 0))


def _acts(home: Path, start: Barrier, seconds: float, one_lock: bool, found: Queue[int]) -> None:
    """Puts into ``found`` how many this process did, all processes from the same moment on."""
    if one_lock:
        database._TAKE_TURN = _FOR_ALL
    facility = open_facility(home)
    sa.event.listen(facility.engine, "commit", lambda _: time.sleep(_COMMIT))
    done = 0
    start.wait()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with acting(facility, OPERATOR, Act.OPERATE) as action:
            action.record(Verb.LOOK, Subject.letter(f"invented{done}"))
        done += 1
    facility.engine.dispose()
    found.put(done)


def measured(homes: Sequence[Path], seconds: float, one_lock: bool) -> float:
    """Acts a second, of all facilities together."""
    context = get_context("spawn")
    start, found = context.Barrier(len(homes)), context.Queue()
    working = [
        context.Process(target=_acts, args=(home, start, seconds, one_lock, found))
        for home in homes
    ]
    for each in working:
        each.start()
    done = sum(int(found.get()) for _ in working)
    for each in working:
        each.join()
    return done / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--facilities", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--seconds", type=float, default=8)
    asked = parser.parse_args()
    table = Table("facilities", "a lock each", "of one", "one lock for all", "of one")
    with postgres.server() as url, TemporaryDirectory() as folder:
        home = Path(folder) / "agency"
        make_home(home)
        move_home(home, url, OPERATOR)
        for number in range(1, max(asked.facilities)):
            add_facility(home, f"made{number}", f"Made-up Jail {number}", OPERATOR)
        homes = [each.home for each in members(home)]
        first: dict[bool, float] = {}
        for count in asked.facilities:
            found = {one: measured(homes[:count], asked.seconds, one) for one in (False, True)}
            first = first or found
            cells = [(f"{found[one]:.0f}", f"{found[one] / first[one]:.1f}") for one in found]
            table.add_row(str(count), *cells[0], *cells[1])
        for each in homes:
            facility = open_facility(each)
            assert verify_audit(facility, OPERATOR)[1] is None
            facility.engine.dispose()
    console = Console()
    console.print(f"{commit()}: audited acts a second, {_COMMIT * 1000:.0f} ms a commit more")
    console.print(table)


if __name__ == "__main__":
    main()
