"""Small things: control characters, hidden data, odd file names, scripts, a stolen cover key."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import sqlalchemy as sa
from PIL import ExifTags, Image
from playwright.sync_api import Dialog, sync_playwright

from digitizer.model.people import StaffRole
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import (
    inmate,
    letter,
    message,
    original,
    page,
    scan,
    staff,
    transcript,
)
from tests.support import scanner
from tests.support.web_kit import PASSWORD
from tests.support.whole_facility import OWNER
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.target import Target
from trials.break_in.visitor import Visitor

# --- fields in which strangers write

Plant = Callable[[Target, str], None]


def _update(table: sa.Table, where: str, column: str) -> Plant:
    """Straight into the database, as an earlier version or another program may have."""

    def plant(target: Target, evil: str) -> None:
        with writing(target.facility.engine) as tx:
            found = table.c.booking_number == OWNER if table is inmate else None
            if found is None and where:
                found = table.c.id == target.place[where]
            changing = sa.update(table).values({column: evil})
            tx.execute(changing if found is None else changing.where(found))

    return plant


def _staff_name(target: Target, evil: str) -> None:
    target.new_staff()
    name = f"{evil}{target.free().name}"
    with writing(target.facility.engine) as tx:
        tx.execute(sa.insert(staff).values(name=name[:100], role="clerk", active=True))


def _message(target: Target, evil: str) -> None:
    """By the command that sends messages, in every text that it takes."""
    evil = evil.replace("\x00", "")  # no command can be given that
    text = target.free()
    text.write_text(f"{evil}\n", "utf-8")
    target.run(
        "message", "send", OWNER, "--text-file", str(text), "--subject", evil, "--from", evil
    )


def _reason(target: Target, evil: str) -> None:
    evil = evil.replace("\x00", "")
    target.run("assign", target.place["held"], "--to", evil, "--by", evil, "--reason", evil)


def _kiosk(target: Target, evil: str) -> None:
    target.run("kiosk", "enrol", evil.replace("\x00", "")[:50])


_FIELDS: Mapping[str, Plant] = {
    "an inmate's last name": _update(inmate, "", "last_name"),
    "the sender of letters": _update(letter, "", "sender"),
    "the text that was read": _update(transcript, "", "text"),
    "names of scanned files": _update(original, "", "source"),
    "an inmate's first name": _update(inmate, "", "first_name"),
    "a housing unit": _update(inmate, "", "housing_unit"),
    "the reasons why letters are held": _update(letter, "", "reason"),
    "the reasons why scans are held": _update(scan, "", "reason"),
    "the subject of messages": _update(message, "", "subject"),
    "the correspondent of messages": _update(message, "", "correspondent"),
    "the text of messages": _update(message, "", "body"),
    "a staff member's name": _staff_name,
    "a message as it is sent": _message,
    "a reason and a name, by command": _reason,
    "a kiosk's name": _kiosk,
}

# --- control characters

_EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\r\nfake line\x00"
_COMMANDS = (
    ("roster", "held"),
    ("mailbox", OWNER),
    ("letter", "{letter}"),
    ("search", "garden"),
    ("held",),
    ("message", "list", OWNER),
    ("staff", "list"),
    ("unlock",),
    ("kiosk", "list"),
    ("cover", "list"),
    ("legal", "list"),
    ("reconcile",),
    ("doctor",),
    ("audit", "verify"),
    ("mailbox", "\x1b[2J"),
    ("staff", "role", "\x1b]0;x\x07", "--role", "clerk"),
)


def _bad(text: str) -> set[str]:
    """What acts on a terminal, other than a line break."""
    return {
        f"U+{ord(each):04X}"
        for each in text
        if each != "\n" and (not each.isprintable() or each in "\u202e\u2066")
    }


def _on_a_terminal(target: Target, plant: Plant) -> str:
    evil = _EVIL.replace("\x00", "") if target.database == "postgresql" else _EVIL
    plant(target, evil)
    shown = []
    for words in _COMMANDS:
        done = target.run(*(word.format(**target.place.ids) for word in words))
        if found := _bad(done.stdout + done.stderr):
            shown.append(f"{' '.join(words)!r}: {sorted(found)}")
        shut_if("Traceback" not in done.stderr, f"{words} failed: {done.stderr[-300:]}")
    shut_if(not shown, f"as they are: {shown}")
    return f"{len(_COMMANDS)} commands show escapes"


# --- scripts

_PROBE = (
    "\"'><xss-probe onx=1>x</xss-probe><img src=x onerror=alert(1)><script>alert(1)</script>{{7*7}}"
)


class _Live(HTMLParser):
    """Collects what would act: elements of the probe, handlers, scripts that are not files."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        handlers = [name for name in named if name.startswith("on")]
        is_own = (named.get("src") or "").startswith("/static/")
        links = [value for name, value in attrs if name in ("href", "src", "action") and value]
        if tag == "xss-probe" or handlers or (tag == "script" and not is_own):
            self.found.append(f"<{tag} {attrs}>"[:80])
        self.found += [each[:60] for each in links if each.lstrip().startswith("javascript:")]


