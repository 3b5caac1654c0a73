"""What the tables and the stores have of one letter, as it is: nothing is read or decided anew."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.appeals import records, rejections
from digitizer.appeals.refusals import refused_now
from digitizer.covers import register
from digitizer.evidence.other_inmates import OtherInmates
from digitizer.evidence.trail import About
from digitizer.facility import Facility
from digitizer.letters.transcripts import readings_of
from digitizer.model.appeals import Appeal, Reason, Rejection
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.evidence import (
    Corrected,
    Evidence,
    PackedAppeal,
    PackedDecision,
    PackedFile,
    PackedMark,
    PackedOriginal,
    PackedPage,
)
from digitizer.model.mail import PageRole
from digitizer.people import roster
from digitizer.policies.marks import marks_of
from digitizer.storage.blobs import BlobStore
from digitizer.storage.encrypted_files import DamagedFile
from digitizer.storage.tables import correction, letter, original, page, scan
from digitizer.storage.tables_appeals import rejection

#: A side of which nothing can be seen is no evidence of anything.
_SHOWN = (PageRole.CONTENT, PageRole.WITHHELD, PageRole.COVER)
_PNG = b"\x89PNG"
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,5})$")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a pack says of a letter, its files from the stores, and what its trail is about."""

    evidence: Evidence
    files: tuple[PackedFile, ...]
    about: About
    others: OtherInmates


def gather(tx: sa.Connection, facility: Facility, letter_id: str, language: str) -> Gathered:
    """Raises NotFound, and Conflict for what is sealed as legal mail."""
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).first()
    of = tx.execute(
        sa.select(scan).where(scan.c.id == (letter_id if row is None else row.scan_id))
    ).first()
    if of is not None and of.sealed:
        raise Conflict(
            "This is sealed as legal mail. No evidence pack is made of what may not be read."
        )
    if row is None or of is None:
        raise NotFound(f"There is no letter {letter_id}.")
    inmate = (
        roster.inmate_of_row(tx, row.inmate_id)
        if row.inmate_id
        else roster.inmate_named(tx, row.proposed)
    )
    others = OtherInmates(tx, inmate.booking_number if inmate else None)
    pages, files = _pages(tx, facility, letter_id)
    whole = _is_whole_scan(tx, of.id, letter_id)
    originals = _originals(tx, facility, of.id, whole, files, others)
    known = rejections.look_up(tx, rejection.c.item == letter_id)
    appeals = {each.number: records.of_rejection(tx, each.number) for each in known}
    cover = register.look_up(tx, row.cover_id) if row.cover_id else None
    evidence = Evidence(
        letter=letter_id,
        kind=row.kind,
        state=row.state,
        inmate=f"{inmate.full_name} ({inmate.booking_number})" if inmate else "",
        sender=others.shown(row.sender),
        subject=others.shown(row.subject),
        received=row.received,
        scan=of.id,
        profile=of.profile,
        cover=cover.short_id if cover else "",
        whole_scan=whole,
        originals=originals,
        pages=pages,
        marks=_marks(tx, letter_id, others),
        decisions=(
            *(_noted(each, appeals[each.number], others, language) for each in known),
            *_not_noted(tx, facility, letter_id, known, others, language),
        ),
    )
    numbers = tuple(each.number for found in appeals.values() for each in found)
    about = About(letter_id, of.id, row.cover_id, numbers, whole)
    return Gathered(evidence, (*files, _transcript(pages)), about, others)


def _marks(tx: sa.Connection, letter_id: str, others: OtherInmates) -> tuple[PackedMark, ...]:
    rules = {mark.rule.id: mark.rule for mark in marks_of(tx, [letter_id]).get(letter_id, ())}
    return tuple(
        PackedMark(others.shown(rule.says), others.shown(rule.why), rule.set_by)
        for rule in rules.values()
    )


def _pages(
    tx: sa.Connection, facility: Facility, letter_id: str
) -> tuple[tuple[PackedPage, ...], list[PackedFile]]:
    rows = tx.execute(
        sa.select(page)
        .where(page.c.letter_id == letter_id, page.c.role.in_(_SHOWN))
        .order_by(page.c.place)
    ).all()
    ids = [row.id for row in rows]
    read, corrected = readings_of(tx, ids), _corrections(tx, ids)
    pages, files = [], []
    for row in rows:
        file = _picture(facility, row)
        if file:
            files.append(file)
        transcript = read.get(row.id)
        pages.append(
            PackedPage(
                number=row.number,
                position=row.position,
                role=row.role,
                file=file.name if file else None,
                sha256=file.sha256 if file else row.picture,
                engine=transcript.engine if transcript else None,
                confidence=transcript.confidence if transcript else 0.0,
                text=transcript.text if transcript else "",
                corrections=tuple(corrected.get(row.id, ())),
                is_lost=row.picture is not None and file is None,
            )
        )
    return tuple(pages), files


def _picture(facility: Facility, row: sa.Row[Any]) -> PackedFile | None:
    """As it is kept: whole, also where a part of it was withheld. None where none is, or it is
    lost."""
    content = None if row.picture is None else _kept(facility.pictures, row.picture)
    if content is None:
        return None
    form = "png" if content.startswith(_PNG) else "jpeg"
    name = f"page-{row.number:03}.{'png' if form == 'png' else 'jpg'}"
    return packed(name, "file_page", f"image/{form}", content, data=True)


