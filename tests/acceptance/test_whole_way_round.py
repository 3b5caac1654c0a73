"""The whole way round with real parts: from a family's phone to paper in a cell and back, and from
a kiosk to somebody's letter box and back.

One service, one mail server, one browser. The paper is made of what the printer's folder holds, and
goes back through the watched folder.
"""

from __future__ import annotations

import io
import json
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import ExifTags, Image, ImageDraw, ImageFont

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, ViewportSize, expect  # noqa: E402 - after the skip above

from tests.support import scanner  # noqa: E402
from tests.support.in_browser import ARGUMENTS, CHROMIUM  # noqa: E402
from tests.support.mail_server import MadeMailServer, mail_server  # noqa: E402
from tests.support.mailroom_kit import Home, Serving, scanned  # noqa: E402
from tests.support.patience import HUNG  # noqa: E402
from tests.support.pdf_looks import codes, page_texts  # noqa: E402

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not at /usr/bin/chromium"),
]

PHONE: ViewportSize = {"width": 360, "height": 740}
KIOSK: ViewportSize = {"width": 1280, "height": 800}
OFFICE: ViewportSize = {"width": 1366, "height": 850}
HAND = Path("/usr/share/fonts/truetype/breip/Breip.ttf")  # Debian's fonts-breip
INK = (28, 36, 92)

PAT, NAME = "P1003", "Pat3 Sample3"
IDA, EMAIL, SECRET = "Ida Marlow", "ida@example.org", "seven quiet herons"
UNCLE, STREET = "Otto Fennimore", "12 Elm Street\nSpringfield, EX 00000"
PIN = "739154"
FROM_IDA = "Dear Pat, the orchard is in blossom and the goats have climbed onto the barn again."
ANSWER = (
    "Dear Ida, thank you for the picture",
    "of the goats. The kitchen here smells",
    "of bread",
)
FROM_PAT = "Dear Ida, the library has new books about lighthouses."
TO_UNCLE = "Dear Uncle, I learn to play the harmonica on Thursdays."
FROM_UNCLE = ("Dear Pat, your grandfather played", "the harmonica at every harvest")


