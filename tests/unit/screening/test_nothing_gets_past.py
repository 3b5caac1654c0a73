"""No way of cutting, joining, moving, undoing, scanning again, recalling and assigning gets a
letter past a block, a mark, a withheld page or a second look: chance tries them all in turn."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError, NotFound
from digitizer.model.events import DECISIONS
from digitizer.model.mail import LetterState, PageRole
from digitizer.model.paper import CoverCode
from digitizer.model.people import Actor
from digitizer.model.settings import Release
from digitizer.people.correspondents import actions as correspondents
from digitizer.people.correspondents.actions import Entry
from digitizer.policies import actions as policies
from digitizer.policies import marks
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import cases, decisions, recalls, review, senders
from digitizer.screening.seen_pages import Unseen
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import cover, inmate, letter, page
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    file,
    letter_of,
    letters_of,
    new_cover,
    read,
    split_of,
)

IDA = "Ida Marlow"
NOBODY = Entry("")
#: A second person, as far as a name on the command line goes.
ANOTHER = dataclasses.replace(SUPERVISOR, name="Ruth Harrow", shell="root", proven=False)


def _cover_from(facility: Facility, sender: str, to: str = ORSON) -> CoverCode:
    code = new_cover(facility, to)
    with writing(facility.engine) as tx:
        own = sa.update(cover).where(cover.c.id == code.cover_id)
        tx.execute(own.values(sender=sender))
    return code


def _scan(facility: Facility, content: bytes, release: Release = Release.AFTER_REVIEW) -> str:
    """Two letters under covers of Ida's, the first held, and one of somebody else's."""
    one, two = _cover_from(facility, IDA), _cover_from(facility, IDA)
    other = _cover_from(facility, "Ben Orchard", PETRA)
    stack = split_of(
        letter_of(one, 1, 4, DOUBT),
        letter_of(two, 5, 7),
        letter_of(other, 8, 10, DOUBT),
    )
    texts = {number: read(f"the north fence {number}") for number in (3, 6, 9)}
    return file(facility, stack, texts, content=content, release=release)


@dataclass(frozen=True)
class _Mailroom:
    facility: Facility
    dice: random.Random
    by: tuple[Actor, ...] = (CLERK,)

    def someone(self) -> Actor:
        return self.dice.choice(self.by)

    def letter(self) -> str:
        with reading(self.facility.engine) as tx:
            ids = tx.execute(sa.select(letter.c.id).order_by(letter.c.id)).scalars().all()
        return str(self.dice.choice(ids))

    def held(self) -> str:
        held = [cases.id_of(each) for each in decisions.held(self.facility, OPERATOR)]
        return self.dice.choice(held) if held else "none"

    def number(self) -> int:
        return self.dice.randint(1, 10)


_Try = Callable[[_Mailroom], object]


def _cut(m: _Mailroom) -> object:
    return decisions.cut(m.facility, m.held(), m.number(), m.someone(), "why")


def _join(m: _Mailroom) -> object:
    return decisions.join(m.facility, m.held(), m.held(), m.someone(), "why")


def _move(m: _Mailroom) -> object:
    later = m.dice.random() < 0.5
    return decisions.move_page(m.facility, m.held(), m.number(), later, m.someone(), "why")


def _undo(m: _Mailroom) -> object:
    with reading(m.facility.engine) as tx:
        last = next((each for each in audit.latest_events(tx) if each.verb in DECISIONS), None)
    if last is None:
        raise NotFound("Nothing was decided yet.")
    by = next((each for each in m.by if each.name == last.actor), CLERK)
    return decisions.undo(m.facility, last.subject.partition(":")[2], last.seq, by)


def _mark(m: _Mailroom) -> object:
    role = m.dice.choice([PageRole.CONTENT, PageRole.CONTENT, PageRole.COVER, PageRole.BLANK])
    return decisions.mark_page(m.facility, m.held(), m.number(), role, m.someone(), "why")


def _withhold(m: _Mailroom) -> object:
    return decisions.withhold(m.facility, m.held(), m.number(), m.someone(), "a map")


def _rescanned(m: _Mailroom) -> None:
    decisions.rescanned(m.facility, m.held(), m.letter(), SUPERVISOR, "why")


def _ask(m: _Mailroom) -> object:
    return decisions.ask_for_rescan(m.facility, m.held(), m.someone(), "why")


def _recall(m: _Mailroom) -> object:
    return recalls.recall(m.facility, m.letter(), SUPERVISOR, "why")


def _assign(m: _Mailroom) -> object:
    how = m.dice.choice(list(Unseen))
    to = m.dice.choice([ORSON, ORSON, PETRA])
    return decisions.assign(m.facility, m.held(), to, m.someone(), "why", unseen=how)


def _release(m: _Mailroom) -> object:
    how = m.dice.choice(list(Unseen))
    return decisions.release(m.facility, m.held(), m.someone(), "why", unseen=how)


def _chosen(m: _Mailroom) -> object:
    every = [cases.id_of(each) for each in decisions.held(m.facility, OPERATOR)]
    return review.release_chosen(m.facility, every, m.someone(), "why")


def _name(m: _Mailroom) -> object:
    entry = Entry(m.dice.choice([IDA, "I. Marlow", "Ben Orchard"]))
    return senders.name_sender(m.facility, m.held(), None, entry, m.someone())


def _merge(m: _Mailroom) -> None:
    people = [each.id for each in correspondents.correspondents(m.facility, "", CLERK)]
    one, into = m.dice.choice(people), m.dice.choice(people)
    correspondents.merge_correspondents(m.facility, one, into, SUPERVISOR, "why")


def _rename(m: _Mailroom) -> None:
    people = [each.id for each in correspondents.correspondents(m.facility, "", CLERK)]
    new = Entry(m.dice.choice(["Ida M.", "Somebody Else", "I. Marlow"]))
    correspondents.change_correspondent(m.facility, m.dice.choice(people), new, CLERK)


_PAPER: tuple[_Try, ...] = (_cut, _cut, _join, _join, _move)
_ALL: tuple[_Try, ...] = (
    *_PAPER,
    _undo,
    _undo,
    _mark,
    _withhold,
    _rescanned,
    _ask,
    _recall,
    _assign,
    _assign,
    _release,
    _chosen,
    _name,
    _merge,
    _rename,
)


def _try(m: _Mailroom, ways: tuple[_Try, ...]) -> bool:
    """Whether it was done: much of what chance proposes is refused."""
    with suppress(DigitizerError):
        m.dice.choice(ways)(m)
        return True
    return False


def _delivered(facility: Facility, to: str | None = None) -> set[tuple[str, int]]:
    """The scan and number of each page in a mailbox."""
    asked = (
        sa.select(page.c.scan_id, page.c.number)
        .join(letter, letter.c.id == page.c.letter_id)
        .join(inmate, inmate.c.id == letter.c.inmate_id)
        .where(letter.c.state == LetterState.DELIVERED, page.c.role == PageRole.CONTENT)
    )
    with reading(facility.engine) as tx:
        rows = tx.execute(asked.where(inmate.c.booking_number == to) if to else asked)
        return {(row.scan_id, row.number) for row in rows}


def _marks_by_page(facility: Facility) -> Mapping[tuple[str, int], set[str]]:
    """The rules that mark each page, or the letter that it is in."""
    with reading(facility.engine) as tx:
        rows = tx.execute(sa.select(page).where(page.c.letter_id.is_not(None))).all()
        found = marks.marks_of(tx, sorted({row.letter_id for row in rows}))
    return {
        (row.scan_id, row.number): {
            each.rule.id for each in found.get(row.letter_id, ()) if each.page in (None, row.id)
        }
        for row in rows
        if row.role == PageRole.CONTENT
    }


def _watch_all(facility: Facility) -> None:
    for kind, words, number in (
        ("words", "north fence", ""),
        ("sender", IDA, ""),
        ("pair", IDA, ORSON),
        ("inmate", "", ORSON),
        ("inmate", "", PETRA),
    ):
        rule = NewRule(WatchKind(kind), words, number, "report 12", today())
        policies.add_rule(facility, rule, SUPERVISOR)


@pytest.mark.parametrize("seed", range(6))
def test_no_mark_on_a_page_is_lost(facility: Facility, seed: int) -> None:
    _watch_all(facility)
    _scan(facility, b"1")
    m, done = _Mailroom(facility, random.Random(seed)), 0
    with suppress(DigitizerError):  # one that a person gave to somebody else, and that waits
        decisions.assign(facility, m.held(), PETRA, CLERK, "why")
    before = _marks_by_page(facility)
    assert any(before.values())
    for _ in range(60):
        was = _marks_by_page(facility)
        if not _try(m, _PAPER):
            continue
        done += 1
        now = _marks_by_page(facility)
        lost = {each: was[each] - now.get(each, set()) for each in was}
        assert not any(lost.values()), lost
        if m.dice.random() < 0.5:
            _undo(m)
            assert _marks_by_page(facility) == was
    assert done > 8


@pytest.mark.parametrize("seed", range(6))
def test_no_page_gets_past_a_block(facility: Facility, seed: int) -> None:
    ida = correspondents.add_correspondent(facility, Entry("I. Marlow"), CLERK)
    twin = correspondents.add_correspondent(facility, Entry(IDA, "12 Elm Street"), CLERK)
    first = _scan(facility, b"1")
    correspondents.merge_correspondents(facility, twin, ida, SUPERVISOR, "one person")
    correspondents.block_mail(facility, ida, ORSON, SUPERVISOR, "asked for")
    second = _scan(facility, b"2", Release.AUTOMATIC)
    m = _Mailroom(facility, random.Random(seed), (CLERK, SUPERVISOR))
    theirs = {(scan, number) for scan in (first, second) for number in range(1, 8)}
    done = 0
    for _ in range(90):
        done += _try(m, _ALL)
        assert not _delivered(facility, ORSON) & theirs
    assert done > 20


@pytest.mark.parametrize("seed", range(6))
def test_one_person_is_never_two(facility: Facility, seed: int) -> None:
    screening = facility.settings.screening.model_copy(update={"second_look": "all"})
    settings = facility.settings.model_copy(update={"screening": screening})
    strict = dataclasses.replace(facility, settings=settings)
    correspondents.add_correspondent(strict, Entry(IDA), CLERK)
    _scan(strict, b"1")
    m, done = _Mailroom(strict, random.Random(seed), (CLERK, ANOTHER)), 0
    for _ in range(80):
        done += _try(m, _ALL)
        assert not _delivered(strict)
    assert done > 20


@pytest.mark.parametrize("seed", range(6))
def test_what_was_withheld_is_not_delivered_from_another_scan(
    facility: Facility, seed: int
) -> None:
    """Nobody looks at a page here, so nothing of the new scan may be delivered."""
    correspondents.add_correspondent(facility, Entry("Somebody Else"), CLERK)
    code = new_cover(facility)
    old = file(facility, split_of(letter_of(code, 1, 4)), release=Release.AFTER_REVIEW)
    (first,) = letters_of(facility, old)
    decisions.withhold(facility, first.id, 3, CLERK, "a map")
    m = _Mailroom(facility, random.Random(seed), (CLERK, SUPERVISOR))
    if seed % 2:
        _cut_and_withheld(m, first.id)
    again = letter_of(new_cover(facility) if seed % 3 else code, 1, 4)
    new = file(facility, split_of(again), content=b"again")
    decisions.rescanned(facility, first.id, letters_of(facility, new)[0].id, SUPERVISOR, "again")
    ways = (_cut, _join, _move, _ask, _recall, _assign, _release, _chosen, _rescanned)
    for _ in range(60):
        _try(m, ways)
        assert not {each for each in _delivered(facility) if each[0] == new}


def _cut_and_withheld(m: _Mailroom, letter_id: str) -> None:
    """The page that was withheld is in the other part, which is decided about by itself."""
    decisions.cut(m.facility, letter_id, 4, CLERK, "two letters")
