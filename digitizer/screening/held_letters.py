"""What each decision does to held mail in the tables.

Who may decide, and the event of each decision, are in ``screening.decisions``. A whole scan that is
held becomes one held letter of all its content pages once someone works on it; from then on it is
cut, joined and assigned like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digitizer.capture.held_queues import OPEN
from digitizer.capture.reasons import reason_of
from digitizer.covers import register
from digitizer.letters.pages import content_numbers, new_letter, renumber
from digitizer.letters.search.indexing import index_letter, unindex_letter
from digitizer.letters.withheld_before import WITHHELD_ONCE, is_noted, perhaps_again
from digitizer.letters.withheld_parts import parts_of
from digitizer.messages import outgoing, request_forms
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import LetterKind, LetterState, PageRole, ScanState
from digitizer.model.paper import Doubt, DoubtReason
from digitizer.people.correspondents import contacts
from digitizer.policies import marks
from digitizer.storage.tables import letter, page, scan
from digitizer.storage.tables_correspondents import cut_part
from digitizer.storage.tables_screening import first_look, withheld_page
from digitizer.support.working_days import Calendar


@dataclass(frozen=True, slots=True)
class HeldLetter:
    """A letter that waits for a person. ``inmate_id`` is the row of the inmate it was to go to, if
    only a review is missing; ``message_id`` is the message that a reply answers."""

    id: str
    scan_id: str
    kind: LetterKind
    state: LetterState
    received: datetime
    reason: str | None
    inmate_id: int | None
    message_id: str | None
    cover_id: str | None
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldScan:
    """A scan that is held as a whole. ``pages`` is None or 0 where none could be opened."""

    id: str
    taken_in: datetime
    reason: str | None
    pages: int | None
    sealed: bool


def open_held_letter(tx: sa.Connection, held_id: str) -> HeldLetter:
    """The held letter with this id, or the letter that is made of a scan held as a whole.

    Raises NotFound, or Conflict if it is decided already or must not be opened.
    """
    row = tx.execute(sa.select(letter).where(letter.c.id == held_id)).first()
    if row is None:
        return open_held_letter(tx, _letter_of_whole_scan(tx, held_id))
    state = LetterState(row.state)
    if state not in OPEN:
        raise Conflict(f"Letter {held_id} is already {state}: there is nothing to decide.")
    return HeldLetter(
        id=row.id,
        scan_id=row.scan_id,
        kind=LetterKind(row.kind),
        state=state,
        received=row.received,
        reason=row.reason,
        inmate_id=row.inmate_id,
        message_id=row.message_id,
        cover_id=row.cover_id,
        doubts=tuple(row.doubts),
    )


def open_held_scan(tx: sa.Connection, scan_id: str) -> HeldScan:
    """A scan that is held as a whole. Raises NotFound or Conflict."""
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).first()
    if row is None:
        raise NotFound(f"No held letter or scan has the id {scan_id}. See: digitizer held")
    if row.state != ScanState.HELD or row.rejected or row.replaced_by:
        raise Conflict(f"Scan {scan_id} is no longer held as a whole.")
    return HeldScan(
        id=row.id, taken_in=row.taken_in, reason=row.reason, pages=row.pages, sealed=row.sealed
    )


def _letter_of_whole_scan(tx: sa.Connection, scan_id: str) -> str:
    whole = open_held_scan(tx, scan_id)
    if whole.sealed:
        raise Conflict(f"Scan {scan_id} is sealed: it may contain legal mail. Ask a supervisor.")
    if not whole.pages:
        raise Conflict(
            f"Scan {scan_id} has no pages that could be opened. "
            "Reject it, or mark it as rescanned once the sheets have been scanned again."
        )
    letter_id = new_letter(tx, scan_id, whole.taken_in, whole.reason)
    tx.execute(
        sa.update(page)
        .where(page.c.scan_id == scan_id, page.c.letter_id.is_(None))
        .values(letter_id=letter_id)
    )
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(state=str(ScanState.FILED)))
    renumber(tx, letter_id)
    note_withheld(tx, letter_id, perhaps_again(tx, scan_id, None, None))
    return letter_id


def note_withheld(tx: sa.Connection, letter_id: str, doubts: Sequence[Doubt]) -> None:
    """Whoever decides about this letter reads what was withheld of an earlier scan of it, and looks
    at each of its pages; where it waits, it goes on waiting."""
    if not doubts:
        return
    row = tx.execute(sa.select(letter.c.reason, letter.c.doubts).where(letter.c.id == letter_id))
    reason, known = row.one()
    new = reason_of([each for each in doubts if each.message not in (reason or "")]) or ""
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == letter_id)
        .values(
            reason=f"{reason or ''} {new}".strip() or None,
            doubts=list(dict.fromkeys([*known, *(str(each.reason) for each in doubts)])),
        )
    )


def deliver(tx: sa.Connection, held: HeldLetter, inmate_id: int) -> None:
    """Delivers a held letter: to the inmate's mailbox or, if it is a reply, to its thread.

    It uses up a cover for a single use. Raises Conflict for a letter without pages, and for a
    reply sheet that was printed for another inmate.
    """
    check_deliverable(tx, held, inmate_id)
    if held.kind is LetterKind.REPLY and held.message_id is not None:
        outgoing.mark_answered(tx, held.message_id)
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == held.id)
        .values(state=str(LetterState.DELIVERED), inmate_id=inmate_id, reason=None)
    )
    index_letter(tx, held.id)
    if held.cover_id:
        register.spend(tx, held.cover_id, held.scan_id)


def check_deliverable(tx: sa.Connection, held: HeldLetter, inmate_id: int) -> None:
    """Raises Conflict for what ``deliver`` would not deliver."""
    if not content_numbers(tx, held.id):
        raise Conflict(
            f"Letter {held.id} has no page to deliver. Join it to another letter, or reject it."
        )
    if held.kind is LetterKind.REPLY and (
        held.message_id is None or outgoing.inmate_of(tx, held.message_id) != inmate_id
    ):
        raise Conflict(
            f"Letter {held.id} came on a reply sheet that was printed for another inmate, and it "
            "answers that inmate's correspondent. Assign it to that inmate, or reject it."
        )
    if held.kind is LetterKind.REQUEST:
        _check_form(tx, held, inmate_id)


def _check_form(tx: sa.Connection, held: HeldLetter, inmate_id: int) -> None:
    form = request_forms.find(tx, held.cover_id)
    if form is None or form.inmate_id != inmate_id:
        raise Conflict(
            f"Letter {held.id} is a form for a request, which was printed for another inmate. "
            "Assign it to that inmate, or reject it."
        )
    request_forms.check_can_be_taken(tx, form, held.id)


def check_releasable(tx: sa.Connection, held: HeldLetter) -> None:
    """Raises Conflict for what ``release`` would not deliver."""
    if held.state is not LetterState.AWAITING_REVIEW or held.inmate_id is None:
        raise Conflict(f"Letter {held.id} is not waiting for review. Assign it instead.")
    check_deliverable(tx, held, held.inmate_id)


def receive_form(tx: sa.Connection, held: HeldLetter, calendar: Calendar) -> int | None:
    """What was delivered and is a form for a request is one from now on; returns the number of the
    request of which a step is asked for by that, None where none is."""
    form = request_forms.find(tx, held.cover_id)
    if held.kind is LetterKind.REQUEST and form is not None:
        return request_forms.receive(tx, form, held.id, held.received, calendar)
    return None


def release(tx: sa.Connection, held: HeldLetter) -> None:
    """Delivers a letter that waited for review to the inmate whom its cover named."""
    check_releasable(tx, held)
    assert held.inmate_id is not None
    deliver(tx, held, held.inmate_id)


def reject_letter(tx: sa.Connection, letter_id: str, reason: str) -> None:
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == letter_id)
        .values(state=str(LetterState.REJECTED), reason=reason)
    )


def reject_scan(tx: sa.Connection, scan_id: str, reason: str) -> None:
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(rejected=True, reason=reason))


def recall_letter(
    tx: sa.Connection, letter_id: str, reason: str, why: DoubtReason = DoubtReason.RECALLED
) -> None:
    """A letter that was delivered or rejected is held again, in nobody's mailbox and not found.

    What its cover was used for stays used: a cover for one letter stays spent. Whoever released it
    first, where two must, looks again.
    """
    tx.execute(sa.delete(first_look).where(first_look.c.letter_id == letter_id))
    row = tx.execute(sa.select(letter).where(letter.c.id == letter_id)).one()
    unindex_letter(tx, letter_id)
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == letter_id)
        .values(
            state=str(LetterState.HELD),
            inmate_id=None,
            read=None,
            reason=reason,
            doubts=list(dict.fromkeys([*row.doubts, str(why)])),
        )
    )
    if is_noted(row.doubts):
        found = perhaps_again(tx, row.scan_id, row.cover_id, row.proposed, letter_id)
        note_withheld(tx, letter_id, found or [WITHHELD_ONCE])
    if row.kind == LetterKind.REPLY and row.message_id and row.state == LetterState.DELIVERED:
        outgoing.mark_unanswered(tx, row.message_id)


def recall_scan(tx: sa.Connection, scan_id: str, reason: str) -> None:
    """A scan that was rejected as a whole is held again; a sealed one stays sealed."""
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(rejected=False, reason=reason))


def replace_letter(tx: sa.Connection, letter_id: str, by: str) -> None:
    """The sheets were scanned again, or joined to another letter: these pictures of them are kept,
    but not used."""
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == letter_id)
        .values(state=str(LetterState.REPLACED), replaced_by=by)
    )


def replace_scan(tx: sa.Connection, scan_id: str, by: str) -> None:
    tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(replaced_by=by))


def cut(tx: sa.Connection, held: HeldLetter, number: int) -> str:
    """Cuts a held letter before source page ``number``; returns the second part's id."""
    content = tx.execute(
        sa.select(page.c.number, page.c.place)
        .where(page.c.letter_id == held.id, page.c.role == PageRole.CONTENT)
        .order_by(page.c.place)
    )
    places = {found.number: found.place for found in content}
    if number not in list(places)[1:]:
        raise Conflict(
            f"Letter {held.id} cannot be cut before page {number}: its pages are "
            f"{', '.join(map(str, places))}, and it can be cut before each but the first."
        )
    second = new_letter(tx, held.scan_id, held.received, held.reason)
    _note_cut(tx, held, second)
    tx.execute(
        sa.update(page)
        .where(page.c.letter_id == held.id, page.c.place >= places[number])
        .values(letter_id=second)
    )
    for part in (held.id, second):
        renumber(tx, part)
        marks.mark(tx, part)
    return second


