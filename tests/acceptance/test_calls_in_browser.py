"""Video calls in real browsers: a visitor, an inmate and staff, each with a made-up camera, through
our pages, Janus and coturn."""

from __future__ import annotations

import io
import os
import signal
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_api = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
from playwright.sync_api import Browser, Page, expect  # noqa: E402 - after the skip above

from digitizer.calls import recordings, records  # noqa: E402
from digitizer.calls.records import CallRecord, NewCall  # noqa: E402
from digitizer.calls.states import CallKind, CallRules, Outcome, Stage, terminate  # noqa: E402
from digitizer.model.people import MACHINE, Actor, ActorKind, StaffRole  # noqa: E402
from digitizer.people import roster  # noqa: E402
from digitizer.storage.database import reading, writing  # noqa: E402
from digitizer.support.clock import new_id, now  # noqa: E402
from tests.support.call_home import LOGINS, OWNER, home_with_calls  # noqa: E402
from tests.support.call_kit import missing  # noqa: E402
from tests.support.call_peers import chromium_with_devices  # noqa: E402
from tests.support.in_browser import CHROMIUM, served  # noqa: E402
from tests.support.patience import HUNG, until  # noqa: E402
from tests.support.web_kit import Mail  # noqa: E402

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
    pytest.mark.skipif(bool(missing()), reason=str(missing())),
]

_AXE = axe_api.Axe().axe_script
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Under [calls].
_WATCHED = """when_nobody_watches = "pause"
unwatched_seconds = 10
record = true
"""
#: Whether a picture moves, and whether sound comes, of who sits there.
_SEEN = """async (seat) => {
  const video = document.querySelector(`video[data-seat="${seat}"]`);
  if (!video || !video.srcObject) return null;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(video.srcObject).connect(analyser);
  const before = video.getVideoPlaybackQuality().totalVideoFrames;
  const samples = new Float32Array(analyser.fftSize);
  let level = 0;
  for (let each = 0; each < 30; each++) {
    await new Promise((done) => setTimeout(done, 50));
    analyser.getFloatTimeDomainData(samples);
    level = Math.max(level, ...samples);
  }
  await context.close();
  return { frames: video.getVideoPlaybackQuality().totalVideoFrames - before, level };
}"""


@pytest.fixture(scope="module")
def mail() -> Iterator[Mail]:
    with tempfile.TemporaryDirectory() as folder:
        yield from home_with_calls(Path(folder), _WATCHED)


@pytest.fixture(scope="module")
def address(mail: Mail) -> Iterator[str]:
    with served(mail.facility.home) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with chromium_with_devices() as browser:
        expect.set_options(timeout=HUNG * 1000)
        yield browser


@dataclass(eq=False)
class Three:
    """Their pages, and a call that began to be planned just now."""

    mail: Mail
    visitor: Page
    inmate: Page
    staff: Page
    call: str = ""

    def plan(self, seconds: int, kind: CallKind = CallKind.FAMILY) -> None:
        at = now()
        with writing(self.mail.facility.engine) as tx:
            inmate = roster.inmate_row_id(tx, OWNER)
            new = NewCall(new_id(), kind, inmate, 1, at, at + timedelta(seconds=seconds))
            self.call = records.make(tx, new)
        self.visitor.goto(f"/family/calls/{self.call}")
        self.inmate.goto(f"/mail/calls/{self.call}")
        self.staff.goto(f"/staff/calls/{self.call}")
        if kind is CallKind.FAMILY:
            for page in (self.visitor, self.inmate):
                page.click("button[name=agrees][value=yes]")

    def record(self) -> CallRecord:
        with reading(self.mail.facility.engine) as tx:
            return records.get(tx, self.call, CallRules(most_moved=timedelta(0)))

    def end(self) -> None:
        """So that the next test has no other call than its own."""
        found = self.record()
        if not found.call.stage.is_over:
            with writing(self.mail.facility.engine) as tx:
                records.keep(tx, self.call, terminate(found.call, now()))

    def meet(self) -> None:
        """Both come, staff identify the visitor, and both are seen and heard."""
        self.visitor.click("[data-start]")
        self.inmate.click("[data-start]")
        self.identify()
        _sees(self.visitor, "inmate")
        _sees(self.inmate, "visitor")

    def identify(self) -> None:
        _reloads_until(self.staff, "form[action$='/identify']")
        self.staff.click("form[action$='/identify'] button")
        self.staff.wait_for_load_state()


@pytest.fixture
def three(mail: Mail, chromium: Browser, address: str) -> Iterator[Three]:
    made = []
    for login, form in LOGINS.values():
        context = chromium.new_context(base_url=address)
        context.set_default_timeout(HUNG * 1000)
        page = context.new_page()
        page.request.post(login, form=form)
        made.append(page)
    faults: list[str] = []
    for page in made:
        page.on("pageerror", lambda error: faults.append(str(error)))
    visitor, inmate, staff = made
    three = Three(mail, visitor, inmate, staff)
    yield three
    three.end()
    for page in made:
        page.context.close()
    assert faults == []


