"""The main job on a throw-away home, reported step by step; see scripts/demo."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.support import scanner

PEOPLE = (
    ("D1001", "Example", "Avery", "A-1"),
    ("D1002", "Sample", "Blake", "A-2"),
    ("D1003", "Specimen", "Casey", "B-1"),
)
TYPED = {
    "D1001": "Dear Avery,\n\nthe garden is full of tomatoes this year, and the old tractor\n"
    "runs again. Your sister sends her best wishes. We read your\nletter aloud at supper.\n\n"
    "Write soon,\nAunt Imaginary",
    "D1002": "Dear Blake,\n\nschool has begun. The teacher liked the drawing of the\n"
    "lighthouse that you sent, and it hangs on the wall now.\n\nLove from all of us",
}
WRITTEN = "D1003", ("Dear Casey,", "we saw the harvest moon", "over the river. Come home soon.")
REPLY = ("Thank you for the message.", "I am well and read a lot.", "Avery")


class Demo:
    """One run in one folder; ``report`` prints each step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.command = [str(Path(sys.executable).parent / "digitizer"), "--home", str(self.home)]
        self.inbox = self.home / "inbox" / "default"
        self.rng = np.random.default_rng(7)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self.command, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"digitizer {' '.join(arguments)} failed:\n{done.stderr}")
        return done.stdout

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments, "--json").splitlines()]

    def report(self, text: str) -> None:
        print(text, flush=True)

    # ---- the steps, in order

    def prepare(self) -> None:
        self.run("init")
        roster = self.folder / "roster.csv"
        rows = "".join(f"{','.join(person)},in custody\n" for person in PEOPLE)
        roster.write_text("booking_number,last_name,first_name,housing_unit,status\n" + rows)
        self.run("roster", "import", str(roster))
        self.report(f"1. A home was made in {self.home}; {len(PEOPLE)} invented inmates are in it.")

    def print_covers(self) -> dict[str, scanner.Page]:
        covers = {}
        for booking, *_ in PEOPLE:
            file = self.folder / f"cover-{booking}.pdf"
            self.run("cover", "print", booking, "--out", str(file))
            covers[booking] = scanner.pdf_pages(file)[0]
        self.report(f"2. A cover sheet was printed for each: {self.folder}/cover-*.pdf")
        return covers

    def scan_letters(self, covers: dict[str, scanner.Page]) -> None:
        stack = []
        for booking, text in TYPED.items():
            stack += [covers[booking], scanner.typed_page(text)]
        stack += [covers[WRITTEN[0]], scanner.written_page(WRITTEN[1])]
        pages = [scanner.glass(page, self.rng) for page in stack]
        file = self.folder / "stack.pdf"
        scanner.write_pdf(pages, file)
        self.report(f"3. Three letters were put behind their covers and scanned: {file}")
        drop_slowly(file, self.inbox / "stack.pdf")

    def wait_for(self, scans: int) -> None:
        """Waits until the service has filed this many scans, as reconcile shows."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            known = self.lines("reconcile")
            if len(known) >= scans and not any(each["working"] for each in known):
                return
            time.sleep(0.5)
        sys.exit("The service did not finish in five minutes.")

    def show_letters(self) -> None:
        for booking, *_ in PEOPLE:
            for entry in self.lines("mailbox", booking):
                self.report(f"   {booking}: letter {entry['letter']}, {entry['pages']} page")
        for word in ("tractor", "lighthouse"):
            hits = self.lines("search", word)
            found = f"{hits[0]['booking_number']}: …{hits[0]['snippet']}…" if hits else "nothing"
            self.report(f"   search {word!r} finds {found}")

    def send_message(self) -> Path:
        text = self.folder / "message.txt"
        text.write_text("Dear Avery,\n\nhere is a message that you can answer on paper.\n")
        self.run(
            "message",
            "send",
            "D1001",
            "--from",
            "Aunt Imaginary",
            "--subject",
            "A message",
            "--text-file",
            str(text),
        )
        out = self.folder / "print"
        printed = self.lines("message", "print", "--out", str(out))
        letter = Path(printed[0]["file"])
        self.report(f"5. An e-message was rendered with its reply sheet: {letter}")
        return letter

    def scan_reply(self, letter: Path) -> None:
        sheet = scanner.pdf_pages(letter)[-1]
        scanner.write_on(sheet, REPLY, left=480, top=950, step=106)
        file = self.folder / "reply.pdf"
        scanner.write_pdf([scanner.glass(sheet, self.rng)], file)
        self.report(f"6. The reply sheet was filled in and scanned: {file}")
        drop_slowly(file, self.inbox / "reply.pdf")

    def show_reply(self) -> None:
        (thread,) = self.lines("message", "list", "D1001")
        text = " / ".join(thread["replies"][0]["text"].splitlines())
        self.report(f"   The thread is {thread['state']}; as read: {text}")

    def show_balance(self) -> None:
        scans = self.lines("reconcile")
        pages, delivered, held, covers = (
            sum(each[what] or 0 for each in scans)
            for what in ("pages", "delivered", "held", "covers")
        )
        balanced = all(each["balanced"] for each in scans)
        self.report(
            f"7. {pages} pages came in: {delivered} delivered, {held} held, {covers} covers. "
            + ("All scans balance." if balanced else "NOT ALL SCANS BALANCE.")
        )


def drop_slowly(file: Path, target: Path) -> None:
    """Writes as a scanner does over the network: a piece, a pause, the next piece."""
    content = file.read_bytes()
    piece = len(content) // 4 + 1
    with target.open("wb") as out:
        for start in range(0, len(content), piece):
            out.write(content[start : start + piece])
            out.flush()
            time.sleep(0.3)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--once", action="store_true", help="end instead of serving the pages")
    options.add_argument(
        "--agency", action="store_true", help="two facilities on PostgreSQL, and a transfer"
    )
    options.add_argument("--port", type=int, default=0, help="0: any free port")
    chosen = options.parse_args()
    if chosen.agency:
        from scripts import demo_agency

        demo_agency.main(chosen.once, chosen.port)
        return
    start = time.monotonic()
    demo = Demo(Path(tempfile.mkdtemp(prefix="digitizer-demo-")))
    demo.prepare()
    covers = demo.print_covers()
    port = chosen.port or free_port()
    log = (demo.folder / "service.log").open("w")
    service = subprocess.Popen([*demo.command, "serve", "--port", str(port)], stderr=log)
    try:
        demo.scan_letters(covers)
        demo.wait_for(1)
        demo.report(
            f"4. The service took the stack in and filed it, {since(start)} after the start:"
        )
        demo.show_letters()
        letter = demo.send_message()
        demo.scan_reply(letter)
        demo.wait_for(2)
        demo.show_reply()
        demo.show_balance()
        demo.report(f"Everything took {since(start)}. The files are in {demo.folder}")
        if not chosen.once:
            _serve(demo, port, service)
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=20)


def _serve(demo: Demo, port: int, service: subprocess.Popen[bytes]) -> None:
    address = f"http://127.0.0.1:{port}/"
    pin = demo.run("inmate", "pin", "D1001").strip()
    password = demo.run("staff", "add", "Demo Clerk", "--role", "clerk").strip()
    with urllib.request.urlopen(address, timeout=10) as page:
        page.read()
    demo.report(
        f"The web pages are at {address}\n   inmate: D1001, PIN {pin}"
        f"\n   staff: Demo Clerk, password {password}\nCtrl+C ends it."
    )
    try:
        service.wait()
    except KeyboardInterrupt:
        return


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def since(start: float) -> str:
    return f"{time.monotonic() - start:.0f} s"


if __name__ == "__main__":
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    main()
