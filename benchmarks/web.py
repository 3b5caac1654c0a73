"""How long people wait for a page when the home holds years of mail.

    python -m benchmarks.web [--letters 100000] [--inmates 2000] [--held 200] [--clerks 50]
        [--kiosks 200]

A real ``digitizer web`` on a made-up home in SQLite. Each page is asked for a hundred times by one
clerk, always another item of its kind, and then all pages by many clerks at once; so are the pages
of inmates and families, and many kiosks log in at the same moment, and look at mailbox, letter and
conversation. Seconds are this machine's, whatever else it does; a small page that asks nothing of
the database is measured beside them, for what every request costs.
"""

from __future__ import annotations

import argparse
import http.client
import io
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from benchmarks.logins import served
from benchmarks.made_conversations import add_conversations, correspondent_of, email_of
from digitizer import audit
from digitizer.model.events import Subject, Verb
from digitizer.model.people import MACHINE
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate, letter, original, page, scan
from digitizer.support.clock import now
from tests.support.web_kit import (
    PASSWORD,
    PIN,
    Mail,
    add_letter,
    add_page,
    add_scan,
    draw_page,
    make_mail,
)

_NAME = "Ana Brookwater"
_FIRST = ("Orson", "Petra", "Ida", "Nuria", "Tobias", "Ana", "Milo", "Selma", "Juan", "Vera")
_LAST = ("Testvale", "Madeup", "Inventson", "Samplewood", "Fictiva", "Nowhere", "Exampli", "Sham")
_LETTERS_A_SCAN = 20
_DAYS = 700
_AT_ONCE = 20_000
#: Times that each page is asked for.
_TIMES = 100


@dataclass(frozen=True, slots=True)
class Filled:
    """What is in the home: ids of held letters, which have three pages each, and how many inmates,
    whose letters are numbered one after another."""

    held: tuple[str, ...]
    inmates: int


def fill(home: Path, letters: int, inmates: int, held: int) -> Filled:
    """Delivered letters of the last two years, each scan with its event, and letters that wait."""
    mail = make_mail(home)
    _fill_roster(mail, inmates)
    _fill_delivered(mail, letters, inmates)
    ids = tuple(_one_held(mail, number) for number in range(held))
    add_conversations(mail.facility, inmates, letters)
    mail.facility.engine.dispose()
    return Filled(ids, inmates)


def _fill_roster(mail: Mail, inmates: int) -> None:
    chance = random.Random(1)
    with writing(mail.facility.engine) as tx:
        tx.execute(
            sa.insert(inmate),
            [
                {
                    "id": 100 + number,
                    "booking_number": f"B-{100_000 + number}",
                    "last_name": f"{chance.choice(_LAST)}{number % 97}",
                    "first_name": chance.choice(_FIRST),
                    "housing_unit": f"{'ABCDEFGH'[number % 8]}-{number % 9}",
                    "status": "in_custody" if number % 10 else "released",
                    "changed": now(),
                }
                for number in range(inmates)
            ],
        )


def _fill_delivered(mail: Mail, letters: int, inmates: int) -> None:
    sample = mail.facility.pictures.put(_a_picture())[0]
    for first in range(0, letters, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, letters))
        scans = [each for each in numbers if each % _LETTERS_A_SCAN == 0]
        came = {each: now() - timedelta(days=_DAYS * (1 - each / letters)) for each in numbers}
        with writing(mail.facility.engine) as tx:
            tx.execute(sa.insert(scan), [_scan_row(each, came[each]) for each in scans])
            tx.execute(sa.insert(original), [_original_row(each) for each in scans])
            tx.execute(
                sa.insert(letter), [_letter_row(each, came[each], inmates) for each in numbers]
            )
            tx.execute(sa.insert(page), [_page_row(each, sample) for each in numbers])
            for each in scans:
                audit.record(tx, MACHINE, Verb.TAKE_IN, Subject.scan(f"made{each:012d}"))


def _a_picture() -> io.BytesIO:
    return io.BytesIO(draw_page("A letter of long ago.", 1))


def _scan_row(number: int, came: datetime) -> dict[str, object]:
    return {
        "id": f"made{number:012d}",
        "fingerprint": f"{10**9 + number:064x}",
        "profile": "default",
        "state": "filed",
        "taken_in": came,
        "finished": came + timedelta(seconds=40),
        "pages": _LETTERS_A_SCAN,
    }


def _original_row(number: int) -> dict[str, object]:
    digest = f"{10**9 + number:064x}"
    return {
        "scan_id": f"made{number:012d}",
        "ordinal": 1,
        "sha256": digest,
        "source": f"stack-{number}.pdf",
        "size": 9,
    }


