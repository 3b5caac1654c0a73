"""The file that somebody takes along, made in a private folder: ``mailbox.pdf`` with an index,
``mailbox.json`` with all of it as data, and the photos.

One item is in memory at a time: of a letter, a few pages. A picture that is lost or damaged is left
out, in its place is said so, and staff find it in the service's log.
"""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digitizer.departures.contents import Item, items_of, letters_in
from digitizer.engines.printing.kit.wording import both
from digitizer.facility import Facility
from digitizer.letters.mailboxes import LetterPage, OpenLetter, open_letter, open_own_reply
from digitizer.messages.conversations import EntryKind
from digitizer.model.errors import NotFound, UnopenableFile
from digitizer.people import roster
from digitizer.storage.encrypted_files import DamagedFile
from digitizer.support.clock import now

if TYPE_CHECKING:  # both are slow to import
    from digitizer.engines.printing.letters.kept_mail import IndexRow, MailboxHead
    from digitizer.engines.searchable_pdf import GrowingPdf, PdfPage

log = logging.getLogger("digitizer")

#: The form of ``mailbox.json``. Keys may be added to it; none is renamed.
FORM = "digitizer-mailbox-1"
#: Pages of a letter that are drawn at once.
_AT_ONCE = 20
_KINDS = {
    (EntryKind.LETTER, False): "mailbox_letter",
    (EntryKind.REPLY, True): "mailbox_reply",
    (EntryKind.MESSAGE, False): "mailbox_message",
    (EntryKind.MESSAGE, True): "mailbox_own_message",
}

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Built:
    """The archive, and what is in it. ``letters`` are the ids of those on paper, replies too, and
    ``messages`` those of the others; ``lost`` is how many pictures could not be read."""

    file: Path
    items: int
    pages: int
    letters: tuple[str, ...]
    messages: tuple[str, ...]
    lost: int


