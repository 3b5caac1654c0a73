"""Moves a home of many letters to PostgreSQL, killed at one named point after another.

    python -m trials.moving --letters 5000

After each kill the home must work as before on its old database, or, once that is closed, refuse
to open. In the end every row of every table must be the same in both.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitizer.facility import make_home, open_facility
from digitizer.model.errors import SettingsError
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.reconcile import Balance
from digitizer.storage.database import open_engine, writing
from digitizer.support import failpoints
from tests.support import postgres
from tests.support.made_mail import OPERATOR, ORSON, PETRA, deliver, fill_roster
from tests.support.moved_home import CLOSED, all_rows, killed_at
from tests.support.provenance import commit

_POINTS = failpoints.MOVING_POINTS
_COPYING = _POINTS.index("moving.copied")
#: Twenty, in the order in which a move comes to them.
POINTS = (
    *_POINTS[:_COPYING],
    *(f"moving.copied:{number}" for number in (1, 3, 6, 9, 12, 15, 18, 21, 24)),
    *_POINTS[_COPYING + 1 :],
)


@dataclass(frozen=True, slots=True)
class _State:
    """What a home that works says of itself."""

    database: str
    balances: Sequence[Balance]
    fault: str | None


def fill(home: Path, letters: int) -> None:
    """Letters as they are filed, each of a scan of its own, in two mailboxes."""
    make_home(home)
    facility = open_facility(home)
    with writing(facility.engine) as tx:
        fill_roster(tx)
    for number in range(letters):
        text = f"letter {number} of the garden, and of {'abcdefgh'[number % 8] * 3}"
        deliver(facility, (ORSON, PETRA)[number % 2], text, str(number).encode())
    facility.engine.dispose()


def _state(home: Path) -> _State | None:
    """None where it refuses to open."""
    try:
        facility = open_facility(home)
    except SettingsError:
        return None
    try:
        balances = reconcile(facility, OPERATOR)
        fault = verify_audit(facility, OPERATOR)[1]
        return _State(facility.engine.dialect.name, balances, fault)
    finally:
        facility.engine.dispose()


def play(home: Path, url: str) -> None:
    """Kills at each point; the last comes after the switch, so that the home has moved. Raises
    AssertionError where something is lost, or differs."""
    before = _state(home)
    assert before is not None
    for point in POINTS:
        began = time.monotonic()
        assert killed_at(home, url, point), f"{point} was not reached"
        now = _state(home)
        if point in CLOSED:
            assert now is None, f"{point}: half of it can be opened"
        else:
            assert now is not None, f"{point}: it cannot be opened"
            assert (now.balances, now.fault) == (before.balances, None), point
        where = "closed" if now is None else now.database
        print(f"{time.monotonic() - began:6.1f} s  killed at {point}: {where}", flush=True)
    old = open_engine(f"sqlite:///{home}/database/mail.sqlite")
    moved = open_facility(home)
    mine, theirs = all_rows(old), all_rows(moved.engine)
    assert mine == theirs
    print(f"{sum(map(len, theirs.values()))} rows of {len(theirs)} tables, all the same")
    old.dispose()
    moved.engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=5_000)
    letters = parser.parse_args().letters
    print(f"{commit()}, {letters} letters, {len(POINTS)} points")
    with tempfile.TemporaryDirectory() as folder, postgres.server() as url:
        home = Path(folder) / "home"
        fill(home, letters)
        play(home, url)


if __name__ == "__main__":
    main()
