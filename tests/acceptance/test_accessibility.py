"""Every page of the web apps under axe-core, in each language, on a desk and on a telephone: with
one of everything, and with nothing at all. Its whole rule set of WCAG 2.2 A and AA, and best
practice, holds without an exception."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_api = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
from playwright.sync_api import (  # noqa: E402 - after the skip above
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
)

from digitizer.access.password_hashing import hash_secret  # noqa: E402
from digitizer.departures import actions as departures  # noqa: E402
from digitizer.entrances.web.shared.translations import LANGUAGES  # noqa: E402
from digitizer.facility import make_home, open_facility  # noqa: E402
from digitizer.model.people import StaffRole  # noqa: E402
from digitizer.storage.database import writing  # noqa: E402
from digitizer.storage.tables import inmate, staff  # noqa: E402
from digitizer.support.clock import now  # noqa: E402
from tests.support.in_browser import ARGUMENTS, CHROMIUM, served  # noqa: E402
from tests.support.leaving_mail import with_page  # noqa: E402
from tests.support.patience import HUNG  # noqa: E402
from tests.support.route_rows import ROWS, Row  # noqa: E402
from tests.support.web_kit import PASSWORD, PIN  # noqa: E402
from tests.support.whole_facility import (  # noqa: E402
    ACTORS,
    FAMILY_EMAILS,
    OWNER,
    STAFF_NAMES,
    Place,
    cheap_hashes,
    make_whole_facility,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
]

DESK = ViewportSize(width=1366, height=768)
TELEPHONE = ViewportSize(width=360, height=640)
MOST_BYTES = 100_000  # of a page, without its pictures
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

ADMINISTRATOR, OWNS_MAIL, OUTSIDE, ANYONE = "administrator", "owner", "family", "anonymous"
#: Of the whole facility: listed as released.
LEFT = "2025-00031"
#: What a route's own address does not show.
MORE = {
    ADMINISTRATOR: (
        "/staff?day=2020-01-01",
        "/staff/covers?often=true",
        "/staff/held/{again}",
        "/staff/held/{review}?show_all=true",
        "/staff/held/{seal}",
        "/staff/held/{whole}",
        "/staff/held?queue=legal",
        "/staff/held?decided={rejected}",
        "/staff/inmates?find=qu",
        "/staff/inmates?find=zzzz",
        "/staff/mail/{held}",
        "/staff/mail/{rejected}",
        "/staff/mail/{letter}/1?quarter=1&find=garden",
        "/staff/mail?q=garden",
        "/staff/mail?q=zzzq",
        "/staff/nothing",
        "/staff/recall/{rejected}",
        "/staff/evidence/{rejected}",
        "/staff/returned?q=zzzz",
        "/staff/returned/new?find=qu",
        "/staff/returned/new?find=marrow&booking=2025-00031",
        "/staff/returned/new?item={held}&find=Jon+Nobody&free=true",
        "/staff/items/new?find=zzzz",
        "/staff/items/new?find=tobias&booking=2026-00117",
        "/staff/items/{others_receipt}",
        "/staff/originals/boxes/{box}",
        "/staff/originals/scans/{on_hold_scan}",
        "/staff/originals/lists/{done_list}",
        "/staff/originals/due?box={box}",
        "/staff/roster/numbers?number=2026-00117&new=2026-00118",
        "/staff/roster/numbers?number=2026-00117&new=2026-99999",
    ),
    OWNS_MAIL: (
        "/mail?q=garden",
        "/mail?q=zzzq",
        "/mail/{letter}/2?zoom=3&quarter=1",
        "/mail/nothing",
    ),
    OUTSIDE: ("/family/home?asked=true", "/family/account?saved=true", "/family/nothing"),
    ANYONE: (
        "/login?bye=idle",
        "/staff/login?bye=out",
        "/family/login?bye=out",
        "/family/reset/stale",
        "/nothing",
    ),
}
#: Once the page is laid out for a new size, and its own script has seen that.
_RUN = """async options => {
  for (let n = 0; n < 2; n += 1) await new Promise(requestAnimationFrame);
  return axe.run(document, options);
}"""
#: Sends a form with the token of the page that is open.
_SUBMIT = """([path, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = path;
  const token = document.querySelector("[name=csrf]").value;
  for (const [name, value] of Object.entries({ ...fields, csrf: token })) {
    const field = document.createElement("input");
    [field.type, field.name, field.value] = ["hidden", name, value];
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""
_AXE = axe_api.Axe().axe_script
#: Parts of pages, pictures and files, and where nobody comes without a login under way.
_NO_PAGE = (
    "/picture",
    ".pdf",
    "/live",
    "/events",
    ".csv",
    "/find",
    "/found",
    "/healthz",
    "/readyz",
    "/metrics",
    "/idle",
    ".png",
    "{place}",
    "/pages/{page}",
    "/reply/{letter}/{position}",
    "/picture/{part}",
    "/takeaway/file",
    ".ics",
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Place]]:
    with cheap_hashes():
        made = make_whole_facility(tmp_path_factory.mktemp("full"))
    with served(made.facility.home) as address:
        yield address, made


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A facility on its first day: one administrator, one inmate, nothing else."""
    home = tmp_path_factory.mktemp("empty") / "home"
    make_home(home)
    facility = open_facility(home)
    with cheap_hashes(), writing(facility.engine) as tx:
        tx.execute(
            sa.insert(staff).values(
                name=STAFF_NAMES[StaffRole.ADMINISTRATOR],
                role="administrator",
                password_hash=hash_secret(PASSWORD),
                active=True,
            )
        )
        tx.execute(
            sa.insert(inmate).values(
                booking_number=OWNER,
                last_name="Quillfeather",
                first_name="Tobias",
                status="in_custody",
                changed=now(),
                pin_hash=hash_secret(PIN),
            )
        )
    facility.engine.dispose()
    with served(home) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=ARGUMENTS, timeout=HUNG * 1000
        )
        yield browser
        browser.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [ADMINISTRATOR, OWNS_MAIL, OUTSIDE, ANYONE])
def test_every_page_of_a_full_facility(
    chromium: Browser, full: tuple[str, Place], role: str, language: str
) -> None:
    address, made = full
    rows = [row for row in ROWS if _is_page(row, role)]
    paths = [_address(row, made) for row in rows]
    paths += [each.format_map(made.ids) for each in MORE[role]]
    assert len(paths) > 3
    with _visitor(chromium, address, role, language) as page:
        wrong = [line for path in paths for line in _look(page, path, language)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [ADMINISTRATOR, OWNS_MAIL])
def test_every_list_of_an_empty_facility(
    chromium: Browser, empty: str, role: str, language: str
) -> None:
    rows = [row for row in ROWS if _is_page(row, role) and "{" not in row.path]
    with _visitor(chromium, empty, role, language) as page:
        wrong = [line for row in rows for line in _look(page, row.path, language)]
    assert not wrong, "\n".join(wrong)


def _is_page(row: Row, role: str) -> bool:
    answers = row.answers.by_role.get(role, {})
    for_anyone = ANYONE in row.answers.by_role
    return (
        row.method == "GET"
        and answers.get("own") == 200
        and not row.path.endswith(_NO_PAGE)
        and for_anyone == (role == ANYONE)
    )


def _address(row: Row, made: Place) -> str:
    values = {name: made.ids.get(value, value) for name, value in row.rest.items()}
    path = row.path
    if row.own:
        path = re.sub(r"\{\w+\}", made[row.own], path, count=1)
    return path.format_map(values)


@contextmanager
def _visitor(chromium: Browser, address: str, role: str, language: str) -> Iterator[Page]:
    """Logged in, in a browser that lets the test's own script in, against the pages' policy."""
    context = chromium.new_context(base_url=address, viewport=DESK, bypass_csp=True)
    context.set_default_timeout(HUNG * 1000)
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    try:
        _log_in(context, role)
        yield context.new_page()
    finally:
        context.close()


def _log_in(context: BrowserContext, role: str) -> None:
    if role == ADMINISTRATOR:
        name = STAFF_NAMES[StaffRole.ADMINISTRATOR]
        came = context.request.post("/staff/login", form={"name": name, "password": PASSWORD})
        assert came.url.endswith("/staff")
    elif role == OWNS_MAIL:
        came = context.request.post("/login", form={"booking_number": OWNER, "pin": PIN})
        assert came.url.endswith("/mail")
    elif role == OUTSIDE:
        email = FAMILY_EMAILS[role]
        came = context.request.post("/family/login", form={"email": email, "password": PASSWORD})
        assert came.url.endswith("/family/home")


def _look(page: Page, path: str, language: str) -> list[str]:
    """What is wrong with a page, a line each."""
    page.set_viewport_size(DESK)
    answer = page.goto(path)
    assert answer is not None
    wrong = [] if len(answer.body()) < MOST_BYTES else ["is too large"]
    if page.get_attribute("html", "lang") != language:
        wrong.append("is not in the language asked for")
    return [f"{path} ({language}) {each}" for each in wrong] + _wrong_with(page, path, language)


def _wrong_with(page: Page, path: str, language: str) -> list[str]:
    wrong = [f"has a form without its token: {each}" for each in _unsigned(page)]
    page.evaluate(_AXE)
    for size in (DESK, TELEPHONE):
        page.set_viewport_size(size)
        wrong += _violations(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            wrong.append(f"is {width} pixels wide, on a screen of {size['width']}")
    return [f"{path} ({language}) {each}" for each in wrong]


def _unsigned(page: Page) -> list[str]:
    """The forms that change something and do not carry the session's token. Before there is a
    session there is none."""
    found: list[str] = page.eval_on_selector_all(
        "form[method=post]",
        "forms => forms.filter(each => !each.querySelector('[name=csrf]')).map(e => e.action)",
    )
    before = ("/login", "/kiosk", "/sign-up", "/forgot", "/where", "/takeaway", "/takeaway/close")
    links = ("/family/confirm/", "/family/reset/", "/family/leave/")
    return [
        each for each in found if not each.endswith(before) and not any(a in each for a in links)
    ]


def _violations(page: Page) -> list[str]:
    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    found: Any = page.evaluate(_RUN, options)
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


#: Pages that answer a form: the form's address, and what it sends. Nothing here changes anything
#: that another page shows.
ANSWERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/staff/held/{held}/assign", {"to": "of nobody"}),
    ("/staff/held/{review}/assign", {"to": "2026-00117"}),
    ("/staff/held/{seal}/seal/destroy", {"reason": "It was put on the wrong stack"}),
    ("/staff/held/{rejected}/undo", {"act": "1"}),
    ("/staff/recall/{letter}", {"reason": ""}),
    ("/staff/evidence/{letter}", {"reason": ""}),
    ("/staff/kiosks", {"name": ""}),
    ("/staff/roster/renumber", {"number": OWNER, "new": OWNER, "reason": ""}),
    ("/staff/second-step", {}),
    ("/staff/second-step/finish", {"code": "000000"}),
    ("/staff/people/{left}/reset", {}),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_to_a_form(chromium: Browser, full: tuple[str, Place], language: str) -> None:
    address, made = full
    with _visitor(chromium, address, ADMINISTRATOR, language) as page:
        wrong = []
        for path, fields in ANSWERS:
            page.goto("/staff")
            _send(page, path.format_map(made.ids), fields)
            wrong += _wrong_with(page, path, language)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_answer_to_the_code_of_a_slip(
    chromium: Browser, full: tuple[str, Place], language: str
) -> None:
    """Mistyped, wrong, before they left, and right."""
    address, made = full
    facility, by = with_page(made.facility), ACTORS[ADMINISTRATOR]
    left, here = (departures.make_code(facility, each, by).code for each in (LEFT, OWNER))
    tries = ((left[:-1], LEFT, "Marrowby"), (left, LEFT, "Nobody"), (here, OWNER, "Quillfeather"))
    with _visitor(chromium, address, ANYONE, language) as page:
        wrong, seen = [], []
        for typed in (*tries, (left, LEFT, "Marrowby")):
            page.goto("/family/takeaway")
            for field, text in zip(("code", "booking", "last_name"), typed, strict=True):
                page.fill(f"#{field}", text)
            with page.expect_navigation():
                page.click("main form button")
            wrong += _wrong_with(page, "/family/takeaway", language)
            seen.append(page.locator("[role=alert]").count())
        assert seen == [1, 1, 1, 0]
        assert page.locator("a[href='/family/takeaway/file']").count() == 1
    assert not wrong, "\n".join(wrong)


def _send(page: Page, path: str, fields: dict[str, str]) -> None:
    with page.expect_navigation():
        page.evaluate(_SUBMIT, [path, fields])