def build(facility: Facility, tx: sa.Connection, inmate_id: int, folder: Path) -> Built:
    """Makes it in ``folder``, out of what there is in this transaction. Raises StorageError, and
    OSError where the disk is full."""
    from digitizer.engines.printing.letters.kept_mail import MailboxHead, index_pages
    from digitizer.engines.searchable_pdf import GrowingPdf

    own, items, made = facility.settings.facility, items_of(tx, inmate_id), now()
    person = roster.inmate_of_row(tx, inmate_id)
    head = MailboxHead(own.name, person, _local(made), facility.words)
    archive, data, document = (
        folder / name for name in ("mailbox.zip", "mailbox.json", "mailbox.pdf")
    )
    pdf, before = GrowingPdf(folder), index_pages(len(items), own.paper)
    with zipfile.ZipFile(archive, "w") as zipped:
        making = _Making(facility, tx, head, zipped)
        rows = _write_data(data, making, items, pdf, before, made)
        _finish(pdf, document, head, rows, own.paper)
        for each, packed in ((data, zipfile.ZIP_DEFLATED), (document, zipfile.ZIP_STORED)):
            zipped.write(each, each.name, packed)
            each.unlink()
    return Built(
        archive,
        len(items),
        before + pdf.pages,
        letters_in(items),
        tuple(each.id for each in items if each.kind is EntryKind.MESSAGE),
        len(making.lost),
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """What every part of it is made of."""

    facility: Facility
    tx: sa.Connection
    head: MailboxHead
    zipped: zipfile.ZipFile
    #: What pictures could not be read, so far.
    lost: list[str] = field(default_factory=list)

    @property
    def owner(self) -> str:
        return self.head.inmate.booking_number

    def says(self, key: str) -> str:
        return both(self.head.words.notices, key)

    def read(self, what: str, picture: Callable[[], bytes | None]) -> bytes | None:
        """A picture; None where there is none, or it is lost or damaged. Of a store that does not
        answer nothing is said here: it raises StorageError."""
        from digitizer.engines.searchable_pdf import check_opens

        try:
            content = picture()
            if content is not None:
                check_opens(content)
        except (NotFound, DamagedFile, UnopenableFile) as error:
            self.lost.append(what)
            about = {"event": "takeaway_incomplete"}
            log.error("a picture that somebody takes along, %s: %s", what, error, extra=about)
            return None
        return content


def _write_data(
    file: Path,
    making: _Making,
    items: Sequence[Item],
    pdf: GrowingPdf,
    before: int,
    made: datetime,
) -> list[IndexRow]:
    """Each item into the document and, with its place there, into the data; returns the index.
    ``before`` is how many pages stand before the first."""
    from digitizer.engines.printing.letters.kept_mail import IndexRow

    rows = []
    with file.open("w", encoding="utf-8") as out:
        start = json.dumps(_whole(making, made), ensure_ascii=False)
        out.write(start[:-1] + ', "items": [')
        for number, item in enumerate(items):
            first = before + pdf.pages + 1
            add = _add_message if item.kind is EntryKind.MESSAGE else _add_letter
            told = _common(item) | add(making, item, pdf)
            pages = before + pdf.pages + 1 - first
            told |= {"pdf_page": first, "pdf_pages": pages}
            out.write((",\n" if number else "\n") + json.dumps(told, ensure_ascii=False))
            what = making.says(_KINDS[item.kind, item.mine])
            rows.append(IndexRow(_local(item.at), _who(making, item), what, pages, first))
        out.write("\n]}\n")
    return rows


def _finish(
    pdf: GrowingPdf, out: Path, head: MailboxHead, rows: Sequence[IndexRow], paper: Any
) -> None:
    from digitizer.engines.printing.letters.kept_mail import index_pdf
    from digitizer.engines.searchable_pdf import Leads

    index, places = index_pdf(head, rows, paper)
    leads = [
        Leads(at.page, at.box, row.page - 1, f"{row.at:%Y-%m-%d}  {row.what}: {row.who}")
        for at, row in zip(places, rows, strict=True)
    ]
    pdf.finish(out, index, leads, head.title)


# ---- letters and replies on paper


def _add_letter(making: _Making, item: Item, pdf: GrowingPdf) -> Told:
    """Its pages as its owner sees them, with a word where one was withheld."""
    opening = open_own_reply if item.kind is EntryKind.REPLY else open_letter
    opened, without = opening(making.tx, making.owner, item.id), set[int]()
    for has_picture, some in groupby(_in_order(opened), _has_picture):
        draw = partial(_pictures, item=item, without=without) if has_picture else _notices
        for each in draw(making, some):
            pdf.add(each)
    return {
        "pages": [_told_page(each, each.position in without) for each in opened.pages],
        "withheld_pages": [
            {"after": each.after, "reason": each.reason}
            for each in opened.withheld
            if not each.part
        ],
    }


def _in_order(opened: OpenLetter) -> Iterator[LetterPage | str]:
    """Its pages, and the reasons of those that were withheld, each in its place."""
    whole = [each for each in opened.withheld if not each.part]
    for number, each in enumerate((*opened.pages, None)):
        yield from (missing.reason for missing in whole if missing.after == number)
        if each is not None:
            yield each


def _has_picture(each: LetterPage | str) -> bool:
    return isinstance(each, LetterPage) and each.picture is not None


def _pictures(
    making: _Making, pages: Iterable[LetterPage | str], item: Item, without: set[int]
) -> Iterator[bytes]:
    """Documents of a few pages each; in place of a page whose picture cannot be read, a word.
    Adds to ``without`` the places of these."""
    from digitizer.engines.searchable_pdf import searchable_pdf

    ready: list[PdfPage] = []
    for each in (each for each in pages if isinstance(each, LetterPage)):
        what = f"page {each.position} of letter {item.id}"
        picture = making.read(what, partial(each.shown, making.facility.pictures))
        if picture is not None:
            ready.append((picture, each.dpi, each.transcript))
        if ready and (picture is None or len(ready) == _AT_ONCE):
            yield searchable_pdf(ready, making.head.title)
            ready = []
        if picture is None:
            without.add(each.position)
            yield from _notices(making, [each])
    if ready:
        yield searchable_pdf(ready, making.head.title)


def _notices(making: _Making, pages: Iterable[LetterPage | str]) -> Iterator[bytes]:
    """A page that says why there is none: it was withheld, or has no picture."""
    from digitizer.engines.printing.letters.kept_mail import notice_pdf

    for each in pages:
        reason = each if isinstance(each, str) else ""
        key = "mailbox_withheld" if isinstance(each, str) else "mailbox_no_picture"
        yield notice_pdf(making.head, key, reason, making.facility.settings.facility.paper)


def _told_page(page: LetterPage, is_lost: bool) -> Told:
    return {
        "picture_lost": is_lost,
        "page": page.position,
        "text": page.transcript.text if page.transcript else None,
        "corrected": page.correction is not None,
        "envelope": page.envelope,
        "withheld_parts": [each.reason for each in page.parts],
    }


# ---- messages


def _add_message(making: _Making, item: Item, pdf: GrowingPdf) -> Told:
    """Its text and photos, and each photo as a file of its own. One that cannot be read leaves a
    frame that says so."""
    from digitizer.engines.printing.letters.kept_mail import KeptMessage, message_pdf

    pictures = making.facility.pictures
    photos = [
        making.read(f"photo {each.place} of message {item.id}", partial(pictures.get, each.stored))
        for each in item.shown_photos
    ]
    names = [
        _keep_photo(making.zipped, f"photos/{item.id}-{each.place}", content)
        for each, content in zip(item.shown_photos, photos, strict=True)
        if content is not None
    ]
    refused = [each for each in item.photos if each.refused]
    message = KeptMessage(
        mine=item.mine,
        who=item.who,
        sent=_local(item.at),
        subject=item.subject,
        text=item.text or "",
        notes=tuple(f"{making.says('mailbox_photo_refused')}: {each.refused}" for each in refused),
        photos=tuple(content or b"" for content in photos),
    )
    pdf.add(message_pdf(making.head, message, making.facility.settings.facility.paper))
    return {
        "text": item.text,
        "state": str(item.state) if item.state else None,
        "photos": names,
        "lost_photos": [
            each.place
            for each, content in zip(item.shown_photos, photos, strict=True)
            if content is None
        ],
        "refused_photos": [{"photo": each.place, "reason": each.refused} for each in refused],
    }


def _keep_photo(zipped: zipfile.ZipFile, name: str, content: bytes) -> str:
    whole = name + (".png" if content.startswith(b"\x89PNG") else ".jpg")
    zipped.writestr(whole, content, zipfile.ZIP_STORED)
    return whole


# ---- all of them


def _whole(making: _Making, made: datetime) -> Told:
    person = making.head.inmate
    return {
        "form": FORM,
        "facility": making.head.facility_name,
        "made": _iso(made),
        "person": {
            "booking_number": person.booking_number,
            "last_name": person.last_name,
            "first_name": person.first_name,
        },
    }


def _common(item: Item) -> Told:
    return {
        "kind": str(item.kind),
        "id": item.id,
        "at": _iso(item.at),
        "from_me": item.mine,
        "with": item.who or None,
        "cover_printed_for": item.cover or None,
        "subject": item.subject or None,
        "read": _iso(item.read) if item.read else None,
    }


def _who(making: _Making, item: Item) -> str:
    """A cover proves for whom a letter is, never who sent it."""
    if item.mine:
        return f"→ {item.who}"
    if item.who:
        return item.who
    from digitizer.engines.printing.letters.kept_mail import UNCHECKED

    return f"{item.cover} {UNCHECKED}" if item.cover else making.says("mailbox_unknown")


def _local(at: datetime) -> datetime:
    return at.astimezone()


def _iso(at: datetime) -> str:
    return _local(at).isoformat(timespec="seconds")
