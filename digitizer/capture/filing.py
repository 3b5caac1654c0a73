"""Filing: everything that is known of a scan goes into the tables in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.matching import (
    UNKNOWN,
    Destination,
    Standing,
    settle,
    standing_of,
)
from digitizer.capture.pipeline import Worked
from digitizer.capture.reasons import reason_of
from digitizer.capture.scans import ledger
from digitizer.capture.splitting import reading_order
from digitizer.covers import register, uses
from digitizer.letters.pages import renumber
from digitizer.letters.search.page_search import index_letter
from digitizer.letters.transcripts import words_to_json
from digitizer.messages import outgoing
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterKind, LetterState, PageRole
from digitizer.model.paper import CodeKind, Doubt, DoubtReason, SplitLetter
from digitizer.model.people import MACHINE
from digitizer.model.settings import Covers, Release
from digitizer.people.roster import inmate_row_id
from digitizer.storage.tables import letter, page, transcript
from digitizer.support.clock import new_id
from digitizer.support.failpoints import reach

_AS_SHIPPED = Covers()


def file_scan(
    tx: sa.Connection,
    worked: Worked,
    pictures: Mapping[int, str],
    release: Release,
    usual: Covers = _AS_SHIPPED,
) -> None:
    """Writes the scan's pages and letters, uses up its single-use covers, tells the log.

    ``pictures`` are the blob digests of the page images, by page number (none if sealed);
    ``usual`` is how often covers are used, as the facility sees it.
    """
    if worked.split.sealed and (pictures or worked.transcripts or not worked.split.whole):
        raise ValueError("of a sealed scan nothing may be read or shown, and it is held whole")
    page_ids = _write_pages(tx, worked, pictures, _roles(worked))
    reach("filing.pages_written")
    if worked.split.whole:
        _hold_whole(tx, worked)
        return
    here = _uses_here(worked)
    for each in worked.split.letters:
        _file_letter(tx, worked, each, page_ids, release, here, usual)
    ledger.finish(tx, worked.scan.id, len(worked.pages))


def _roles(worked: Worked) -> dict[int, PageRole]:
    roles = {
        each.number: PageRole.BLANK if each.blank else PageRole.CONTENT for each in worked.pages
    }
    for each in worked.split.letters:
        roles.update(dict.fromkeys(each.covers, PageRole.COVER))
        roles.update(dict.fromkeys(each.hidden, PageRole.BLANK))
        roles.update(dict.fromkeys(each.pages, PageRole.CONTENT))
    roles.update(dict.fromkeys(worked.split.recorded, PageRole.RECORDED))
    return roles


def _write_pages(
    tx: sa.Connection,
    worked: Worked,
    pictures: Mapping[int, str],
    roles: Mapping[int, PageRole],
) -> dict[int, int]:
    ids: dict[int, int] = {}
    places = _places(worked)
    for each in worked.pages:
        done = tx.execute(
            sa.insert(page).values(
                scan_id=worked.scan.id, number=each.number, place=places[each.number],
                role=str(roles[each.number]),
                picture=pictures.get(each.number), width=each.width, height=each.height,
                dpi=each.dpi, ink=each.ink, quality=list(each.quality),
            )
        )  # fmt: skip
        ids[each.number] = _new_key(done)
        reach("filing.page_written")
    for number, read in worked.transcripts.items():
        tx.execute(
            sa.insert(transcript).values(
                page_id=ids[number], engine=read.engine, confidence=read.confidence,
                text=read.text, words=words_to_json(read.words),
            )
        )  # fmt: skip
        reach("filing.transcript_written")
    return ids


def _new_key(done: sa.CursorResult[Any]) -> int:
    key = done.inserted_primary_key
    assert key is not None
    return int(key[0])


def _hold_whole(tx: sa.Connection, worked: Worked) -> None:
    doubts = worked.split.whole
    ledger.hold_scan(tx, worked.scan.id, *doubts, pages=len(worked.pages) or None)
    audit.record(
        tx, MACHINE, Verb.HOLD, Subject.scan(worked.scan.id),
        doubts=[str(doubt.reason) for doubt in doubts],
    )  # fmt: skip
    reach("filing.held_whole")


def _uses_here(worked: Worked) -> Counter[str]:
    """How many letters of this scan each cover id begins."""
    return Counter(each.cover.cover_id for each in worked.split.letters if each.cover)


def _file_letter(
    tx: sa.Connection,
    worked: Worked,
    each: SplitLetter,
    page_ids: Mapping[int, int],
    release: Release,
    here: Counter[str],
    usual: Covers,
) -> None:
    known = register.look_up(tx, each.cover.cover_id) if each.cover else None
    doubtful = replace(each, doubts=each.doubts + _used_often(tx, worked, known, usual))
    destination = settle(doubtful, _standing(tx, worked, known, here))
    state = _state(destination, release)
    letter_id = _write_letter(tx, worked, each, known, destination, state)
    _give_pages(tx, letter_id, each, page_ids)
    renumber(tx, letter_id)
    reach("filing.pages_given")
    index_letter(tx, letter_id)
    reach("filing.letter_indexed")
    if known:
        _use_cover(tx, worked, known, letter_id, good=not destination.doubts)
    if known and known.message and _is_reply(each) and state is LetterState.DELIVERED:
        outgoing.mark_answered(tx, known.message)
    audit.record(
        tx, MACHINE, Verb.DELIVER if state is LetterState.DELIVERED else Verb.HOLD,
        Subject.letter(letter_id), scan=worked.scan.id, pages=list(each.pages),
        to=destination.booking_number,
        doubts=[str(doubt.reason) for doubt in destination.doubts],
    )  # fmt: skip
    reach("filing.letter_filed")


def _is_reply(each: SplitLetter) -> bool:
    return each.cover is not None and each.cover.kind is CodeKind.REPLY


def _write_letter(
    tx: sa.Connection,
    worked: Worked,
    each: SplitLetter,
    known: register.Registered | None,
    destination: Destination,
    state: LetterState,
) -> str:
    letter_id, booking = new_id(), destination.booking_number
    tx.execute(
        sa.insert(letter).values(
            id=letter_id, scan_id=worked.scan.id, state=str(state), received=worked.scan.taken_in,
            kind=str(LetterKind.REPLY if _is_reply(each) else LetterKind.LETTER),
            inmate_id=inmate_row_id(tx, booking) if booking else None,
            cover_id=known.code.cover_id if known else None,
            message_id=known.message if known else None,
            proposed=known.inmate.booking_number if known and known.inmate else None,
            sender=known.sender if known and not _is_reply(each) else None,
            doubts=[str(doubt.reason) for doubt in destination.doubts],
            reason=reason_of(destination.doubts),
        )
    )  # fmt: skip
    reach("filing.letter_written")
    return letter_id


def _use_cover(
    tx: sa.Connection, worked: Worked, known: register.Registered, letter_id: str, good: bool
) -> None:
    """Counts the use; what is good for one letter is spent by one without a doubt."""
    scan, cover_id = worked.scan, known.code.cover_id
    uses.record_use(tx, cover_id, letter_id, scan.id, scan.taken_in)
    reach("filing.use_recorded")
    if known.is_single_use and good:
        register.spend(tx, cover_id, scan.id)
        reach("filing.cover_spent")


def _standing(
    tx: sa.Connection, worked: Worked, known: register.Registered | None, here: Counter[str]
) -> Standing:
    """What the register says, with a use by this very scan counting as none."""
    if known is None:
        return UNKNOWN
    cover_id, most = known.code.cover_id, known.most_letters
    return standing_of(
        known.inmate,
        at=worked.scan.taken_in,
        expires=known.expires,
        revoked=known.revoked,
        once=known.is_single_use,
        used_elsewhere=known.used_by not in (None, worked.scan.id),
        repeated=here[cover_id] > 1,
        overdrawn=most is not None and _uses_with(tx, worked, cover_id, here) > most,
    )


def _uses_with(tx: sa.Connection, worked: Worked, cover_id: str, here: Counter[str]) -> int:
    """The letters that used up a cover in other scans, and all that it begins in this one."""
    return uses.good_uses(tx, cover_id, besides=worked.scan.id) + here[cover_id]


def _used_often(
    tx: sa.Connection, worked: Worked, known: register.Registered | None, usual: Covers
) -> tuple[Doubt, ...]:
    """An unusual number of letters under one cover holds, where the facility wants that."""
    if known is None or not usual.hold_unusual or known.code.kind is not CodeKind.INMATE:
        return ()
    if not uses.is_used_often(tx, known.code.cover_id, worked.scan.taken_in, usual):
        return ()
    says = (
        f"More than {usual.usual_letters} letters came under this cover sheet within "
        f"{usual.within_days} days: it may have been copied by strangers."
    )
    advice = "Compare the letters, and revoke the cover if it was."
    return (Doubt(DoubtReason.COVER_USED_OFTEN, says, advice),)


def _state(destination: Destination, release: Release) -> LetterState:
    if destination.doubts or destination.booking_number is None:
        return LetterState.HELD
    if release is Release.AFTER_REVIEW:
        return LetterState.AWAITING_REVIEW
    return LetterState.DELIVERED


def _places(worked: Worked) -> dict[int, int]:
    """Where each page lay in the stack, from 1, by its number in the file."""
    order = reading_order(len(worked.pages), worked.sides)
    return {number: place for place, number in enumerate(order, start=1)}


def _give_pages(
    tx: sa.Connection, letter_id: str, each: SplitLetter, page_ids: Mapping[int, int]
) -> None:
    for number in (*each.pages, *each.hidden, *each.covers):
        tx.execute(sa.update(page).where(page.c.id == page_ids[number]).values(letter_id=letter_id))