def _letter_row(number: int, came: datetime, inmates: int) -> dict[str, object]:
    return {
        "id": f"made{number:010d}",
        "scan_id": f"made{number - number % _LETTERS_A_SCAN:012d}",
        "kind": "letter",
        "received": came,
        "state": "delivered",
        "inmate_id": 100 + number % inmates,
        "read": came + timedelta(hours=3) if number % 3 else None,
    }


def _page_row(number: int, picture: str) -> dict[str, object]:
    return {
        "scan_id": f"made{number - number % _LETTERS_A_SCAN:012d}",
        "number": number % _LETTERS_A_SCAN + 1,
        "place": number % _LETTERS_A_SCAN + 1,
        "role": "content",
        "letter_id": f"made{number:010d}",
        "position": 1,
        "picture": picture,
        "width": 850,
        "height": 1100,
        "dpi": 100,
        "ink": 0.03,
        "quality": [],
    }


def _one_held(mail: Mail, number: int) -> str:
    """A letter of three pages between separators, whose envelope names somebody."""
    stack = add_scan(mail, f"held-{number}.pdf")
    held = add_letter(mail, stack, None, reason="Whose is it?", doubts=["separated"])
    name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}{number % 97}"
    for place, text in enumerate((f"{name}\nB-{100_000 + number}", "Dear you", "Yours"), start=1):
        add_page(mail, stack, place, held, text, position=place)
    return held


class Browser:
    """A browser's session over one connection that stays open. ``login`` is how long that took."""

    def __init__(self, port: int, page: str, **secrets: str) -> None:
        self._web = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        begun = time.perf_counter()
        self._web.request("POST", page, urlencode(secrets), kind)
        answer = self._web.getresponse()
        size = len(answer.read())
        self.login = (answer.status, time.perf_counter() - begun, size)
        self._cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        if answer.status != 303 or not self._cookie:
            raise RuntimeError(f"nobody could log in at {page}: {answer.status}")

    @classmethod
    def of_clerk(cls, port: int) -> Browser:
        return cls(port, "/staff/login", name=_NAME, password=PASSWORD)

    @classmethod
    def of_inmate(cls, port: int, number: int) -> Browser:
        return cls(port, "/login", booking_number=f"B-{100_000 + number}", pin=PIN)

    @classmethod
    def of_family(cls, port: int, number: int) -> Browser:
        email = email_of(correspondent_of(number))
        return cls(port, "/family/login", email=email, password=PASSWORD)

    def get(self, path: str) -> tuple[int, float, int]:
        """The status, the seconds that it took, and the bytes that came."""
        begun = time.perf_counter()
        self._web.request("GET", path, headers={"Cookie": self._cookie})
        answer = self._web.getresponse()
        size = len(answer.read())
        return answer.status, time.perf_counter() - begun, size

    def close(self) -> None:
        self._web.close()


def pages(filled: Filled) -> dict[str, Callable[[int], str]]:
    """What is asked for, by its name: the path of the n-th time."""

    def held(n: int) -> str:
        return filled.held[n % len(filled.held)]

    return {
        "nothing asked (front page)": lambda n: "/",
        "today": lambda n: "/staff",
        "held, the list": lambda n: "/staff/held",
        "a held item": lambda n: f"/staff/held/{held(n)}",
        "its page's picture": lambda n: f"/staff/held/{held(n)}/page/2/picture",
        "its small picture": lambda n: f"/staff/held/{held(n)}/page/2/picture?small=true",
        "search as you type": lambda n: f"/staff/held/{held(0)}/find?find={_LAST[n % 8][:3]}",
        "mail by a name": lambda n: f"/staff/mail?q={_LAST[n % 8]}{n % 97}",
        "inmates": lambda n: f"/staff/inmates?q={_FIRST[n % 10]}",
    }


def inmates_pages(filled: Filled, number: int) -> dict[str, Callable[[int], str]]:
    """Of the inmate with this number from 0."""
    first = correspondent_of(number)

    def letter_of(n: int) -> str:
        return f"made{number + filled.inmates * (n % 10):010d}"

    return {
        "mailbox": lambda n: "/mail",
        "a letter's page": lambda n: f"/mail/{letter_of(n)}/1",
        "with whom they write": lambda n: "/mail/with",
        "a conversation": lambda n: f"/mail/with/{first + n % 2}",
    }


def familys_pages(number: int) -> dict[str, Callable[[int], str]]:
    """Of the first correspondent of the inmate with this number from 0."""
    return {
        "family: with whom they write": lambda n: "/family/home",
        "family: a conversation": lambda n: f"/family/with/B-{100_000 + number}",
    }


