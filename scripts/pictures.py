"""Takes the pictures of the README from the running product; see scripts/pictures."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
from demo import Demo, _free_port, scanner
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
MOST_BYTES = 150_000
BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
#: Debian's fonts-breip.
HAND = "/usr/share/fonts/truetype/breip/Breip.ttf"
CLERK = "Demo Clerk"
FROM_AUNT = (
    "Dear Avery,",
    "last night a harvest moon stood",
    "over the river, as bright as day.",
    "The old tractor runs again, and",
    "the garden is full of tomatoes.",
    "Write soon. Aunt Imaginary",
)
TO_BLAKE = "Dear Blake,\n\nschool has begun, and your drawing hangs on the wall.\n\nLove from all"
TO_CASEY = ("Dear Casey Specimen,", "thank you for the long letter.", "Come home soon.")
MESSAGE = "Dear Avery,\n\nhere is a message that you can answer on paper.\n\nYour cousin\n"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="digitizer-pictures-") as folder:
        _take(Demo(Path(folder)))


def _take(demo: Demo) -> None:
    demo.prepare()
    pin = demo.run("inmate", "pin", "D1001").strip()
    password = demo.run("staff", "add", CLERK, "--role", "clerk").strip()
    covers = _covers(demo)
    _keep_sheets([covers["D1001"], _written(FROM_AUNT)], "cover")
    port = _free_port()
    with (demo.folder / "service.log").open("w") as log:
        service = subprocess.Popen([*demo.command, "serve", "--port", str(port)], stderr=log)
        try:
            _scan_letters(demo, covers)
            _print_message(demo)
            _look(f"http://127.0.0.1:{port}", password, pin)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(timeout=20)


def _look(address: str, password: str, pin: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        _held(_visitor(browser, address, 1240, 940), password)
        _found(_visitor(browser, address, 1000, 758), pin)


def _covers(demo: Demo) -> dict[str, scanner.Page]:
    covers = {}
    for booking, sender in (("D1001", "Aunt Imaginary"), ("D1002", ""), ("D1003", "")):
        file = demo.folder / f"cover-{booking}.pdf"
        demo.run("cover", "print", booking, "--sender", sender, "--out", str(file))
        covers[booking] = scanner.pdf_pages(file)[0]
    return covers


def _scan_letters(demo: Demo, covers: dict[str, scanner.Page]) -> None:
    """One letter that is delivered, and a stack in which somebody scribbled over a cover."""
    good = [covers["D1001"], _written(FROM_AUNT)]
    doubtful = [
        _scribbled(covers["D1003"]),
        _written(TO_CASEY),
        covers["D1002"],
        scanner.typed_page(TO_BLAKE),
    ]
    for name, stack in (("morning.pdf", good), ("afternoon.pdf", doubtful)):
        pages = [scanner.glass(page, demo.rng, skew=0.6, noise=1.0) for page in stack]
        scanner.write_pdf(pages, demo.inbox / name)
    demo.wait_for(2)


def _written(lines: tuple[str, ...]) -> scanner.Page:
    """A sheet with these lines, in a font that looks like handwriting."""
    sheet = Image.fromarray(scanner.paper())
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(HAND, 118)
    for row, line in enumerate(lines):
        pen.text((230 + 9 * (row % 3), 420 + 210 * row), line, fill=(36, 44, 96), font=font)
    return np.asarray(sheet)


def _scribbled(cover: scanner.Page) -> scanner.Page:
    """The cover after a child scribbled on it: none of its codes can be read."""
    page = cover.copy()
    for left, top in ((100, 100), (1960, 100), (100, 2680), (1960, 2680)):
        across = np.arange(left, left + 480, 30)
        down = np.where(np.arange(len(across)) % 2, top, top + 500)
        line = np.stack([across, down], axis=1).astype(np.int32)
        cv2.polylines(page, [line], isClosed=False, color=(40, 60, 160), thickness=18)
    return page


def _print_message(demo: Demo) -> None:
    text = demo.folder / "message.txt"
    text.write_text(MESSAGE)
    demo.run(
        "message",
        "send",
        "D1001",
        "--from",
        "Cousin Invented",
        "--subject",
        "Answer me",
        "--text-file",
        str(text),
    )
    printed = demo.lines("message", "print", "--out", str(demo.folder / "print"))
    _keep_sheets(scanner.pdf_pages(Path(printed[0]["file"])), "printed-letter")


def _visitor(browser: Browser, address: str, width: int, height: int) -> Page:
    size = {"width": width, "height": height}
    return browser.new_context(base_url=address, viewport=size).new_page()  # type: ignore[arg-type]


def _held(page: Page, password: str) -> None:
    page.goto("/staff/login")
    page.fill("#name", CLERK)
    page.fill("#password", password)
    page.click("button[type=submit]")
    page.goto("/staff/held")
    page.click("ol.held li:first-child a")
    _shoot(page, "held-letter")


def _found(page: Page, pin: str) -> None:
    page.goto("/login")
    page.fill("#booking_number", "D1001")
    page.fill("#pin", pin)
    page.click("main button[type=submit]")
    for field in ("#new", "#again"):  # the first PIN is changed at once
        page.fill(field, "482915")
    page.click("main button[type=submit]")
    page.fill("#q", "harvest moon")
    page.keyboard.press("Enter")
    page.click("a[href*='find=']")
    _shoot(page, "mailbox-find")


def _keep_sheets(sheets: list[scanner.Page], name: str) -> None:
    """Sheets side by side on a grey table."""
    table = (150, 155, 165)
    laid = [
        cv2.copyMakeBorder(sheet, 30, 30, 30, 30, cv2.BORDER_CONSTANT, value=table)
        for sheet in sheets
    ]
    _keep(Image.fromarray(np.hstack(laid)), name, width=1000)


def _shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    shot = PICTURES / f"{name}.png"
    page.screenshot(path=shot)
    _keep(Image.open(shot), name, width=1000)


def _keep(picture: Image.Image, name: str, width: int) -> None:
    """Small enough for a page: scaled down, of as many colours as fit."""
    file = PICTURES / f"{name}.png"
    height = round(picture.height * width / picture.width)
    small = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    for colours in (128, 64, 32, 16):
        small.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.stat().st_size <= MOST_BYTES:
            break
    print(f"{file.name}: {file.stat().st_size} bytes, {colours} colours")


if __name__ == "__main__":
    main()
