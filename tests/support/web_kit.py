"""A facility with made-up people and mail, put into the tables directly, and a simple browser."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw, ImageFont
from starlette.testclient import TestClient

from digitizer import audit
from digitizer.access.password_hashing import hash_secret
from digitizer.entrances.web.shared import even_time
from digitizer.facility import Facility, make_home, open_facility
from digitizer.letters.search.indexing import index_again
from digitizer.letters.transcripts import words_to_json
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import PERHAPS_BLANK, Box, Transcript, Word
from digitizer.model.people import MACHINE
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import inmate, letter, original, page, scan, staff, transcript
from digitizer.support.clock import now
from digitizer.support.paths import PRINT_TEMPLATES

PIN = "830417"
PASSWORD = "plain-invented-words"
_CODE = r"(?<=<strong>)[0-9A-Z]{8}(?=</strong>)"


_PEOPLE = (
    ("2026-00117", "Quillfeather", "Tobias", "B-2", "in_custody"),
    ("2026-00118", "Okonkwo-Ruiz", "José", "B-2", "in_custody"),
    ("2026-00204", "Quillfeather", "Thomas", "C-1", "in_custody"),
    ("2025-00031", "Marrowby", "Desmond", "", "released"),
)


_STAFF = (
    ("Ana Brookwater", "clerk"),
    ("Ruth Harrow", "supervisor"),
    ("Ivo Glass", "investigator"),
)


_TEXTS = (
    "Dear Tobias,\nthe garden is full of tomatoes and Biscuit\nchases every bird in it.",
    "Your sister passed her driving test on Tuesday.\nThe harbor looks small from the hill.",
    "We miss you and count the days.\nWrite when you can.\nYour aunt Philippa",
    "My dear José,\nthe lighthouse was painted again this summer.",
)


@dataclass
class Mail:
    """The facility, and the ids of what a test needs by name."""

    facility: Facility
    ids: dict[str, str] = field(default_factory=dict)
    scans: int = 0


def draw_page(text: str, number: int) -> bytes:
    """A sheet of paper with a few lines, as JPEG."""
    image = Image.new("RGB", (850, 1100), "#fdfcf8")
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(PRINT_TEMPLATES / "fonts" / "NotoSans-Regular.ttf"), 30)
    for row, line in enumerate(text.split("\n")):
        pen.text((90, 150 + 62 * row), line, fill="#22304f", font=font)
    pen.text((410, 1030), str(number), fill="#888", font=font)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def earlier_today(minutes: int) -> datetime:
    """So many minutes ago, or after midnight, where it is not yet an hour ago, as much less."""
    day = datetime.now().astimezone()
    since_midnight = day - datetime.combine(day.date(), time()).astimezone()
    return now() - min(timedelta(minutes=minutes), since_midnight * minutes / 60)


def add_scan(mail: Mail, source: str, **values: Any) -> str:
    """A scan with its ledger row; ``values`` override what a filed one has."""
    mail.scans += 1
    scan_id = f"scan{mail.scans:012d}"
    row = {
        "id": scan_id,
        "fingerprint": f"{mail.scans:064x}",
        "profile": "default",
        "state": "filed",
        "taken_in": now(),
        "finished": now(),
        "pages": 0,
    }
    sha256, size = mail.facility.originals.put(io.BytesIO(scan_id.encode()))
    with writing(mail.facility.engine) as tx:
        tx.execute(sa.insert(scan).values(**(row | values)))
        tx.execute(
            sa.insert(original).values(
                scan_id=scan_id, ordinal=1, sha256=sha256, source=source, size=size
            )
        )
        audit.record(tx, MACHINE, Verb.TAKE_IN, Subject.scan(scan_id), sources=[source])
    return scan_id


def add_letter(mail: Mail, scan_id: str, booking: str | None, **values: Any) -> str:
    """A letter without pages; delivered to ``booking`` unless ``values`` say otherwise."""
    with writing(mail.facility.engine) as tx:
        count = tx.execute(sa.select(sa.func.count()).select_from(letter)).scalar_one()
        letter_id = f"letter{count:010d}"
        owner = tx.execute(
            sa.select(inmate.c.id).where(inmate.c.booking_number == booking)
        ).scalar()
        row = {
            "id": letter_id,
            "scan_id": scan_id,
            "kind": "letter",
            "received": now(),
            "state": "delivered" if booking else "held",
            "inmate_id": owner,
        }
        tx.execute(sa.insert(letter).values(**(row | values)))
        verb = Verb.DELIVER if booking else Verb.HOLD
        audit.record(tx, MACHINE, verb, Subject.letter(letter_id))
    return letter_id


def add_page(
    mail: Mail,
    scan_id: str,
    number: int,
    letter_id: str | None,
    text: str = "",
    *,
    role: str = "content",
    position: int | None = None,
    quality: tuple[str, ...] = (),
    height: int = 1100,
    envelope: bool = False,
) -> None:
    picture = mail.facility.pictures.put(io.BytesIO(draw_page(text, number)))[0]
    with writing(mail.facility.engine) as tx:
        done = tx.execute(
            sa.insert(page).values(
                scan_id=scan_id,
                number=number,
                place=number,
                role=role,
                letter_id=letter_id,
                position=position,
                picture=picture,
                width=850,
                height=height,
                dpi=100,
                ink=0.03,
                quality=list(quality),
                envelope=envelope,
            )
        )
        tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(pages=number))
        if text:
            read = _read(text)
            page_id = done.inserted_primary_key[0]  # type: ignore[index]  # one row has a key
            tx.execute(
                sa.insert(transcript).values(
                    page_id=page_id,
                    engine="invented",
                    confidence=0.8,
                    text=read.text,
                    words=words_to_json(read.words),
                )
            )
            if letter_id is not None:
                index_again(tx, page_id)


def without_code(html: str) -> str:
    """A page of an error without its random code."""
    return re.sub(_CODE, "", html)


def code_on(html: str) -> str:
    """The code of the error that the page shows, as the log has it."""
    (found,) = re.findall(_CODE, html)
    return str(found)


def _read(text: str) -> Transcript:
    """Every fifth word is read with little confidence."""
    words = [
        Word(word, Box(10 * place, 40 * row, 9, 30), 0.4 if place % 5 == 4 else 0.9, row)
        for row, line in enumerate(text.split("\n"))
        for place, word in enumerate(line.split())
    ]
    return Transcript("invented", text, 0.8, tuple(words))


def _add_people(facility: Facility) -> None:
    pin, password = hash_secret(PIN), hash_secret(PASSWORD)
    with writing(facility.engine) as tx:
        for number, last, first, unit, status in _PEOPLE:
            tx.execute(
                sa.insert(inmate).values(
                    booking_number=number,
                    last_name=last,
                    first_name=first,
                    housing_unit=unit,
                    status=status,
                    pin_hash=pin,
                    changed=now(),
                )
            )
        for name, role in _STAFF:
            tx.execute(
                sa.insert(staff).values(name=name, role=role, password_hash=password, active=True)
            )


def _add_delivered(mail: Mail) -> None:
    stack = add_scan(mail, "morning-stack.pdf", taken_in=earlier_today(50))
    mail.ids["letter"] = add_letter(mail, stack, "2026-00117", sender="Philippa Quillfeather")
    add_page(mail, stack, 1, mail.ids["letter"], role="cover")
    for number in (1, 2, 3):
        add_page(mail, stack, number + 1, mail.ids["letter"], _TEXTS[number - 1], position=number)
    mail.ids["other"] = add_letter(mail, stack, "2026-00118", sender="Nuria")
    add_page(mail, stack, 5, mail.ids["other"], _TEXTS[3], position=1)
    old = add_scan(mail, "old.pdf", taken_in=now() - timedelta(days=9))
    mail.ids["read"] = add_letter(
        mail, old, "2026-00117", received=now() - timedelta(days=9), read=now()
    )
    add_page(mail, old, 1, mail.ids["read"], "A short note from the marina.", position=1)


def _add_held(mail: Mail) -> None:
    stack = add_scan(mail, "stack <b>2</b>.pdf", taken_in=earlier_today(30))
    reason = "The cover sheet on page 1 cannot be read. Look at it and assign the letter."
    mail.ids["held"] = add_letter(mail, stack, None, reason=reason)
    add_page(mail, stack, 1, mail.ids["held"], role="cover")
    add_page(mail, stack, 2, mail.ids["held"], "Dear Tobias Quillfeather,\nhello.", position=1)
    add_page(mail, stack, 3, mail.ids["held"], "More news follows.", position=2)
    mail.ids["beside"] = add_letter(mail, stack, None, reason="It lies beside that cover sheet.")
    add_page(mail, stack, 4, mail.ids["beside"], "A second letter.", position=1, quality=("faint",))
    mail.ids["review"] = add_letter(
        mail, stack, "2026-00118", state="awaiting_review", proposed="2026-00118"
    )
    add_page(mail, stack, 5, mail.ids["review"], "A third letter.", position=1)
    whole = "The stack does not begin with a cover sheet. Find out where each letter begins."
    mail.ids["whole"] = add_scan(mail, "no-cover.tif", state="held", reason=whole)
    for number in (1, 2, 3):
        add_page(mail, mail.ids["whole"], number, None, f"Sheet {number}.")
    sealed = "It may hold legal mail. Find the paper."
    mail.ids["sealed"] = add_scan(mail, "sealed.pdf", state="held", reason=sealed, sealed=True)
    add_page(mail, mail.ids["sealed"], 1, None, "Privileged words.")
    broken = "The file ends too early. Scan the sheets again."
    mail.ids["broken"] = add_scan(mail, "cut-off.pdf", state="held", reason=broken, pages=None)


def add_letter_with_a_back(mail: Mail, booking_number: str) -> str:
    """The id of a letter of two pages, the second of which is perhaps blank."""
    stack = add_scan(mail, "backs.pdf")
    letter_id = add_letter(mail, stack, booking_number)
    add_page(mail, stack, 1, letter_id, "Dear Tobias", position=1)
    add_page(mail, stack, 2, letter_id, position=2, quality=(PERHAPS_BLANK,))
    return letter_id


def make_mail(home: Path) -> Mail:
    """A home full of invented mail."""
    make_home(home)
    mail = Mail(open_facility(home))
    _add_people(mail.facility)
    _add_delivered(mail)
    _add_held(mail)
    return mail


def answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers that wait, so that nobody learns from the time they took, come as they are there."""

    async def sleep(_: float) -> None:
        return None

    monkeypatch.setattr(even_time, "_sleep", sleep)


