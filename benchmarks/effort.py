"""Keys and seconds of a clerk's tasks, in a real browser, by keyboard alone.

    python -m benchmarks.effort

A home is filled with held mail, read as the reader would leave it; Chromium at 1366 by 768 pixels
works through it with the keys that docs/operating.md names. Every key counts, those of names and
passwords too. Seconds are the machine's: what a person needs to look comes on top.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from digitizer.messages.actions import send
from digitizer.model.mail import Direction, Draft
from tests.support.made_mail import OPERATOR
from tests.support.patience import HUNG
from tests.support.print_system import with_printers, write_lp
from tests.support.web_kit import PASSWORD, Mail, add_letter, add_page, add_scan, make_mail

_SERVE = """
import socket, sys
from pathlib import Path
import uvicorn
from digitizer.entrances.web.app import make_app
from digitizer.facility import open_facility
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
app = make_app(open_facility(Path(sys.argv[1])))
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run([listener])
"""
_CHROMIUM = "/usr/bin/chromium"
_NAME = "Ana Brookwater"


@dataclass
class Keyboard:
    """A browser's page of which only the keyboard is used, and how often."""

    page: Page
    keys: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def decide(self, *keys: str) -> None:
        """Presses the keys, the last of which decides; waits for the page after it."""
        self.press(*keys[:-1])
        with self.page.expect_navigation():
            self.press(keys[-1])

    def look_for(self, name: str) -> None:
        """An inmate by some letters of the name: chosen once they are the only one found."""
        self.press("/")
        self.type(name)
        only = "#found [data-for='{}'] ~ .person:nth-of-type(1):last-child"
        self.page.wait_for_selector(only.format(name))
        self.press("Enter")


@dataclass
class Morning:
    """Held letters by what has to be done about each, in the order of the queue."""

    ids: dict[str, list[str]] = field(default_factory=dict)

    @property
    def held(self) -> int:
        return sum(map(len, self.ids.values()))


def fill(mail: Mail) -> Morning:
    """Thirty letters without covers, of nine in ten the first suggestion is right; ten in doubt."""
    morning = Morning()

    def add(task: str, doubts: list[str], *texts: str) -> None:
        stack = add_scan(mail, f"{task}.pdf")
        letter = add_letter(mail, stack, None, reason="Look at it.", doubts=doubts)
        for number, text in enumerate(texts, start=1):
            small = number == 1 and len(texts) > 1
            height = 420 if small else 1100
            add_page(mail, stack, number, letter, text, position=number, height=height)
        morning.ids.setdefault(task, []).append(letter)

    for number in range(30):
        named = "Tobias Quillfeather 2026-00117" if number % 10 else "My dear son"
        add("match" if number % 10 else "look up", ["separated"], named, "the garden is in bloom")
    for number in range(10):
        task = ("cut", "cut", "cut", "assign", "assign", "assign", "assign", "reject", "reject")
        add((*task, "blank")[number], ["unseen"], "a page", "another page", "a third page")
    return morning


@contextmanager
def browser(mail: Mail) -> Iterator[Page]:
    command = [sys.executable, "-c", _SERVE, str(mail.facility.home)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as served:
        assert served.stdout is not None
        address = f"http://127.0.0.1:{served.stdout.readline().strip()}"
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=_CHROMIUM, args=["--headless", "--no-sandbox", "--disable-quic"]
            )
            context = chromium.new_context(
                base_url=address, viewport={"width": 1366, "height": 768}
            )
            context.set_default_timeout(HUNG * 1000)
            yield context.new_page()
            chromium.close()
        served.terminate()


def log_in(keyboard: Keyboard) -> None:
    keyboard.page.goto("/staff/login")
    keyboard.page.focus("#name")
    keyboard.type(_NAME)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.decide("Enter")


