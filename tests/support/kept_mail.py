"""Mail whose time is over, with words planted in every place that keeps something of it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from PIL import Image, PngImagePlugin, TiffImagePlugin

from digitizer.engines.opening import OpeningLimits, open_page
from digitizer.facility import Facility
from digitizer.messages import actions as messages
from digitizer.model.events import Subject
from digitizer.model.mail import Direction, Draft
from digitizer.model.paper import CoverCode
from digitizer.model.people import Actor
from digitizer.model.prints import PrintKind, PrintState
from digitizer.model.retention import MailKind
from digitizer.model.retention_settings import Retention, Schedule
from digitizer.notifications import outbox
from digitizer.prints import queue
from digitizer.retention import actions
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import correction, letter, message, original, page, scan, staff
from digitizer.storage.tables_prints import print_job
from digitizer.storage.tables_retention import kept_page
from digitizer.storage.tables_screening import withheld_part
from digitizer.storage.tables_upkeep import outbox as outbox_table
from digitizer.support.clock import now
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    OPERATOR,
    SUPERVISOR,
    file,
    letter_of,
    letters_of,
    new_cover,
    read,
    split_of,
)

#: Longer than any schedule of these tests.
_LIMITS = OpeningLimits(100, 100)
LONG_AGO = timedelta(days=8 * 366)
SEVEN_YEARS = Schedule(keep="7 years", source="Utah GRS-2269")
ALL_KINDS = Retention(letters=SEVEN_YEARS, rejected=SEVEN_YEARS, messages=SEVEN_YEARS)


def scheduled(facility: Facility, retention: Retention = ALL_KINDS) -> Facility:
    """The same facility with these schedules, and with two people who may decide."""
    with writing(facility.engine) as tx:
        for each in (SUPERVISOR, ADMINISTRATOR, CLERK):
            known = sa.select(staff.c.id).where(staff.c.name == each.name)
            if tx.execute(known).first() is None:
                tx.execute(sa.insert(staff).values(name=each.name, role=str(each.role)))
    return with_schedules(facility, retention)


def with_schedules(facility: Facility, retention: Retention = ALL_KINDS) -> Facility:
    settings = facility.settings.model_copy(update={"retention": retention})
    return replace(facility, settings=settings)


def planted(number: int, where: str) -> str:
    """A word that is nowhere else."""
    return f"zq{where}{number:04d}vxk"


@dataclass(frozen=True, slots=True)
class Planted:
    """A letter, and the words that are somewhere in what is kept of it."""

    id: str
    scan: str
    words: tuple[str, ...]


def _page(number: int, says: str) -> Image.Image:
    """A small page that no other looks like."""
    image = Image.new("L", (60, 80), 255)
    for place, letter_ in enumerate(says.encode()):
        image.putpixel((place % 60, 10 + place // 60), letter_)
    image.putpixel((5, 5), number % 250)
    return image


def tiff(says: Sequence[str]) -> bytes:
    """A stack with a page for each; what it says is in its pixels, and as text in the file."""
    images = []
    for number, text in enumerate(says):
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[270] = f"page {text}"
        image = _page(number, text)
        image.encoderinfo = {"tiffinfo": tags}
        images.append(image)
    out = io.BytesIO()
    first = TiffImagePlugin.ImageFileDirectory_v2()
    first[270] = f"page {says[0]}"
    images[0].save(
        out, "TIFF", save_all=True, append_images=images[1:], dpi=(100, 100), tiffinfo=first
    )
    return out.getvalue()


def picture(number: int, says: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("says", says)
    out = io.BytesIO()
    _page(number, says).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def old_stack(
    facility: Facility, owners: Sequence[str], first: int, age: timedelta = LONG_AGO
) -> list[Planted]:
    """A stack with a letter of two pages for each owner (a booking number), delivered long ago.
    ``first`` numbers the first of its letters."""
    codes: list[CoverCode] = [new_cover(facility, each) for each in owners]
    says, texts, split = [], {}, []
    for place, code in enumerate(codes):
        n = first + place
        begin = 3 * place + 1
        split.append(letter_of(code, begin, begin + 2))
        says.append(planted(n, "cover"))
        for offset in (1, 2):
            word = planted(n, f"page{offset}")
            says.append(word)
            texts[begin + offset] = read(f"dear {word}", **{planted(n, f"guess{offset}"): 0.4})
    pictures = {
        number: facility.pictures.put(io.BytesIO(picture(number, text)))[0]
        for number, text in enumerate(says, start=1)
    }
    scan_id = file(facility, split_of(*split), texts, content=tiff(says), pictures=pictures)
    found = []
    for place, each in enumerate(letters_of(facility, scan_id)):
        words = [planted(first + place, part) for part in ("cover", "page1", "page2")]
        words += [planted(first + place, part) for part in ("guess1", "guess2")]
        words += _more(facility, each.id, first + place)
        found.append(Planted(each.id, scan_id, tuple(words)))
    grow_old(facility, [each.id for each in found], scan_id, age)
    return found


def _more(facility: Facility, letter_id: str, number: int) -> list[str]:
    """A correction, a part that is withheld, a copy on paper and news that quotes it."""
    words = [planted(number, part) for part in ("corrected", "withheld", "copy", "news", "sender")]
    pdf, _ = facility.pictures.put(io.BytesIO(f"%PDF {words[2]}".encode()))
    with writing(facility.engine) as tx:
        pages = (
            tx.execute(
                sa.select(page.c.id).where(page.c.letter_id == letter_id).order_by(page.c.number)
            )
            .scalars()
            .all()
        )
        made = {"page_id": pages[1], "author": "Clara Clerk", "made": now()}
        tx.execute(sa.insert(correction).values(text=f"dear {words[0]}", **made))
        box = {"left": 1, "top": 1, "width": 5, "height": 5}
        tx.execute(sa.insert(withheld_part).values(page_id=pages[2], reason=words[1], **box))
        job = queue.add(tx, PrintKind.COPY, words[2], pdf=(pdf, 1), copied=letter_id)
        tx.execute(
            sa.update(print_job).where(print_job.c.id == job).values(state=str(PrintState.PRINTED))
        )
        sent = outbox.put(
            tx,
            "cora@example.org",
            "News",
            f"It says {words[3]}",
            cause=Subject.letter(letter_id),
            sender="digitizer@localhost",
        )
        tx.execute(sa.update(outbox_table).where(outbox_table.c.id == sent).values(state="sent"))
        tx.execute(sa.update(letter).where(letter.c.id == letter_id).values(sender=words[4]))
    return words


def grow_old(facility: Facility, ids: Iterable[str], scan_id: str, age: timedelta) -> None:
    """As if they had come in so long ago."""
    then = now() - age
    with writing(facility.engine) as tx:
        tx.execute(sa.update(letter).where(letter.c.id.in_(list(ids))).values(received=then))
        tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(taken_in=then))


def old_message(
    facility: Facility, booking: str, number: int, age: timedelta = LONG_AGO
) -> Planted:
    """An e-message that was printed long ago, with a photo."""
    words = tuple(planted(number, part) for part in ("body", "subject", "from", "photo"))
    sent = messages.send(
        facility,
        Draft(Direction.TO_INMATE, booking, words[2], words[1], f"Hello {words[0]}"),
        OPERATOR,
    )
    photo, _ = facility.pictures.put(io.BytesIO(picture(number, words[3])))
    with writing(facility.engine) as tx:
        this = sa.update(message).where(message.c.id == sent)
        tx.execute(this.values(state="printed", created=now() - age, photos=[photo]))
        jobs = sa.update(print_job).where(print_job.c.message_id == sent)
        tx.execute(jobs.values(state=str(PrintState.PRINTED)))
    return Planted(sent, "", words)


def words_left(folder: Path, words: Iterable[str]) -> Iterator[str]:
    """The words that are somewhere in the folder, in any byte of any file, in UTF-8 or UTF-16."""
    forms = {
        form: word
        for word in words
        for form in (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"))
    }
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            for form, word in forms.items():
                if form in content:
                    yield f"{word} in {path.relative_to(folder)}"


def destroyed(
    facility: Facility,
    kind: MailKind,
    first: Actor = SUPERVISOR,
    second: Actor = ADMINISTRATOR,
) -> int:
    """What is due is proposed, confirmed and destroyed; returns the number of the run."""
    number = actions.propose(facility, kind, first, "the time is over")
    actions.confirm(facility, number, second, "looked at the list")
    actions.carry_out(facility, OPERATOR)
    return number


def pixels_of(facility: Facility, letter_id: str, folder: Path) -> list[np.ndarray]:
    """Its pages as the ledger says that its originals have them."""
    folder.mkdir(exist_ok=True)
    with reading(facility.engine) as tx:
        rows = tx.execute(
            sa.select(page.c.number, page.c.scan_id, kept_page.c.place, original.c.sha256)
            .outerjoin(kept_page, kept_page.c.page_id == page.c.id)
            .outerjoin(original, original.c.id == kept_page.c.original_id)
            .where(page.c.letter_id == letter_id)
            .order_by(page.c.number)
        ).all()
        living = original.c.destroyed.is_(None)
        of_scan = original.c.scan_id == rows[0].scan_id
        whole = tx.execute(sa.select(original.c.sha256).where(of_scan, living)).scalars().all()[0]
    return [
        open_page(
            facility.originals.local_path(row.sha256 or whole, folder),
            row.place or row.number,
            _LIMITS,
            0,
        ).image
        for row in rows
    ]
