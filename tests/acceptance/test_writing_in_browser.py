"""Writing in a real browser: saved as it is typed, through a lost connection and a logout; keys on
the screen; and staff who review messages by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, Route, expect  # noqa: E402 - after the skip above

from digitizer.access.password_hashing import hash_secret  # noqa: E402
from digitizer.messages import writing  # noqa: E402
from digitizer.model.mail import MessageState  # noqa: E402
from digitizer.model.people import Actor, ActorKind  # noqa: E402
from digitizer.storage.database import writing as changing  # noqa: E402
from digitizer.storage.tables_messages import message_draft  # noqa: E402
from tests.support.conversing import IDA, a_photo, as_correspondent, give_account, make_contact  # noqa: E402
from tests.support.in_browser import ARGUMENTS, CHROMIUM, served  # noqa: E402
from tests.support.patience import HUNG  # noqa: E402
from tests.support.web_kit import PASSWORD, PIN, Mail, make_mail  # noqa: E402

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
]

OWNER = "2026-00117"
ME = Actor(ActorKind.INMATE, OWNER)
PHONE = {"width": 390, "height": 844}
KIOSK = {"width": 1280, "height": 800}
TABLET = {"width": 800, "height": 1280}
DESK = "/mail/with/1/write"
_FAMILY = """
[mail]
host = "127.0.0.1"
sender = "mailroom@jail.example"
security = "none"
[family]
address = "https://mail.jail.example"
"""


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mail]:
    made = make_mail(tmp_path_factory.mktemp("writing") / "home")
    assert make_contact(made.facility, IDA, OWNER) == 1
    give_account(made.facility, 1, hashed=hash_secret(PASSWORD))
    with (made.facility.home / "config.toml").open("a") as settings:
        settings.write(_FAMILY)
    yield made
    made.facility.engine.dispose()


@pytest.fixture(scope="module")
def address(mail: Mail) -> Iterator[str]:
    with served(mail.facility.home) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=ARGUMENTS, timeout=HUNG * 1000
        )
        expect.set_options(timeout=HUNG * 1000)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _no_draft(mail: Mail) -> None:
    with changing(mail.facility.engine) as tx:
        tx.execute(sa.delete(message_draft))


def _page(chromium: Browser, address: str, **options: object) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, **options)  # type: ignore[arg-type]  # options
    context.set_default_timeout(HUNG * 1000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def kiosk(chromium: Browser, address: str) -> Iterator[Page]:
    for page in _page(chromium, address, viewport=KIOSK):
        page.goto("/login")
        page.fill("#booking_number", OWNER)
        page.fill("#pin", PIN)
        page.click("main button[type=submit]")
        page.wait_for_url("**/mail")
        page.goto(DESK)
        yield page


@pytest.fixture
def tablet(chromium: Browser, address: str) -> Iterator[Page]:
    for page in _page(chromium, address, viewport=TABLET, has_touch=True, is_mobile=True):
        page.request.post("/login", form={"booking_number": OWNER, "pin": PIN})
        yield page


@pytest.fixture
def office(chromium: Browser, address: str) -> Iterator[Page]:
    for page in _page(chromium, address, viewport={"width": 1366, "height": 850}):
        page.request.post("/staff/login", form={"name": "Ana Brookwater", "password": PASSWORD})
        yield page


def _draft(mail: Mail) -> str:
    return writing.conversation(mail.facility, "1", ME).draft.body


def _is_saved(page: Page) -> None:
    expect(page.locator("#kept")).to_have_class("kept saved")


def test_it_is_saved_as_it_is_typed_and_the_rest_is_counted(kiosk: Page, mail: Mail) -> None:
    most = mail.facility.settings.messages.characters
    expect(kiosk.locator("#left")).to_have_text(f"{most} characters left")
    kiosk.locator("#body").press_sequentially("Dear Ida")
    expect(kiosk.locator("#left")).to_have_text(f"{most - 8} characters left")
    _is_saved(kiosk)
    assert _draft(mail) == "Dear Ida"
    kiosk.fill("#body", "x" * (most + 2))
    expect(kiosk.locator("#left")).to_have_text("2 characters too many")
    kiosk.reload()
    assert kiosk.input_value("#body") in ("Dear Ida", "x" * (most + 2))


@contextmanager
def _late(page: Page, script: str) -> Iterator[None]:
    """What is done meanwhile is done before this script came, as on a slow line."""
    kept: list[Route] = []
    page.route(f"**/static/{script}", lambda route: kept.append(route))
    yield
    (held,) = kept
    held.continue_()


def test_what_is_typed_before_the_script_came_is_saved_too(kiosk: Page, mail: Mail) -> None:
    with _late(kiosk, "writing.js"):
        kiosk.goto(DESK, wait_until="commit")
        kiosk.locator("#body").press_sequentially("Typed early")
    _is_saved(kiosk)
    assert _draft(mail) == "Typed early"


def test_a_family_loses_nothing_that_it_typed_before_the_script_came(
    chromium: Browser, address: str, mail: Mail
) -> None:
    for phone in _page(chromium, address, viewport=PHONE, has_touch=True, is_mobile=True):
        phone.request.post("/family/login", form={"email": IDA.email, "password": PASSWORD})
        with _late(phone, "family.js"):
            phone.goto(f"/family/with/{OWNER}", wait_until="commit")
            phone.locator("#body").press_sequentially("Early from outside")
        expect(phone.locator("#kept")).to_contain_text("Kept at")
        family = writing.conversation(mail.facility, OWNER, as_correspondent(1))
        assert family.draft.body == "Early from outside"


def test_a_double_click_sends_one_message(kiosk: Page, mail: Mail) -> None:
    kiosk.locator("#body").press_sequentially("Pressed twice")
    _is_saved(kiosk)
    kiosk.locator("main button.main").dblclick()
    kiosk.wait_for_url("**/mail/with/1?sent=true")
    kiosk.wait_for_load_state()
    sent = [each.text for each in writing.conversation(mail.facility, "1", ME).entries]
    assert sent.count("Pressed twice") == 1
    assert _draft(mail) == ""
    kiosk.go_back()  # to a new form, without the words that were sent
    expect(kiosk.locator("#body")).to_have_value("")


def test_words_typed_on_a_page_that_is_not_the_last_are_not_lost_unsaid(
    kiosk: Page, mail: Mail
) -> None:
    other = kiosk.context.new_page()
    other.goto(DESK)
    other.locator("#body").press_sequentially("The later page")
    _is_saved(other)
    kiosk.locator("#body").press_sequentially("The earlier page")
    expect(kiosk.locator("#kept")).to_contain_text("on another page by now")
    assert _draft(mail) == "The later page"
    kiosk.click("#save")
    kiosk.wait_for_url("**/write?both=true")
    expect(kiosk.locator("#body")).to_have_value("The earlier page\n\nThe later page")
    expect(kiosk.locator(".notice.bad")).to_contain_text("both are kept below")
    kiosk.fill("#body", "")
    _is_saved(kiosk)


def test_a_lost_connection_loses_nothing(kiosk: Page, mail: Mail) -> None:
    kiosk.context.set_offline(True)
    kiosk.locator("#body").press_sequentially("Typed in a tunnel")
    expect(kiosk.locator("#kept")).to_have_class("kept lost")
    kiosk.click("a:has-text('Back')")  # it stays: the page has what nothing else has
    kiosk.click("main button.main")
    expect(kiosk.locator("#body")).to_have_value("Typed in a tunnel")
    assert kiosk.url.endswith(DESK)
    kiosk.context.set_offline(False)
    kiosk.wait_for_url("**/mail/with/1?sent=true")  # what was asked for last
    assert "Typed in a tunnel" in kiosk.inner_text("main")
    assert _draft(mail) == ""


def test_who_logs_out_in_the_middle_of_a_word_finds_it_again(kiosk: Page, mail: Mail) -> None:
    kiosk.locator("#body").press_sequentially("And then")
    kiosk.click(".leave button")
    kiosk.wait_for_url("**/login?bye=out")
    assert _draft(mail) == "And then"


def test_a_terminal_that_nobody_uses_hides_what_it_could_not_save(kiosk: Page, mail: Mail) -> None:
    kiosk.context.set_offline(True)
    kiosk.locator("#body").press_sequentially("For her eyes")
    kiosk.evaluate("dispatchEvent(new Event('leaving', { cancelable: true }))")
    expect(kiosk.locator("#cover")).to_be_visible()
    on_top = """() => {
      const box = document.querySelector("#body").getBoundingClientRect();
      return document.elementFromPoint(box.x + 9, box.y + 9).closest("#cover") !== null;
    }"""
    assert kiosk.evaluate(on_top)
    kiosk.context.set_offline(False)
    kiosk.wait_for_url("**/login?bye=idle")
    assert _draft(mail) == "For her eyes"


def test_the_keys_on_the_screen_type(tablet: Page, mail: Mail) -> None:
    tablet.goto(f"{DESK}?lang=es")
    board = tablet.locator("#keyboard")
    expect(board).to_be_visible()  # a finger, and no keys: it is there at once
    assert tablet.get_attribute("#body", "inputmode") == "none"

    def press(*keys: str) -> None:
        for key in keys:
            board.locator(f"[data-types='{key}']").tap()

    press("shift", "M", "a", "ñ", "a", "n", "a", "space", "accents", "í", "accents", "x", "back")
    press("enter", "signs", "?")
    expect(tablet.locator("#body")).to_have_value("Mañana í\n?")
    tablet.tap("#subject")
    press("signs", "h", "i")
    expect(tablet.locator("#subject")).to_have_value("hi")
    _is_saved(tablet)
    assert _draft(mail) == "Mañana í\n?"
    keys = tablet.eval_on_selector_all(
        "#keyboard button", "all => all.map(each => each.getBoundingClientRect().toJSON())"
    )
    assert min(each["height"] for each in keys) >= 44
    assert min(each["width"] for each in keys) >= 44
    tablet.tap("#keyboard-button")
    expect(board).to_be_hidden()
    assert tablet.get_attribute("#body", "inputmode") is None


def test_a_terminal_with_keys_shows_none_until_it_is_asked(kiosk: Page) -> None:
    expect(kiosk.locator("#keyboard")).to_be_hidden()
    kiosk.click("#keyboard-button")
    expect(kiosk.locator("#keyboard")).to_be_visible()
    above = kiosk.locator("main button.main").bounding_box()
    board = kiosk.locator("#keyboard").bounding_box()
    assert above is not None
    assert board is not None
    assert above["y"] + above["height"] <= board["y"]  # what to do with it is in sight


def test_staff_review_messages_by_keyboard(office: Page, mail: Mail) -> None:
    ida = as_correspondent(1)
    for shade in range(2):
        writing.add_photo(mail.facility, OWNER, a_photo(f"hsl({60 * shade}, 80%, 50%)"), ida)
    with_photos = writing.write(mail.facility, OWNER, "Hi", "Look at these", ida)
    plan = writing.write(mail.facility, OWNER, "", "A plan", ida)
    office.goto(f"/staff/screening/messages/{with_photos}")
    office.keyboard.press("w")
    office.keyboard.press("1")  # the first photo, for the first reason
    office.wait_for_url("**done=refuse-photo*")
    office.keyboard.press("b")
    office.wait_for_url("**done=pass-photo*")
    office.keyboard.press("w")
    office.keyboard.press("2")
    office.wait_for_url("**done=refuse-photo*")
    office.keyboard.press("Enter")  # the second photo, which was not shown yet
    expect(office.locator("#shown-caption")).to_have_text("Photo 2 of 2")
    expect(office.locator("#sheet")).to_have_js_property("complete", True)
    office.keyboard.press("Enter")
    office.wait_for_url(f"**/{plan}?done=release&of={with_photos}")
    office.keyboard.press("x")
    office.keyboard.press("1")
    office.wait_for_url(f"**?done=refuse&of={plan}")
    entries = writing.conversation(mail.facility, OWNER, ida).entries
    by_id = {each.id: each for each in entries}
    assert by_id[with_photos].state is MessageState.QUEUED
    assert [bool(each.refused) for each in by_id[with_photos].photos] == [True, False]
    assert by_id[plan].state is MessageState.REFUSED
