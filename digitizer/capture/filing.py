"""Filing: everything that is known about a scan goes into the tables in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from digitizer import audit
from digitizer.capture.deliver_or_hold import (
    UNKNOWN,
    Destination,
    Standing,
    destination_of,
    standing_of,
    state_of,
)
from digitizer.capture.pipeline import Worked
from digitizer.capture.reasons import reason_of
from digitizer.capture.scans import ledger
from digitizer.capture.splitting import reading_order
from digitizer.covers import register, uses
from digitizer.letters.envelopes import PageLook, envelopes_among
from digitizer.letters.hands import in_another_hand
from digitizer.letters.pages import renumber
from digitizer.letters.search.indexing import index_letter
from digitizer.letters.transcripts import words_to_json
from digitizer.letters.withheld_before import perhaps_again
from digitizer.messages import outgoing, request_forms
from digitizer.messages.request_forms import Form
from digitizer.model.events import Subject, Verb
from digitizer.model.mail import LetterKind, LetterState, PageRole
from digitizer.model.paper import (
    ANOTHER_HAND,
    MAY_BE_COVER,
    READS_PRINT,
    CodeKind,
    Doubt,
    DoubtReason,
    Scan,
    SeenPage,
    SplitLetter,
    SurveyedPage,
    Transcript,
)
from digitizer.model.people import MACHINE
from digitizer.model.scanner_profile import Sides
from digitizer.model.settings import Covers, Release
from digitizer.people.correspondents.blocks import doubts_about
from digitizer.people.roster import inmate_row_id
from digitizer.people.whereabouts import Whereabouts, where_went
from digitizer.policies import marks
from digitizer.policies.watch_rules import WatchRule, current_rules
from digitizer.storage.tables import letter, page, transcript
from digitizer.support.clock import new_id
from digitizer.support.failpoints import failpoint
from digitizer.support.wording import counted
from digitizer.support.working_days import Calendar

_AS_SHIPPED = Covers()
_NO_HOLIDAYS = Calendar()
_COVER_LIKE = frozenset(
    {DoubtReason.COVER_UNREADABLE, DoubtReason.READS_LIKE_COVER, DoubtReason.UNSEEN}
)


@dataclass(frozen=True, slots=True)
class _Filing:
    """What filing any letter of a scan needs.

    ``page_ids`` are the keys of its pages' rows, by page number; ``uses_here`` is how many of its
    letters each cover id begins; ``usual`` how often a cover is normally used. ``rules`` are those
    that watch, ``watch_holds`` which of them hold a letter that would be delivered at once.
    ``pictures`` are the digests of the pages' pictures: the log names them, so that a picture can
    be proven to be the one that was filed.
    ``calendar`` is that of the clocks of requests. ``sheets`` is the sheet in the stack that each
    page is a side of, by page number.
    """

    scan: Scan
    page_ids: Mapping[int, int]
    uses_here: Counter[str]
    release: Release
    usual: Covers
    rules: tuple[WatchRule, ...]
    watch_holds: Collection[str]
    transcripts: Mapping[int, Transcript]
    pictures: Mapping[int, str]
    calendar: Calendar
    sheets: Mapping[int, int]


def file_scan(
    tx: sa.Connection,
    worked: Worked,
    pictures: Mapping[int, str],
    release: Release,
    usual: Covers = _AS_SHIPPED,
    watch_holds: Collection[str] = tuple(marks.HOLDING),
    calendar: Calendar = _NO_HOLIDAYS,
) -> None:
    """Writes the scan's pages and letters, uses up its single-use covers, records it all.

    ``pictures`` are the blob digests of the page images, by page number (none if sealed);
    ``usual`` is how often a cover is normally used, as the facility sees it, ``watch_holds`` which
    watch rules hold a letter for a review, ``calendar`` by which requests on forms have their
    clocks.
    """
    if worked.split.sealed and (pictures or worked.transcripts or not worked.split.whole):
        raise ValueError("nothing of a sealed scan may be read or shown, and it is held whole")
    page_ids = _write_pages(tx, worked, pictures, _roles(worked))
    failpoint("filing.pages_written")
    if worked.split.whole:
        _hold_whole(tx, worked)
        return
    filing = _Filing(
        scan=worked.scan,
        page_ids=page_ids,
        uses_here=_uses_here(worked),
        release=release,
        usual=usual,
        rules=current_rules(tx),
        watch_holds=watch_holds,
        transcripts=worked.transcripts,
        pictures=pictures,
        calendar=calendar,
        sheets=_sheets(worked),
    )
    for each in worked.split.letters:
        _file_letter(tx, filing, each)
    parted = worked.split
    ledger.finish(tx, worked.scan.id, len(worked.pages), parted.counted, parted.missing)


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
    envelopes = _envelopes(worked)
    found = {
        MAY_BE_COVER: {each.number for each in worked.seen if _may_be_cover(each)},
        ANOTHER_HAND: _in_another_hand(worked, envelopes),
    }
    for each in worked.pages:
        done = tx.execute(
            sa.insert(page).values(
                scan_id=worked.scan.id,
                number=each.number,
                place=places[each.number],
                role=str(roles[each.number]),
                picture=pictures.get(each.number),
                width=each.width,
                height=each.height,
                dpi=each.dpi,
                ink=each.ink,
                quality=[*each.quality, *(mark for mark in found if each.number in found[mark])],
                stripes=list(each.stripes),
                paper=list(each.paper),
                envelope=each.number in envelopes,
            )
        )
        ids[each.number] = _new_key(done)
        failpoint("filing.page_written")
    for number, read in worked.transcripts.items():
        tx.execute(
            sa.insert(transcript).values(
                page_id=ids[number],
                engine=read.engine,
                confidence=read.confidence,
                text=read.text,
                words=words_to_json(read.words),
                unread=read.unread,
            )
        )
        failpoint("filing.transcript_written")
    return ids


def _envelopes(worked: Worked) -> set[int]:
    """The numbers of the pages that look like the envelope of their letter."""
    looks = {page.number: _look(page, worked.transcripts) for page in worked.pages}
    found = (
        envelopes_among([looks[number] for number in each.pages]) for each in worked.split.letters
    )
    return set().union(*found)


def _in_another_hand(worked: Worked, envelopes: Collection[int]) -> set[int]:
    """The numbers of the pages with which another letter may begin, by their hand: where no whole
    cover says whose the letter is, whoever chooses an inmate for it should see that. Clean print is
    of no hand."""
    written = {
        number
        for number, read in worked.transcripts.items()
        if read.text and read.engine != READS_PRINT and number not in envelopes
    }
    hands = {each.number: each.hand for each in worked.pages if each.number in written}
    to_match = (
        each.pages for each in worked.split.letters if each.cover is None or each.cover.label
    )
    return {
        pages[place]
        for pages in to_match
        for place in in_another_hand([hands.get(number, ()) for number in pages])
    }


def _look(page: SurveyedPage, transcripts: Mapping[int, Transcript]) -> PageLook:
    read = transcripts.get(page.number)
    return PageLook(
        page.number, page.width, page.height, page.dpi, len(read.text.split()) if read else 0
    )


def _may_be_cover(page: SeenPage) -> bool:
    """Whether something of a cover was seen on it, or nothing at all, and no good code of ours."""
    return not page.codes and any(doubt.reason in _COVER_LIKE for doubt in page.doubts)


def _new_key(done: sa.CursorResult[Any]) -> int:
    key = done.inserted_primary_key
    assert key is not None
    return int(key[0])


def _hold_whole(tx: sa.Connection, worked: Worked) -> None:
    doubts = worked.split.whole
    ledger.hold_scan(tx, worked.scan.id, *doubts, pages=len(worked.pages) or None)
    audit.record(
        tx,
        MACHINE,
        Verb.HOLD,
        Subject.scan(worked.scan.id),
        doubts=[str(doubt.reason) for doubt in doubts],
    )
    failpoint("filing.held_whole")


def _uses_here(worked: Worked) -> Counter[str]:
    """How many letters of this scan each cover id begins."""
    return Counter(each.cover.cover_id for each in worked.split.letters if each.cover)


def _file_letter(tx: sa.Connection, filing: _Filing, each: SplitLetter) -> None:
    known = register.look_up(tx, each.cover.cover_id) if each.cover else None
    form = request_forms.find(tx, each.cover.cover_id) if each.cover else None
    own = (
        *_used_often(tx, filing, known),
        *_blocked(tx, known),
        *request_forms.doubts_about(tx, form, _behind_form(filing, each)),
    )
    doubtful = replace(each, doubts=(*each.doubts, *own))
    destination = destination_of(doubtful, _standing(tx, filing, known))
    state = state_of(destination, filing.release)
    earlier = _withheld_before(tx, filing, known)
    found = _watched(filing, each, known)
    by_two = any(hit.rule.second_look for hit in found)
    watched = by_two or marks.holds(found, filing.watch_holds)
    if state is LetterState.DELIVERED and (watched or earlier):
        state = LetterState.AWAITING_REVIEW
    doubts = (*destination.doubts, *earlier)
    kind = _kind_of(each, form)
    letter_id = _write_letter(tx, filing.scan, kind, known, destination, state, doubts)
    marks.keep(tx, letter_id, found)
    _give_pages(tx, letter_id, each, filing.page_ids)
    renumber(tx, letter_id)
    if earlier:
        marks.mark(tx, letter_id)  # by what is known of the earlier scan, too
    failpoint("filing.pages_given")
    index_letter(tx, letter_id)
    failpoint("filing.letter_indexed")
    if known:
        _use_cover(tx, filing.scan, known, letter_id, good=not destination.doubts)
    if known and known.message and _is_reply(each) and state is LetterState.DELIVERED:
        outgoing.mark_answered(tx, known.message)
    if form and state is LetterState.DELIVERED:
        request_forms.receive(tx, form, letter_id, filing.scan.taken_in, filing.calendar)
    audit.record(
        tx,
        MACHINE,
        Verb.DELIVER if state is LetterState.DELIVERED else Verb.HOLD,
        Subject.letter(letter_id),
        scan=filing.scan.id,
        pages=list(each.pages),
        pictures=[
            filing.pictures[number]
            for number in (*each.covers, *each.pages)
            if number in filing.pictures
        ],
        to=destination.booking_number,
        doubts=_words_of(doubts),
        **({"watch": sorted({hit.rule.id for hit in found})} if found else {}),
    )
    failpoint("filing.letter_filed")


def _behind_form(filing: _Filing, each: SplitLetter) -> tuple[int, ...]:
    """The pages of a letter that are on other sheets than its first."""
    sheets = [filing.sheets[number] for number in (*each.covers, *each.pages, *each.hidden)]
    return tuple(number for number in each.pages if filing.sheets[number] != min(sheets))


def _watched(
    filing: _Filing, each: SplitLetter, known: register.Registered | None
) -> tuple[marks.Hit, ...]:
    """What the watch rules find about a letter: of its pages by their rows."""
    reads = {
        filing.page_ids[number]: (filing.transcripts[number],)
        for number in each.pages
        if number in filing.transcripts
    }
    named = known.inmate.booking_number if known and known.inmate else None
    rules = [
        rule for rule in filing.rules if rule.inmate is None or rule.inmate.booking_number == named
    ]
    senders = [known.sender] if known and known.sender else []
    return marks.hits(rules, [rule.inmate_id for rule in rules], senders, reads)


def _is_reply(each: SplitLetter) -> bool:
    return each.cover is not None and each.cover.kind is CodeKind.REPLY


def _kind_of(each: SplitLetter, form: Form | None) -> LetterKind:
    if form is not None:
        return LetterKind.REQUEST
    return LetterKind.REPLY if _is_reply(each) else LetterKind.LETTER


def _write_letter(
    tx: sa.Connection,
    scan: Scan,
    kind: LetterKind,
    known: register.Registered | None,
    destination: Destination,
    state: LetterState,
    doubts: Sequence[Doubt],
) -> str:
    letter_id, booking = new_id(), destination.booking_number
    tx.execute(
        sa.insert(letter).values(
            id=letter_id,
            scan_id=scan.id,
            state=str(state),
            received=scan.taken_in,
            kind=str(kind),
            inmate_id=inmate_row_id(tx, booking) if booking else None,
            cover_id=known.code.cover_id if known else None,
            message_id=known.message if known else None,
            proposed=known.inmate.booking_number if known and known.inmate else None,
            sender=known.sender if known and kind is LetterKind.LETTER else None,
            doubts=_words_of(doubts),
            reason=reason_of(doubts),
        )
    )
    failpoint("filing.letter_written")
    return letter_id


def _words_of(doubts: Sequence[Doubt]) -> list[str]:
    """Each once: several pages may have been withheld."""
    return list(dict.fromkeys(str(doubt.reason) for doubt in doubts))


def _withheld_before(
    tx: sa.Connection, filing: _Filing, known: register.Registered | None
) -> tuple[Doubt, ...]:
    """Pages that were withheld, and may be in this letter, scanned again."""
    if known is None or known.code.kind is not CodeKind.INMATE:
        return perhaps_again(tx, filing.scan.id, None, None)
    named = known.inmate.booking_number if known.inmate else None
    return perhaps_again(tx, filing.scan.id, known.code.cover_id, named)


def _use_cover(
    tx: sa.Connection, scan: Scan, known: register.Registered, letter_id: str, good: bool
) -> None:
    """Counts the use; what is good for one letter is spent by one without a doubt."""
    cover_id = known.code.cover_id
    uses.record_use(tx, cover_id, letter_id, scan.id, scan.taken_in)
    failpoint("filing.use_recorded")
    if known.is_single_use and good:
        register.spend(tx, cover_id, scan.id)
        failpoint("filing.cover_spent")


def _standing(tx: sa.Connection, filing: _Filing, known: register.Registered | None) -> Standing:
    """The cover's standing in the register; that this very scan used it does not count."""
    if known is None:
        return UNKNOWN
    cover_id, most = known.code.cover_id, known.most_letters
    standing = standing_of(
        known.inmate,
        at=filing.scan.taken_in,
        expires=known.expires,
        revoked=known.revoked,
        once=known.is_single_use,
        used_elsewhere=known.used_by not in (None, filing.scan.id),
        repeated=filing.uses_here[cover_id] > 1,
        overdrawn=most is not None and _uses_with_these(tx, filing, cover_id) > most,
    )
    return replace(standing, went=_where(tx, known))