def _note_cut(tx: sa.Connection, held: HeldLetter, second: str) -> None:
    """What is watched and blocked of the whole is so of its second part, too."""
    sender = contacts.sender_of(tx, held.id)
    tx.execute(
        sa.insert(cut_part).values(
            letter_id=second,
            of_letter=held.id,
            inmate_id=held.inmate_id,
            correspondent_id=sender.id if sender else None,
        )
    )
    _keep_noted(tx, held, second)


def _keep_noted(tx: sa.Connection, held: HeldLetter, other: str) -> None:
    """What was withheld of an earlier scan of a letter may be in what its pages are in now."""
    if is_noted(held.doubts):
        note_withheld(tx, other, [Doubt(DoubtReason.WITHHELD_BEFORE, held.reason or "")])


def join(tx: sa.Connection, first: HeldLetter, second: HeldLetter) -> None:
    """Moves the pages of ``second`` into ``first``. Raises Conflict unless they are two held
    letters of one scan, and for a form for a request unless both are on that very form."""
    if first.id == second.id or first.scan_id != second.scan_id:
        raise Conflict("Only two different held letters of the same scan can be joined.")
    is_form = LetterKind.REQUEST in (first.kind, second.kind)
    if is_form and (first.kind, first.cover_id) != (second.kind, second.cover_id):
        raise Conflict(
            "One of them is a form for a request, and the other is not on that form: joined, the "
            "request would be lost, or have somebody else's pages in it. Assign each by itself."
        )
    tx.execute(sa.update(page).where(page.c.letter_id == second.id).values(letter_id=first.id))
    renumber(tx, first.id)
    replace_letter(tx, second.id, first.id)
    _keep_noted(tx, second, first.id)
    marks.mark(tx, first.id)


