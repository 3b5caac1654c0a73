"""The web pages in a real browser: inmates read and search, staff decide, idle pages log out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402 - after the skip above

from digitizer.support.clock import now  # noqa: E402
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

KIOSK = {"width": 1024, "height": 768}
PHONE = {"width": 360, "height": 740}
OFFICE = {"width": 1366, "height": 850}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mail]:
    made = make_mail(tmp_path_factory.mktemp("browser") / "home")
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


@pytest.fixture
def kiosk(chromium: Browser, address: str) -> Iterator[Page]:
    yield from _page(chromium, address, viewport=KIOSK)


@pytest.fixture
def office(chromium: Browser, address: str) -> Iterator[Page]:
    yield from _page(chromium, address, viewport=OFFICE)


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[Page]:
    yield from _page(chromium, address, viewport=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def without_script(chromium: Browser, address: str) -> Iterator[Page]:
    yield from _page(chromium, address, viewport=OFFICE, java_script_enabled=False)


def _page(chromium: Browser, address: str, **options: object) -> Iterator[Page]:
    """A fresh visitor; what the browser complains of (a policy, a script) fails the test. That a
    form came back with what is wrong in it (409), or a page asks first why (403), is no such
    complaint."""
    context = chromium.new_context(base_url=address, **options)  # type: ignore[arg-type]  # options
    context.set_default_timeout(HUNG * 1000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    asked = ("status of 409", "status of 403")
    assert [each for each in complaints if not any(status in each for status in asked)] == []


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


def _one_more_letter(mail: Mail, pages: int) -> str:
    """A held letter that no other test decides about."""
    stack = add_scan(mail, "one-more.pdf")
    letter = add_letter(mail, stack, None, reason="Look at it.")
    for number in range(1, pages + 1):
        add_page(mail, stack, number, letter, position=number)
    return letter


def _open_letter(page: Page, address: str) -> None:
    """As a clerk, who says why first, by keyboard alone; the reason counts for a while."""
    page.goto(address)
    if not page.locator("#reason").count():
        return
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("The addressee says that a page is missing")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def _fits(page: Page) -> bool:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return int(wide) <= 0


def _sheet_and_frame(page: Page) -> list[dict[str, float]]:
    """Where the page's picture and a found word's frame are, in CSS pixels, at one moment of a
    page that is laid out for good: asked one after the other, the page may move in between."""
    page.wait_for_load_state("load")
    places: list[dict[str, float]] = page.evaluate(
        "['.sheet', '.sheet rect'].map("
        "which => document.querySelector(which).getBoundingClientRect().toJSON())"
    )
    return places


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
    sheet, frame = _sheet_and_frame(kiosk)
    assert sheet["left"] <= frame["left"] < frame["right"] <= sheet["right"]
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
    expect(kiosk.locator("#still-left")).to_have_text("Seconds left: 58")
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


def test_the_keypad_types_into_the_field_that_was_touched(phone: Page) -> None:
    phone.goto("/login")
    phone.fill("#booking_number", "2026-0011")
    phone.tap("#keypad [data-key='8']")
    expect(phone.locator("#booking_number")).to_have_value("2026-00118")
    phone.tap("#pin")
    for digit in PIN[:-1] + "9":
        phone.tap(f"#keypad [data-key='{digit}']")
    phone.tap("#keypad [data-key='back']")
    phone.tap(f"#keypad [data-key='{PIN[-1]}']")
    phone.tap("button[type=submit]")
    phone.wait_for_url("**/mail")


@pytest.mark.parametrize("size", [(1280, 800), (1366, 768), (1024, 768)])
def test_the_whole_login_is_in_sight_of_a_kiosk_with_a_touch_screen(
    chromium: Browser, address: str, size: tuple[int, int]
) -> None:
    for language in ("en", "es"):
        for kiosk in _page(
            chromium, address, viewport={"width": size[0], "height": size[1]}, has_touch=True
        ):
            kiosk.goto(f"/login?lang={language}")
            expect(kiosk.locator("#keypad")).to_be_visible()
            box = kiosk.locator("main button[type=submit]").bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= size[1]


def test_a_larger_page_stays_larger_on_the_next_one(kiosk: Page, mail: Mail) -> None:
    _enter(kiosk)
    kiosk.goto(f"/mail/{mail.ids['letter']}/1?zoom=3&find=harbor")
    kiosk.get_by_role("link", name="Next page").first.click()
    kiosk.wait_for_url("**/2?zoom=3&find=harbor")
    expect(kiosk.locator(".marks rect").first).to_be_in_viewport()


def test_staff_assign_with_three_clicks_and_a_reason(office: Page, mail: Mail) -> None:
    _enter_as_staff(office)
    office.goto(f"/staff/held/{mail.ids['held']}")
    office.locator("#find").press_sequentially("jose")
    office.click("#found .person")  # the first click
    expect(office.get_by_text("Goes to José Okonkwo-Ruiz")).to_be_visible()
    office.fill("#reason", "Named on the envelope")  # the second, into the field
    office.click("text=Deliver to José Okonkwo-Ruiz")  # the third
    office.wait_for_url("**decided=*")
    expect(office.get_by_text("signed by Ana Brookwater")).to_be_visible()


def test_enter_in_the_reason_decides_nothing(office: Page, mail: Mail) -> None:
    _enter_as_staff(office)
    office.goto(f"/staff/held/{mail.ids['whole']}")
    office.fill("#reason", "Only a thought")
    office.keyboard.press("Enter")
    assert office.url.endswith(mail.ids["whole"])
    assert office.locator("#reason").input_value() == "Only a thought"


def _to_match(mail: Mail, *heights: int) -> str:
    """A letter of which only is asked whose it is, its pages so high, in pixels at 100 dpi."""
    stack = add_scan(mail, "separated.pdf")
    letter = add_letter(mail, stack, None, reason="Whose is it?", doubts=["cover_unknown"])
    for number, height in enumerate(heights, start=1):
        text = "For Tobias Quillfeather 2026-00117" if number == 1 else "and so on"
        add_page(mail, stack, number, letter, text, position=number, height=height)
    return letter


def test_one_key_delivers_a_letter_without_a_cover(office: Page, mail: Mail) -> None:
    letter = _to_match(mail, 500, 1100)  # an envelope, and a page
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    expect(office.get_by_text("Deliver to Tobias Quillfeather, 2026-00117")).to_be_visible()
    office.keyboard.press("Enter")
    office.wait_for_url("**decided=*")
    expect(office.get_by_text("Done: assign to 2026-00117")).to_be_visible()


def test_a_digit_delivers_to_another(office: Page, mail: Mail) -> None:
    letter = _to_match(mail, 1100)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    second = office.locator(".people .person input").nth(1).get_attribute("value")
    office.keyboard.press("2")
    office.wait_for_url("**decided=*")
    expect(office.get_by_text(f"Done: assign to {second}")).to_be_visible()


def test_where_there_may_be_two_letters_each_page_is_seen_first(office: Page, mail: Mail) -> None:
    letter = _to_match(mail, 500, 1100, 500, 1100)  # a second envelope
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    expect(office.get_by_text("Look at every page first")).to_be_visible()
    expect(office.locator("#sheet")).to_have_js_property("complete", True)
    for page in (2, 3, 4):  # Enter turns the page, and a digit too
        office.keyboard.press("Enter" if page < 4 else "1")
        expect(office.locator("#shown-caption")).to_contain_text(f"Page {page} of")
        expect(office.locator("#sheet")).to_have_js_property("complete", True)
        assert office.url.endswith(letter)
    office.keyboard.press("Enter")
    office.wait_for_url("**decided=*")


def test_the_button_that_delivers_is_off_until_each_page_was_seen(office: Page, mail: Mail) -> None:
    letter = _to_match(mail, 1100, 1100, 800)  # another size of paper
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    deliver = office.locator("[data-key=Enter]")
    expect(office.get_by_text("The size of the paper changes.")).to_be_visible()
    expect(deliver).to_be_disabled()
    office.keyboard.press("ArrowRight")
    expect(deliver).to_be_disabled()
    office.keyboard.press("ArrowRight")
    expect(deliver).to_be_enabled()
    office.keyboard.press("Enter")
    office.wait_for_url("**decided=*")


def test_an_envelope_lies_beside_the_letter_and_is_marked_by_one_key(
    office: Page, mail: Mail
) -> None:
    stack = add_scan(mail, "envelope.pdf")
    letter = add_letter(mail, stack, None, reason="Whose is it?", doubts=["cover_unknown"])
    text = "For Tobias Quillfeather 2026-00117"
    add_page(mail, stack, 1, letter, text, position=1, height=400, envelope=True)
    add_page(mail, stack, 2, letter, "Dear Tobias", position=2)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    beside = office.locator("figure.envelope")
    expect(beside).to_contain_text("Its envelope, page 1")
    expect(office.locator("#shown-caption")).to_have_text("Page 2 of 2: letter page")
    office.keyboard.press("ArrowLeft")
    expect(office.locator("#shown-caption")).to_have_text("Page 1 of 2: envelope")
    office.keyboard.press("l")  # it is none
    office.wait_for_url("**decided=*")
    expect(beside).to_have_count(0)
    office.keyboard.press("e")
    expect(office.locator("#shown-caption")).to_have_text("Page 1 of 2: envelope")
    office.wait_for_load_state()  # before its script is there, no key does anything
    office.keyboard.press("u")
    expect(office.locator(".notice.done")).to_contain_text("Undone: mark page")
    expect(office.locator(".strip")).not_to_contain_text("envelope")


def test_legal_mail_is_sealed_by_two_keys_from_its_page(office: Page, mail: Mail) -> None:
    letter = _one_more_letter(mail, pages=2)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    office.keyboard.press("ArrowRight")  # it is on the second page that it says so
    office.keyboard.press("p")
    expect(office.get_by_text("Its scan is sealed, with all its 2 pages.")).to_be_visible()
    office.keyboard.press("1")
    office.wait_for_url("**decided=*")
    expect(office.locator(".notice.done")).to_contain_text("Done: seal")
    expect(office.locator(".notice.done button")).to_have_count(0)  # only a supervisor lifts it
    scan = office.url.partition("decided=")[2]
    office.goto(f"/staff/held/{scan}")
    expect(office.locator(".why")).to_contain_text("Perhaps legal mail (page 2): Ana Brookwater")
    expect(office.locator("#sheet")).to_have_count(0)
    expect(office.get_by_text("Only a supervisor can decide about a sealed scan.")).to_be_visible()


def test_what_was_scanned_again_is_chosen_by_two_keys(office: Page, mail: Mail) -> None:
    held, again = _one_more_letter(mail, pages=2), _one_more_letter(mail, pages=2)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{held}")
    office.keyboard.press("s")
    first = office.locator(".later button").first
    expect(first).to_have_attribute("value", again)
    expect(first.locator("img")).to_have_js_property("complete", True)
    office.keyboard.press("1")
    office.wait_for_url(f"**decided={held}")
    expect(office.locator(".notice.done")).to_contain_text("Done: rescanned")


def test_where_a_letter_of_the_scan_is_decided_the_page_says_what_to_do(
    office: Page, mail: Mail
) -> None:
    stack = add_scan(mail, "beside.pdf")
    mine = add_letter(mail, stack, None, reason="Look at it.")
    beside = add_letter(mail, stack, "2026-00117", state="delivered")
    add_page(mail, stack, 1, mine, position=1)
    add_page(mail, stack, 2, beside, position=1)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{mine}")
    office.keyboard.press("p")
    expect(office.get_by_text("Ask a supervisor to recall these")).to_be_visible()
    expect(office.locator(f"details a[href='/staff/mail/{beside}']")).to_be_visible()
    expect(office.locator("button[formaction$='/seal']")).to_have_count(0)


def _to_screen(mail: Mail, pages: int) -> str:
    """A letter that waits for a review, the oldest of all."""
    stack = add_scan(mail, "screened.pdf", finished=now() - timedelta(days=9))
    letter = add_letter(mail, stack, "2026-00117", state="awaiting_review", proposed="2026-00117")
    for number in range(1, pages + 1):
        add_page(mail, stack, number, letter, f"Dear Tobias {number}.", position=number)
    return letter


def test_a_letter_is_screened_by_enter_alone_and_undone_from_the_next(
    office: Page, mail: Mail
) -> None:
    letter = _to_screen(mail, 3)
    _enter_as_staff(office)
    office.keyboard.press("g")
    office.keyboard.press("s")
    office.wait_for_url("**/staff/screening")
    expect(office.locator("[data-list] a").first).to_be_focused()
    office.keyboard.press("Enter")
    office.wait_for_url(f"**/{letter}")
    for page in (1, 2, 3):
        expect(office.locator("#shown-caption")).to_contain_text(f"Page {page} of 3")
        expect(office.locator("#sheet")).to_have_js_property("complete", True)
        office.keyboard.press("Enter")
    office.wait_for_url(f"**decided={letter}")
    expect(office.get_by_text("Done: release")).to_be_visible()
    assert letter not in office.url.partition("?")[0]
    office.keyboard.press("u")
    office.wait_for_url(f"**/screening/{letter}?decided={letter}")
    assert _fits(office)


def test_a_page_is_withheld_by_two_keys_and_given_back_by_one(office: Page, mail: Mail) -> None:
    letter = _to_screen(mail, 2)
    _enter_as_staff(office)
    office.goto(f"/staff/screening/{letter}")
    office.keyboard.press("ArrowRight")
    expect(office.locator("#shown-caption")).to_contain_text("Page 2 of 2")
    office.keyboard.press("w")
    office.keyboard.press("7")
    office.wait_for_url("**at=2")
    expect(office.locator("#shown-caption")).to_contain_text("withheld")
    expect(office.locator(".strip .withheld")).to_contain_text("Written in a code")
    office.keyboard.press("b")
    expect(office.locator("#shown-caption")).not_to_contain_text("withheld")


def test_a_part_of_a_page_is_withheld_by_frame_and_digit_and_given_back(
    office: Page, mail: Mail
) -> None:
    letter = _to_screen(mail, 2)
    _enter_as_staff(office)
    office.goto(f"/staff/screening/{letter}")
    office.keyboard.press("p")
    part, own = office.locator("#part"), office.locator("#own-frame")
    expect(part).to_have_value("0 50 100 50")
    for key, value in (("h", "0 0 100 50"), ("h", "0 0 50 100"), ("h", "50 0 50 100")):
        office.keyboard.press(key)
        expect(part).to_have_value(value)
    for key, value in (("Shift+ArrowUp", "50 0 50 98"), ("ArrowDown", "50 2 50 98")):
        office.keyboard.press(key)
        expect(part).to_have_value(value)
    box = office.locator("#frames").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2
    office.mouse.move(middle, box["y"] + 100)
    office.mouse.down()
    office.mouse.move(middle + 60, box["y"] + 220, steps=3)
    office.mouse.up()
    drawn = own.bounding_box()
    assert drawn is not None
    assert abs(drawn["x"] - middle) < 5
    assert abs(drawn["width"] - 60) < 8
    office.keyboard.press("1")
    office.wait_for_url("**decided=*")
    expect(office.locator("#shown-caption")).to_have_text("Page 1 of 2: a part is withheld")
    expect(office.locator("#frames rect.part")).to_have_count(1)
    office.wait_for_load_state()
    office.keyboard.press("b")
    expect(office.locator("#frames rect.part")).to_have_count(0)
    expect(office.locator(".notice.done")).to_contain_text("give back parts of page")


def test_rejecting_takes_two_keys(office: Page, mail: Mail) -> None:
    letter = _one_more_letter(mail, 1)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    office.keyboard.press("x")
    office.keyboard.press("3")
    office.wait_for_url("**decided=*")
    expect(office.get_by_text("Done: reject")).to_be_visible()


def test_a_letter_is_cut_and_delivered_by_keys_alone(office: Page, mail: Mail) -> None:
    letter = _one_more_letter(mail, 3)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    office.keyboard.press("ArrowRight")
    expect(office.locator("#shown-caption")).to_contain_text("Page 2")
    office.keyboard.press("c")
    office.wait_for_url("**decided=*")
    _look_for(office, "jose")
    office.keyboard.press("Enter")
    expect(office.get_by_text("Goes to José Okonkwo-Ruiz")).to_be_visible()
    office.keyboard.press("Enter")
    expect(office.get_by_text("Done: assign")).to_be_visible()


def test_keys_do_nothing_while_one_types(office: Page, mail: Mail) -> None:
    letter = _one_more_letter(mail, 2)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    office.keyboard.press("w")
    office.keyboard.type("next: cut, ?")
    assert office.locator("#reason").input_value() == "next: cut, ?"
    assert office.url.endswith(letter)
    expect(office.locator("#keys")).to_be_hidden()


def test_the_keys_are_listed_and_can_be_switched_off(office: Page, mail: Mail) -> None:
    letter = _one_more_letter(mail, 2)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    office.keyboard.press("?")
    expect(office.locator("#keys")).to_be_visible()
    expect(office.locator("#keys-list")).to_contain_text("Deliver to")
    office.uncheck("#keys-on")
    office.keyboard.press("Escape")
    office.keyboard.press("n")
    office.keyboard.press("ArrowRight")
    assert office.url.endswith(letter)


def test_a_held_letter_fits_an_office_screen(office: Page, mail: Mail) -> None:
    letter = _one_more_letter(mail, 2)
    _enter_as_staff(office)
    office.set_viewport_size({"width": 1366, "height": 768})
    office.goto(f"/staff/held/{letter}")
    for what in ("#sheet", "#reason", "text=Deliver to", "text=Reject"):
        expect(office.locator(what).first).to_be_in_viewport(ratio=0.9)
    assert _fits(office)


_BELOW = """() => [...document.querySelectorAll(".acts button, .acts a, .acts summary")]
  .filter((act) => act.checkVisibility() && act.getClientRects().length)
  .filter((act) => act.getBoundingClientRect().bottom > innerHeight)
  .map((act) => act.textContent.trim())"""


def test_every_act_is_in_sight_whatever_is_said_above_the_desk(office: Page, mail: Mail) -> None:
    """After a decision, with a sender proposed and a long reason: that is how a clerk works."""
    stack = add_scan(mail, "a morning.pdf")
    reason = "A label on it says whose it is: a label delivers nothing by itself. " * 2
    first, second = (
        add_letter(mail, stack, None, reason=reason, doubts=["labelled"]) for _ in range(2)
    )
    for number, letter in enumerate((first, second), start=1):
        text = "From Rosalind Marsh, to Tobias Quillfeather 2026-00117"
        add_page(mail, stack, number, letter, text, position=number)
    _enter_as_staff(office)
    office.set_viewport_size({"width": 1366, "height": 768})
    office.goto(f"/staff/held/{first}")
    assert office.evaluate(_BELOW) == []
    with office.expect_navigation():
        office.keyboard.press("Enter")
    assert f"/staff/held/{second}" in office.url
    expect(office.locator(".notice.done")).to_be_visible()
    for language in ("en", "es"):
        office.goto(f"/staff/held/{second}?decided={first}&lang={language}")
        assert office.evaluate(_BELOW) == [], language


_OUT_OF_SIGHT = """() => {
  const edge = document.querySelector(".glass").getBoundingClientRect().right + 1;
  return [...document.querySelectorAll(".tools button")]
    .filter((button) => button.offsetParent && button.getBoundingClientRect().right > edge)
    .map((button) => button.textContent.trim());
}"""


def test_no_button_of_a_held_page_is_cut_off(office: Page, mail: Mail) -> None:
    letter = _one_more_letter(mail, 2)
    _enter_as_staff(office)
    for width in (1024, 1240, 1280, 1366, 1920):
        office.set_viewport_size({"width": width, "height": 768})
        for language in ("en", "es"):
            office.goto(f"/staff/held/{letter}?lang={language}")
            expect(office.locator("#page-acts button").last).to_be_visible()
            assert office.evaluate(_OUT_OF_SIGHT) == [], (width, language)


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
    page.wait_for_url("**decided=*")


def test_a_clerk_corrects_a_text_by_keyboard_alone(office: Page, mail: Mail) -> None:
    _enter_as_staff(office)
    _open_letter(office, f"/staff/mail/{mail.ids['letter']}/3")
    office.locator(".edit summary").focus()
    office.keyboard.press("Enter")
    office.keyboard.press("Tab")
    expect(office.locator("#text")).to_be_focused()
    office.keyboard.press("Control+a")
    office.keyboard.press("Delete")
    office.keyboard.press("Tab")  # over the tick for a page without text
    office.keyboard.press("Tab")
    office.keyboard.press("Enter")
    expect(office.get_by_role("alert").first).to_contain_text("Nothing was kept")
    expect(office.locator("#text")).to_be_focused()
    office.keyboard.press("Control+a")
    office.keyboard.insert_text("We miss you.\nYour aunt Philippa")
    office.keyboard.press("Tab")
    office.keyboard.press("Tab")
    office.keyboard.press("Enter")
    expect(office.get_by_text("Saved. People read and search")).to_be_visible()
    expect(office.locator("section .read p")).to_have_text(["We miss you.", "Your aunt Philippa"])


def test_the_button_that_keeps_stays_in_sight(office: Page, mail: Mail) -> None:
    _enter_as_staff(office)
    _open_letter(office, f"/staff/mail/{mail.ids['letter']}/2")
    office.click(".edit summary")
    office.fill("#text", "line\n" * 200)
    for place in ("0", "document.body.scrollHeight"):
        office.evaluate(f"scrollTo(0, {place})")
        for seen in (".keep button", ".beside .paper"):
            expect(office.locator(seen)).to_be_in_viewport()


def test_frames_turn_with_the_picture(kiosk: Page, mail: Mail) -> None:
    _enter(kiosk)
    at = f"/mail/{mail.ids['letter']}/2?find=harbor"
    places = []
    for quarter in range(4):
        kiosk.goto(f"{at}&quarter={quarter}")
        sheet, frame = _sheet_and_frame(kiosk)
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


def test_today_shows_what_comes_in_and_keeps_the_focus(office: Page, mail: Mail) -> None:
    with office.expect_response("**/staff/live/events"):
        _enter_as_staff(office)
    first = office.locator("ol.letters a").first
    first.focus()
    kept = first.get_attribute("id")
    add_scan(mail, "came-while-i-looked.pdf")
    expect(office.locator("text=came-while-i-looked.pdf")).to_be_visible()
    assert office.evaluate("document.activeElement.id") == kept


def test_today_asks_by_itself_where_it_cannot_hear(office: Page) -> None:
    """Such as behind a proxy that holds back what does not end."""
    office.route("**/staff/live/events", lambda route: route.fulfill(status=204))
    office.clock.install()
    _enter_as_staff(office)
    with office.expect_response("**/staff/live") as answer:
        office.clock.run_for(11_000)
    assert answer.value.ok
    expect(office.locator("dl.counts")).to_have_count(1)


def _look_for(office: Page, text: str) -> None:
    """Types it, and waits for the answer to all of it: until then Enter chooses nobody."""
    office.keyboard.press("/")
    office.keyboard.type(text)
    expect(office.locator(f"#found [data-for='{text}'] ~ .person")).to_have_count(1)


def _looked_up(office: Page, mail: Mail) -> Locator:
    """A held letter with somebody else than the suggested inmate found, by keyboard."""
    stack = add_scan(mail, "looked-up.pdf")  # a letter that no other test decides about
    letter = add_letter(mail, stack, None, reason="Whose is it?")
    add_page(mail, stack, 1, letter, "For Tobias Quillfeather 2026-00117", position=1)
    _enter_as_staff(office)
    office.goto(f"/staff/held/{letter}")
    _look_for(office, "jose")
    return office.locator(".people input:checked")


def test_the_button_names_whom_enter_chose(office: Page, mail: Mail) -> None:
    chosen = _looked_up(office, mail)
    office.keyboard.press("Enter")
    expect(chosen).to_have_value("2026-00118")
    expect(office.locator("#chosen")).to_contain_text("Okonkwo-Ruiz")


def test_enter_chooses_nobody_who_was_found_for_an_earlier_text(office: Page, mail: Mail) -> None:
    chosen = _looked_up(office, mail)
    office.keyboard.type(" okon")  # the answer to this is on its way
    office.keyboard.press("Enter")
    expect(chosen).to_have_count(0)
    expect(office.locator("#found [data-for='jose okon']")).to_have_count(1)
    office.keyboard.press("Enter")
    expect(chosen).to_have_value("2026-00118")


def test_a_key_that_is_held_down_decides_nothing(office: Page, mail: Mail) -> None:
    _looked_up(office, mail)
    office.keyboard.press("Enter")
    sent = office.evaluate(
        """() => {
            let sent = 0;
            document.addEventListener("submit", (event) => { sent += 1; event.preventDefault(); });
            return [true, false].map((repeat) => {
                const key = { key: "Enter", repeat, bubbles: true, cancelable: true };
                document.getElementById("paper").dispatchEvent(new KeyboardEvent("keydown", key));
                return sent;
            });
        }"""
    )
    assert sent == [0, 1], "held down it does nothing, pressed once it delivers"