TASKS: dict[str, tuple[str, Callable[[Keyboard], None]]] = {
    "match": ("a letter without a cover, suggested first", lambda k: k.decide("Enter")),
    "look up": ("a letter without a cover, not suggested", lambda k: _look_up(k)),
    "assign": ("a letter in doubt, looked up", lambda k: _look_up(k)),
    "cut": ("two letters in one: cut, deliver both", lambda k: _cut(k)),
    "reject": ("reject for a reason of the list", lambda k: k.decide("x", "1")),
    "blank": ("a page marked blank, then delivered", lambda k: _blank(k)),
}


def _look_up(keyboard: Keyboard) -> None:
    keyboard.look_for("jose")
    keyboard.decide("Enter")


def _cut(keyboard: Keyboard) -> None:
    keyboard.decide("ArrowRight", "c")
    _look_up(keyboard)
    _look_up(keyboard)


def _blank(keyboard: Keyboard) -> None:
    keyboard.decide("ArrowRight", "b")
    _look_up(keyboard)


def stack_without_sheets(mail: Mail) -> str:
    """Twenty letters of three pages each, scanned in one go with no sheet between them: held whole.
    Each begins with the name of whom it is for."""
    stack = add_scan(mail, "stack.pdf", state="held", reason="It does not begin with a cover.")
    for number in range(1, 61):
        text = "Dear Tobias Quillfeather," if number % 3 == 1 else "and so on"
        add_page(mail, stack, number, None, text)
    return stack


def clear_stack(keyboard: Keyboard) -> None:
    """Cut before each letter's first page, and delivered to whom its first page names."""
    for left in range(20, 0, -1):
        keyboard.page.wait_for_function("document.getElementById('sheet')?.complete")
        if left > 1:
            keyboard.decide("ArrowRight", "ArrowRight", "ArrowRight", "c")
        keyboard.decide("1", "Enter")


def cover_on_the_spot(keyboard: Keyboard) -> None:
    keyboard.decide("g", "c")
    keyboard.type("jos")
    keyboard.page.wait_for_selector("#spot-found button")
    keyboard.decide("Enter")


def queue_letters(mail: Mail) -> None:
    """Fifty e-messages for three people."""
    for number in range(50):
        whose = ("2026-00117", "2026-00118", "2026-00204")[number % 3]
        draft = Draft(Direction.TO_INMATE, whose, "Aunt Ida", "Hello", "All is well here. " * 40)
        send(mail.facility, draft, OPERATOR)


def print_letters(keyboard: Keyboard) -> None:
    """From the queue to paper that may be handed out: printed, and seen in the tray."""
    keyboard.decide("g", "p")
    keyboard.decide("p")
    keyboard.decide("a")


def mail_returned(keyboard: Keyboard) -> None:
    """An envelope for somebody who was released, from the page Today to its label."""
    keyboard.decide("g", "b")
    _take(keyboard, "mar")
    keyboard.decide("Enter")
    _open_paper(keyboard)


def money_recorded(keyboard: Keyboard) -> None:
    """Cash that lay in an envelope, from the page Today to its receipt."""
    keyboard.decide("g", "f")
    _take(keyboard, "tob")
    keyboard.press("a")
    keyboard.type("20")
    keyboard.decide("Enter")
    _open_paper(keyboard)


def held_letter_returned(keyboard: Keyboard) -> None:
    """From its page to the entry of the log; its cover names whom the roster says was released."""
    keyboard.press("x")
    keyboard.decide("g", "b")
    keyboard.page.wait_for_load_state()
    keyboard.decide("Enter")


def scanned_twice(mail: Mail) -> str:
    """The address of a held letter that was scanned again since."""
    held = []
    for number in (1, 2):
        scan = add_scan(mail, f"{number}.pdf")
        held.append(add_letter(mail, scan, None, reason="Blurred."))
        add_page(mail, scan, 1, held[-1], f"scan {number} of a page", position=1)
    return f"/staff/held/{held[0]}"


