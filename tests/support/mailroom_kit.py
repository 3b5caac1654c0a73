"""What the acceptance tests share: a running service, covers, and stacks of letters."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from tests.support import scanner
from tests.support.corpus import CORPUS, without_corpus
from tests.support.patience import HUNG, until

ROOT = Path(__file__).resolve().parents[2]
LETTERS = CORPUS / "letters"
DIGITIZER = str(Path(sys.executable).parent / "digitizer")
PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Posted:
    """One letter in the stack: whose it is, its pages in the file, and their pictures."""

    booking: str
    pages: tuple[int, ...]
    pictures: tuple[Path, ...]

    def texts(self, kind: str = "*") -> list[str]:
        """The text of its pages; only of one kind of page, if it is named."""
        pictures = [path for path in self.pictures if kind in ("*", path.parent.name)]
        return [path.with_suffix(".txt").read_text("utf-8") for path in pictures]


class Home:
    """A home driven through its command line alone, as a new user would."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "home"
        self.paper = folder / "paper"
        self.paper.mkdir()
        self.run("init")
        roster = folder / "roster.csv"
        rows = [f"P{1000 + n},Sample{n},Pat{n},U-{n % 4},in_custody" for n in range(PEOPLE)]
        header = "booking_number,last_name,first_name,housing_unit,status"
        roster.write_text("\n".join([header, *rows]) + "\n")
        self.run("roster", "import", str(roster))

    @property
    def bookings(self) -> list[str]:
        return [f"P{1000 + n}" for n in range(PEOPLE)]

    def run(self, *arguments: str, good: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            [DIGITIZER, "--home", str(self.path), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in good, done.stderr
        return done.stdout

    def lines(self, *arguments: str, good: tuple[int, ...] = (0,)) -> list[dict[str, Any]]:
        output = self.run(*arguments, "--json", good=good)
        return [json.loads(line) for line in output.splitlines()]

    def cover(self, *arguments: str) -> scanner.Page:
        file = self.paper / f"cover-{len(list(self.paper.iterdir()))}.pdf"
        self.run("cover", "print", *arguments, "--out", str(file))
        return scanner.pdf_pages(file)[0]

    def inbox(self, profile: str = "default") -> Path:
        folder = self.path / "inbox" / profile
        folder.mkdir(exist_ok=True)
        return folder

    def work(self) -> None:
        """Works everything that waits, as ``digitizer worker`` does, and ends."""
        from digitizer.capture.worker import Worker
        from digitizer.facility import open_facility

        with Worker(open_facility(self.path)) as worker:
            while worker.work_next():
                pass

    def balanced(self) -> bool:
        return all(each["balanced"] for each in self.lines("reconcile", good=(0, 1)))


class Serving:
    """``digitizer serve`` on that port (0: a free one), for as long as the block lasts."""

    def __init__(self, home: Home, port: int = 0) -> None:
        self._home, self._port = home, port
        self._log = (home.path.parent / "service.log").open("a")

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [DIGITIZER, "--home", str(self._home.path), "serve", "--port", str(self._port)],
            stderr=self._log,
            stdout=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(HUNG)
        self._log.close()

    def until_filed(self, scans: int) -> list[dict[str, Any]]:
        """What ``reconcile`` reports once there are so many scans and none is being worked."""
        accounts: list[dict[str, Any]] = []

        def filed() -> bool:
            accounts[:] = self._home.lines("reconcile", good=(0, 1))
            return len(accounts) >= scans and not any(each["working"] for each in accounts)

        self.until(filed)
        return accounts

    def until(self, true: Callable[[], bool]) -> None:
        """Waits until it is true, while the service runs."""
        until(true, self._process)


def corpus_letters(typed: int, mixed: int, handwritten: int) -> list[Path]:
    """So many real letters of each kind, one of each kind in turn."""
    if not LETTERS.is_dir():
        without_corpus("the letters")
    chosen = [
        sorted((LETTERS / kind).glob("*.jpg"))[:count]
        for kind, count in (("typed", typed), ("mixed", mixed), ("handwritten", handwritten))
    ]
    longest = max(map(len, chosen))
    return [kind[n] for n in range(longest) for kind in chosen if n < len(kind)]


def post(
    home: Home, pictures: Sequence[Path], a_letter: Sequence[int], backs: bool, first: int = 0
) -> tuple[list[scanner.Page], list[Posted]]:
    """Letters of so many sheets each, behind covers; the fronts (and blank backs) in order."""
    sheets: list[scanner.Page] = []
    posted: list[Posted] = []
    sides = 2 if backs else 1
    left = list(pictures)
    for number, count in enumerate(a_letter):
        booking = home.bookings[(first + number) % PEOPLE]
        mine, left = left[:count], left[count:]
        sheets.append(home.cover(booking))
        start = len(sheets)
        sheets += [scanner.picture_page(scanner.photograph(path)) for path in mine]
        pages = tuple(1 + sides * (start + n) for n in range(len(mine)))
        posted.append(Posted(booking, pages, tuple(mine)))
    return (scanner.with_blank_backs(sheets) if backs else sheets), posted


def scanned(pages: Sequence[scanner.Page], seed: int) -> list[scanner.Page]:
    rng = np.random.default_rng(seed)
    return [scanner.glass(page, rng) for page in pages]


def distinctive_words(posted: Sequence[Posted], page: str, most: int = 2) -> list[str]:
    """Long words of this page's transcript that are in no other letter of the stack."""
    everywhere = Counter(
        word for each in posted for word in {w for text in each.texts() for w in _words(text)}
    )
    own = {word for word in _words(page) if everywhere[word] == 1}
    return sorted(own, key=lambda word: (-len(word), word))[:most]


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return [word for word in re.findall(r"[a-z]+", plain) if 6 <= len(word) <= 14]