def _reloads_until(page: Page, there: str) -> None:
    """What can be done stands on the page as it was asked for."""

    def look() -> bool:
        page.wait_for_timeout(500)
        page.reload()
        return page.locator(there).count() > 0

    until(look)


def _sees(page: Page, seat: str) -> None:
    """Waits until a picture of this seat moves, and its sound is heard."""

    def look() -> bool:
        found: Any = page.evaluate(_SEEN, seat)
        return bool(found) and found["frames"] > 3 and found["level"] > 0.01

    until(look)


def _sees_nobody(page: Page, seat: str) -> None:
    assert page.evaluate(
        'seat => !document.querySelector(`video[data-seat="${seat}"]`)?.srcObject', seat
    )


def test_the_inmate_is_shown_to_nobody_before_staff_know_the_visitor(three: Three) -> None:
    three.plan(60)
    three.visitor.click("[data-start]")
    three.inmate.click("[data-start]")
    _sees(three.staff, "visitor")
    for _ in range(3):
        three.inmate.wait_for_timeout(700)
        _sees_nobody(three.inmate, "visitor")
        _sees_nobody(three.visitor, "inmate")
        _sees_nobody(three.staff, "inmate")
    expect(three.inmate.locator("[data-when~=waiting]")).to_be_visible()
    three.identify()
    _sees(three.visitor, "inmate")
    _sees(three.inmate, "visitor")
    _sees(three.staff, "visitor")
    _sees(three.staff, "inmate")
    assert three.record().seats[0].identified_by == "Ana Brookwater"


def test_the_clock_ends_it_at_the_second(three: Three) -> None:
    three.plan(25)
    three.meet()
    expect(three.visitor.locator("[data-warned]")).to_have_text("Less than one minute is left.")
    expect(three.visitor.locator("[data-left] time")).to_have_text("0:03")
    expect(three.visitor.get_by_text("The call is over.")).to_be_visible()
    expect(three.inmate.get_by_text("The call is over.")).to_be_visible()
    record = three.record()
    assert (record.call.stage, record.call.outcome) == (Stage.ENDED, Outcome.COMPLETED)
    assert record.call.over_at == record.call.ends
    assert record.call.measured.talk.total_seconds() > 5


def test_a_call_waits_while_no_officer_looks_and_goes_on_by_itself(three: Three) -> None:
    three.plan(300)
    three.meet()
    three.staff.goto("/staff/visits")
    for page in (three.visitor, three.inmate):
        expect(page.get_by_text("The officer is away. Please wait")).to_be_visible()
    until(lambda: _frames(three.inmate) == 0)  # no page of ours stops it
    assert three.record().call.stage is Stage.LIVE
    three.staff.goto("/staff/calls")
    _sees(three.staff, "visitor")
    _sees(three.inmate, "visitor")
    for page in (three.visitor, three.inmate):
        expect(page.get_by_text("The officer is away. Please wait")).to_be_hidden()
    assert three.record().call.measured.ours.total_seconds() > 1


def test_a_visit_is_recorded_and_its_film_is_taken_out(three: Three) -> None:
    """What both read all the time, what is left of it on the disk, and what an officer gets."""
    three.plan(300)
    three.meet()
    for page in (three.visitor, three.inmate, three.staff):
        expect(page.get_by_text("This visit is recorded.")).to_be_visible()
    three.inmate.click("form[action$='/leave'] button")
    expect(three.visitor.get_by_text("One of you ended the call.")).to_be_visible()
    until(lambda: _kept(three))
    three.staff.goto(f"/staff/calls/{three.call}")
    expect(
        three.staff.get_by_text("Supervisors and investigators can take it out.")
    ).to_be_visible()
    by = Actor(ActorKind.STAFF, "Super Visor", StaffRole.SUPERVISOR, proven=True)
    film = recordings.export(three.mail.facility, three.call, by, "A threat was heard")
    with zipfile.ZipFile(io.BytesIO(b"".join(film.pieces))) as made:
        assert sorted(each.split("-")[1] for each in made.namelist()) == [
            "inmate.webm",
            "visitor.webm",
        ]
        assert all(len(made.read(each)) > 1000 for each in made.namelist())


def _kept(three: Three) -> bool:
    """The service does it each half a minute, with files that are a few seconds old."""
    three.staff.wait_for_timeout(500)
    recordings.take_in(three.mail.facility, MACHINE)
    by = Actor(ActorKind.STAFF, "Ana Brookwater", StaffRole.CLERK)
    folder = three.mail.facility.home / "run" / "calls" / "recordings"
    left = list(folder.glob(f"*{three.record().rooms.key}*"))
    return bool(recordings.recorded(three.mail.facility, three.call, by)) and not left


def _frames(page: Page) -> int:
    """Of the other, in a second and a half."""
    found: Any = page.evaluate(_SEEN, "visitor")
    return int(found["frames"]) if found else -1


