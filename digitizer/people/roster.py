"""The roster: who is in custody here, as the jail management system exports it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from digitizer.model.errors import NotFound
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.people import earlier_numbers, held_names
from digitizer.people.held_names import HeldName
from digitizer.people.roster_file.reading import RosterRow
from digitizer.people.roster_plan import Current, Fate, Known, RosterPlan, Step
from digitizer.storage.tables import held_name, inmate, session
from digitizer.support.clock import now

_LISTED = ("booking_number", "last_name", "first_name", "housing_unit", "status")
_BY_ID = sa.update(inmate).where(inmate.c.id == sa.bindparam("which"))


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What an import did, in numbers of inmates. ``held`` are those whose booking number came with
    another person's name, ``gone`` the ids of those who ``departed``; ``notes`` are for a person to
    look at."""

    added: int
    changed: int
    unchanged: int
    departed: int
    held: tuple[HeldName, ...] = ()
    gone: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


LARGE_PRINT = "large_print"
"""The column of the roster that says who is printed in large print."""

LANGUAGE = "language"
"""The column of the roster that says in which language somebody reads."""

_SPANISH = frozenset(("es", "spa", "spanish", "español", "espanol", "castellano"))
_ENGLISH = frozenset(("en", "eng", "english", "inglés", "ingles"))
_YES = frozenset(("yes", "y", "true", "1"))


def current(tx: sa.Connection) -> Current:
    """The roster as a plan compares it with a file."""
    waiting = set(tx.execute(sa.select(held_name.c.inmate_id)).scalars())
    columns = (inmate.c.id, *(inmate.c[name] for name in _LISTED), inmate.c.more)
    people = {
        row.booking_number: Known(row.id, _person(row), row.more, row.id in waiting)
        for row in tx.execute(sa.select(*columns))
    }
    return Current(people, earlier_numbers.all_earlier(tx))


def apply_plan(tx: sa.Connection, plan: RosterPlan) -> RosterChange:
    """Does what the plan says, which must be of the roster as it is in this transaction.

    A known booking number with another person's name is held: nothing of that row is taken over.
    """
    added = [_values(step.row) for step in plan.of(Fate.NEW)]
    if added:
        tx.execute(sa.insert(inmate), [{**each, "changed": now()} for each in added])
    written = [step for step in plan.steps if step.is_written and step.before]
    _rewrite(tx, written)
    held = tuple(_hold(tx, step) for step in plan.of(Fate.HELD))
    gone = tuple(each.id for each in plan.missing)
    if gone:
        away = {"status": str(CustodyStatus.OTHER), "changed": now()}
        tx.execute(_BY_ID.values(**away), [{"which": each} for each in gone])
    same = len(plan.steps) - len(added) - len(written) - sum(each.another for each in plan.steps)
    return RosterChange(len(added), len(written), same, len(gone), held, gone, plan.notes)


def _rewrite(tx: sa.Connection, steps: Sequence[Step]) -> None:
    if not steps:
        return
    new: dict[str, object] = {name: sa.bindparam(f"new_{name}") for name in (*_LISTED, "more")}
    rows = [
        {
            "which": step.before.id,
            **{f"new_{name}": value for name, value in _values(step.row).items()},
        }
        for step in steps
        if step.before
    ]
    tx.execute(_BY_ID.values({**new, "changed": now()}), rows)


def _hold(tx: sa.Connection, step: Step) -> HeldName:
    assert step.before is not None
    held_names.hold(tx, step.before.id, step.row.inmate, step.row.more)
    return held_names.find_held(tx, step.before.inmate.booking_number)


def write_row(tx: sa.Connection, inmate_id: int, row: RosterRow) -> None:
    """Makes a known inmate what the row says."""
    tx.execute(_BY_ID.values(**_values(row), changed=now()), {"which": inmate_id})


def _values(row: RosterRow) -> dict[str, object]:
    person = row.inmate
    return {
        "booking_number": person.booking_number,
        "last_name": person.last_name,
        "first_name": person.first_name,
        "housing_unit": person.housing_unit,
        "status": str(person.status),
        "more": dict(row.more),
    }


def left(tx: sa.Connection, booking_numbers: Collection[str]) -> Mapping[int, str]:
    """The ids of those of these inmates who were released or transferred and still have a PIN or a
    session, and their numbers."""
    away = [str(each) for each in CustodyStatus if each.is_gone]
    logged_in = sa.select(session.c.inmate_id).where(session.c.inmate_id.is_not(None))
    can = inmate.c.pin_hash.is_not(None) | inmate.c.id.in_(logged_in)
    asked = sa.select(inmate.c.id, inmate.c.booking_number).where(inmate.c.status.in_(away), can)
    wanted = set(booking_numbers)
    return {row.id: row.booking_number for row in tx.execute(asked) if row.booking_number in wanted}


