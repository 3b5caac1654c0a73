"""Decisions about held mail: each is a named person's, and is recorded with its reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from digitizer import audit
from digitizer.access.acting import Action, acting, looking
from digitizer.access.permissions import Act, MayNot, is_permitted, permit
from digitizer.facility import Facility
from digitizer.letters import whom_about
from digitizer.letters.pages import whole_content_numbers
from digitizer.logbook import returned
from digitizer.messages import news
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import DECISIONS, MESSAGE_DECISIONS, Subject, Verb
from digitizer.model.mail import HeldItem, LetterState, PageRole
from digitizer.model.people import Actor, CustodyStatus, Inmate
from digitizer.people import roster
from digitizer.screening import (
    blind_checks,
    delivering,
    exception_queue,
    held_letters,
    message_undo,
    page_parts,
    replacements,
    second_look,
    seen_at_desk,
    undoing,
)
from digitizer.screening.delivering import Delivery, Waits
from digitizer.screening.held_letters import HeldLetter
from digitizer.screening.page_parts import PageArea
from digitizer.screening.seen_pages import CHANGED, NOT_SHOWN, Unseen

_BY_MISTAKE = "It was decided by mistake"


def held(facility: Facility, by: Actor) -> tuple[HeldItem, ...]:
    """Everything that waits for a person, oldest first."""
    with looking(facility, by, Act.LOOK) as look:
        return exception_queue.held_items(look.tx, by)


def assign(
    facility: Facility,
    held_id: str,
    booking_number: str,
    by: Actor,
    reason: str,
    *,
    unseen: Unseen = Unseen.NOTED,
    despite: Collection[int] = (),
) -> str:
    """Delivers a held letter to an inmate in custody here; returns the letter's id. Where a watch
    rule marks it, or two must release it, it waits first: see ``screening.delivering``. ``despite``
    are the numbers of the blocks in spite of which it is delivered: Conflict for any other. But for
    ``Unseen.NOTED``, what may be two letters is refused until each page was shown to this person.

    As all that follow, raises NotAllowed, NotFound, Conflict where it is decided already, and
    UsageError where no reason is given.
    """
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        _check_custody(roster.find_inmate(action.tx, booking_number))
        letter = _open_held(action, held_id)
        if unseen is not Unseen.NOTED:
            seen_at_desk.check_seen(action.tx, letter, held_id, by)
        row = roster.inmate_row_id(action.tx, booking_number)
        rules = facility.settings.screening
        done = delivering.assign(action.tx, rules, letter, row, by, unseen, despite)
        detail = {"to": booking_number, **_detail(done)}
        if done.waits is None:
            detail |= _asked(facility, action, letter)
            news.tell_delivered(action.tx, facility.settings, letter.id)
        _record(action, before, Verb.ASSIGN, Subject.letter(letter.id), **detail)
        return letter.id


def release(
    facility: Facility,
    letter_id: str,
    by: Actor,
    reason: str,
    *,
    unseen: Unseen = Unseen.NOTED,
    marked: bool = True,
) -> Waits | None:
    """Delivers a letter that waited for review to the inmate whom its cover names, or whom it was
    assigned to. Returns what it still waits for, where two must release it and this was the first.
    ``unseen`` says what happens where not each page was shown to this person; without ``marked``,
    Conflict for what a watch rule marks.
    """
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, letter_id)
        letter = _open_held(action, letter_id)
        if letter.inmate_id is not None:
            _check_custody(roster.inmate_of_row(action.tx, letter.inmate_id))
        rules = facility.settings.screening
        done = delivering.release(action.tx, rules, letter, by, unseen, marked=marked)
        if done.waits is None and not second_look.first_looks(action.tx, [letter.id]):
            _perhaps_check(facility, action, letter.id, whole_content_numbers(action.tx, letter.id))
        detail = _detail(done)
        if done.waits is None:
            detail |= _asked(facility, action, letter)
            news.tell_delivered(action.tx, facility.settings, letter.id)
        verb = Verb.FIRST_LOOK if done.waits else Verb.RELEASE
        _record(action, before, verb, Subject.letter(letter.id), **detail)
    return done.waits


def _asked(facility: Facility, action: Action, letter: HeldLetter) -> dict[str, int]:
    """What the event says of the request of which this form, delivered, asks for a step."""
    calendar = facility.settings.appeals.calendar
    number = held_letters.receive_form(action.tx, letter, calendar)
    return {} if number is None else {undoing.ASKED: number}


def _detail(done: Delivery) -> dict[str, Any]:
    """What the event says besides: what it waits for, and what it was decided in spite of."""
    return {
        **({"waits": str(done.waits)} if done.waits else {}),
        **({NOT_SHOWN: list(done.not_shown)} if done.not_shown else {}),
        **({"despite": list(done.despite)} if done.despite else {}),
    }


def _perhaps_check(
    facility: Facility, action: Action, letter_id: str, passed: Collection[int]
) -> None:
    """A share of what one person screened is looked at again; the event does not say which."""
    percent = facility.settings.screening.checked_percent
    blind_checks.draw(action.tx, letter_id, action.by, passed, percent)


def _open_held(action: Action, held_id: str) -> HeldLetter:
    """Raises NotFound, also for the form of a request that is about whoever decides."""
    whom_about.check_not_about(action.tx, held_id, action.by)
    return held_letters.open_held_letter(action.tx, held_id)


def _check_custody(person: Inmate) -> None:
    if person.status is not CustodyStatus.IN_CUSTODY:
        raise UsageError(
            f"{person.full_name} ({person.booking_number}) is not in custody here "
            f"({person.status.replace('_', ' ')}). Reject the letter, or correct the roster."
        )


def reject(facility: Facility, held_id: str, by: Actor, reason: str) -> None:
    """Keeps a held letter, or a scan held as a whole, with the reason, and does not deliver it."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        reject_within(facility, action, held_id)