def _where(tx: sa.Connection, known: register.Registered) -> Whereabouts | None:
    if known.inmate is None or known.inmate.absence is None:
        return None
    return where_went(tx, known.inmate.booking_number)


def _uses_with_these(tx: sa.Connection, filing: _Filing, cover_id: str) -> int:
    """The letters that used up a cover in other scans, and all that it begins in this one."""
    elsewhere = uses.good_uses(tx, cover_id, besides=filing.scan.id)
    return elsewhere + filing.uses_here[cover_id]


def _used_often(
    tx: sa.Connection, filing: _Filing, known: register.Registered | None
) -> tuple[Doubt, ...]:
    """An unusual number of letters under one cover holds, where the facility wants that."""
    usual = filing.usual
    if known is None or not usual.hold_unusual or known.code.kind is not CodeKind.INMATE:
        return ()
    if not uses.is_used_often(tx, known.code.cover_id, filing.scan.taken_in, usual):
        return ()
    text = (
        f"More than {counted(usual.usual_letters, 'letter')} came under this cover sheet within "
        f"{counted(usual.within_days, 'day')}: it may have been copied by strangers."
    )
    advice = "Compare the letters, and revoke the cover sheet if it was copied."
    return (Doubt(DoubtReason.COVER_USED_OFTEN, text, advice),)


def _blocked(tx: sa.Connection, known: register.Registered | None) -> tuple[Doubt, ...]:
    """Mail that somebody wants held: to this inmate, or of whoever the cover was printed for."""
    if known is None or known.inmate is None or known.code.kind is not CodeKind.INMATE:
        return ()
    inmate_id = inmate_row_id(tx, known.inmate.booking_number)
    return doubts_about(tx, known.sender, inmate_id, known.maker)


def _places(worked: Worked) -> dict[int, int]:
    """Each page's place in the stack, from 1, by its number in the file."""
    order = reading_order(len(worked.pages), worked.sides)
    return {number: place for place, number in enumerate(order, start=1)}


def _sheets(worked: Worked) -> dict[int, int]:
    """Each page's sheet in the stack, from 0, by its number in the file."""
    sides = 1 if worked.sides is Sides.SIMPLEX else 2
    return {number: (place - 1) // sides for number, place in _places(worked).items()}


def _give_pages(
    tx: sa.Connection, letter_id: str, each: SplitLetter, page_ids: Mapping[int, int]
) -> None:
    for number in (*each.pages, *each.hidden, *each.covers):
        tx.execute(sa.update(page).where(page.c.id == page_ids[number]).values(letter_id=letter_id))
