"""By what two facilities know that they mean the same person, and what casts doubt on it.

Whoever was taken over once bears the id of that transfer as a mark, in both facilities; it goes
along to the next one, and back. So a person who returns is told by a mark, and never by a name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

import sqlalchemy as sa

from digitizer.model.errors import Conflict
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import held_names, roster
from digitizer.people.names import may_be_same
from digitizer.people.roster_file.layout import plain_heading
from digitizer.storage.tables import inmate
from digitizer.storage.tables_transfers import person_mark

_BIRTH = frozenset({"birthdate", "birthday", "birthdt", "dateofbirth", "dob", "born"})
_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y%m%d", "%m/%d/%y")


def marks_of(tx: sa.Connection, inmate_id: int) -> tuple[str, ...]:
    asked = sa.select(person_mark.c.mark).where(person_mark.c.inmate_id == inmate_id)
    return tuple(tx.execute(asked.order_by(person_mark.c.mark)).scalars())


def all_marks(tx: sa.Connection) -> Mapping[str, int]:
    """Whose each is, by the row of their record."""
    return {row.mark: row.inmate_id for row in tx.execute(sa.select(person_mark))}


def add(tx: sa.Connection, marks: Collection[str], inmate_id: int) -> None:
    """Gives the person those that nobody has yet."""
    known = all_marks(tx)
    for each in sorted(set(marks) - set(known)):
        tx.execute(sa.insert(person_mark).values(mark=each, inmate_id=inmate_id))


def need_same_person(
    here: sa.Connection, there: sa.Connection, inmate_id: int, their_id: int
) -> None:
    """Raises Conflict where a mark says that the person there is somebody else here, or the person
    here somebody else there. No word of anybody's goes over that: the records of one person are
    made one in their own facility first."""
    ours, theirs = all_marks(here), all_marks(there)
    for mark in ours.keys() & theirs.keys():
        if theirs[mark] == their_id and ours[mark] != inmate_id:
            known = roster.inmate_of_row(here, ours[mark])
            raise Conflict(
                f"This person was here before, as {known.full_name} ({known.booking_number}). Take "
                "them over under that number; if they have another one now, give them the new one "
                "(roster renumber) or make the two records one (roster merge) first."
            )
        if ours[mark] == inmate_id and theirs[mark] != their_id:
            known = roster.inmate_of_row(here, inmate_id)
            raise Conflict(
                f"{known.full_name} ({known.booking_number}) came from there as somebody else. Two "
                "people there are never one person here: if they are one, their records are made "
                "one there first."
            )


def certain_row(tx: sa.Connection, booking_number: str) -> int:
    """The row of a person here of whom it is certain who they are. Raises NotFound, and
    Conflict."""
    row_id = roster.inmate_row_id(tx, booking_number)
    if held_names.is_held(tx, row_id):
        raise Conflict(
            f"It is not certain who {booking_number} is: the roster came with another name. Decide "
            "that first: digitizer roster held"
        )
    return row_id


def need_here(person: Inmate) -> None:
    """Raises Conflict for whom the roster does not list in custody here."""
    if person.status is not CustodyStatus.IN_CUSTODY:
        raise Conflict(
            f"{person.full_name} ({person.booking_number}) is {person.absence}. Import a roster "
            "that lists them first."
        )


def doubts(
    tx: sa.Connection, inmate_id: int, listed: Inmate, more: Mapping[str, str]
) -> tuple[str, ...]:
    """Why the person in this row may not be the one whom the other facility lists so; empty where
    nothing says that. Names are compared as a roster's are."""
    known = roster.inmate_of_row(tx, inmate_id)
    own = tx.execute(sa.select(inmate.c.more).where(inmate.c.id == inmate_id)).scalar_one()
    return tuple(_doubts(known, own, listed, more))


def _doubts(
    known: Inmate, own: Mapping[str, str], listed: Inmate, more: Mapping[str, str]
) -> Iterator[str]:
    if not may_be_same(known, listed):
        yield f"there they are {listed.full_name}, and {known.booking_number} is {known.full_name}"
    ours, theirs = _born(own), _born(more)
    if ours and theirs and not ours & theirs:
        yield "the two rosters have different dates of birth"


def _born(more: Mapping[str, str]) -> frozenset[date | str]:
    """What a roster's own column says, as every day that it can mean; as it stands there where it
    can mean none."""
    said = [text for name, text in more.items() if plain_heading(name) in _BIRTH]
    text = next((str(each).strip() for each in said if str(each).strip()), "")
    if not text:
        return frozenset()
    words = re.split(r"[T ]", text)[0]
    return frozenset(_days(words)) or frozenset({text.casefold()})


def _days(text: str) -> Iterator[date]:
    for form in _FORMS:
        try:
            yield datetime.strptime(text, form).date()
        except ValueError:
            continue