def reject_within(facility: Facility, action: Action, held_id: str) -> None:
    """As ``reject``, as a part of what a person does."""
    before = undoing.state_of(action.tx, held_id)
    if replacements.is_letter(action.tx, held_id):
        letter = _open_held(action, held_id)
        held_letters.reject_letter(action.tx, letter.id, action.why)
        if letter.state is LetterState.AWAITING_REVIEW:
            _perhaps_check(facility, action, letter.id, ())
        about = Subject.letter(letter.id)
    else:
        _check_whole_scan(action, held_id)
        held_letters.reject_scan(action.tx, held_id, action.why)
        about = Subject.scan(held_id)
    _record(action, before, Verb.REJECT, about)


def rescanned(facility: Facility, held_id: str, new_id: str, by: Actor, reason: str) -> None:
    """Records that the sheets were scanned again, and are now the letter or scan ``new_id``.

    Where that does not look like the same sheets (it came in earlier, its pages do not fit), only
    those decide who may overrule: with it, the held pages are out of sight. Where a page was
    withheld, what replaces it waits for somebody who looks for that page: Conflict where it is
    delivered already.
    """
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        doubt = replacements.doubt_replacement(action.tx, held_id, new_id)
        new = undoing.state_of(action.tx, new_id)
        if doubt and not is_permitted(by, Act.OVERRULE):
            raise MayNot(Act.OVERRULE, f"{doubt} Ask a supervisor, who can record it all the same.")
        if replacements.is_letter(action.tx, held_id):
            letter = _open_held(action, held_id)
            held_letters.replace_letter(action.tx, letter.id, new_id)
            replacements.hold_for(action.tx, letter.id, new_id)
            subject = Subject.letter(letter.id)
        else:
            _check_whole_scan(action, held_id)
            held_letters.replace_scan(action.tx, held_id, new_id)
            subject = Subject.scan(held_id)
        _record(
            action,
            before,
            Verb.RESCANNED,
            subject,
            as_id=new_id,
            undo_of_new=undoing.changed_since(action.tx, new),
            **({"doubt": doubt} if doubt else {}),
        )


def cut(facility: Facility, held_id: str, page: int, by: Actor, reason: str) -> tuple[str, str]:
    """Cuts a held letter before source page ``page``; returns both letters' ids."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        first = _open_held(action, held_id)
        second = held_letters.cut(action.tx, first, page)
        _record(
            action,
            before,
            Verb.CUT,
            Subject.letter(first.id),
            before=page,
            second=second,
        )
        return first.id, second


def join(facility: Facility, first_id: str, second_id: str, by: Actor, reason: str) -> str:
    """Moves the second held letter's pages into the first; returns the first's id."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, first_id)
        first = _open_held(action, first_id)
        second = _open_held(action, second_id)
        held_letters.join(action.tx, first, second)
        _record(
            action,
            before,
            Verb.JOIN,
            Subject.letter(first.id),
            second=second.id,
        )
        return first.id


def mark_page(
    facility: Facility,
    held_id: str,
    page: int,
    role: PageRole,
    by: Actor,
    reason: str,
    *,
    envelope: bool = False,
) -> str:
    """Marks a page of a held letter as content, a cover or blank; returns the letter's id.

    ``envelope``: as content that is its envelope.
    """
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        if role is PageRole.WITHHELD:
            raise UsageError("Withhold a page with the reason that its inmate reads: withhold.")
        if role is PageRole.RECORDED:
            raise UsageError("A page of a letter can be marked as content, cover or blank.")
        letter = _open_held(action, held_id)
        held_letters.mark_page(action.tx, letter, page, role, envelope)
        _record(
            action,
            before,
            Verb.MARK_PAGE,
            Subject.letter(letter.id),
            page=page,
            as_="envelope" if envelope else str(role),
        )
        return letter.id


def withhold(facility: Facility, held_id: str, page: int, by: Actor, reason: str) -> str:
    """Refuses one page of a held letter, which is then delivered without it; returns the letter's
    id. The inmate reads the reason, and nothing of the page. Marking it as content gives it back.
    """
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        letter = _open_held(action, held_id)
        held_letters.withhold(action.tx, letter, page, action.why)
        _record(action, before, Verb.WITHHOLD_PAGE, Subject.letter(letter.id), page=page)
        return letter.id


