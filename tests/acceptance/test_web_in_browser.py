"""The web pages in a real browser: an inmate reads and searches, staff settle, nobody lingers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, expect  # noqa: E402 - after the skip above

from tests.support.patience import HUNG  # noqa: E402
from tests.unit.entrances.web.web_kit import PASSWORD, PIN, Mail, make_mail  # noqa: E402

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
KIOSK = {"width": 1024, "height": 768}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 850}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
]

#: Serves a home on a free port and says which on its first line.
_SERVE = """
import socket, sys
from pathlib import Path
import uvicorn
from digitizer.entrances.web.app import make_app
from digitizer.facility import open_house

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
app = make_app(open_house(Path(sys.argv[1])))
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run([listener])
"""


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mail]:
    made = make_mail(tmp_path_factory.mktemp("browser") / "home")
    yield made
    made.house.engine.dispose()


@pytest.fixture(scope="module")
def address(mail: Mail) -> Iterator[str]:
    command = [sys.executable, "-c", _SERVE, str(mail.house.home)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as served:
        assert served.stdout is not None
        yield f"http://127.0.0.1:{served.stdout.readline().strip()}"
        served.terminate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=ARGUMENTS, timeout=HUNG * 1000
        )
        expect.set_options(timeout=HUNG * 1000)
        yield browser
        browser.close()


@pytest.fixture
def kiosk(chromium: Browser, address: str) -> Iterator[Page]:
    yield from _page(chromium, address, viewport=KIOSK)


@pytest.fixture
def desk(chromium: Browser, address: str) -> Iterator[Page]:
    yield from _page(chromium, address, viewport=DESK)


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[Page]:
    yield from _page(chromium, address, viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def without_script(chromium: Browser, address: str) -> Iterator[Page]:
    yield from _page(chromium, address, viewport=DESK, java_script_enabled=False)


def _page(chromium: Browser, address: str, **options: object) -> Iterator[Page]:
    """A fresh visitor; what the browser complains of (a policy, a script) fails the test. That a
    form came back with what is wrong in it (409) is no such complaint."""
    context = chromium.new_context(base_url=address, **options)  # type: ignore[arg-type]  # options
    context.set_default_timeout(HUNG * 1000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [told for told in complaints if "status of 409" not in told] == []


def _enter(page: Page, number: str = "2026-00117") -> None:
    page.goto("/login")
    page.fill("#booking_number", number)
    page.fill("#pin", PIN)
    page.click("button[type=submit]")
    page.wait_for_url("**/mail")


def _enter_as_staff(page: Page) -> None:
    page.goto("/staff/login")
    page.fill("#name", "Ana Brookwater")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/staff")


def _fits(page: Page) -> bool:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return int(wide) <= 0


def test_an_inmate_reads_searches_and_leaves(kiosk: Page, mail: Mail) -> None:
    kiosk.goto("/")
    kiosk.click("text=I am an inmate")
    _enter(kiosk)
    kiosk.click("a.unread")
    expect(kiosk.locator(".paper img")).to_have_js_property("naturalWidth", 850)
    kiosk.click("a[rel=next] >> nth=0")
    expect(kiosk.get_by_text("Page 2 of 3").first).to_be_visible()
    kiosk.click("text=Back to my mail")
    kiosk.fill("#q", "harbor")
    kiosk.keyboard.press("Enter")
    kiosk.click(f"a[href='/mail/{mail.ids['letter']}/2?find=harbor']")
    frame, sheet = (
        kiosk.locator(".marks rect").bounding_box(),
        kiosk.locator(".sheet").bounding_box(),
    )
    assert frame is not None
    assert sheet is not None
    assert sheet["x"] <= frame["x"] <= frame["x"] + frame["width"] <= sheet["x"] + sheet["width"]
    kiosk.click("summary")
    expect(kiosk.get_by_text("sister")).to_be_visible()
    letter = kiosk.url
    kiosk.click("text=Log out")
    kiosk.wait_for_url("**/login?bye=out*")
    kiosk.go_back()
    expect(kiosk.locator(".paper")).to_have_count(0)
    kiosk.goto(letter)
    assert kiosk.url.endswith("/login")


def test_the_way_out_stays_in_sight(kiosk: Page, mail: Mail) -> None:
    _enter(kiosk)
    kiosk.goto(f"/mail/{mail.ids['letter']}/1?zoom=3")
    kiosk.evaluate("scrollTo(0, document.body.scrollHeight)")
    box = kiosk.locator(".leave button").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 100


def test_a_terminal_left_alone_asks_and_then_logs_out(kiosk: Page) -> None:
    kiosk.clock.install()
    _enter(kiosk)
    kiosk.clock.run_for(9 * 60_000 + 2000)
    expect(kiosk.locator("#still")).to_be_visible()
    kiosk.click("#still-yes")
    expect(kiosk.locator("#still")).to_be_hidden()
    kiosk.clock.run_for(10 * 60_000 + 2000)
    kiosk.wait_for_url("**/login?bye=idle*")


@pytest.mark.parametrize("path", ["/", "/login?lang=es", "/mail", "/mail?q=harbor", "LETTER"])
def test_pages_fit_a_phone_and_targets_are_big(phone: Page, mail: Mail, path: str) -> None:
    _enter(phone)
    phone.goto(path.replace("LETTER", f"/mail/{mail.ids['letter']}/1"))
    assert _fits(phone)
    for target in phone.locator("main a.button, main button, main .letters a").all():
        box = target.bounding_box()
        if box is not None:
            assert box["height"] >= 44


def test_the_keypad_types_the_pin_by_touch(phone: Page) -> None:
    phone.goto("/login")
    phone.fill("#booking_number", "2026-00118")
    for digit in PIN[:-1] + "9":
        phone.tap(f"#keypad [data-key='{digit}']")
    phone.tap("#keypad [data-key='back']")
    phone.tap(f"#keypad [data-key='{PIN[-1]}']")
    phone.tap("button[type=submit]")
    phone.wait_for_url("**/mail")


def test_staff_assign_with_three_clicks_and_a_reason(desk: Page, mail: Mail) -> None:
    _enter_as_staff(desk)
    desk.goto(f"/staff/held/{mail.ids['held']}")
    desk.locator("#find").press_sequentially("jose")
    desk.click("#found .person")  # the first click
    expect(desk.get_by_text("Goes to José Okonkwo-Ruiz")).to_be_visible()
    desk.fill("#reason", "Named on the envelope")  # the second, into the field
    desk.click("text=Deliver to the chosen inmate")  # the third
    desk.wait_for_url("**settled=*")
    expect(desk.get_by_text("signed by Ana Brookwater")).to_be_visible()


def test_enter_in_the_reason_decides_nothing(desk: Page, mail: Mail) -> None:
    _enter_as_staff(desk)
    desk.goto(f"/staff/held/{mail.ids['whole']}")
    desk.fill("#reason", "Only a thought")
    desk.keyboard.press("Enter")
    assert desk.url.endswith(mail.ids["whole"])
    assert desk.locator("#reason").input_value() == "Only a thought"


def test_a_decision_without_a_reason_is_not_sent(desk: Page, mail: Mail) -> None:
    _enter_as_staff(desk)
    desk.goto(f"/staff/held/{mail.ids['whole']}")
    desk.click(".cut >> nth=0")
    assert desk.url.endswith(mail.ids["whole"])


def test_staff_work_without_any_script(without_script: Page, mail: Mail) -> None:
    page = without_script
    _enter_as_staff(page)
    page.goto(f"/staff/held/{mail.ids['beside']}")
    page.fill("#find", "thomas")
    page.click("text=Find")
    page.wait_for_url("**find=thomas*")
    page.check("#found input[type=radio]")
    page.fill("#reason", "Named in the letter")
    page.click("text=Deliver to the chosen inmate")
    page.wait_for_url("**settled=*")


def test_a_clerk_puts_a_text_right_by_keyboard_alone(desk: Page, mail: Mail) -> None:
    _enter_as_staff(desk)
    desk.goto(f"/staff/mail/{mail.ids['letter']}/3")
    desk.locator(".edit summary").focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    expect(desk.locator("#text")).to_be_focused()
    desk.keyboard.press("Control+a")
    desk.keyboard.press("Delete")
    desk.keyboard.press("Tab")  # over the tick for a page without text
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert").first).to_contain_text("Nothing was kept")
    expect(desk.locator("#text")).to_be_focused()
    desk.keyboard.press("Control+a")
    desk.keyboard.insert_text("We miss you.\nYour aunt Philippa")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Kept. People read and search")).to_be_visible()
    expect(desk.locator("section .read p")).to_have_text(["We miss you.", "Your aunt Philippa"])


def test_the_button_that_keeps_stays_in_sight(desk: Page, mail: Mail) -> None:
    _enter_as_staff(desk)
    desk.goto(f"/staff/mail/{mail.ids['letter']}/2")
    desk.click(".edit summary")
    desk.fill("#text", "line\n" * 200)
    for place in ("0", "document.body.scrollHeight"):
        desk.evaluate(f"scrollTo(0, {place})")
        for seen in (".keep button", ".beside .paper"):
            expect(desk.locator(seen)).to_be_in_viewport()


def test_frames_turn_with_the_picture(kiosk: Page, mail: Mail) -> None:
    _enter(kiosk)
    at = f"/mail/{mail.ids['letter']}/2?find=harbor"
    places = []
    for quarter in range(4):
        kiosk.goto(f"{at}&quarter={quarter}")
        sheet = kiosk.locator(".sheet").bounding_box()
        frame = kiosk.locator(".sheet rect").bounding_box()
        assert sheet is not None
        assert frame is not None
        across = (frame["x"] + frame["width"] / 2 - sheet["x"]) / sheet["width"]
        down = (frame["y"] + frame["height"] / 2 - sheet["y"]) / sheet["height"]
        places.append((across, down))
    x, y = places[0]
    turned = [(x, y), (1 - y, x), (1 - x, 1 - y), (y, 1 - x)]
    assert places == [pytest.approx(place, abs=0.01) for place in turned]


def test_a_letter_is_saved_as_pdf(kiosk: Page, mail: Mail) -> None:
    _enter(kiosk)
    kiosk.goto(f"/mail/{mail.ids['letter']}/1")
    with kiosk.expect_download() as saved:
        kiosk.click("text=Save the letter as PDF")
    assert saved.value.suggested_filename == "letter.pdf"
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF")


def test_the_days_intake_refreshes_itself(desk: Page) -> None:
    desk.clock.install()
    _enter_as_staff(desk)
    with desk.expect_response("**/staff/live") as answer:
        desk.clock.run_for(11_000)
    assert answer.value.ok
    expect(desk.locator("dl.counts")).to_have_count(1)