def _kept(store: BlobStore, name: str) -> bytes | None:
    """None where the home has lost or altered it: a pack has all else, and says so."""
    try:
        content = store.get(name)
    except (NotFound, DamagedFile):
        return None
    return content if hashlib.sha256(content).hexdigest() == name else None


def packed(
    name: str, says: str, media_type: str, content: bytes, *, data: bool = False
) -> PackedFile:
    digest = hashlib.sha256(content).hexdigest()
    return PackedFile(name, says, media_type, content, digest, data)


def _corrections(tx: sa.Connection, ids: Sequence[int]) -> dict[int, list[Corrected]]:
    found: dict[int, list[Corrected]] = {}
    asked = sa.select(correction).where(correction.c.page_id.in_(ids)).order_by(correction.c.id)
    for row in tx.execute(asked):
        found.setdefault(row.page_id, []).append(Corrected(row.text, row.author, row.made))
    return found


def _is_whole_scan(tx: sa.Connection, scan_id: str, letter_id: str) -> bool:
    """Whether all that can be seen in the scan is this letter's. A page that was cut out, or that
    is in no letter, may be anybody's."""
    foreign = sa.or_(page.c.letter_id.is_(None), page.c.letter_id != letter_id)
    other = sa.select(page.c.id).where(
        page.c.scan_id == scan_id,
        foreign,
        sa.or_(page.c.role != str(PageRole.BLANK), page.c.letter_id.is_not(None)),
    )
    return tx.execute(other.limit(1)).first() is None


def _originals(
    tx: sa.Connection,
    facility: Facility,
    scan_id: str,
    whole: bool,
    files: list[PackedFile],
    others: OtherInmates,
) -> tuple[PackedOriginal, ...]:
    """What came in, by name; the bytes go to ``files`` where nothing of anybody else is in them.
    Where something is, the name is not shown either: it may say whose."""
    found = []
    rows = tx.execute(
        sa.select(original).where(original.c.scan_id == scan_id).order_by(original.c.ordinal)
    )
    for place, row in enumerate(rows, start=1):
        source = others.shown(row.source) if whole else "…"
        name, is_lost = None, False
        if whole and row.destroyed is None and row.sealed_as is None:
            content = _kept(facility.originals, row.sha256)
            is_lost = content is None
            if content is not None:
                ending = _ENDING.search(row.source)
                name = f"original-{place}.{ending[1].lower() if ending else 'bin'}"
                files.append(
                    packed(name, "file_original", "application/octet-stream", content, data=True)
                )
        found.append(PackedOriginal(source, row.sha256, row.size, name, is_lost))
    return tuple(found)


def _noted(
    of: Rejection, appeals: Sequence[Appeal], others: OtherInmates, language: str
) -> PackedDecision:
    return PackedDecision(
        pages=of.parts,
        reasons=_reasons(of.reasons, others, language),
        decided=of.decided,
        by=of.decided_by,
        sheet=str(of.sheet),
        told=tuple((str(side), at) for side, at in of.told.items()),
        withheld_until=of.kept_until,
        ended=of.ended,
        appeals=tuple(
            PackedAppeal(
                side=str(each.side),
                level=each.level,
                came=each.came,
                outcome={None: "open", True: "granted", False: "denied"}[each.granted],
                decided=each.decided,
                by=each.decided_by,
                why=others.shown(each.why),
            )
            for each in appeals
        ),
    )


def _not_noted(
    tx: sa.Connection,
    facility: Facility,
    letter_id: str,
    known: Sequence[Rejection],
    others: OtherInmates,
    language: str,
) -> Iterator[PackedDecision]:
    """Refused, but so lately that it can still be undone: no clock runs yet, nobody was told."""
    noted = {(each.what, each.event) for each in known}
    for each in refused_now(tx, letter_id):
        if (each.what, each.event) in noted:
            continue
        given = [facility.settings.screening.reason_of(reason) for reason in each.reasons]
        reasons = [Reason(one.reason, one.rule, one.es) for one in given]
        yield PackedDecision(
            pages=each.parts,
            reasons=_reasons(reasons, others, language),
            decided=each.decided,
            by=each.by,
            sheet="",
            told=(),
            withheld_until=None,
            ended=None,
            appeals=(),
        )


def _reasons(reasons: Sequence[Reason], others: OtherInmates, language: str) -> tuple[str, ...]:
    return tuple(others.shown(each.said(language)) for each in reasons)


def _transcript(pages: Sequence[PackedPage]) -> PackedFile:
    content = [
        {
            "page": each.number,
            "position": each.position,
            "role": each.role,
            "picture": each.file,
            "engine": each.engine,
            "confidence": each.confidence if each.engine else None,
            "text": each.text if each.engine else None,
            "corrections": [
                {"text": one.text, "by": one.by, "made": one.made.isoformat()}
                for one in each.corrections
            ],
        }
        for each in pages
    ]
    written = json.dumps(content, ensure_ascii=False, indent=1).encode()
    return packed("transcript.json", "file_transcript", "application/json", written)
