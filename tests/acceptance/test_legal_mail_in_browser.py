"""A hand scanner at the page of legal mail: it types, and the whole screen answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, expect  # noqa: E402 - after the skip above

from benchmarks.legal_answer import answer_milliseconds  # noqa: E402
from digitizer.legal import codes, registry  # noqa: E402
from digitizer.model.legal import NewSender, SenderKind  # noqa: E402
from digitizer.model.people import Actor, ActorKind, StaffRole  # noqa: E402
from tests.support.in_browser import ARGUMENTS, CHROMIUM, served  # noqa: E402
from tests.support.patience import HUNG  # noqa: E402
from tests.support.web_kit import PASSWORD, Mail, make_mail  # noqa: E402

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
]
_IS_SETTLED = "!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
RUTH = Actor(ActorKind.STAFF, "Ruth Harrow", StaffRole.SUPERVISOR)


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mail]:
    made = make_mail(tmp_path_factory.mktemp("legal") / "home")
    yield made
    made.facility.engine.dispose()


@pytest.fixture(scope="module")
def page(mail: Mail) -> Iterator[Page]:
    with sync_api.sync_playwright() as playwright, served(mail.facility.home) as address:
        browser: Browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=ARGUMENTS, timeout=HUNG * 1000
        )
        expect.set_options(timeout=HUNG * 1000)
        context = browser.new_context(base_url=address)
        context.set_default_timeout(HUNG * 1000)
        yield context.new_page()
        browser.close()


def test_the_scanner_types_wherever_the_focus_is(page: Page, mail: Mail) -> None:
    entry = NewSender(SenderKind.COURT, "", "Court of Lake County")
    sender = registry.add_sender(mail.facility, entry, RUTH)
    first, second = (codes.make_code(mail.facility, sender, "2026-00117", RUTH) for _ in range(2))
    page.goto("/staff/login")
    page.fill("#name", "Ana Brookwater")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff")
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/staff/legal")
    page.wait_for_load_state()
    expect(page.locator("#code")).to_be_focused()
    answer = page.locator("[data-answer]")
    assert answer_milliseconds(page, first.text) > 0
    assert answer.get_attribute("data-answer") in ("pass", "check")
    expect(page.locator("#waiting tbody tr")).to_have_count(1)
    expect(page.locator("#code")).to_be_focused()
    expect(page.locator("#code")).to_have_value("")
    page.keyboard.press(
        "Escape"
    )  # out of the field: what a scanner types goes into it all the same
    expect(page.locator("#code")).not_to_be_focused()
    page.keyboard.type(first.item.short_id)
    page.keyboard.press("Enter")
    expect(answer).to_have_attribute("data-answer", "duplicate")
    page.keyboard.type(second.text)
    page.keyboard.press("Enter")
    expect(page.locator("#waiting tbody tr")).to_have_count(2)
    page.wait_for_function(_IS_SETTLED)  # then the field is not focused any more by itself
    page.keyboard.press("Escape")
    expect(page.locator("#code")).not_to_be_focused()
    page.keyboard.press("o")
    page.wait_for_url("**/items/**")
    page.wait_for_load_state()
    page.keyboard.press("e")
    expect(page.get_by_text("Handed over, signed for on paper")).to_be_visible()
    page.wait_for_load_state()  # of the new page: with its keys
    page.keyboard.press("s")
    expect(page.get_by_text("Handed over, signed for on paper")).to_be_hidden()
    expect(page.get_by_text("Logged.")).to_be_visible()
