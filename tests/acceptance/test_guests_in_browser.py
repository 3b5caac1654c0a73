"""Several guests of one call in real browsers: two visitors, one who interprets and has a link and
no account, and a visitor who moves to another device."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_api = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
from playwright.sync_api import Browser, Page, expect  # noqa: E402 - after the skip above

from digitizer.access.password_hashing import hash_secret  # noqa: E402
from digitizer.calls import records  # noqa: E402
from digitizer.calls.records import NewCall  # noqa: E402
from digitizer.calls.states import CallKind, CallRules, Stage, terminate  # noqa: E402
from digitizer.people import roster  # noqa: E402
from digitizer.storage.database import reading, writing  # noqa: E402
from digitizer.support.clock import new_id, now  # noqa: E402
from tests.support.call_home import LOGINS, OWNER, home_with_calls  # noqa: E402
from tests.support.call_kit import missing  # noqa: E402
from tests.support.call_peers import chromium_with_devices  # noqa: E402
from tests.support.conversing import IDA, give_account, make_contact  # noqa: E402
from tests.support.in_browser import CHROMIUM, served  # noqa: E402
from tests.support.patience import HUNG, until  # noqa: E402
from tests.support.web_kit import PASSWORD, Mail  # noqa: E402

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
    pytest.mark.skipif(bool(missing()), reason=str(missing())),
]
_SECOND = ("/family/login", {"email": "sal@example.org", "password": PASSWORD})
_AXE = axe_api.Axe().axe_script
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_MOVES = """async (seat) => {
  const video = document.querySelector(`video[data-seat="${seat}"]`);
  if (!video || !video.srcObject) return false;
  const before = video.getVideoPlaybackQuality().totalVideoFrames;
  await new Promise((done) => setTimeout(done, 1000));
  return video.getVideoPlaybackQuality().totalVideoFrames - before > 3;
}"""


@pytest.fixture(scope="module")
def mail() -> Iterator[Mail]:
    """Not in the tests' own folder: a socket's path is short."""
    with tempfile.TemporaryDirectory() as folder:
        for made in home_with_calls(Path(folder)):
            sal = replace(IDA, name="Sal Second", email="sal@example.org")
            assert make_contact(made.facility, sal, OWNER) == 2
            give_account(made.facility, 2, hashed=hash_secret(PASSWORD), email="sal@example.org")
            yield made


@pytest.fixture(scope="module")
def address(mail: Mail) -> Iterator[str]:
    with served(mail.facility.home) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with chromium_with_devices() as browser:
        expect.set_options(timeout=HUNG * 1000)
        yield browser


def _page(chromium: Browser, address: str, login: str = "", form: Any = None) -> Page:
    context = chromium.new_context(base_url=address, bypass_csp=True)
    context.set_default_timeout(HUNG * 1000)
    page = context.new_page()
    if login:
        page.request.post(login, form=form)
    return page


@pytest.fixture
def call(mail: Mail) -> Iterator[str]:
    """Of two visitors, from now on."""
    at = now()
    with writing(mail.facility.engine) as tx:
        inmate = roster.inmate_row_id(tx, OWNER)
        until_ = at + timedelta(minutes=10)
        new = NewCall(new_id(), CallKind.FAMILY, inmate, 1, at, until_, (2,))
        made = records.make(tx, new)
    yield made
    with writing(mail.facility.engine) as tx:
        found = records.get(tx, made, CallRules())
        if not found.call.stage.is_over:
            records.keep(tx, made, terminate(found.call, now()))


def _stage(mail: Mail, call: str) -> Stage:
    with reading(mail.facility.engine) as tx:
        return records.get(tx, call, CallRules()).call.stage


def _sees(page: Page, seat: str) -> None:
    until(lambda: bool(page.evaluate(_MOVES, seat)))


def _sees_nobody(page: Page, seat: str) -> None:
    assert page.evaluate(
        "seat => !document.querySelector(`video[data-seat='${seat}']`)?.srcObject", seat
    )


def _identify(staff: Page, seat: str) -> None:
    form = f"form[action$='/identify']:has(input[name=seat][value='{seat}'])"

    def there() -> bool:
        staff.wait_for_timeout(500)
        return seat in staff.request.get(f"{staff.url}/state").json()["here"]

    staff.goto(staff.url.partition("/guest")[0])
    until(there)
    staff.reload()
    staff.click(f"{form} button")
    staff.wait_for_load_state()


def _violations(page: Page) -> list[str]:
    page.evaluate(_AXE)
    found: Any = page.evaluate("tags => axe.run(document, {runOnly: tags})", _TAGS)
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]]


def test_several_guests_of_one_call(mail: Mail, chromium: Browser, address: str, call: str) -> None:
    first = _page(chromium, address, *LOGINS["family"])
    second = _page(chromium, address, *_SECOND)
    inmate = _page(chromium, address, *LOGINS["inmate"])
    staff = _page(chromium, address, *LOGINS["staff"])
    for page, base in ((first, "family"), (second, "family"), (inmate, "mail")):
        page.goto(f"/{base}/calls/{call}")
        page.click("[data-start]")
    staff.goto(f"/staff/calls/{call}")
    _sees(staff, "visitor")
    _sees(staff, "visitor-2")
    _identify(staff, "visitor")
    _sees(first, "inmate")
    _sees(inmate, "visitor")
    # Who is not identified sees nobody, and is seen by nobody but staff.
    _sees_nobody(second, "inmate")
    _sees_nobody(second, "visitor")
    _sees_nobody(inmate, "visitor-2")
    _sees(staff, "visitor-2")
    _identify(staff, "visitor-2")
    for page, seats in (
        (second, ("inmate", "visitor")),
        (inmate, ("visitor", "visitor-2")),
        (first, ("visitor-2", "inmate")),
    ):
        for seat in seats:
            _sees(page, seat)

    # One who interprets comes by a link, which is of one device.
    staff.click("summary")
    assert _violations(staff) == []
    staff.fill("#guest", "Nell Newcome")
    staff.click("button[name=interprets]")
    link = staff.locator(".link").inner_text().partition("example")[2]
    assert _violations(staff) == []
    guest, thief = _page(chromium, address), _page(chromium, address)
    thief.goto(link)  # looking at it opens nothing
    guest.goto(link)
    assert _violations(guest) == []
    guest.fill("#name", "Nell N. Newcome")
    guest.click("main form button")
    thief.fill("#name", "Thea Thief")
    thief.click("main form button")
    expect(thief.locator(".notice").first).to_contain_text("opened on another device")
    assert thief.request.get(f"/family/guest/{call}/state").status == 404
    assert _violations(thief) == []
    guest.click("[data-start]")
    _sees(staff, "interpreter")
    _sees_nobody(guest, "inmate")
    staff.reload()
    expect(staff.locator("body")).to_contain_text("says to be: Nell N. Newcome")
    _identify(staff, "interpreter")
    _sees(guest, "inmate")
    _sees(inmate, "interpreter")
    _sees(first, "interpreter")
    assert inmate.locator("figure.pinned video[data-seat=interpreter]").count() == 1
    assert _violations(guest) == []
    assert _violations(inmate) == []

    # The first moves to another device, and is asked there.
    other = _page(chromium, address, *LOGINS["family"])
    other.goto(f"/family/calls/{call}")
    other.click("[data-start]")
    expect(other.locator("[data-elsewhere]")).to_be_visible()
    _sees(first, "inmate")
    other.click("[data-move]")
    _sees(other, "inmate")
    expect(first.locator("[data-elsewhere]")).to_be_visible()
    _sees_nobody(first, "inmate")
    assert _violations(first) == []

    # Who leaves, and who is sent out, ends it for nobody else.
    second.click("form[action$='/leave'] button")
    until(
        lambda: bool(inmate.evaluate("!document.querySelector('[data-seat=visitor-2]').srcObject"))
    )
    assert _stage(mail, call) is Stage.LIVE
    staff.reload()
    staff.click("summary")
    staff.fill("#out-interpreter", "They spoke for themselves")
    staff.click("form[action$='/out']:has(#out-interpreter) button")
    guest.wait_for_timeout(2000)
    guest.reload()
    expect(guest.locator("body")).to_contain_text("They spoke for themselves")
    _sees(other, "inmate")
    assert _stage(mail, call) is Stage.LIVE
    other.click("form[action$='/leave'] button")
    expect(inmate.get_by_text("One of you ended the call.")).to_be_visible()
    for page in (first, second, inmate, staff, guest, thief, other):
        page.context.close()