def _pages(target: Target) -> Iterator[tuple[Visitor, str]]:
    """Every page that shows something of the fields, to each who sees it."""
    ids = target.place.ids
    owner = target.visitor()
    assert owner.log_in(OWNER)
    for path in (
        "/mail",
        "/mail?q=garden",
        "/mail/{letter}/1",
        "/mail/{letter}/1?find=garden",
        "/mail/replies",
        "/mail/replies/{reply}/1",
    ):
        yield owner, path.format(**ids)
    supervisor, head = (
        target.as_staff(StaffRole.SUPERVISOR),
        target.as_staff(StaffRole.ADMINISTRATOR),
    )
    for path in (
        "/staff",
        "/staff/live",
        "/staff/held",
        "/staff/held/{held}",
        "/staff/held/{seal}",
        "/staff/held/{whole}",
        "/staff/held/{review}",
        "/staff/held/{held}/find?find=a",
        "/staff/mail?q=garden",
        "/staff/mail/{letter}/1",
        "/staff/covers",
        "/staff/covers/{cover}",
        "/staff/kiosks",
        "/staff/settings",
    ):
        yield supervisor, path.format(**ids)
    for path in ("/staff/people", "/staff/people/{clerk}", "/staff/me"):
        yield head, path.format(**ids)


def _as_a_page(target: Target, plant: Plant) -> str:
    plant(target, _PROBE)
    live, failed, shown = [], [], 0
    for visitor, path in _pages(target):
        answer = visitor.get(path)
        if answer.status >= 500:
            failed.append(f"{path} {answer.status}")
        parser = _Live()
        parser.feed(answer.text)
        live += [f"{path}: {each}" for each in parser.found]
        shown += "xss-probe" in answer.text or "49" in answer.text
    shut_if(not failed, f"failed: {failed}")
    shut_if(not live, f"live: {live[:4]}")
    return f"shown on {shown} pages, as text"


def _echoed(target: Target) -> str:
    """What a visitor sends comes back on the page."""
    visitor, staff = target.visitor(), target.as_staff(StaffRole.SUPERVISOR)
    visitor.log_in(target.new_inmate())
    csrf = staff.hidden("/staff/me")["csrf"]
    evil = _PROBE.replace(" ", "+").replace("{", "%7B")
    held = target.place["held"]
    answers = [
        *(
            visitor.get(f"{path}?{name}={evil}")
            for path in ("/mail", "/login", "/nothing")
            for name in ("q", "find", "lang", "bye")
        ),
        staff.get(f"/staff/mail?q={evil}"),
        staff.get(f"/staff/held/{held}?find={evil}&decided={evil}"),
        staff.post(f"/staff/held/{held}/reject", {"csrf": csrf, "reason": "", "to": _PROBE}),
        staff.post(f"/staff/held/{held}/assign", {"csrf": csrf, "reason": _PROBE, "to": _PROBE}),
        staff.post("/staff/kiosks", {"csrf": csrf, "name": _PROBE * 3}),
        visitor.post("/login", {"booking_number": _PROBE, "pin": _PROBE}),
        staff.get(f"/staff/{evil}"),
    ]
    parser = _Live()
    for answer in answers:
        parser.feed(answer.text)
    shut_if(not parser.found, f"live: {parser.found[:4]}")
    return f"{len(answers)} answers, nothing live"


def _note_dialog(found: list[str], dialog: Dialog) -> None:
    found.append("a dialog")
    dialog.dismiss()