def find_inmate(tx: sa.Connection, booking_number: str) -> Inmate:
    """Raises NotFound."""
    return _known(tx, booking_number)[1]


def reads_large_print(tx: sa.Connection, booking_number: str) -> bool:
    """Whether the roster's own column ``large_print`` says yes for this inmate. Raises NotFound."""
    return _own_column(tx, booking_number, LARGE_PRINT) in _YES


def language_of(tx: sa.Connection, booking_number: str) -> str:
    """ "en" or "es" as the roster's own column ``language`` says, by a code ("es-MX") or a name; ""
    where it says nothing, or another language. Raises NotFound."""
    said = _own_column(tx, booking_number, LANGUAGE)
    code = re.split("[-_ ]", said)[0]
    if code in _SPANISH:
        return "es"
    return "en" if code in _ENGLISH else ""


def _own_column(tx: sa.Connection, booking_number: str, name: str) -> str:
    """In small letters; "" where there is none."""
    which = inmate.c.id == inmate_row_id(tx, booking_number)
    more = tx.execute(sa.select(inmate.c.more).where(which)).scalar_one()
    return str(more.get(name, "")).strip().casefold()


def inmate_row_id(tx: sa.Connection, booking_number: str) -> int:
    """The id of the inmate's row. Raises NotFound."""
    return _known(tx, booking_number)[0]


def _known(tx: sa.Connection, booking_number: str) -> tuple[int, Inmate]:
    found = _by_row_id(tx, inmate.c.booking_number == booking_number)
    if not found:
        now_has = earlier_numbers.all_earlier(tx).get(booking_number)
        if now_has is not None:
            raise NotFound(f"Who had the booking number {booking_number} has {now_has} now.")
        raise NotFound(
            f"No inmate has the booking number {booking_number}. "
            "Check the number, or import a newer roster."
        )
    (known,) = found.items()
    return known


def inmate_of_row(tx: sa.Connection, row_id: int) -> Inmate:
    """By the row's id, which is known to exist."""
    return _by_row_id(tx, inmate.c.id == row_id)[row_id]


def inmates_of_rows(tx: sa.Connection, row_ids: Collection[int]) -> Mapping[int, Inmate]:
    """The inmates of these rows, by the row's id."""
    return _by_row_id(tx, inmate.c.id.in_(row_ids))


def inmate_named(tx: sa.Connection, booking_number: str | None) -> Inmate | None:
    """As ``find_inmate``; None where no number is given or nobody has it."""
    found = _by_row_id(tx, inmate.c.booking_number == booking_number)
    return next(iter(found.values()), None)


def all_inmates(tx: sa.Connection) -> tuple[Inmate, ...]:
    """The whole roster, by name."""
    return tuple(_by_row_id(tx).values())


def inmates_after(
    tx: sa.Connection, after: int, most: int, status: CustodyStatus | None = None
) -> Mapping[int, Inmate]:
    """``most`` inmates by the row's id, in its order, after this one: whoever is there all the
    while is in one of the parts that follow each other, once."""
    asked = sa.select(inmate).where(inmate.c.id > after).order_by(inmate.c.id).limit(most)
    if status is not None:
        asked = asked.where(inmate.c.status == str(status))
    return {row.id: _person(row) for row in tx.execute(asked)}


def _by_row_id(tx: sa.Connection, *where: sa.ColumnElement[bool]) -> dict[int, Inmate]:
    """The inmates for whom all of this holds, by name."""
    # Only what an Inmate has: a whole roster is read for each held letter.
    rows = tx.execute(
        sa.select(
            inmate.c.id,
            inmate.c.booking_number,
            inmate.c.last_name,
            inmate.c.first_name,
            inmate.c.housing_unit,
            inmate.c.status,
        )
        .where(*where)
        .order_by(inmate.c.last_name, inmate.c.first_name)
    )
    return {row.id: _person(row) for row in rows}


def _person(row: sa.Row[Any]) -> Inmate:
    return Inmate(
        booking_number=row.booking_number,
        last_name=row.last_name,
        first_name=row.first_name,
        housing_unit=row.housing_unit,
        status=CustodyStatus(row.status),
    )
