"""The staff pages' verbs: a day's intake, and a held item with all that helps to settle it."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

import sqlalchemy as sa

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted, permit
from digitizer.audit import Event, events_of
from digitizer.capture import matching
from digitizer.capture.scans import ledger
from digitizer.capture.scans.ledger import QueueState
from digitizer.covers import uses
from digitizer.covers.uses import UsedCover
from digitizer.facility import House
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.events import DECISIONS, Subject, Verb
from digitizer.model.mail import HeldItem, PageRole
from digitizer.model.people import Actor, CustodyStatus, Inmate
from digitizer.model.scanner_profile import ScannerProfile
from digitizer.people import roster
from digitizer.scanners.profiles import watched_folders
from digitizer.screening import exception_queue, intake_list
from digitizer.screening.exception_queue import DeskPage
from digitizer.screening.intake_list import (
    Duplicate,
    IntakeLine,
    LetterFacts,
    ScanFacts,
)
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of the mailroom. ``held`` counts what waits now, of whatever day; ``often`` are
    the covers that were used unusually often in the days up to its end."""

    day: date
    lines: tuple[IntakeLine, ...]
    duplicates: tuple[Duplicate, ...]
    queue: QueueState
    held: int
    often: tuple[UsedCover, ...] = ()

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
class Candidate:
    """An inmate who may be meant; ``why`` is empty where staff found him by searching."""

    inmate: Inmate
    why: tuple[str, ...] = ()

    @property
    def is_here(self) -> bool:
        return self.inmate.status is CustodyStatus.IN_CUSTODY


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A held item opened: every page of its scan, and what is known around it.

    ``letter`` is None where the whole scan is held. ``before`` and ``after`` are the held
    letters of the same scan beside it, ``following`` the next item to settle.
    """

    id: str
    item: HeldItem
    scan: ScanFacts
    letter: LetterFacts | None
    pages: tuple[DeskPage, ...]
    suggestions: tuple[Candidate, ...]
    events: tuple[Event, ...]
    before: HeldItem | None
    after: HeldItem | None
    following: str | None

    def is_own(self, page: DeskPage) -> bool:
        return page.letter == self.item.letter

    @property
    def seen(self) -> str:
        """A mark of what a person has before him, to tell whether it changed meanwhile."""
        told = [(page.number, str(page.role)) for page in self.pages if self.is_own(page)]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def day_of_intake(house: House, by: Actor, day: date | None = None) -> Day:
    """What came in on that day of local time (today unless told)."""
    local = day or datetime.now().astimezone().date()
    start = datetime.combine(local, time()).astimezone()
    end = datetime.combine(local + timedelta(days=1), time()).astimezone()
    with looking(house, by, Act.LOOK) as look:
        return Day(
            local,
            intake_list.intake_between(look.tx, start, end),
            intake_list.duplicates_between(look.tx, start, end),
            ledger.queue_state(look.tx),
            len(exception_queue.held_items(look.tx)),
            uses.used_covers(look.tx, min(end, now()), house.settings.covers, only_often=True),
        )


def id_of(item: HeldItem) -> str:
    """The id by which an item is settled: its letter's, or the whole scan's."""
    return item.letter or item.scan


def look_at_held(house: House, held_id: str, by: Actor) -> HeldCase:
    """Opens a held item; the look is logged. A sealed scan shows no page. Raises NotFound."""
    with acting(house, by, Act.LOOK) as deed:
        case = _case(deed.tx, held_id)
        about = Subject.letter if case.item.letter else Subject.scan
        deed.record(Verb.LOOK, about(held_id))
    return case


def look_after(house: House, held_id: str, seen: str, by: Actor) -> str | None:
    """The id of the item to settle after this one, None if it is the last.

    Raises Conflict if this one is no longer what the person who decides had before him.
    """
    with looking(house, by, Act.LOOK) as look:
        case = _case(look.tx, held_id)
    if case.seen != seen:
        raise Conflict("Someone changed this item meanwhile. Look at it again, then decide.")
    return case.following


def decision_on(house: House, settled_id: str, by: Actor) -> Event | None:
    """The last decision of a person on a letter or scan; None if there is none."""
    with looking(house, by, Act.LOOK) as look:
        told = events_of(look.tx, Subject.letter(settled_id), Subject.scan(settled_id))
    return next((each for each in reversed(told) if each.verb in DECISIONS), None)


def held_picture(house: House, held_id: str, number: int, by: Actor) -> bytes:
    """The picture of one page of a held item's scan; the look is logged. Raises NotFound."""
    with acting(house, by, Act.LOOK) as deed:
        item, _ = _find(exception_queue.held_items(deed.tx), held_id)
        facts = intake_list.scan_facts(deed.tx, item.scan)
        found = [
            page for page in exception_queue.desk_pages(deed.tx, item.scan) if page.number == number
        ]
        if facts.sealed or not found or found[0].picture is None:
            raise NotFound(f"There is no picture of page {number}.")
        letter = found[0].letter
        about = Subject.letter(letter) if letter else Subject.scan(item.scan)
        deed.record(Verb.LOOK_AT_PAGE, about, page=number)
    return house.pictures.get(found[0].picture)