def withhold_part(
    facility: Facility, held_id: str, page: int, part: str, by: Actor, reason: str
) -> str:
    """Refuses a part of a page of a held letter, which is then delivered with it covered; returns
    the letter's id. The inmate reads the reason, and nothing that stands in it. ``part`` is its
    left, top, width and height, in hundredths of the page: UsageError for anything else."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        letter = _open_held(action, held_id)
        area = PageArea.of(part)
        page_parts.withhold_part(action.tx, letter, page, area, action.why)
        frame = [area.left, area.top, area.width, area.height]
        about = Subject.letter(letter.id)
        _record(action, before, Verb.WITHHOLD_PART, about, page=page, frame=frame)
        return letter.id


def give_back_parts(facility: Facility, held_id: str, page: int, by: Actor, reason: str) -> str:
    """Gives back all that is withheld of a page; returns the letter's id. Who released it before,
    where two must, did not pass that: they look again."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        letter = _open_held(action, held_id)
        page_parts.give_back_parts(action.tx, letter, page)
        second_look.forget(action.tx, letter.id)
        _record(action, before, Verb.GIVE_BACK_PARTS, Subject.letter(letter.id), page=page)
        return letter.id


def move_page(
    facility: Facility, held_id: str, page: int, towards_end: bool, by: Actor, reason: str
) -> str:
    """Moves a page of a held letter one place within it; returns the letter's id."""
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        letter = _open_held(action, held_id)
        held_letters.move_page(action.tx, letter, page, 1 if towards_end else -1)
        _record(
            action,
            before,
            Verb.MOVE_PAGE,
            Subject.letter(letter.id),
            page=page,
            towards="end" if towards_end else "beginning",
        )
        return letter.id


def ask_for_rescan(facility: Facility, held_id: str, by: Actor, reason: str) -> str:
    """Marks a held letter whose paper has to be fetched and scanned again; it stays held.

    Returns the letter's id.
    """
    with acting(facility, by, Act.DECIDE, reason=reason) as action:
        before = undoing.state_of(action.tx, held_id)
        letter = _open_held(action, held_id)
        held_letters.ask_for_rescan(action.tx, letter, action.why)
        second_look.forget(action.tx, letter.id)
        _record(action, before, Verb.ASK_FOR_RESCAN, Subject.letter(letter.id))
        return letter.id


def _record(
    action: Action,
    before: undoing.ScanState | None,
    verb: Verb,
    subject: Subject,
    /,
    **detail: Any,
) -> None:
    """Records a decision with what is needed to undo it."""
    action.record(verb, subject, **detail, undo=undoing.changed_since(action.tx, before))


def undo(facility: Facility, decided_id: str, seq: int, by: Actor) -> str:
    """Puts an item back as it was before the decision that event number ``seq`` records, and
    returns the id by which it is held again.

    Raises NotFound unless the event is about this letter or scan, and Conflict for another person's
    decision, and once it is too late: then a letter can only be recalled.
    """
    with acting(facility, by, Act.DECIDE, reason=_BY_MISTAKE) as action:
        event = audit.event_at(action.tx, seq)
        about = (str(Subject.letter(decided_id)), str(Subject.scan(decided_id)))
        if event is None or event.subject not in about:
            raise NotFound(f"There is no such decision about {decided_id}.")
        if late := undoing.why_too_late(action.tx, event, by):
            raise Conflict(late)
        changed = undoing.put_back(action.tx, event)
        blind_checks.forget(action.tx, decided_id)
        if event.detail.get("waits"):
            second_look.forget(action.tx, decided_id, by.name)
        returned.take_back(action, decided_id, event.at, _BY_MISTAKE)
        item = undoing.held_again(action.tx, event)
        pages = {CHANGED: sorted(changed)}
        action.record(Verb.UNDO, item, undone=event.verb, of=event.subject, event=seq, **pages)
        return item.id or decided_id


@dataclass(frozen=True, slots=True)
class Undone:
    """``decided`` is what was undone, of the letter, scan or message with the id ``held``, which is
    held again."""

    held: str
    decided: Verb


def undo_last(facility: Facility, by: Actor) -> Undone:
    """Undoes this person's last decision, by the rules of ``undo``. Raises NotFound where they have
    decided nothing, and Conflict as ``undo`` does."""
    with looking(facility, by, Act.DECIDE) as look:
        last = audit.last_by(look.tx, by.name, DECISIONS | MESSAGE_DECISIONS)
    if last is None:
        raise NotFound(f"{by.name} has not decided anything yet.")
    kind, _, decided_id = last.subject.partition(":")
    if kind == Subject.message("").kind:
        message_undo.undo(facility, decided_id, last.seq, by)
        return Undone(decided_id, Verb(last.verb))
    return Undone(undo(facility, decided_id, last.seq, by), Verb(last.verb))


def _check_whole_scan(action: Action, scan_id: str) -> None:
    """That it is held as a whole, and, where it is sealed as legal mail, that this person may set
    it aside: it stays sealed."""
    if held_letters.open_held_scan(action.tx, scan_id).sealed:
        permit(action.by, Act.SET_ASIDE_SEALED)