def _in_chromium(target: Target) -> str:
    """A real browser, all fields at once: it finds no element of the probe, and runs nothing."""
    for plant in _FIELDS.values():
        plant(target, _PROBE)
    arguments = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-sync"]
    found: list[str] = []
    seen = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        for visitor, path in _pages(target):
            context = browser.new_context(ignore_https_errors=True)
            base = f"https://127.0.0.1:{visitor.port}"
            for name, value in visitor.cookies.items():
                context.add_cookies([{"name": name, "value": value, "url": base, "secure": True}])
            tab = context.new_page()
            tab.on("dialog", partial(_note_dialog, found))
            tab.goto(base + path)
            found += [path] * tab.locator("xss-probe").count()
            seen += "xss-probe" in (tab.text_content("body") or "")
            context.close()
        browser.close()
    shut_if(not found, f"live on {found}")
    shut_if(seen > 5, f"the probe was shown on {seen} pages only")
    return f"shown on {seen} pages, live on none"


# --- hidden data, and odd names

_HIDDEN = b"hidden in plain sight"


def _picture() -> bytes:
    """A photo with a place on Earth, a comment and a profile."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = _HIDDEN.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = _HIDDEN
    out = io.BytesIO()
    noise = Image.effect_noise((850, 1100), 60).convert("RGB")
    noise.save(out, "JPEG", exif=exif, comment=_HIDDEN, icc_profile=_HIDDEN * 9, dpi=(100, 100))
    return out.getvalue()


def _drop(target: Target, name: bytes, content: bytes) -> int:
    """Puts a file into the inbox, and waits until it is worked; the number of pages it has."""
    inbox = target.home / "inbox" / "default"
    content += b"%d" % time.monotonic_ns()  # else it is a duplicate of one before
    held = inbox / ".unfinished"
    held.write_bytes(content)
    held.rename(inbox / os.fsdecode(name))
    return _worked(target, content)


def _worked(target: Target, content: bytes) -> int:
    sha256 = hashlib.sha256(content).hexdigest()
    asked = sa.select(scan.c.state, scan.c.id).join(original, original.c.scan_id == scan.c.id)
    for _ in range(1200):
        with reading(target.facility.engine) as tx:
            row = tx.execute(asked.where(original.c.sha256 == sha256)).first()
            if row is not None and row.state in ("filed", "held"):
                count = sa.select(sa.func.count()).select_from(page)
                return int(tx.execute(count.where(page.c.scan_id == row.id)).scalar_one())
        time.sleep(0.1)
    raise AssertionError("the file was not worked within two minutes")


def _scanned(target: Target) -> str:
    """Through the real service; all that it makes of the picture, in the home."""
    assert _HIDDEN in _picture()
    _drop(target, b"gps-%d.jpg" % time.monotonic_ns(), _picture())
    made = [path for path in (target.home / "pictures").rglob("*") if path.is_file()]
    found = [path.name for path in made if _HIDDEN in path.read_bytes()]
    shut_if(not found, f"in {found}")
    return f"{len(made)} pictures hold none of it"


def _printed(target: Target) -> str:
    photo, text, out = target.free(), target.free(), target.free()
    photo.write_bytes(_picture())
    text.write_text("Hello\n")
    sent = target.run(
        "message",
        "send",
        target.new_inmate(),
        "--text-file",
        str(text),
        "--from",
        "Ida",
        "--subject",
        "Hello",
        "--photo",
        str(photo),
    )
    assert sent.returncode == 0, sent.stderr
    target.run("message", "print", "--out", str(out))
    files = list(out.rglob("*.pdf"))
    shut_if(bool(files), "nothing was printed")
    found = [path.name for path in files if _HIDDEN in path.read_bytes()]
    shut_if(not found, f"in {found}")
    return f"{len(files)} PDFs hold none of it"


def _odd_name(target: Target, name: bytes) -> str:
    """Taken in, worked, shown; and its name acts on nothing."""
    pages = _drop(target, name, _picture())
    visitor = target.as_staff(StaffRole.SUPERVISOR)
    statuses = {visitor.get(path).status for path in ("/staff", "/staff/held", "/staff/live")}
    listed = target.run("held")
    log = (target.home.parent / "service.log").read_text("utf-8", "replace")
    shut_if(statuses == {200} and listed.returncode == 0, f"pages {statuses}, {listed.stderr}")
    shut_if(not _bad(listed.stdout), f"listed with {_bad(listed.stdout)}")
    shut_if(not _bad(log), f"logged with {_bad(log)}")
    return f"taken in with {pages} page, shown as escapes"


# --- a stolen cover key


def _printed_sheet(target: Target, kind: str) -> Path:
    pdf = target.free().with_suffix(".pdf")
    words = ("--kind", "legal") if kind == "legal" else (target.new_inmate(),)
    printed = target.run("cover", "print", *words, "--out", str(pdf))
    assert printed.returncode == 0, printed.stderr
    return pdf


def _scan_behind(target: Target, pdf: Path) -> tuple[set[str], str]:
    """A letter behind the sheet, scanned by the running service: the states, and why."""
    path = target.free().with_suffix(".tif")
    pages = [*scanner.pdf_pages(pdf), scanner.typed_page("Dear Orson, all is well.")]
    scanner.write_tiff_g4(pages, path)
    _drop(target, b"sheet-%d.tif" % time.monotonic_ns(), path.read_bytes())
    with reading(target.facility.engine) as tx:
        newest = tx.execute(sa.select(scan).order_by(scan.c.taken_in.desc()).limit(1)).one()
        letters = tx.execute(sa.select(letter).where(letter.c.scan_id == newest.id)).all()
    states = {newest.state, *(each.state for each in letters)} - {"filed"}
    why = f"{newest.doubt} {newest.reason} {[each.doubts for each in letters]}"
    return states, "sealed" if newest.sealed else why


def _retire_all(target: Target) -> None:
    """Every key but a new one."""
    name, file = target.new_staff(StaffRole.ADMINISTRATOR), target.free()
    file.write_text(f"{PASSWORD}\n")
    proof = ("--by", name, "--password-file", str(file))
    rotated = target.run("cover", "rotate-keys", *proof)
    assert rotated.returncode == 0, rotated.stderr
    old = str(int("".join(c for c in rotated.stdout if c.isdigit())) - 1)
    gone = target.run("cover", "retire-key", old, "--reason", "x", "--confirm", *proof)
    assert gone.returncode == 0, gone.stderr


def _retired(target: Target, kind: str) -> str:
    pdf = _printed_sheet(target, kind)
    _retire_all(target)
    states, why = _scan_behind(target, pdf)
    shut_if(states == {"held"}, f"states {states}")
    shut_if(kind != "legal" or why == "sealed", f"not sealed: {why}")
    return f"{states.pop()}: {why}"


def _in_force(target: Target) -> str:
    """That a sheet under a key in force is delivered."""
    states, why = _scan_behind(target, _printed_sheet(target, "cover"))
    shut_if(states == {"delivered"}, f"states {states}: {why}")
    return "delivered"


_TERMINAL: Mapping[str, Play] = {
    name: partial(_on_a_terminal, plant=plant) for name, plant in _FIELDS.items()
}
_SCRIPTS: Mapping[str, Play] = {
    **{name: partial(_as_a_page, plant=plant) for name, plant in _FIELDS.items()},
    "what a visitor sends": _echoed,
    "all fields, in Chromium": _in_chromium,
}
_NAMES: Mapping[str, Play] = {
    "no UTF-8": partial(_odd_name, name=b"\xff\xfe\xfa.jpg"),
    "escapes": partial(_odd_name, name=b"\x1b[2J\x07\x9b.jpg"),
    "line breaks": partial(_odd_name, name=b"a\nCRITICAL fake line\r.jpg"),
    "a script": partial(_odd_name, name=b"<img src=x onerror=alert(1)>.jpg"),
    "an option": partial(_odd_name, name=b"--home=.jpg"),
    "250 bytes": partial(_odd_name, name=b"\xf0\x9f\x92\xa9" * 61 + b".jpg"),
}

THEMES = (
    Theme(
        "small",
        (
            Attack("control characters to a terminal", "escapes", _TERMINAL, short=0),
            Attack("scripts", "text, never an element", _SCRIPTS, short=2),
        ),
    ),
    Theme(
        "paper",
        (
            Attack("odd names of files", "taken in, shown as escapes", _NAMES, short=0),
            Attack(
                "data hidden in pictures",
                "in the original alone",
                {"a scan, by the service": _scanned, "a photo, printed": _printed},
                short=0,
            ),
            Attack(
                "a stolen cover key",
                "nothing under it counts",
                {
                    "a cover in force (it must work)": _in_force,
                    "a cover": partial(_retired, kind="cover"),
                    "a legal marker": partial(_retired, kind="legal"),
                },
                short=0,
            ),
        ),
    ),
)