def find_in_roster(house: House, text: str, by: Actor, most: int = 8) -> tuple[Candidate, ...]:
    """Inmates whose number or name has every word of ``text``; those in custody first."""
    words = _plain(text).split()
    with looking(house, by, Act.LOOK) as look:
        everyone = roster.all_inmates(look.tx) if words else ()
    found = [each for each in everyone if _has_all(each, words)]
    found.sort(key=lambda each: (each.status is not CustodyStatus.IN_CUSTODY, each.last_name))
    return tuple(Candidate(each) for each in found[:most])


def scanners(house: House, by: Actor) -> tuple[ScannerProfile, ...]:
    """The profiles whose folders are watched."""
    permit(by, Act.LOOK)
    watched = {folder.name for folder in watched_folders(house.profiles, house.home)}
    return tuple(each for name, each in house.profiles.items() if name in watched)


def may_settle(by: Actor, scan: ScanFacts) -> bool:
    """Whether to offer the decisions at all; each is checked again when it is taken.

    What is sealed as legal mail is settled only by those who may unseal it.
    """
    needed = (Act.SETTLE, Act.UNSEAL) if scan.sealed else (Act.SETTLE,)
    return all(is_permitted(by, act) for act in needed)


def _case(tx: sa.Connection, held_id: str) -> HeldCase:
    items = exception_queue.held_items(tx)
    item, following = _find(items, held_id)
    facts = intake_list.scan_facts(tx, item.scan)
    pages = () if facts.sealed else exception_queue.desk_pages(tx, item.scan)
    own = [page for page in pages if page.letter == item.letter]
    before, after = _neighbours(items, item, pages)
    about = [Subject.scan(item.scan), *([Subject.letter(item.letter)] if item.letter else [])]
    letter = intake_list.letter_facts(tx, item.letter) if item.letter else None
    return HeldCase(
        held_id, item, facts, letter, pages,
        _suggestions(tx, own, letter.proposed if letter else None),
        events_of(tx, *about),
        before, after, following,
    )  # fmt: skip


def _find(items: tuple[HeldItem, ...], held_id: str) -> tuple[HeldItem, str | None]:
    """The item, and the id of the one to settle after it."""
    ids = [id_of(item) for item in items]
    if held_id not in ids:
        raise NotFound(f"Nothing held has the id {held_id}.")
    place = ids.index(held_id)
    others = ids[place + 1 :] + ids[:place]
    return items[place], others[0] if others else None


def _neighbours(
    items: tuple[HeldItem, ...], item: HeldItem, pages: tuple[DeskPage, ...]
) -> tuple[HeldItem | None, HeldItem | None]:
    """The held letters directly before and after: no other letter's content lies between."""
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


def _counts(page: DeskPage) -> bool:
    """Blanks and batch headers part no letters."""
    return page.role in (PageRole.CONTENT, PageRole.COVER)


def _suggestions(
    tx: sa.Connection, own: list[DeskPage], named: Inmate | None
) -> tuple[Candidate, ...]:
    """Whom the cover names, if one was read, then whom the words of the pages may mean."""
    by_cover = (Candidate(named, ("named by the cover sheet",)),) if named else ()
    text = intake_list.texts_of(tx, [page.id for page in own])
    if not text.strip():
        return by_cover
    by_number = {each.booking_number: each for each in roster.all_inmates(tx)}
    likely = matching.suggest(text, tuple(by_number.values()), most=4)
    return by_cover + tuple(
        Candidate(by_number[each.booking_number], each.reasons)
        for each in likely
        if named is None or each.booking_number != named.booking_number
    )


def _has_all(person: Inmate, words: list[str]) -> bool:
    told = _plain(f"{person.booking_number} {person.full_name}")
    return all(word in told for word in words)


def _plain(text: str) -> str:
    """Without capitals, accents and punctuation: as people type in a hurry."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = (c for c in folded if not unicodedata.combining(c))
    return "".join(" " if c in ",;" else c for c in kept)