def move_page(tx: sa.Connection, held: HeldLetter, number: int, by: int) -> None:
    """Moves a page of a held letter one place towards its end (``by`` 1) or its beginning (-1), as
    sheets are that went into the scanner in the wrong order. Only pages of this letter move, and
    the original keeps its order. Raises Conflict where there is no page to change places with.
    """
    content = tx.execute(
        sa.select(page.c.id, page.c.number, page.c.place)
        .where(page.c.letter_id == held.id, page.c.role == PageRole.CONTENT)
        .order_by(page.c.place)
    ).all()
    at = next((place for place, each in enumerate(content) if each.number == number), None)
    if at is None or not 0 <= at + by < len(content):
        raise Conflict(f"Page {number} of letter {held.id} has no letter page on that side of it.")
    one, other = content[at], content[at + by]
    for each, place in ((one, other.place), (other, one.place)):
        tx.execute(sa.update(page).where(page.c.id == each.id).values(place=place))
    renumber(tx, held.id)


def ask_for_rescan(tx: sa.Connection, held: HeldLetter, reason: str) -> None:
    """The letter stays held, with a reason that says that its paper is to be scanned again."""
    noted = f". {held.reason}" if is_noted(held.doubts) else ""
    tx.execute(
        sa.update(letter)
        .where(letter.c.id == held.id)
        .values(
            state=str(LetterState.HELD),
            reason=f"Scan its paper again: {reason}{noted}",
            doubts=list(dict.fromkeys([*held.doubts, str(DoubtReason.RESCAN_WANTED)])),
        )
    )