_TOKENS = ("csrf", "seen")


class Visitor(TestClient):
    """A browser that sends what browsers send, and finds the form token on pages."""

    def tokens_on(self, path: str) -> dict[str, str]:
        """What the forms of this page carry unseen: the session's token, and what was seen."""
        html = self.get(path).text
        found = {name: re.search(rf'name="{name}" value="([^"]+)"', html) for name in _TOKENS}
        return {name: match[1] for name, match in found.items() if match}

    def post_form(self, path: str, data: dict[str, str], seen_on: str | None = None) -> Any:
        unseen = {} if seen_on is None else self.tokens_on(seen_on)
        return self.post(path, data={**unseen, **data}, follow_redirects=False)


def _letter(mail: Mail, name: str) -> sa.Row[tuple[object, ...]]:
    with reading(mail.facility.engine) as tx:
        return tx.execute(sa.select(letter).where(letter.c.id == mail.ids[name])).one()


def decide(ana: Visitor, held_id: str, what: str, **data: str) -> tuple[int, str, str]:
    here = f"/staff/held/{held_id}"
    answer = ana.post_form(f"{here}/{what}", data, seen_on=here)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def verbs(mail: Mail, subject: Subject) -> list[tuple[str, str]]:
    with reading(mail.facility.engine) as tx:
        return [(each.verb, each.actor) for each in audit.events_of(tx, subject)]