def test_staff_warn_and_end_it_and_nobody_comes_back(three: Three) -> None:
    three.plan(300)
    three.meet()
    three.staff.reload()
    three.staff.select_option("#notice", "clothing")
    three.staff.click("form[action$='/warn'] button")
    for page in (three.visitor, three.inmate):
        expect(page.locator("[data-notice]")).to_contain_text("mind what you wear")
    three.staff.fill("#reason", "A stranger was shown twice")
    three.staff.click("form[action$='/end'] button:not([name])")
    for page in (three.visitor, three.inmate):
        expect(page.get_by_text("A stranger was shown twice")).to_be_visible()
        assert page.locator("[data-start]").count() == 0
    csrf = three.visitor.locator("input[name=csrf]").first.input_value()
    tried = three.visitor.request.post(
        f"/family/calls/{three.call}/publish", form={"csrf": csrf, "sdp": "v=0"}
    )
    assert tried.status == 409
    assert three.record().call.outcome is Outcome.TERMINATED_BY_STAFF


def test_an_attorneys_call_is_seen_by_nobody_else(three: Three) -> None:
    three.plan(120, CallKind.ATTORNEY)
    three.visitor.click("[data-start]")
    three.inmate.click("[data-start]")
    _sees(three.staff, "visitor")  # in the lobby, where the attorney is identified
    three.identify()
    _sees(three.visitor, "inmate")
    _sees(three.inmate, "visitor")
    three.staff.reload()
    expect(three.staff.locator("[data-when=private]")).to_be_visible()
    csrf = three.staff.locator("input[name=csrf]").first.input_value()
    for seat in ("visitor", "inmate"):
        asked = three.staff.request.post(
            f"/staff/calls/{three.call}/watch", form={"csrf": csrf, "seat": seat}
        )
        assert asked.status == 403
        _sees_nobody(three.staff, seat)
    for verb, form in (("warn", {"notice": "camera"}), ("mute", {"seat": "visitor"})):
        asked = three.staff.request.post(
            f"/staff/calls/{three.call}/{verb}", form={"csrf": csrf, **form}
        )
        assert asked.status == 403


def test_a_dead_media_server_ends_no_call(three: Three) -> None:
    """It is started again, and both come in by themselves."""
    three.plan(300)
    three.meet()
    os.kill(_janus(three.mail), signal.SIGKILL)
    until(lambda: three.record().call.seen is not None and not _talking(three))
    _sees(three.visitor, "inmate")
    _sees(three.inmate, "visitor")
    assert three.record().call.stage is Stage.LIVE
    assert three.record().call.measured.ours.total_seconds() > 0


def test_a_dead_media_server_before_it_began_is_waited_for(three: Three) -> None:
    three.plan(300)
    os.kill(_janus(three.mail), signal.SIGKILL)
    three.meet()


def test_a_lost_network_is_said_and_found_again(three: Three) -> None:
    three.plan(300)
    three.meet()
    three.visitor.context.set_offline(True)
    expect(three.visitor.locator("[data-lost]")).to_be_visible()
    until(lambda: not _here(three))
    three.visitor.context.set_offline(False)
    expect(three.visitor.locator("[data-lost]")).to_be_hidden()
    _sees(three.inmate, "visitor")
    _sees(three.visitor, "inmate")
    assert three.record().call.measured.theirs.total_seconds() > 0


@pytest.mark.parametrize("language", ["en", "es"])
def test_who_cannot_see_can_use_it(three: Three, language: str) -> None:
    """Before, during and after: no page breaks a rule of axe-core."""
    three.plan(300)
    for page in (three.visitor, three.inmate, three.staff):
        page.goto(f"{page.url}?lang={language}")
        assert _violations(page) == []
    three.meet()
    three.staff.reload()
    for page in (three.visitor, three.inmate, three.staff):
        assert page.evaluate("document.documentElement.lang") == language
        assert _violations(page) == []
    three.staff.goto("/staff/calls")
    _sees(three.staff, "visitor")
    assert _violations(three.staff) == []
    three.inmate.click("form[action$='/leave'] button")
    for page in (three.visitor, three.inmate):
        expect(page.locator("[data-call]")).to_have_count(0)
        page.wait_for_load_state()
        assert _violations(page) == []


def _violations(page: Page) -> list[str]:
    page.evaluate(_AXE)
    found: Any = page.evaluate("tags => axe.run(document, {runOnly: tags})", _TAGS)
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]]


def test_one_of_them_ends_it_for_both(three: Three) -> None:
    three.plan(300)
    three.meet()
    three.inmate.click("form[action$='/leave'] button")
    for page in (three.visitor, three.inmate):
        expect(page.get_by_text("One of you ended the call.")).to_be_visible()
    assert three.record().call.outcome is Outcome.LEFT_EARLY


def _talking(three: Three) -> bool:
    seen = three.record().call.seen
    return seen is not None and seen.talking


def _here(three: Three) -> bool:
    seen = three.record().call.seen
    return seen is not None and "visitor" in {str(each) for each in seen.here}


def _janus(mail: Mail) -> int:
    """The process that serves this home's calls."""
    own = str(mail.facility.home / "run" / "calls")
    for each in psutil.process_iter(["name", "cmdline"]):
        if each.info["name"] == "janus" and own in " ".join(each.info["cmdline"] or ()):
            return int(each.pid)
    raise AssertionError("Janus does not run")
