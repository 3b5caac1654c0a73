"""What the public tree costs each event, beside the log without it; and how long a pack takes.

    python -m benchmarks.evidence [--events N]

The log without a tree is the same code with its leaves left out. Both write in turns, each event in
a transaction of its own and many in one, on the same disk. Then packs are made of a letter of four
pages, in a log of a few events and in one of ``--events``; and the file of a database before and
after its events got their leaves says how many bytes they take.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import sqlalchemy as sa
from PIL import Image

from digitizer import audit
from digitizer.evidence import actions
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.events import Subject, Verb
from digitizer.storage import event_tree
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event
from tests.support.made_mail import (
    CLERK,
    ORSON,
    SUPERVISOR,
    file,
    fill_roster,
    letter_of,
    letters_of,
    new_cover,
    read,
    split_of,
)

_SCAN = (1700, 2200)  # a letter page at 200 dpi


@contextmanager
def without_tree() -> Iterator[None]:
    """Events as an earlier version wrote them."""
    with mock.patch.multiple(
        audit, leaf_of=lambda *_: None, salt_of=lambda *_: None, _leaf_problem=lambda *_: None
    ):
        yield


def write_events(facility: Facility, count: int) -> None:
    with writing(facility.engine) as tx:
        for number in range(count):
            audit.record(tx, CLERK, Verb.LOOK_AT_PAGE, Subject.letter(f"{number:016}"), page=1)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def per_event(facility: Facility, times: int, together: int) -> tuple[float, float]:
    """Medians in milliseconds of one event, with the tree and without it, in turns."""
    with_it, without = [], []
    for _ in range(times):
        with_it.append(seconds(lambda: write_events(facility, together)) / together)
        with without_tree():
            without.append(seconds(lambda: write_events(facility, together)) / together)
    return statistics.median(with_it) * 1000, statistics.median(without) * 1000


def a_letter(facility: Facility) -> str:
    """Four pages of writing, as large and as noisy as a scanner's."""
    chance = np.random.default_rng(1)
    pictures = {}
    for number in range(2, 6):
        noise = chance.normal(245, 4, (_SCAN[1], _SCAN[0])).clip(0, 255).astype(np.uint8)
        noise[100:2000:40, 150:1500] = 40
        out = io.BytesIO()
        Image.fromarray(noise).save(out, "JPEG", quality=85)
        pictures[number], _ = facility.pictures.put(io.BytesIO(out.getvalue()))
    texts = {number: read("plums from the garden " * 60) for number in pictures}
    split = split_of(letter_of(new_cover(facility, ORSON), 1, 5))
    scan = file(facility, split, texts, content=b"x" * 2_000_000, pictures=pictures)
    (stored,) = letters_of(facility, scan)
    return stored.id


def stored_bytes(facility: Facility) -> int:
    with facility.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar()
    return int(pages or 0) * int(size or 0)


def rebuilt(facility: Facility) -> int:
    """Its size without what was freed."""
    with facility.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
    return stored_bytes(facility)


def report_pack(facility: Facility, letter: str, label: str) -> None:
    taken = [
        seconds(lambda: actions.make_pack(facility, letter, SUPERVISOR, "why")) for _ in range(3)
    ]
    made = actions.make_pack(facility, letter, SUPERVISOR, "why")
    print(
        f"pack of 4 pages, log of {label} events: {statistics.median(taken):.2f} s, "
        f"{len(made.pdf) / 1e6:.1f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    wanted = parser.parse_args().events
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        make_home(home)
        facility = open_facility(home)
        with writing(facility.engine) as tx:
            fill_roster(tx)
        for times, together, label in ((100, 1, "alone"), (9, 500, "500 together")):
            tree, plain = per_event(facility, times, together)
            print(
                f"an event, {label}: {tree:.3f} ms with the tree, {plain:.3f} ms without; "
                f"ratio {tree / plain:.2f}"
            )
        with writing(facility.engine) as tx:  # what was written without it
            audit.grow_tree(tx)
        letter = a_letter(facility)
        report_pack(facility, letter, f"{_count(facility):,}")
        while (left := wanted - _count(facility)) > 0:
            write_events(facility, min(left, 5000))
        report_pack(facility, letter, f"{_count(facility):,}")
        with reading(facility.engine) as tx:
            size = _count(facility)
            print(f"its root: {seconds(lambda: event_tree.roots_at(tx, [size])):.2f} s")
            walks = [_walks(tx) for _ in range(3)]
            checked, bare = (statistics.median(each[place] for each in walks) for place in (0, 1))
            print(f"audit verify: {checked:.2f} s, {bare:.2f} s without the tree")
        full = rebuilt(facility)
        with writing(facility.engine) as tx:
            tx.execute(sa.update(event).values(salt=None, leaf=None))
        bare = rebuilt(facility)
        grown = seconds(lambda: _grow(facility))
        print(
            f"bytes an event: {(full - bare) / size:.0f} of the tree, on {bare / size:.0f} of all "
            f"else; the leaves of {size:,} older events made in {grown:.1f} s"
        )
        facility.engine.dispose()


def _walks(tx: sa.Connection) -> tuple[float, float]:
    """Seconds to walk along the chain, with its leaves and without them."""
    with_it = seconds(lambda: _proven(tx))
    with without_tree():
        return with_it, seconds(lambda: _proven(tx))


def _proven(tx: sa.Connection) -> None:
    fault = audit.walk(tx).fault
    if fault:
        raise SystemExit(f"the log is broken: {fault}")


def _grow(facility: Facility) -> None:
    with writing(facility.engine) as tx:
        audit.grow_tree(tx)


def _count(facility: Facility) -> int:
    with reading(facility.engine) as tx:
        return audit.named_head(tx).seq


if __name__ == "__main__":
    main()
