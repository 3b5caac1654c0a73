"""Returned mail and things found, by keyboard alone, with the keys that docs/effort.md counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, expect  # noqa: E402 - after the skip above

from benchmarks.effort import (  # noqa: E402
    Keyboard,
    held_letter_returned,
    mail_returned,
    money_recorded,
)
from tests.support.in_browser import ARGUMENTS, CHROMIUM, served  # noqa: E402
from tests.support.patience import HUNG  # noqa: E402
from tests.support.web_kit import (  # noqa: E402
    PASSWORD,
    PIN,
    Mail,
    add_letter,
    add_page,
    add_scan,
    make_mail,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mail]:
    made = make_mail(tmp_path_factory.mktemp("logbook") / "home")
    yield made
    made.facility.engine.dispose()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=ARGUMENTS, timeout=HUNG * 1000
        )
        expect.set_options(timeout=HUNG * 1000)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(mail: Mail) -> Iterator[str]:
    with served(mail.facility.home) as found:
        yield found


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, viewport={"width": 1366, "height": 768})
    context.set_default_timeout(HUNG * 1000)
    yield context.new_page()
    context.close()


def _enter(page: Page, name: str = "Ana Brookwater") -> Keyboard:
    page.goto("/staff/login")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff")
    page.wait_for_load_state()
    return Keyboard(page)


def test_an_envelope_goes_back_by_eight_keys(page: Page) -> None:
    keyboard = _enter(page)
    mail_returned(keyboard)
    assert keyboard.keys == 8
    expect(page.get_by_text("Marrowby, Desmond")).to_be_visible()
    expect(page.get_by_text("Released from custody")).to_be_visible()


def test_money_has_its_receipt_by_eleven_keys_and_its_inmate_sees_it(page: Page) -> None:
    keyboard = _enter(page)
    money_recorded(keyboard)
    assert keyboard.keys == 11
    expect(page.get_by_text("$20.00")).to_be_visible()
    page.goto("/login")
    page.fill("[name=booking_number]", "2026-00117")
    page.fill("[name=pin]", PIN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/mail*")
    page.click("text=Found in your mail")
    expect(page.get_by_text("Cash: $20.00")).to_be_visible()


def test_a_held_letter_goes_back_by_four_keys(page: Page, mail: Mail) -> None:
    stack = add_scan(mail, "one-more.pdf")
    letter = add_letter(mail, stack, None, proposed="2025-00031", reason="Look at it.")
    add_page(mail, stack, 1, letter, position=1)
    keyboard = _enter(page)
    page.goto(f"/staff/held/{letter}")
    page.wait_for_load_state()
    held_letter_returned(keyboard)
    assert keyboard.keys == 4
    expect(page.get_by_text("Recorded, and the letter is rejected.")).to_be_visible()


def test_several_of_one_name_are_not_taken_by_enter(page: Page) -> None:
    _enter(page)
    page.goto("/staff/items")
    page.wait_for_load_state()
    page.keyboard.type("quill")
    expect(page.locator("#whom-found button.pick")).to_have_count(3)
    page.keyboard.press("Enter")
    page.keyboard.type("feather, tob")
    expect(page.locator("#whom-found button.main")).to_contain_text("Tobias")
    assert page.url.endswith("/staff/items")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new?**")
    expect(page.locator(".whose")).to_contain_text("Tobias Quillfeather")


def test_a_supervisor_corrects_by_keyboard_alone(page: Page) -> None:
    keyboard = _enter(page, "Ruth Harrow")
    money_recorded(keyboard)
    keyboard.press("t", "a")
    expect(page.locator("#amount")).to_be_focused()
    keyboard.type("15.00")
    page.locator("#reason").focus()
    keyboard.type("Counted again")
    keyboard.decide("Enter")
    expect(page.get_by_text("amount: $20.00")).to_be_visible()


def test_without_any_script(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    context.set_default_timeout(HUNG * 1000)
    page = context.new_page()
    _enter(page)
    page.goto("/staff/returned")
    page.fill("#whom", "marrow")
    page.click("text=Find >> nth=0")
    page.click("#whom-found button.pick >> nth=0")
    page.click("button.main")
    page.wait_for_url("**done=recorded")
    context.close()
