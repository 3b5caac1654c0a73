"""Everyone logs in at the same moment: how long until all are in, and what memory it takes.

    python -m benchmarks.logins --kiosks 200 --wrong 120

A real ``digitizer web`` on a made-up home; first all kiosks with right PINs, then a flood of wrong
ones over as many connections, from one address. The seconds are of this machine, with whatever else
it does; the processor seconds are the service's own.
"""

from __future__ import annotations

import argparse
import http.client
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psutil
import sqlalchemy as sa

from digitizer.access.password_hashing import hash_secret
from digitizer.facility import make_home, open_facility
from digitizer.model.events import Verb
from digitizer.storage.database import writing
from digitizer.storage.tables import event, inmate
from digitizer.support.clock import now

PIN, WRONG = "830417", "111222"


@dataclass(frozen=True, slots=True)
class Measured:
    """``answers`` by status; ``megabytes`` is the most that the service had in memory so far."""

    seconds: float
    processor_seconds: float
    megabytes: float
    answers: Counter[int]


def fill(home: Path, inmates: int) -> None:
    make_home(home)
    facility = open_facility(home)
    hashed = hash_secret(PIN)
    rows = [
        {
            "booking_number": f"B-{number}",
            "last_name": "Testvale",
            "first_name": "Orson",
            "status": "in_custody",
            "housing_unit": "B",
            "pin_hash": hashed,
            "changed": now(),
        }
        for number in range(inmates)
    ]
    with writing(facility.engine) as tx:
        tx.execute(sa.insert(inmate), rows)
    facility.engine.dispose()


@contextmanager
def served(home: Path) -> Iterator[tuple[int, psutil.Process]]:
    program = str(Path(sys.executable).parent / "digitizer")
    command = [program, "--home", str(home), "web", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    found = None
    while found is None:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stderr.readline())
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    try:
        yield int(found[1]), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def all_at_once(
    port: int, service: psutil.Process, logins: Sequence[tuple[str, str]], connections: int
) -> Measured:
    """Each login is asked for once."""
    start = threading.Barrier(connections)

    def visit(mine: Sequence[tuple[str, str]]) -> list[int]:
        answers = []
        start.wait()
        for number, pin in mine:
            asked = http.client.HTTPConnection("127.0.0.1", port)
            form = urlencode({"booking_number": number, "pin": pin})
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            asked.request("POST", "/login", form, kind)
            answers.append(asked.getresponse().status)
            asked.close()
        return answers

    before, begun = sum(service.cpu_times()[:2]), time.monotonic()
    with ThreadPoolExecutor(connections) as crowd:
        shares = [logins[each::connections] for each in range(connections)]
        answers = Counter(each for found in crowd.map(visit, shares) for each in found)
    seconds = time.monotonic() - begun
    used = sum(service.cpu_times()[:2]) - before
    status = Path(f"/proc/{service.pid}/status").read_text("ascii")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak is not None
    return Measured(seconds, used, int(peak[1]) / 1000, answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kiosks", type=int, default=200)
    parser.add_argument("--wrong", type=int, default=120)
    parser.add_argument("--connections", type=int, default=60)
    parser.add_argument(
        "--sprayed", type=int, default=0, help="accounts, of all with one wrong PIN"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(home, max(given.kiosks, given.sprayed))
        with served(home) as (port, service):
            right = [(f"B-{number}", PIN) for number in range(given.kiosks)]
            show("right PINs, all at once", all_at_once(port, service, right, given.kiosks))
            wrong = [(f"B-{number % given.kiosks}", WRONG) for number in range(given.wrong)]
            show("a flood of wrong ones", all_at_once(port, service, wrong, given.connections))
    if given.sprayed:
        spray(given.sprayed)


def spray(accounts: int) -> None:
    """One PIN over all accounts from one address, in a home that knows no failure yet: how many are
    tried, and how many of a hundred accounts that do have this PIN are opened."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(home, accounts)
        facility = open_facility(home)
        with writing(facility.engine) as tx:
            right = sa.update(inmate).where(inmate.c.id % (accounts // 100) == 0)
            tx.execute(sa.update(inmate).values(pin_hash=hash_secret("995511")))
            tx.execute(right.values(pin_hash=hash_secret(WRONG)))
        with served(home) as (port, service):
            logins = [(f"B-{number}", WRONG) for number in range(accounts)]
            show(f"one PIN over {accounts} accounts", all_at_once(port, service, logins, 4))
        with writing(facility.engine) as tx:
            failed = sa.select(sa.func.count()).select_from(event)
            tried = tx.execute(failed.where(event.c.verb == str(Verb.LOGIN_FAILED))).scalar_one()
        facility.engine.dispose()
    print(f"of these, {tried} were checked and wrong; the others were refused unchecked")


def show(what: str, measured: Measured) -> None:
    answers = ", ".join(f"{number} x {status}" for status, number in measured.answers.items())
    print(
        f"{what}: {answers}; {measured.seconds:.1f} s, {measured.processor_seconds:.1f} s of "
        f"processor, at most {measured.megabytes:.0f} MB so far"
    )


if __name__ == "__main__":
    main()
