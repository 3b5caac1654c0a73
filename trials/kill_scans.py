"""The mail of the kill harness: a home with small, quick scans, and a writer that never rests.

python -m trials.kill_scans HOME      # drops scans into its inbox until it is ended
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from digitizer.covers import actions as covers
from digitizer.covers.terms import CoverTerms
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.people import Actor, ActorKind
from digitizer.people import actions as people
from tests.support import scanner

_BY = Actor(ActorKind.MACHINE, "kill harness")
BOOKINGS = tuple(f"K{100 + n}" for n in range(4))
ROSTER = "booking_number,last_name,first_name,housing_unit,status\n" + "".join(
    f"{booking},Sample,Pat{n},U-1,in_custody\n" for n, booking in enumerate(BOOKINGS)
)
PROFILE = 'based_on = "default"\nsettle_seconds = 0.5\n'
TEXT = "Hello, all is well here."
_WEIGHTS = {"good": 5, "once": 2, "legal": 2, "junk": 1}
_FRESH = 0.6  # of the scans under a cover for one letter: the others repeat a cover
_DPI = 200
_MOST_IN_INBOX, _MOST_IN_QUEUE, _MOST_WITH_JUNK = 8, 30, 800


def kind_of(scan: str) -> str:
    """The kind of a scan by its name, such as ``good-2``."""
    return scan.partition("-")[0]


def mailbox_of(scan: str) -> str | None:
    """The booking number on the cover of a scan, by its name; None: it belongs in no mailbox."""
    kind, _, number = scan.partition("-")
    if kind == "good":
        return BOOKINGS[int(number)]
    return BOOKINGS[0] if kind == "once" else None


def make_home_with_mail(home: Path) -> None:
    """A home, its roster, and beside it ``scans/KIND-N.tif``, whose kinds are good, once (a
    cover for one letter only), legal, and junk (no scan at all)."""
    make_home(home)
    (home / "profiles" / "default.toml").write_text(PROFILE)
    facility = open_facility(home)
    roster = home.parent / "roster.csv"
    roster.write_text(ROSTER)
    people.import_roster(facility, roster, False, _BY)
    folder = home.parent / "scans"
    folder.mkdir()
    for number, booking in enumerate(BOOKINGS):
        save_scan(folder / f"good-{number}.tif", _cover(facility, booking), TEXT)
    legal = covers.print_legal_marker(facility, _BY, None)
    save_scan(folder / "legal-0.tif", scanner.pdf_pages(legal.pdf)[0], TEXT)
    (folder / "junk-0.tif").write_bytes(b"II*\0 this is no picture")
    facility.engine.dispose()
    _once_scan(home)


def _once_scan(home: Path) -> Path:
    """One more scan under a cover for one letter, which nobody has used.

    The database is left before anyone asks: ``ask`` is another SQLite than the product's, and
    where two have one file open in one process, closing it in one frees the other's locks.
    """
    folder = home.parent / "scans"
    path = folder / f"once-{len(list(folder.glob('once-*'))):04}.tif"
    facility = open_facility(home)
    try:
        save_scan(path, _cover(facility, BOOKINGS[0], once=True), TEXT)
    finally:
        facility.engine.dispose()
    return path


def _cover(facility: Facility, booking: str, once: bool = False) -> scanner.Page:
    terms = CoverTerms(once=once)
    return scanner.pdf_pages(covers.print_inmate_cover(facility, booking, _BY, terms).pdf)[0]


def save_scan(path: Path, cover: scanner.Page, text: str) -> None:
    pages = [_small(cover), _small(scanner.typed_page(text))]
    pages[0].save(
        path,
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        compression="group4",
        dpi=(_DPI, _DPI),
    )


def _small(page: scanner.Page) -> Image.Image:
    size = (page.shape[1] * _DPI // scanner.DPI, page.shape[0] * _DPI // scanner.DPI)
    grey = Image.fromarray(page).convert("L").resize(size, Image.Resampling.LANCZOS)
    return Image.fromarray(np.asarray(grey) > 160).convert("1")


def write_for_ever(home: Path) -> None:
    """Scans arrive in every manner; names are used again; what is whole goes into a manifest."""
    rng = random.Random(0)
    folder = home.parent / "scans"
    number = 0
    while True:
        kinds = _may_arrive(home)
        if not kinds:
            time.sleep(0.1)
            continue
        kind = rng.choices(kinds, [_WEIGHTS[each] for each in kinds])[0]
        fresh = kind == "once" and rng.random() < _FRESH
        known = sorted(folder.glob(f"{kind}-*.tif"))
        path = _once_scan(home) if fresh else rng.choice(known)
        target = home / "inbox" / "default" / f"scan{number % 40:03}.tif"
        number += 1
        if target.exists():
            continue
        content = path.read_bytes() + b"%" + rng.randbytes(16)  # no two scans are alike
        (_renamed_in if rng.random() < 0.6 else _slowly)(target, content)
        with (home.parent / "manifest").open("a") as manifest:
            manifest.write(f"{hashlib.sha256(content).hexdigest()} {path.stem}\n")
        time.sleep(rng.uniform(0, 0.4 if len(kinds) > 1 else 1.6))


def _may_arrive(home: Path) -> list[str]:
    """The kinds of which one may arrive now: there is always something to take in and to work,
    and never more than can be worked in the end. Workers that are killed all the time get little
    done; when the queue is full, only what is quickly worked arrives."""
    if len(list((home / "inbox" / "default").iterdir())) >= _MOST_IN_INBOX:
        return []
    queued = ask(home, "SELECT count(*) FROM scan WHERE state IN ('waiting', 'working')")[0][0]
    if int(queued) < _MOST_IN_QUEUE:
        return [*_WEIGHTS]
    return ["junk"] if int(queued) < _MOST_WITH_JUNK else []


def ask(home: Path, query: str, *values: str) -> list[Any]:
    """The rows that the home's database answers, read beside whoever writes."""
    url = f"file:{home}/database/mail.sqlite?mode=ro"
    with closing(sqlite3.connect(url, uri=True)) as database:
        return database.execute(query, values).fetchall()


def _renamed_in(target: Path, content: bytes) -> None:
    unfinished = target.with_name(f".{target.name}")
    unfinished.write_bytes(content)
    unfinished.rename(target)


def _slowly(target: Path, content: bytes) -> None:
    half = len(content) // 2
    with target.open("wb") as out:
        out.write(content[:half])
        out.flush()
        time.sleep(0.1)
        out.write(content[half:])


if __name__ == "__main__":
    write_for_ever(Path(sys.argv[1]))
