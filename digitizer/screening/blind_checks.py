"""Blind checks: a random share of what one person screened, looked at again by another.

The second person sees the letter as the first did, and not what the first decided: letters that
were released and letters that were rejected are drawn alike. So how much the first ones miss is
measured, with its uncertainty.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import sqlalchemy as sa

from digitizer.letters import whom_about
from digitizer.model.errors import NotFound
from digitizer.model.events import DECISIONS, Subject, Verb
from digitizer.model.mail import LetterState
from digitizer.model.people import Actor
from digitizer.people.correspondents.origins import kin_of
from digitizer.screening.second_look import is_proof
from digitizer.storage.tables import event, letter, scan
from digitizer.storage.tables_screening import blind_check
from digitizer.support.clock import now

#: Where a letter is that somebody has decided about; what is held again is not checked.
_DECIDED = (LetterState.DELIVERED, LetterState.REJECTED)
_PARTS = 10_000
_NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """``found`` of ``of`` cases, with the 95 % interval (0..1) that Wilson's score gives."""

    found: int
    of: int

    @property
    def rate(self) -> float:
        return self.found / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Nothing is known of no case: 0 to 1."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = _NORMAL_95, self.of, self.rate
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check that was made. ``passed`` and ``refused`` are numbers of parts: what the first person
    let pass, and what the second would not."""

    first_by: str
    by: str
    at: datetime
    passed: frozenset[int]
    refused: frozenset[int]
    why: str

    @property
    def is_miss(self) -> bool:
        """Whether a part was let pass that the second person would have refused."""
        return bool(self.passed & self.refused)


@dataclass(frozen=True, slots=True)
class Check(Verdict):
    """Of a letter; its parts are the pages of the scan."""

    letter: str
    state: LetterState


Made = TypeVar("Made", bound=Verdict)


@dataclass(frozen=True, slots=True)
class Measured(Generic[Made]):
    """What checks have shown so far: how often something passed that should not have, and how
    often the second had nothing against what the first rejected; the misses, the last first."""

    missed: Share
    refused_alone: Share
    misses: tuple[Made, ...]


def is_drawn(by: Actor, percent: float) -> bool:
    """By chance, whether what this person decided is looked at again. Where it is not certain who
    they are, nobody could be found of whom it is certain that they are somebody else: it is not."""
    return is_proof(by) and secrets.randbelow(_PARTS) < round(percent / 100 * _PARTS)


def draw(
    tx: sa.Connection, letter_id: str, by: Actor, passed: Collection[int], percent: float
) -> None:
    """Draws the letter by chance, for somebody else to check. ``passed`` are the pages that this
    person let pass: none of a letter that they rejected."""
    if not is_drawn(by, percent):
        return
    forget(tx, letter_id)
    known = sa.select(blind_check.c.letter_id).where(blind_check.c.letter_id == letter_id)
    if tx.execute(known).first() is None:
        tx.execute(
            sa.insert(blind_check).values(
                letter_id=letter_id, first_by=by.name, passed=sorted(passed), drawn=now()
            )
        )


def forget(tx: sa.Connection, letter_id: str) -> None:
    """The decision does not stand; a check that was made already is kept."""
    tx.execute(
        sa.delete(blind_check).where(
            blind_check.c.letter_id == letter_id, blind_check.c.at.is_(None)
        )
    )


def waiting_checks(tx: sa.Connection, by: Actor) -> tuple[str, ...]:
    """The letters that this person can check, the first drawn first: those about which they never
    decided anything, nor about what was one with them. What is theirs is so under each way to write
    their name."""
    rows = tx.execute(
        sa.select(blind_check.c.letter_id, blind_check.c.first_by)
        .join(letter, letter.c.id == blind_check.c.letter_id)
        .join(scan, letter.c.scan_id == scan.c.id)
        .where(
            blind_check.c.at.is_(None),
            letter.c.state.in_(_DECIDED),
            scan.c.sealed.is_(False),
        )
        .order_by(blind_check.c.drawn, blind_check.c.letter_id)
    )
    mine, hidden = plain(by.name), whom_about.about(tx, by)
    not_mine = (row.letter_id for row in rows.all() if plain(row.first_by) != mine)
    others = (each for each in not_mine if each not in hidden)
    return tuple(each for each in others if mine not in _deciders_about(tx, each))


def _deciders_about(tx: sa.Connection, letter_id: str) -> set[str]:
    """Who ever decided about this letter, its scan, or a letter that was one with it."""
    kin = kin_of(tx, letter_id)
    scans = tx.execute(sa.select(letter.c.scan_id).where(letter.c.id.in_(kin))).scalars()
    about = [*map(Subject.letter, kin), *map(Subject.scan, set(scans))]
    return deciders(tx, about, DECISIONS)


def deciders(tx: sa.Connection, about: Collection[Subject], verbs: Collection[Verb]) -> set[str]:
    """Who ever did one of these, as ``plain`` writes their names."""
    rows = tx.execute(
        sa.select(event.c.actor)
        .where(event.c.subject.in_(map(str, about)), event.c.verb.in_(map(str, verbs)))
        .distinct()
    )
    return {plain(name) for name in rows.scalars()}


def plain(name: str) -> str:
    """The same for each way to write a name."""
    return " ".join(name.casefold().split())


def next_of(waiting: Sequence[str], one: str) -> str | None:
    """What to check after this one, of all that waits; None if it is the last."""
    place = waiting.index(one)
    return next(iter((*waiting[place + 1 :], *waiting[:place])), None)


def find_check(tx: sa.Connection, letter_id: str, by: Actor) -> str | None:
    """The letter to check after this one, None if it is the last. Raises NotFound where this person
    cannot check this one."""
    ids = waiting_checks(tx, by)
    if letter_id not in ids:
        raise NotFound(f"There is no letter {letter_id} to check.")
    return next_of(ids, letter_id)


def keep(tx: sa.Connection, letter_id: str, by: Actor, refused: Collection[int], why: str) -> Check:
    """This person's verdict; from now on what the first decided is no secret."""
    tx.execute(
        sa.update(blind_check)
        .where(blind_check.c.letter_id == letter_id)
        .values(by=by.name, refused=sorted(refused), why=why, at=now())
    )
    return next(each for each in checks_made(tx) if each.letter == letter_id)


def checks_made(tx: sa.Connection) -> tuple[Check, ...]:
    """All of them, the last first."""
    rows = tx.execute(
        sa.select(blind_check, letter.c.state)
        .join(letter, letter.c.id == blind_check.c.letter_id)
        .where(blind_check.c.at.is_not(None))
        .order_by(blind_check.c.at.desc())
    )
    return tuple(
        Check(
            letter=row.letter_id,
            first_by=row.first_by,
            by=row.by,
            at=row.at,
            passed=frozenset(row.passed),
            refused=frozenset(row.refused),
            why=row.why or "",
            state=LetterState(row.state),
        )
        for row in rows
    )


def measured(checks: Collection[Made]) -> Measured[Made]:
    misses = tuple(each for each in checks if each.is_miss)
    return Measured(missed(checks), refused_alone(checks), misses)


def missed(checks: Collection[Verdict]) -> Share:
    """Of those of which something was let pass, those with a part that should not have."""
    some = [each for each in checks if each.passed]
    return Share(sum(each.is_miss for each in some), len(some))


def refused_alone(checks: Collection[Verdict]) -> Share:
    """Of those that the first person refused, those against which the second has nothing."""
    some = [each for each in checks if not each.passed]
    return Share(sum(not each.refused for each in some), len(some))
