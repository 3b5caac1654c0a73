"""What an import would do, worked out before anything is done: pure, for the preview and the import
alike."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people.names import may_be_same
from digitizer.people.roster_file.numbers import without_zeros
from digitizer.people.roster_file.problems import RowProblem
from digitizer.people.roster_file.reading import PERSON_ID, RosterFile, RosterRow

#: A file that lists everyone may release so many of a hundred people in custody, or so few people,
#: without being asked about.
_MOST_PERCENT, _MOST_PEOPLE = 10, 5


class Fate(StrEnum):
    """What becomes of a person whom the file lists."""

    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    RELEASED = "released"
    RETURNED = "returned"
    HELD = "held"
    EARLIER = "earlier_number"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Known:
    """Someone on the roster here. ``is_held``: their number came with another person's name."""

    id: int
    inmate: Inmate
    more: Mapping[str, str]
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Current:
    """The roster here: by booking number; and of numbers that people had earlier, the number that
    they have now."""

    people: Mapping[str, Known]
    earlier: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One person of the file. ``before`` is who has the number here; None: nobody.

    A held one is ``another`` where the names differ; else the name is right again, but nobody
    confirmed it yet, and all else of the row is taken over.
    """

    row: RosterRow
    before: Known | None
    fate: Fate
    another: bool = False

    @property
    def differs(self) -> bool:
        """Whether the row says anything else than what is known here."""
        known = self.before
        return known is None or (known.inmate, known.more) != (self.row.inmate, self.row.more)

    @property
    def is_written(self) -> bool:
        return self.differs and not self.another and self.fate is not Fate.EARLIER


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """Each person of the file in one step; ``missing`` are those in custody here whom a full file
    does not list, ``refused`` the lines because of which nothing is imported. ``in_custody`` counts
    who is in custody here now."""

    full: bool
    steps: tuple[Step, ...]
    missing: tuple[Known, ...]
    refused: tuple[RowProblem, ...]
    notes: tuple[str, ...]
    in_custody: int
    unknown_words: tuple[str, ...] = ()

    def of(self, fate: Fate) -> tuple[Step, ...]:
        return tuple(each for each in self.steps if each.fate is fate)

    @property
    def counts(self) -> Mapping[str, int]:
        """In the order in which they are shown."""
        found = {str(fate): 0 for fate in Fate}
        for each in self.steps:
            found[each.fate] += 1
        return {**found, "missing": len(self.missing), "refused": len(self.refused)}

    @property
    def leaving(self) -> int:
        """How many who are in custody would not be."""
        listed = sum(1 for each in self.of(Fate.RELEASED))
        return listed + len(self.missing)

    @property
    def leaves_many(self) -> bool:
        """More than a jail releases from one file to the next, as a rule: perhaps a part of a
        file."""
        return self.leaving > _MOST_PEOPLE and self.leaving * 100 > self.in_custody * _MOST_PERCENT

    @property
    def seen(self) -> str:
        """A mark of what would be done: another one, if the roster changed in that meanwhile."""
        done = [
            [each.fate, each.row.inmate.booking_number, _marks(each.before), _marks(each.row)]
            for each in self.steps
            if each.fate is not Fate.UNCHANGED
        ]
        gone = [_marks(each) for each in self.missing]
        refused = [str(each) for each in self.refused]
        text = json.dumps([self.full, done, gone, refused], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _marks(person: Known | RosterRow | None) -> list[object]:
    if person is None:
        return []
    listed = person.inmate
    return [
        listed.booking_number,
        listed.last_name,
        listed.first_name,
        listed.housing_unit,
        listed.status,
        sorted(person.more.items()),
    ]


def plan(current: Current, file: RosterFile, full: bool) -> RosterPlan:
    """What importing the file would do to the roster as it is. Nothing, where ``refused`` says why.

    ``full``: whoever is in custody and not in the file is no longer in custody here.
    """
    rows = file.rows if file.lists_housing else tuple(_at_home(current, each) for each in file.rows)
    twins = {} if file.layout.agreed else _twins_by_zeros(current, rows)
    refused, steps = list(file.problems), []
    for row in sorted(rows, key=lambda each: each.inmate.booking_number):
        problem = _problem(current, row, twins)
        if problem:
            line, *also = sorted(row.lines) or [0]
            refused.append(RowProblem(line, problem, tuple(also)))
        else:
            steps.append(_step(current, row))
    here = [
        each for each in current.people.values() if each.inmate.status is CustodyStatus.IN_CUSTODY
    ]
    listed = {row.inmate.booking_number for row in rows}
    listed |= {
        current.earlier[step.row.inmate.booking_number]
        for step in steps
        if step.fate is Fate.EARLIER and step.row.inmate.status is CustodyStatus.IN_CUSTODY
    }
    return RosterPlan(
        full=full,
        steps=tuple(steps),
        missing=_missing(here, listed) if full and not refused else (),
        refused=tuple(sorted(refused, key=lambda each: (each.line, each.message))),
        notes=tuple(_notes(current, steps, file.layout.agreed)),
        in_custody=len(here),
        unknown_words=file.unknown_words,
    )


def _missing(here: Sequence[Known], listed: set[str]) -> tuple[Known, ...]:
    gone = (each for each in here if each.inmate.booking_number not in listed)
    return tuple(sorted(gone, key=lambda each: each.inmate.booking_number))


def _at_home(current: Current, row: RosterRow) -> RosterRow:
    """A file without housing units leaves people where they are."""
    known = current.people.get(row.inmate.booking_number)
    unit = known.inmate.housing_unit if known else ""
    return replace(row, inmate=replace(row.inmate, housing_unit=unit))


def _twins_by_zeros(current: Current, rows: Sequence[RosterRow]) -> Mapping[str, str]:
    """Of each number in the file that is not known here, the known number that differs in zeros at
    its beginning alone, and is not in the file itself."""
    listed = {row.inmate.booking_number for row in rows}
    known = {without_zeros(number): number for number in current.people if number not in listed}
    return {
        number: known[without_zeros(number)]
        for number in listed - set(current.people)
        if without_zeros(number) in known
    }


def _problem(current: Current, row: RosterRow, twins: Mapping[str, str]) -> str | None:
    number = row.inmate.booking_number
    if number in twins:
        twin = current.people[twins[number]].inmate
        return (
            f"{number} is not known here, but {twin.booking_number} is ({twin.full_name}): were "
            "zeros lost at its beginning? Export the number as text"
        )
    now = current.earlier.get(number)
    if now is not None and not may_be_same(current.people[now].inmate, row.inmate):
        return (
            f"{number} was the number of {current.people[now].inmate.full_name}, who has {now} "
            f"now; the file gives it to {row.inmate.full_name}"
        )
    return None


def _step(current: Current, row: RosterRow) -> Step:
    number = row.inmate.booking_number
    if number in current.earlier:
        return Step(row, current.people[current.earlier[number]], Fate.EARLIER)
    known = current.people.get(number)
    if known is None:
        return Step(row, None, Fate.NEW)
    if not may_be_same(known.inmate, row.inmate):
        return Step(row, known, Fate.HELD, another=True)
    if known.is_held:
        return Step(row, known, Fate.HELD)
    return Step(row, known, _fate(known, row))


def _fate(known: Known, row: RosterRow) -> Fate:
    was, will_be = known.inmate, row.inmate
    if (was, known.more) == (will_be, row.more):
        return Fate.UNCHANGED
    here = CustodyStatus.IN_CUSTODY
    if (was.status is here) != (will_be.status is here):
        return Fate.RELEASED if was.status is here else Fate.RETURNED
    moved = replace(was, housing_unit=will_be.housing_unit) == will_be
    return Fate.MOVED if moved and was != will_be else Fate.CHANGED


def _notes(current: Current, steps: Sequence[Step], agreed: bool) -> Iterator[str]:
    """What stops nothing, and a person should look at."""
    if agreed:
        for number, twin in _twins_by_zeros(current, [each.row for each in steps]).items():
            yield f"{number} is new, but {twin} is known here: were zeros lost at its beginning?"
    people: dict[str, list[Inmate]] = defaultdict(list)
    for each in steps:
        if each.fate is not Fate.EARLIER and (key := each.row.more.get(PERSON_ID)):
            people[key].append(each.row.inmate)
    known = {
        key: each.inmate for each in current.people.values() if (key := each.more.get(PERSON_ID))
    }
    for each in steps:
        same = known.get(each.row.more.get(PERSON_ID, ""))
        if each.fate is Fate.NEW and same:
            yield (
                f"{each.row.inmate.booking_number} is new, but {same.booking_number} "
                f"({same.full_name}) has the same person's number: one person?"
            )
    for key, found in sorted(people.items()):
        here = [each for each in found if each.status is CustodyStatus.IN_CUSTODY]
        if len(here) > 1:
            numbers = ", ".join(sorted(each.booking_number for each in here))
            yield f"{numbers} are all in custody, and one person by their number {key}"