@dataclass
class Place:
    """Everything that runs: ``staff`` are the passwords by name, ``faults`` what a browser
    complained of, ``scans`` how many files were laid into the watched folder."""

    home: Home
    service: Serving
    mails: MadeMailServer
    chromium: Browser
    address: str
    printer: Path
    staff: dict[str, str]
    faults: list[str] = field(default_factory=list)
    scans: int = 0

    @contextmanager
    def browser(self, size: ViewportSize) -> Iterator[Page]:
        """A fresh visitor."""
        by_hand = size is PHONE
        context = self.chromium.new_context(
            base_url=self.address, viewport=size, has_touch=by_hand, is_mobile=by_hand
        )
        context.set_default_timeout(HUNG * 1000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        try:
            yield page
        finally:
            context.close()
        assert self.faults == []

    @contextmanager
    def phone(self) -> Iterator[Page]:
        """Ida's, logged in."""
        with self.browser(PHONE) as page:
            page.goto("/family/login")
            page.fill("#email", EMAIL)
            page.fill("#password", SECRET)
            page.click("main button[type=submit]")
            page.wait_for_url("**/family/home")
            yield page

    @contextmanager
    def office(self, name: str) -> Iterator[Page]:
        """Of this member of staff, logged in."""
        with self.browser(OFFICE) as page:
            page.goto("/staff/login")
            page.fill("#name", name)
            page.fill("#password", self.staff[name])
            page.click("main button[type=submit]")
            page.wait_for_url("**/staff")
            yield page

    @contextmanager
    def kiosk(self) -> Iterator[Page]:
        """Pat's, logged in with the PIN of their own choice."""
        with self.browser(KIOSK) as page:
            _type_pin(page, PIN)
            page.wait_for_url("**/mail")
            yield page

    def mail_to(self, address: str, subject: str, earlier: int = 0) -> EmailMessage:
        """The first e-mail after so many earlier ones to this address about that, once it came."""

        def found() -> list[EmailMessage]:
            taken = [each for each in self.mails.taken[earlier:] if each["To"] == address]
            return [each for each in taken if str(each["Subject"]).startswith(subject)]

        self.service.until(lambda: bool(found()))
        return found()[0]

    def print_all(self) -> bytes:
        """What a clerk's one key on the page Print adds to the printer's folder: one file."""
        before = set(self.printer.glob("*.pdf"))
        with self.office("Cleo Clerk") as page:
            page.keyboard.press("g")
            page.keyboard.press("p")
            page.wait_for_url("**/staff/print")
            page.keyboard.press("p")
            expect(page.get_by_text("Nothing waits to be printed.")).to_be_visible()
            assert page.locator("[role=alert]").count() == 0
        (file,) = set(self.printer.glob("*.pdf")) - before
        return file.read_bytes()

    def release_all(self) -> None:
        """A clerk reads what waits on the page Screening, and releases it, by keyboard alone."""
        with self.office("Cleo Clerk") as page:
            for key in "gsge":
                page.keyboard.press(key)
                if key == "s":
                    page.wait_for_url("**/staff/screening")
            page.wait_for_url("**/staff/screening/messages")
            expect(page.locator("[data-list] a").first).to_be_focused()
            page.keyboard.press("Enter")
            page.wait_for_url(re.compile(r"/messages/[^/]+$"))
            photos = page.locator(".strip [data-page]").all()
            for photo in photos:  # the first is on the screen already; Enter turns to the next
                expect(photo).to_have_attribute("aria-current", "true")
                expect(page.locator("#sheet")).to_have_js_property("complete", True)
                page.keyboard.press("Enter")
            if not photos:
                page.keyboard.press("Enter")
            page.wait_for_url("**/messages?done=release&of=*")
            expect(page.get_by_text("No message waits for a review.")).to_be_visible()

    def scan(self, pages: Sequence[scanner.Page]) -> None:
        """Lays the paper on the glass, and waits until the service has filed its file."""
        self.scans += 1
        made = self.home.paper / f"scan-{self.scans}.pdf"
        scanner.write_pdf(scanned(pages, seed=self.scans), made)
        made.rename(self.home.inbox() / made.name)
        accounts = self.service.until_filed(self.scans)
        assert all(each["balanced"] for each in accounts)
        assert self.home.lines("held") == []


def _type_pin(page: Page, pin: str) -> None:
    page.goto("/login")
    page.fill("#booking_number", PAT)
    page.fill("#pin", pin)
    page.click("main button[type=submit]")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _photo() -> bytes:
    """As a phone takes it: it says where it was taken, and with what."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Examplephone"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps.update({1: "N", 2: (44.0, 12.0, 34.5), 3: "W", 4: (72.0, 30.0, 11.2)})
    out = io.BytesIO()
    Image.radial_gradient("L").resize((640, 480)).convert("RGB").save(out, "JPEG", exif=exif)
    assert _is_bare(out.getvalue()) is False
    return out.getvalue()


def _is_bare(picture: bytes) -> bool:
    """Whether a JPEG tells nothing but its picture."""
    with Image.open(io.BytesIO(picture)) as opened:
        told = dict(opened.getexif()) or opened.info.keys() & {
            "exif",
            "xmp",
            "photoshop",
            "comment",
        }
    return not told and b"Examplephone" not in picture and b"Exif" not in picture


def _write_on(page: scanner.Page, lines: Sequence[str], top: int, step: int) -> scanner.Page:
    """The page with lines in a hand, a little uneven as on a table in a cell."""
    sheet, uneven = Image.fromarray(page), np.random.default_rng(len(lines))
    pen, hand = ImageDraw.Draw(sheet), ImageFont.truetype(str(HAND), 84)
    for number, line in enumerate(lines):
        left, drop = 450 + int(uneven.integers(0, 25)), int(uneven.integers(-6, 7))
        pen.text((left, top + number * step + drop), line, fill=INK, font=hand, anchor="ls")
    return np.asarray(sheet)


def _sheets_with_code(pdf: bytes) -> list[int]:
    """The places of pages that bear codes."""
    return [place for place in range(len(page_texts(pdf))) if codes(pdf, place)]


def _pictures_in(pdf: bytes) -> list[bytes]:
    """The pictures of a PDF, as they lie in it: a JPEG is what it was before it was put there."""
    found: list[bytes] = []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            for image in page.get_images().values():
                assert isinstance(image, pikepdf.Stream)
                out = io.BytesIO()
                pikepdf.PdfImage(image).extract_to(stream=out)
                found.append(out.getvalue())
    return found


def _alike(said: str, read: str) -> float:
    return SequenceMatcher(None, said.lower(), " ".join(read.lower().split())).ratio()


def _words(mail: EmailMessage) -> str:
    """As a program shows it that shows no pages."""
    plain = mail.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("round")
    home, port = Home(folder), _free_port()
    address, printer = f"http://127.0.0.1:{port}", folder / "printer"
    printer.mkdir()
    staff = {"Cleo Clerk": "clerk", "Sam Super": "supervisor"}
    passwords = {
        name: home.run("staff", "add", name, "--role", role).strip() for name, role in staff.items()
    }
    with (
        mail_server(folder / "mail") as mails,
        sync_api.sync_playwright() as playwright,
    ):
        settings = {
            "mail": mails.settings.model_dump(exclude_defaults=True),
            "family": {"address": address},
            "printers": {"shared": str(printer)},
        }
        with (home.path / "config.toml").open("a") as config:
            for section, values in settings.items():
                lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
                config.write("\n".join(["", f"[{section}]", *lines, ""]))
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=ARGUMENTS, timeout=HUNG * 1000
        )
        expect.set_options(timeout=HUNG * 1000)
        with Serving(home, port) as service:
            service.until(lambda: _answers(port))
            yield Place(home, service, mails, chromium, address, printer, passwords)
        chromium.close()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def contact(place: Place) -> None:
    """Ida signs up on her phone, asks to write to Pat, and a supervisor approves."""
    with place.browser(PHONE) as phone:
        phone.goto("/family")
        phone.click("a[href='/family/sign-up']")
        for where, what in (("name", IDA), ("email", EMAIL), ("password", SECRET)):
            phone.fill(f"#{where}", what)
        phone.fill("#again", SECRET)
        phone.click("main button[type=submit]")
        mail = _words(place.mail_to(EMAIL, "Confirm your e-mail"))
        (link,) = re.findall(rf"{re.escape(place.address)}\S+", mail)
        phone.goto(link)
        phone.fill("#password", SECRET)
        phone.click("main button[type=submit]")
        phone.wait_for_url("**/family/home")
    with place.phone() as phone:
        phone.click("a[href='/family/ask']")
        phone.fill("#booking", PAT)
        phone.fill("#name", NAME)
        phone.click("main button[type=submit]")
        expect(phone.get_by_text("waits for staff")).to_be_visible()
    with place.office("Sam Super") as office:
        office.goto("/staff/correspondents")
        row = office.locator("#asks tr", has_text=IDA)
        row.locator("summary").click()
        row.locator("input[name=reason]").fill("Pat's aunt, as both say")
        row.get_by_role("button", name="Approve").click()
        expect(office.locator("#asks")).to_have_count(0)
    place.mail_to(EMAIL, "You can write now")


@pytest.fixture(scope="module")
def letter(place: Place, contact: None) -> bytes:
    """What comes out of the printer of the message that Ida writes, with a photo."""
    with place.phone() as phone:
        phone.click(f"a[href='/family/with/{PAT}']")
        phone.fill("#subject", "Spring")
        phone.fill("#body", FROM_IDA)
        photo = {"name": "goats.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
        phone.set_input_files("#photo", photo)  # type: ignore[arg-type]  # a file in memory
        phone.click("button[value=send]")
        phone.wait_for_url("**done=sent*")
        expect(phone.get_by_text("waits for staff to look at it")).to_be_visible()
    place.release_all()
    return place.print_all()


@pytest.fixture(scope="module")
def own_pin(place: Place) -> None:
    """Pat's first PIN opens nothing before it is changed."""
    first = place.home.run("inmate", "pin", PAT).strip()
    with place.browser(KIOSK) as kiosk:
        _type_pin(kiosk, first)
        kiosk.wait_for_url("**/login/pin")
        kiosk.goto("/mail")
        assert not kiosk.url.endswith("/mail")
        kiosk.goto("/login/pin")
        kiosk.fill("#new", PIN)
        kiosk.fill("#again", PIN)
        kiosk.click("main button[type=submit]")
        kiosk.wait_for_url("**/mail")


def test_a_message_from_a_phone_is_printed_with_its_photo(place: Place, letter: bytes) -> None:
    text = " ".join(" ".join(page_texts(letter)).split())
    for words in (FROM_IDA, "Spring", IDA, NAME, PAT):
        assert words in text
    photos = _pictures_in(letter)
    assert photos
    assert all(map(_is_bare, photos))
    assert len(_sheets_with_code(letter)) == 1
    with place.phone() as phone:
        phone.goto(f"/family/with/{PAT}")
        kept = phone.locator(".photos img").get_attribute("src")
        assert _is_bare(phone.request.get(str(kept)).body())


def test_the_reply_sheet_comes_back_as_picture_and_text(place: Place, letter: bytes) -> None:
    (at,) = _sheets_with_code(letter)
    earlier = len(place.mails.taken)
    place.scan([_write_on(scanner.pdf_pages(letter)[at], ANSWER, top=1020, step=106)])
    assert all(place.home.lines("mailbox", each) == [] for each in place.home.bookings)
    told = place.mail_to(EMAIL, "You have a new message", earlier)
    said = f"{told['Subject']}\n{_words(told)}"
    written = [word for word in " ".join(ANSWER).split() if len(word) > 4 and word.isalpha()]
    secret = (NAME, *NAME.split(), PAT, *written)
    assert [each for each in secret if re.search(rf"\b{re.escape(each)}\b", said)] == []
    with place.phone() as phone:
        expect(phone.locator(".tag.new")).to_have_text("1 new")
        phone.click(f"a[href='/family/with/{PAT}']")
        picture = phone.locator("img.reply-page")
        picture.scroll_into_view_if_needed()
        phone.wait_for_function(
            "() => { const it = document.querySelector('img.reply-page');"
            " return it.complete && it.naturalWidth > 500; }"
        )
        phone.click("details.transcript summary")
        read = phone.locator("details.transcript .lines").inner_text()
    assert _alike(" ".join(ANSWER), read) > 0.8, read


def test_what_an_inmate_writes_is_on_the_phone(place: Place, contact: None, own_pin: None) -> None:
    earlier = len(place.mails.taken)
    _write_at_kiosk(place, IDA, FROM_PAT)
    place.release_all()
    told = _words(place.mail_to(EMAIL, "You have a new message", earlier))
    assert "lighthouses" not in told
    assert NAME not in told
    with place.phone() as phone:
        phone.click(f"a[href='/family/with/{PAT}']")
        expect(phone.locator(".talk")).to_contain_text(FROM_PAT)
    with place.kiosk() as kiosk:
        _open_conversation(kiosk, IDA)
        expect(kiosk.locator(".said.mine", has_text=FROM_PAT)).to_contain_text("opened it")


def test_a_letter_to_somebody_without_account_is_answered_under_its_cover(
    place: Place, own_pin: None
) -> None:
    with place.office("Sam Super") as office:
        office.goto("/staff/correspondents")
        office.locator("#name").fill(UNCLE)
        office.locator("#address").fill(STREET)
        office.get_by_role("button", name="Add").click()
        office.fill("#booking", PAT)
        office.fill("#why", "asked by both")
        office.click("button[name=approve]")
        expect(office.get_by_role("link", name=NAME)).to_be_visible()
    _write_at_kiosk(place, UNCLE, TO_UNCLE)
    place.release_all()
    printed = place.print_all()
    text = " ".join(" ".join(page_texts(printed)).split())
    for words in (TO_UNCLE, UNCLE, *STREET.split("\n"), NAME):
        assert words in text
    (cover,) = _sheets_with_code(printed)
    written = _write_on(scanner.paper(), FROM_UNCLE, top=600, step=150)
    place.scan([scanner.pdf_pages(printed)[cover], written])
    boxes = {each: place.home.lines("mailbox", each) for each in place.home.bookings}
    ((owner, (arrived,)),) = [(booking, box) for booking, box in boxes.items() if box]
    assert owner == PAT
    assert arrived["pages"] == 1
    with place.office("Cleo Clerk") as office:
        office.goto(f"/staff/mail/{arrived['letter']}/1")
        office.keyboard.type("Who sent it?")
        office.keyboard.press("Enter")
        expect(office.get_by_role("button", name=f"From {UNCLE}?")).to_be_visible()
        office.wait_for_load_state()
        office.keyboard.press("f")
        expect(office.locator("p.sender")).to_contain_text(UNCLE)
    with place.kiosk() as kiosk:
        _open_conversation(kiosk, UNCLE)
        expect(kiosk.locator(".said", has_text=f"Letter on paper from {UNCLE}")).to_be_visible()
        kiosk.click(f"a[href='/mail/{arrived['letter']}/1']")
        kiosk.wait_for_url(f"**/mail/{arrived['letter']}/1")
        picture = kiosk.get_by_role("img", name="Page 1 of 1")
        expect(picture).not_to_have_js_property("naturalWidth", 0)
        kiosk.click("details.transcript summary")
        read = kiosk.locator("details.transcript [data-read-aloud]").inner_text()
    assert _alike(" ".join(FROM_UNCLE), read) > 0.8, read


def _open_conversation(kiosk: Page, name: str) -> None:
    kiosk.goto("/mail/with")
    kiosk.locator("li.talk", has_text=name).locator("a").first.click()
    kiosk.wait_for_url(re.compile(r"/mail/with/\d+$"))


def _write_at_kiosk(place: Place, name: str, words: str) -> None:
    with place.kiosk() as kiosk:
        _open_conversation(kiosk, name)
        kiosk.click("a[href$='/write']")
        kiosk.locator("#body").press_sequentially(words)
        expect(kiosk.locator("#kept")).to_have_class("kept saved")
        kiosk.click("main button.main")
        kiosk.wait_for_url("**sent=true")
        expect(kiosk.locator(".said.mine", has_text=words)).to_be_visible()