def withhold(tx: sa.Connection, held: HeldLetter, number: int, reason: str) -> None:
    """The letter is delivered without this page. Raises Conflict unless it is a letter page."""
    its = letter_page(tx, held, number).id
    mark_page(tx, held, number, PageRole.WITHHELD)
    tx.execute(sa.delete(withheld_page).where(withheld_page.c.page_id == its))
    tx.execute(sa.insert(withheld_page).values(page_id=its, reason=reason))


def letter_page(tx: sa.Connection, held: HeldLetter, number: int) -> sa.Row[Any]:
    """The id and size of a letter page of this letter. Raises Conflict for any other."""
    row = tx.execute(
        sa.select(page.c.id, page.c.width, page.c.height).where(
            page.c.letter_id == held.id,
            page.c.number == number,
            page.c.role == PageRole.CONTENT,
        )
    ).first()
    if row is None:
        raise Conflict(f"Page {number} is not a letter page of letter {held.id}.")
    return row


def mark_page(
    tx: sa.Connection, held: HeldLetter, number: int, role: PageRole, envelope: bool = False
) -> None:
    """Records what a page of a held letter is: content (which the ``envelope`` is, too), a cover,
    or blank.

    Raises NotFound, and Conflict for a page that is withheld: its inmate is told of it until it is
    given back.
    """
    its = sa.select(page.c.id, page.c.role).where(
        page.c.letter_id == held.id, page.c.number == number
    )
    was = tx.execute(its).first()
    if was is not None and role in (PageRole.COVER, PageRole.BLANK):
        if was.role == PageRole.WITHHELD:
            raise Conflict(f"Page {number} is withheld. Give it back first, then say what it is.")
        if parts_of(tx, [was.id])[was.id]:
            raise Conflict(
                f"A part of page {number} is withheld. Give it back first, then say what it is."
            )
    done = tx.execute(
        sa.update(page)
        .where(page.c.letter_id == held.id, page.c.number == number)
        .values(role=str(role), envelope=envelope)
    )
    if done.rowcount != 1:
        raise NotFound(f"Page {number} is not in letter {held.id}.")
    renumber(tx, held.id)
    marks.mark(tx, held.id)