def replace_by_new_scan(keyboard: Keyboard) -> None:
    keyboard.decide("s", "1")


def photos_on_a_sheet(mail: Mail) -> str:
    """The address of a letter that waits for a review."""
    own = {"state": "awaiting_review", "proposed": "2026-00117"}
    scan = add_scan(mail, "photos.pdf")
    letter = add_letter(mail, scan, "2026-00117", **own)
    add_page(mail, scan, 1, letter, "two photos", position=1)
    return f"/staff/screening/{letter}"


def withhold_lower_photo(keyboard: Keyboard) -> None:
    """The frame lies on the lower half already."""
    keyboard.decide("p", "1")


def _take(keyboard: Keyboard, name: str) -> None:
    keyboard.type(name)
    keyboard.page.wait_for_selector("#whom-found button.main")
    keyboard.decide("Enter")
    keyboard.page.wait_for_load_state()


def _open_paper(keyboard: Keyboard) -> None:
    keyboard.page.wait_for_load_state()
    with keyboard.page.expect_download():
        keyboard.press("o")


def main() -> None:
    table = Table(title="A clerk's tasks, by keyboard alone")
    for heading in ("task", "times", "keys each", "seconds each"):
        table.add_column(heading, justify="left" if heading == "task" else "right")
    with TemporaryDirectory() as folder:
        mail = make_mail(Path(folder) / "home")
        morning = fill(mail)
        queue_letters(mail)
        stack = stack_without_sheets(mail)
        again, photos = scanned_twice(mail), photos_on_a_sheet(mail)
        (Path(folder) / "printed").mkdir()
        write_lp(Path(folder) / "bin", Path(folder) / "printed")
        os.environ["PATH"] = f"{Path(folder) / 'bin'}{os.pathsep}{os.environ['PATH']}"
        with_printers(mail.facility, office="HP_M400")
        with browser(mail) as page:
            keyboard = Keyboard(page)
            began = time.perf_counter()
            log_in(keyboard)
            table.add_row("log in", "1", str(keyboard.keys), f"{time.perf_counter() - began:.1f}")
            keys = 0
            for task, letters in morning.ids.items():
                says, do = TASKS[task]
                before, seconds = keyboard.keys, 0.0
                for letter in letters:
                    page.goto(f"/staff/held/{letter}")
                    page.wait_for_function("document.getElementById('sheet')?.complete")
                    start = time.perf_counter()
                    do(keyboard)
                    seconds += time.perf_counter() - start
                done = keyboard.keys - before
                keys += done
                each = f"{done / len(letters):.1f}", f"{seconds / len(letters):.2f}"
                table.add_row(says, str(len(letters)), *each)
            page.goto(f"/staff/held/{stack}")
            before, start = keyboard.keys, time.perf_counter()
            clear_stack(keyboard)
            spent = f"{time.perf_counter() - start:.1f}"
            table.add_row("60 pages, 20 letters", "1", str(keyboard.keys - before), spent)
            for says, do, at in (
                ("a cover sheet on the spot", cover_on_the_spot, "/staff"),
                ("fifty letters printed, to be handed out", print_letters, "/staff"),
                ("mail returned, with its label", mail_returned, "/staff"),
                ("money recorded, with its receipt", money_recorded, "/staff"),
                ("scanned again", replace_by_new_scan, again),
                ("a part of a page withheld", withhold_lower_photo, photos),
            ):
                page.goto(at)
                before, start = keyboard.keys, time.perf_counter()
                do(keyboard)
                spent = f"{time.perf_counter() - start:.1f}"
                table.add_row(says, "1", str(keyboard.keys - before), spent)
        mail.facility.engine.dispose()
    console = Console(width=100)
    console.print(table)
    letters_in_all = morning.held + 20  # with covers, which need nobody
    console.print(
        f"A morning of {letters_in_all} letters: {keys} keys, {keys / letters_in_all:.1f} each."
    )


if __name__ == "__main__":
    main()
