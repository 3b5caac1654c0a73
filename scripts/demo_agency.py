"""Two facilities of one agency on a PostgreSQL of their own, each with a service; somebody moves
from the one to the other; see scripts/demo --agency."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.demo import TYPED, Demo, drop_slowly, free_port, since
from tests.support import postgres, scanner

HERE, THERE = "D1001", "N-71"
ROSTERS = {
    "main": (HERE, "Example", "Avery", "A-1"),
    "north": (THERE, "Example", "Avery B.", "N-2"),
}
NEIGHBOUR = ("N-72", "Model", "Dana", "N-2")
LATER = "Dear Avery,\n\ndid you get our last letter? The plums are ripe now.\n\nAunt Imaginary"


class Part(Demo):
    """The demo's steps in one facility of the agency."""

    def __init__(self, folder: Path, code: str) -> None:
        super().__init__(folder)
        self.code = code
        self.command += ["--facility", code]
        home = self.home if code == "main" else self.home / "facilities" / code
        self.inbox = home / "inbox" / "default"

    def list_people(self, *people: Sequence[str]) -> None:
        roster = self.folder / f"roster-{self.code}.csv"
        rows = "".join(f"{','.join(person)},in custody\n" for person in people)
        roster.write_text("booking_number,last_name,first_name,housing_unit,status\n" + rows)
        self.run("roster", "import", str(roster))

    def cover(self, booking: str) -> scanner.Page:
        file = self.folder / f"cover-{booking}.pdf"
        self.run("cover", "print", booking, "--out", str(file))
        return scanner.pdf_pages(file)[0]

    def scan(self, name: str, *sheets: scanner.Page) -> None:
        file = self.folder / name
        scanner.write_pdf([scanner.glass(sheet, self.rng) for sheet in sheets], file)
        drop_slowly(file, self.inbox / name)

    def supervisor(self, name: str) -> Path:
        """Returns the file with their password."""
        said = self.run("staff", "add", name, "--role", "supervisor").strip()
        file = self.folder / f"password-{self.code}"
        file.touch(mode=0o600)
        file.write_text(said.rpartition(" ")[2])
        return file


def main(once: bool, port: int) -> None:
    start = time.monotonic()
    reason = postgres.missing()
    if reason:
        sys.exit(f"{reason}. scripts/install --test installs what this needs.")
    folder = Path(tempfile.mkdtemp(prefix="digitizer-demo-"))
    with ExitStack() as stack:
        url = stack.enter_context(postgres.server())
        first, north = Part(folder, "main"), Part(folder, "north")
        _make(Demo(folder), url, first, north)
        ports = port or free_port(), port + 1 if port else free_port()
        services = [
            stack.enter_context(_service(each, at))
            for each, at in zip((first, north), ports, strict=True)
        ]
        old = first.cover(HERE)
        first.scan("stack-main.pdf", old, scanner.typed_page(TYPED[HERE]))
        north.scan("stack-north.pdf", north.cover(NEIGHBOUR[0]), scanner.typed_page(TYPED["D1002"]))
        for each in (first, north):
            each.wait_for(1)
        first.report(f"2. Each service filed a stack of its own, {since(start)} after the start:")
        _show(first, HERE, "tractor")
        _show(north, NEIGHBOUR[0], "tractor")
        _move(first, north)
        _show(north, THERE, "tractor")
        first.scan("later.pdf", old, scanner.typed_page(LATER))
        first.wait_for(2)
        for held in first.lines("held"):
            first.report(f"4. A later letter under the old cover is held: {held['reason']}")
        for each in (first, north):
            balanced = all(scan["balanced"] for scan in each.lines("reconcile"))
            each.run("audit", "verify")
            each.report(
                f"   {each.code}: {'all scans balance' if balanced else 'NOT ALL SCANS BALANCE'}, "
                "and the event log is whole."
            )
        first.report(f"Everything took {since(start)}. The files are in {folder}")
        if not once:
            for each, at in zip((first, north), ports, strict=True):
                each.report(f"The web pages of {each.code} are at http://127.0.0.1:{at}/")
            first.report("Ctrl+C ends it.")
            _wait(services)


def _make(agency: Demo, url: str, first: Part, north: Part) -> None:
    agency.run("init")
    agency.run("move-to", url)
    agency.run("facility", "add", "north", "--name", "North Example Jail")
    first.list_people(ROSTERS["main"])
    north.list_people(ROSTERS["north"], NEIGHBOUR)
    agency.report(
        f"1. An agency of two facilities was made in {agency.home}, each with a schema of one "
        "PostgreSQL database."
    )


def _service(of: Part, port: int) -> subprocess.Popen[bytes]:
    log = (of.folder / f"service-{of.code}.log").open("w")
    return _Service([*of.command, "serve", "--port", str(port)], stderr=log)


class _Service(subprocess.Popen[bytes]):
    """Ended with the block."""

    def __exit__(self, *_: object) -> None:
        self.send_signal(signal.SIGTERM)
        self.wait(timeout=30)


def _show(of: Part, booking: str, word: str) -> None:
    for entry in of.lines("mailbox", booking):
        of.report(f"   {of.code}, {booking}: letter {entry['letter']}, {entry['pages']} page")
    hits = of.lines("search", word)
    found = f"{hits[0]['booking_number']}: …{hits[0]['snippet']}…" if hits else "nothing"
    of.report(f"   {of.code}: search {word!r} finds {found}")


def _move(first: Part, north: Part) -> None:
    """A supervisor of each decides."""
    first.supervisor("Ruth Harrow")
    secret = north.supervisor("Ivy Tern")
    sent = first.lines(
        *("transfer", "send", HERE, "--to", "north"),
        *("--by", "Ruth Harrow", "--reason", "ordered by the court"),
    )[0]
    taken = north.lines(
        *("transfer", "accept", sent["transfer"], "--as", THERE, "--by", "Ivy Tern"),
        *("--password-file", str(secret), "--reason", "fingerprints"),
    )[0]
    first.report(
        f"3. Avery Example moved to north, {HERE} there as {THERE}, with {taken['letters']} letter:"
    )


def _wait(services: Sequence[subprocess.Popen[bytes]]) -> None:
    try:
        for each in services:
            each.wait()
    except KeyboardInterrupt:
        return