@dataclass(frozen=True, slots=True)
class Waited:
    """Milliseconds of each time, in the order of the times, the statuses, and the largest answer in
    bytes."""

    milliseconds: tuple[float, ...]
    statuses: Counter[int]
    largest: int

    def share(self, of: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(of * len(ordered)))]


def one_clerk(port: int, filled: Filled) -> dict[str, Waited]:
    with closing(Browser.of_clerk(port)) as clerk:
        return {
            name: _waited([clerk.get(path(n)) for n in range(_TIMES)])
            for name, path in pages(filled).items()
        }


def one_of_each(port: int, filled: Filled) -> dict[str, Waited]:
    """Ten inmates and ten families, one after another, a tenth of the times each."""
    got: dict[str, list[tuple[int, float, int]]] = {}
    for number in range(11, filled.inmates, filled.inmates // 10):
        visits = (
            (Browser.of_inmate(port, number), inmates_pages(filled, number)),
            (Browser.of_family(port, number), familys_pages(number)),
        )
        for browser, found in visits:
            with closing(browser):
                for name, path in found.items():
                    asked = [browser.get(path(n)) for n in range(_TIMES // 10)]
                    got.setdefault(name, []).extend(asked)
    return {name: _waited(each) for name, each in got.items()}


def many_kiosks(port: int, filled: Filled, kiosks: int) -> dict[str, Waited]:
    """Each inmate at a kiosk of their own, all at the same moment."""
    start = threading.Barrier(kiosks)

    def visit(number: int) -> list[tuple[str, tuple[int, float, int]]]:
        start.wait()
        with closing(Browser.of_inmate(port, number)) as kiosk:
            found = inmates_pages(filled, number).items()
            looks = [(name, kiosk.get(path(number))) for name, path in found]
            return [("log in", kiosk.login), *looks]

    with ThreadPoolExecutor(kiosks) as threads:
        done = [each for found in threads.map(visit, range(kiosks)) for each in found]
    names = dict.fromkeys(what for what, _ in done)
    return {name: _waited([got for what, got in done if what == name]) for name in names}


def many_clerks(port: int, filled: Filled, clerks: int) -> dict[str, Waited]:
    """All at once, each through all pages, a few times each."""
    crowd = [Browser.of_clerk(port) for _ in range(clerks)]
    start = threading.Barrier(clerks)

    def work(number: int) -> list[tuple[str, tuple[int, float, int]]]:
        start.wait()
        return [
            (name, crowd[number].get(path(number + n)))
            for n in range(4)
            for name, path in pages(filled).items()
        ]

    with ThreadPoolExecutor(clerks) as threads:
        done = [each for found in threads.map(work, range(clerks)) for each in found]
    for clerk in crowd:
        clerk.close()
    return {name: _waited([got for what, got in done if what == name]) for name in pages(filled)}


def _waited(got: Sequence[tuple[int, float, int]]) -> Waited:
    return Waited(
        tuple(seconds * 1000 for _, seconds, _ in got),
        Counter(status for status, _, _ in got),
        max(size for _, _, size in got),
    )


def show(title: str, measured: dict[str, Waited]) -> None:
    table = Table(title=title)
    for heading in ("page", "first, ms", "p50, ms", "p95, ms", "largest, kB", "answers"):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    for name, each in measured.items():
        answers = ", ".join(f"{number} x {status}" for status, number in each.statuses.items())
        times = (each.milliseconds[0], each.share(0.5), each.share(0.95))
        table.add_row(
            name, *(f"{each:.0f}" for each in times), f"{each.largest / 1000:.0f}", answers
        )
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=100_000)
    parser.add_argument("--inmates", type=int, default=2000)
    parser.add_argument("--held", type=int, default=200)
    parser.add_argument("--clerks", type=int, default=50)
    parser.add_argument("--kiosks", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        begun = time.monotonic()
        filled = fill(home, given.letters, given.inmates, given.held)
        print(f"filled in {time.monotonic() - begun:.0f} s", file=sys.stderr)
        print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        with served(home) as (port, service):
            show("inmates and families, one at a time", one_of_each(port, filled))
            kiosks = many_kiosks(port, filled, given.kiosks)
            show(f"{given.kiosks} kiosks at the same moment", kiosks)
            show("one clerk", one_clerk(port, filled))
            show(f"{given.clerks} clerks at once", many_clerks(port, filled, given.clerks))
            print(f"the service has {service.memory_info().rss / 1e6:.0f} MB in memory")


if __name__ == "__main__":
    main()
