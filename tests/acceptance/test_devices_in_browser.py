"""The test of camera, microphone, speaker and network in real browsers, in each web app: what
works, and the plain words for what does not."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_api = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
from playwright.sync_api import Browser, Page, Playwright, Route, expect  # noqa: E402

from tests.support.call_home import LOGINS, home_with_calls  # noqa: E402
from tests.support.call_kit import missing  # noqa: E402
from tests.support.call_peers import FAKE_DEVICES  # noqa: E402
from tests.support.in_browser import ARGUMENTS, CHROMIUM, served  # noqa: E402
from tests.support.patience import HUNG  # noqa: E402
from tests.support.web_kit import Mail  # noqa: E402

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
    pytest.mark.skipif(bool(missing()), reason=str(missing())),
]
_BASES = {
    "family": "/family/calls/test",
    "inmate": "/mail/calls/test",
    "staff": "/staff/calls/test",
}
_AXE = axe_api.Axe().axe_script
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_DENIED = [*ARGUMENTS, "--use-fake-device-for-media-stream", "--deny-permission-prompts"]


@pytest.fixture(scope="module")
def mail() -> Iterator[Mail]:
    """Not in the tests' own folder: a socket's path is short."""
    with tempfile.TemporaryDirectory() as folder:
        yield from home_with_calls(Path(folder))


@pytest.fixture(scope="module")
def address(mail: Mail) -> Iterator[str]:
    with served(mail.facility.home) as found:
        yield found


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_api.sync_playwright() as found:
        expect.set_options(timeout=HUNG * 1000)
        yield found


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    yield from _browser(playwright, FAKE_DEVICES)


@pytest.fixture(scope="module")
def refusing(playwright: Playwright) -> Iterator[Browser]:
    """Whoever sits at it allows nothing."""
    yield from _browser(playwright, _DENIED)


@pytest.fixture(scope="module")
def bare(playwright: Playwright) -> Iterator[Browser]:
    """At a machine without camera and microphone."""
    yield from _browser(playwright, [*ARGUMENTS, "--use-fake-ui-for-media-stream"])


def _browser(playwright: Playwright, arguments: list[str]) -> Iterator[Browser]:
    made = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield made
    made.close()


@contextmanager
def _at(browser: Browser, address: str, who: str, language: str = "en") -> Iterator[Page]:
    context = browser.new_context(base_url=address, bypass_csp=True)
    context.set_default_timeout(HUNG * 1000)
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    login, form = LOGINS[who]
    page.request.post(login, form=form)
    page.goto(_BASES[who])
    yield page
    context.close()
    assert faults == []


def _said(page: Page, part: str, key: str) -> None:
    place = "[data-verdict]" if part == "verdict" else f"[data-part={part}]"
    expect(page.locator(f"{place} [data-says={key}]")).to_be_visible()


def _violations(page: Page) -> list[str]:
    page.evaluate(_AXE)
    found: Any = page.evaluate("tags => axe.run(document, {runOnly: tags})", _TAGS)
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]]


def _begun(change: Callable[[dict[str, Any]], None]) -> Callable[[Route], None]:
    """What our server says when a test begins, with something changed."""

    def answer(route: Route) -> None:
        told = json.loads(route.fetch().body())
        change(told)
        route.fulfill(json=told)

    return answer


def _shut(told: dict[str, Any], *which: str) -> None:
    """As by a network that lets nothing through to the relay by these ways."""
    for way in told["ways"]:
        if any(way["urls"][0].endswith(each) for each in which):
            way["urls"] = ["turn:127.0.0.1:9?" + way["urls"][0].partition("?")[2]]


@pytest.mark.parametrize("who", ["family", "inmate", "staff"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_all_works(chromium: Browser, address: str, who: str, language: str) -> None:
    with _at(chromium, address, who, language) as page:
        assert page.evaluate("document.documentElement.lang") == language
        assert _violations(page) == []
        page.click("[data-begin]")
        for part in ("camera", "microphone", "network", "server"):
            _said(page, part, "good")
        _said(page, "verdict", "good")
        frames = page.evaluate(
            "document.querySelector('[data-back]').getVideoPlaybackQuality().totalVideoFrames"
        )
        assert frames > 10
        assert page.locator("[data-trip]").inner_text().endswith(" ms")
        page.click("[data-tone]")
        page.click("[data-hear=yes]")
        _said(page, "speaker", "good")
        page.click("[data-hear=no]")
        _said(page, "verdict", "why")
        assert _violations(page) == []
        page.click("[data-stop]")
        expect(page.locator("[data-pictures]")).to_be_hidden()


def test_whoever_allows_nothing_reads_how_to(refusing: Browser, address: str) -> None:
    with _at(refusing, address, "family") as page:
        page.click("[data-begin]")
        for part in ("camera", "microphone"):
            _said(page, part, "denied")
        _said(page, "network", "good")  # it is tried all the same
        _said(page, "server", "unsent")
        _said(page, "verdict", "bad")
        assert _violations(page) == []


def test_no_camera_is_told_apart(bare: Browser, address: str) -> None:
    with _at(bare, address, "inmate") as page:
        page.click("[data-begin]")
        _said(page, "camera", "none")
        expect(page.locator("[data-part=camera]")).to_contain_text("Tell an officer")


def test_a_camera_in_use_is_told_apart(chromium: Browser, address: str) -> None:
    """No browser can be made to lend its camera to another program: what it says then is given."""
    with _at(chromium, address, "family") as page:
        page.evaluate(
            "() => { navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('', 'NotReadableError'); } }"
        )
        page.click("[data-begin]")
        _said(page, "camera", "busy")


def test_a_browser_that_cannot_is_told(chromium: Browser, address: str) -> None:
    with _at(chromium, address, "family") as page:
        page.add_init_script("delete window.RTCPeerConnection")
        page.reload()
        expect(page.locator("[data-old]")).to_be_visible()
        expect(page.locator("[data-begin]")).to_be_hidden()
        assert _violations(page) == []


def test_a_network_without_udp_is_a_detour(chromium: Browser, address: str) -> None:
    with _at(chromium, address, "family") as page:
        page.route("**/begin", _begun(lambda told: _shut(told, "udp")))
        page.click("[data-begin]")
        _said(page, "network", "detour")
        _said(page, "server", "good")
        _said(page, "verdict", "why")


def test_a_network_that_lets_nothing_through_is_named(chromium: Browser, address: str) -> None:
    with _at(chromium, address, "family") as page:
        page.route("**/begin", _begun(lambda told: _shut(told, "udp", "tcp")))
        page.click("[data-begin]")
        _said(page, "network", "nothing")
        expect(page.locator("[data-where]")).to_contain_text("127.0.0.1:9 udp")
        _said(page, "verdict", "bad")


def test_our_relay_that_is_down_is_our_fault(chromium: Browser, address: str) -> None:
    def change(told: dict[str, Any]) -> None:
        _shut(told, "udp", "tcp")
        told["relay"] = False

    with _at(chromium, address, "family") as page:
        page.route("**/begin", _begun(change))
        page.click("[data-begin]")
        _said(page, "network", "relay")


def test_our_server_that_is_away_is_said(chromium: Browser, address: str) -> None:
    with _at(chromium, address, "family") as page:
        page.route("**/begin", lambda route: route.abort())
        page.click("[data-begin]")
        _said(page, "network", "away")
        _said(page, "verdict", "bad")


def test_begun_elsewhere_it_ends_here(chromium: Browser, address: str) -> None:
    with _at(chromium, address, "family") as first, _at(chromium, address, "family") as second:

        def begin_elsewhere(route: Route) -> None:
            second.click("[data-begin]")
            _said(second, "verdict", "good")
            route.continue_()

        first.route("**/watch", begin_elsewhere)
        first.click("[data-begin]")
        expect(first.locator("[data-part=server]")).to_have_class("bad")
        assert second.locator("[data-part=server].good").count() == 1
