"""The staff pages' verbs: a day's intake, and a held item with all that helps to decide."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

import sqlalchemy as sa

from digitizer.access.acting import acting, looking, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.access.sealed_names import shown_events
from digitizer.audit import Event, events_of
from digitizer.capture import held_queues
from digitizer.capture.held_queues import QueueLine, Waiting
from digitizer.capture.scans import ledger
from digitizer.capture.scans.ledger import QueueState
from digitizer.covers import uses
from digitizer.covers.uses import UsedCover
from digitizer.facility import Facility
from digitizer.messages import outgoing, requests
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import DECISIONS, Subject, Verb
from digitizer.model.mail import HeldItem, PageRole, Queue
from digitizer.model.paper import DoubtReason
from digitizer.model.people import Actor, Inmate
from digitizer.model.scanner_profile import ScannerProfile
from digitizer.people import roster
from digitizer.prints.stopped import Pending, pending
from digitizer.scanners.profiles import watched_folders
from digitizer.screening import exception_queue, intake_list, seen_at_desk, undoing
from digitizer.screening.candidates import Candidate, candidates, found_in_roster
from digitizer.screening.exception_queue import ScanPage
from digitizer.screening.intake_list import (
    Duplicate,
    IntakeLine,
    LetterFacts,
    ScanFacts,
)
from digitizer.screening.later_scans import LaterScan, later_scans
from digitizer.screening.sealing_by_hand import decided_letters
from digitizer.screening.two_letters import Sign, find_signs
from digitizer.support.clock import midnight, now

#: So many of what waits longest are shown with the day.
_LONGEST_WAITING = 6


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of the mailroom. What waits now, from any day: ``queue`` for the machine,
    ``waiting`` by queue for a person, ``longest`` what waits longest, ``to_print`` what printers
    are to get, ``stopped`` the prints that must not be printed now, ``messages`` how many
    e-messages for a review and since when, ``requests`` how many of inmates for an answer.
    ``often`` are the covers that were used unusually often in the days up to its end."""

    day: date
    lines: tuple[IntakeLine, ...]
    duplicates: tuple[Duplicate, ...]
    queue: QueueState
    waiting: tuple[QueueLine, ...]
    longest: tuple[Waiting, ...]
    to_print: Pending
    stopped: Pending
    messages: tuple[int, datetime | None]
    requests: tuple[int, datetime | None]
    often: tuple[UsedCover, ...] = ()

    @property
    def held(self) -> int:
        """How much waits for a person now."""
        return sum(line.count for line in self.waiting)

    @property
    def is_today(self) -> bool:
        return self.day >= datetime.now().astimezone().date()

    @property
    def pages(self) -> int:
        return sum(line.pages or 0 for line in self.lines)

    @property
    def delivered(self) -> int:
        return sum(line.delivered for line in self.lines)


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A held item opened: every page of its scan, and what is known about it.

    ``letter`` is None where the whole scan is held. ``before`` and ``after`` are the held
    letters of the same scan beside it, ``following`` is the id of the next item to decide about.
    ``decided`` are the letters of its scan that were delivered or rejected: they keep it from being
    sealed. ``later`` are the letters and scans that it may be by now, scanned again, newest first.
    ``must_show`` is why each page must have been on the screen first: there may be two letters in
    it.
    """

    id: str
    item: HeldItem
    scan: ScanFacts
    letter: LetterFacts | None
    pages: tuple[ScanPage, ...]
    suggestions: tuple[Candidate, ...]
    events: tuple[Event, ...]
    before: HeldItem | None
    after: HeldItem | None
    following: str | None
    decided: tuple[str, ...]
    later: tuple[LaterScan, ...]
    must_show: tuple[Sign, ...]

    def is_own(self, page: ScanPage) -> bool:
        return page.letter == self.item.letter

    @property
    def one_key(self) -> bool:
        """Whether one key may deliver it to the first suggestion: only whose it is is in doubt, and
        the person who presses the key has it before them."""
        first = self.suggestions[0] if self.suggestions else None
        return self.item.queue is Queue.MATCH and first is not None and first.is_here

    @property
    def seen(self) -> str:
        """A fingerprint of what a person sees, to notice whether it has changed since."""
        shown = [(page.number, page.shown_as) for page in self.pages if self.is_own(page)]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class LastDecision:
    """The last decision about a letter or scan. ``may_undo``: whoever looks can still undo it."""

    id: str
    event: Event
    may_undo: bool


def day_of_intake(facility: Facility, by: Actor, day: date | None = None) -> Day:
    """What came in on that day of local time; today, if none is given."""
    local = day or datetime.now().astimezone().date()
    start, end = midnight(local), midnight(local + timedelta(days=1))
    with looking(facility, by, Act.LOOK) as look:
        to_print, stopped = pending(look.tx)
        return Day(
            day=local,
            lines=intake_list.intake_between(look.tx, start, end, by),
            duplicates=intake_list.duplicates_between(look.tx, start, end, by),
            queue=ledger.queue_state(look.tx),
            waiting=held_queues.queue_lines(look.tx),
            longest=held_queues.longest_waiting(look.tx, _LONGEST_WAITING),
            to_print=to_print,
            stopped=stopped,
            messages=outgoing.in_review_since(look.tx),
            requests=requests.waiting_since(look.tx),
            often=uses.used_covers(
                look.tx, min(end, now()), facility.settings.covers, only_often=True
            ),
        )


def id_of(item: HeldItem) -> str:
    """The id by which people decide about an item: its letter's, or the whole scan's."""
    return item.letter or item.scan


def look_at_held(facility: Facility, held_id: str, by: Actor) -> HeldCase:
    """Opens a held item; the look is logged. A sealed scan shows no page. Raises NotFound."""
    with acting(facility, by, Act.LOOK) as action:
        case = _case(action.tx, held_id, by)
        about = Subject.letter if case.item.letter else Subject.scan
        action.record(Verb.LOOK, about(held_id))
    return case


def look_after(facility: Facility, held_id: str, seen: str, by: Actor) -> str | None:
    """The id of the item to decide about after this one, None if it is the last.

    Raises Conflict if this one is no longer what the person who decides saw.
    """
    with looking(facility, by, Act.LOOK) as look:
        case = _case(look.tx, held_id, by)
    if case.seen != seen:
        raise Conflict("Someone changed this item in the meantime. Look at it again, then decide.")
    return case.following


def decision_on(facility: Facility, decided_id: str, by: Actor) -> LastDecision | None:
    """The last decision of a person on a letter or scan; None if there is none."""
    with looking(facility, by, Act.LOOK) as look:
        events = events_of(look.tx, Subject.letter(decided_id), Subject.scan(decided_id))
        about = (*DECISIONS, Verb.SEAL)
        last = next((each for each in reversed(events) if each.verb in about), None)
        if last is None:
            return None
        may = is_permitted(by, Act.DECIDE) and undoing.why_too_late(look.tx, last, by) is None
        return LastDecision(decided_id, last, may)


def not_as_named(
    facility: Facility, held_id: str, booking_number: str, by: Actor
) -> tuple[Inmate, Inmate] | None:
    """Whom the cover of a held letter names, and who was chosen instead; None where the cover names
    nobody, or the one who was chosen. Raises NotFound for an unknown number."""
    with looking(facility, by, Act.LOOK) as look:
        chosen = roster.find_inmate(look.tx, booking_number)
        named = intake_list.named_by_cover(look.tx, held_id)
    if named is None or named.booking_number == chosen.booking_number:
        return None
    return named, chosen


def held_picture(
    facility: Facility, held_id: str, number: int, by: Actor, *, small: bool = False
) -> bytes:
    """The picture of one page of a held item's scan, as JPEG or PNG, or a small one to find the
    page by; the look is logged. Raises NotFound."""
    with acting(facility, by, Act.LOOK) as action:
        item, _ = _find(exception_queue.held_items(action.tx, by), held_id)
        facts = intake_list.scan_facts(action.tx, item.scan, by)
        found = [
            page
            for page in exception_queue.pages_shown_to(action.tx, item.scan, by)
            if page.number == number
        ]
        if facts.sealed or not found or found[0].picture is None:
            raise NotFound(f"There is no picture of page {number}.")
        letter = found[0].letter
        about = Subject.letter(letter) if letter else Subject.scan(item.scan)
        large = {} if small else seen_at_desk.look_of(action.tx, item, number)
        action.record(Verb.LOOK_AT_PAGE, about, page=number, **large)
    picture = facility.pictures.get(found[0].picture)
    if not small:
        return picture
    from digitizer.engines.imaging.thumbnails import thumbnail  # takes longer than most commands

    return thumbnail(picture)


def find_in_roster(
    facility: Facility, text: str, by: Actor, most: int = 8
) -> tuple[Candidate, ...]:
    """Inmates whose number or name contains every word of ``text``; those in custody first."""
    with looking(facility, by, Act.LOOK) as look:
        return found_in_roster(look.tx, text, most)


def scanners(facility: Facility, by: Actor) -> tuple[ScannerProfile, ...]:
    """The profiles whose folders are watched."""
    permit(facility, by, Act.LOOK)
    watched = {folder.name for folder in watched_folders(facility.profiles, facility.home)}
    return tuple(each for name, each in facility.profiles.items() if name in watched)


def may_decide(by: Actor, scan: ScanFacts) -> bool:
    """Whether to offer the decisions at all; each is checked again when it is made.

    Only those who may unseal it decide about what is sealed as legal mail.
    """
    needed = (Act.DECIDE, Act.UNSEAL) if scan.sealed else (Act.DECIDE,)
    return all(is_permitted(by, act) for act in needed)


def _case(tx: sa.Connection, held_id: str, by: Actor) -> HeldCase:
    items = exception_queue.held_items(tx, by)
    item, following = _find(items, held_id)
    facts = intake_list.scan_facts(tx, item.scan, by)
    pages = () if facts.sealed else exception_queue.pages_shown_to(tx, item.scan, by)
    own = [page for page in pages if page.letter == item.letter]
    before, after = _neighbours(items, item, pages)
    about = [Subject.scan(item.scan), *([Subject.letter(item.letter)] if item.letter else [])]
    letter = intake_list.letter_facts(tx, item.letter) if item.letter else None
    by_label = letter is not None and DoubtReason.LABELLED in letter.doubts
    return HeldCase(
        id=held_id,
        item=item,
        scan=facts,
        letter=letter,
        pages=pages,
        suggestions=candidates(tx, own, letter.proposed if letter else None, by_label),
        events=shown_events(by, events_of(tx, *about), sealed=facts.sealed),
        before=before,
        after=after,
        following=following,
        decided=decided_letters(tx, item.scan),
        later=later_scans(tx, held_id),
        must_show=find_signs(tx, own, letter.doubts if letter else facts.doubts),
    )


def _find(items: tuple[HeldItem, ...], held_id: str) -> tuple[HeldItem, str | None]:
    """The item, and the id of the one to decide about after it: of the same queue, if one is. What
    waits for a review has a page of its own, to which no other queue leads."""
    ids = [id_of(item) for item in items]
    if held_id not in ids:
        raise NotFound(f"No held letter or scan has the id {held_id}.")
    place = ids.index(held_id)
    item, others = items[place], items[place + 1 :] + items[:place]
    following = next((each for each in others if each.queue is item.queue), None)
    elsewhere = (each for each in others if each.queue is not Queue.SCREENING)
    after = following or next(elsewhere, None)
    return item, id_of(after) if after else None


def _neighbours(
    items: tuple[HeldItem, ...], item: HeldItem, pages: tuple[ScanPage, ...]
) -> tuple[HeldItem | None, HeldItem | None]:
    """The held letters directly before and after it, with no other letter's content between."""
    held: dict[str | None, HeldItem] = {
        each.letter: each for each in items if each.scan == item.scan and each.letter
    }
    spans = [name for name, _ in groupby(page.letter for page in pages if _counts(page))]
    if item.letter is None or spans.count(item.letter) != 1:
        return None, None
    place = spans.index(item.letter)
    before = spans[place - 1] if place else None
    after = spans[place + 1] if place + 1 < len(spans) else None
    return held.get(before), held.get(after)


def _counts(page: ScanPage) -> bool:
    """Blanks and staff sheets do not keep two letters from being one: a person may join them."""
    return page.role in (PageRole.CONTENT, PageRole.COVER)
