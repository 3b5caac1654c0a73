"""A second look: letters that two people must release, each on their own login.

The first look is kept with the pages that it passed. Another person's release counts as the second
only where it delivers no page that the first did not pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digitizer.access.second_person import need_two_people
from digitizer.letters.pages import content_numbers
from digitizer.model.errors import Conflict
from digitizer.model.people import Actor
from digitizer.model.settings import Screening
from digitizer.policies.watch_rules import WatchRule
from digitizer.storage.tables_screening import first_look
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Who released a letter first, which pages of the scan they passed, and when."""

    by: str
    pages: frozenset[int]
    at: datetime

    def covers(self, content: Iterable[int]) -> bool:
        return self.pages.issuperset(content)


def needs_second(settings: Screening, marking: Iterable[WatchRule]) -> bool:
    """Whether two people must release a letter that these rules mark."""
    rules = tuple(marking)
    if settings.second_look == "all" or any(rule.second_look for rule in rules):
        return True
    return settings.second_look == "marked" and bool(rules)


def first_looks(tx: sa.Connection, letter_ids: Sequence[str]) -> Mapping[str, FirstLook]:
    """Those that there are, by letter."""
    found: dict[str, FirstLook] = {}
    for start in range(0, len(letter_ids), 500):
        some = letter_ids[start : start + 500]
        rows = tx.execute(sa.select(first_look).where(first_look.c.letter_id.in_(some)))
        found |= {row.letter_id: FirstLook(row.by, frozenset(row.pages), row.at) for row in rows}
    return found


def counts(tx: sa.Connection, letter_id: str) -> bool:
    """Whether somebody has passed all that would be delivered now."""
    first = first_looks(tx, [letter_id]).get(letter_id)
    return first is not None and first.covers(content_numbers(tx, letter_id))


def is_second(tx: sa.Connection, letter_id: str, by: Actor) -> bool:
    """Whether somebody else has passed all that would be delivered now. Raises Conflict where it
    was this person, or one of the two gave the other a login of late."""
    first = first_looks(tx, [letter_id]).get(letter_id)
    if first is None or not first.covers(content_numbers(tx, letter_id)):
        return False
    if first.by == by.name:
        raise Conflict("You have released it already: another person must look at it too.")
    if not is_proof(by):
        raise Conflict(
            "A name on the command line is not proof of a second person: they release it on their "
            "own login, on the page Screening."
        )
    need_two_people(tx, first.by, by.name)
    return True


def is_proof(by: Actor) -> bool:
    """Whether it is certain who this is: a name on the command line proves nothing, and whoever
    typed another's could be both of two people."""
    return by.listed and (by.proven or not by.shell)


def keep_first(tx: sa.Connection, letter_id: str, by: Actor) -> None:
    """This person has released the letter as it is now; an earlier first look is forgotten."""
    forget(tx, letter_id)
    tx.execute(
        sa.insert(first_look).values(
            letter_id=letter_id,
            by=by.name,
            pages=list(content_numbers(tx, letter_id)),
            at=now(),
        )
    )


def forget(tx: sa.Connection, letter_id: str, by: str | None = None) -> None:
    """The first look counts no more; with ``by``, only that person's."""
    gone = sa.delete(first_look).where(first_look.c.letter_id == letter_id)
    tx.execute(gone if by is None else gone.where(first_look.c.by == by))
