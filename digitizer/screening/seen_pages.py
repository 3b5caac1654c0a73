"""Which pages of a letter were shown to somebody, as they stand now.

A page counts as shown once its large picture was fetched for the screening page, in their name: the
event log says so, whatever their browser does. What was decided about the page since (it was
withheld, given back, joined, moved, or the letter was recalled) makes it one to be shown again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from digitizer.letters.pages import content_numbers
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.storage.tables import event

#: In the details of the event of a look: the number of the page that was shown large, …
SCREENED = "screened"
#: … and the number of the last event that changed it; none: it is as it came in.
AS_OF = "as_of"
#: In the details of the event of an undo: the numbers of the pages that it changed.
CHANGED = "changed"
#: In the details of the event of a release: the numbers of the pages that were not shown.
NOT_SHOWN = "not_shown"
_CHANGES = (
    Verb.MARK_PAGE,
    Verb.WITHHOLD_PAGE,
    Verb.WITHHOLD_PART,
    Verb.GIVE_BACK_PARTS,
    Verb.CUT,
    Verb.JOIN,
    Verb.MOVE_PAGE,
    Verb.UNDO,
    Verb.RECALL,
    Verb.GRANT_APPEAL,
)
#: So many letters are asked about at once.
_AT_ONCE = 500
_EVERY = 0


class Unseen(StrEnum):
    """What happens to a letter that somebody releases though not each page was shown to them: it is
    noted in the event, it is noted for those who may overrule and refused to all others, or it is
    refused."""

    NOTED = "noted"
    OVERRULED = "overruled"
    REFUSED = "refused"


#: When a page was changed last, by its number; of those that are not in it, see ``since``.
Changes = Mapping[int, int]


def since(changes: Changes, number: int) -> int:
    """The number of the event that changed this page last; 0: none did."""
    return max(changes.get(number, 0), changes.get(_EVERY, 0))


def as_it_stands(changes: Changes, number: int) -> dict[str, int]:
    """The details of the event of a look at this page."""
    last = since(changes, number)
    return {SCREENED: number, **({AS_OF: last} if last else {})}


def changes_of(tx: sa.Connection, letter_ids: Sequence[str]) -> Mapping[str, Changes]:
    """By letter, when its pages were changed."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for letter_id, seq, detail, verb in _events(tx, letter_ids, event.c.verb.in_(_CHANGES)):
        for number in _changed(verb, detail):
            found[letter_id][number] = max(seq, found[letter_id].get(number, 0))
    return found


def shown_to(tx: sa.Connection, letter_ids: Sequence[str], by: Actor) -> Mapping[str, set[int]]:
    """The numbers of the pages that were shown large to this person as they stand, by letter."""
    shown: dict[str, set[int]] = defaultdict(set)
    changes = changes_of(tx, letter_ids)
    looks = (
        event.c.verb == str(Verb.LOOK_AT_PAGE),
        event.c.actor == by.name,
        event.c.actor_kind == str(by.kind),
    )
    for letter_id, _, detail, _ in _events(tx, letter_ids, *looks):
        number = detail.get(SCREENED)
        if number and detail.get(AS_OF, 0) == since(changes.get(letter_id, {}), number):
            shown[letter_id].add(number)
    return shown


def unseen_by(tx: sa.Connection, letter_id: str, by: Actor) -> tuple[int, ...]:
    """The numbers of the pages that would be delivered, and were not shown to this person."""
    shown = shown_to(tx, [letter_id], by).get(letter_id, set())
    return tuple(each for each in content_numbers(tx, letter_id) if each not in shown)


def pages_changed(undo: Mapping[str, Any]) -> set[int]:
    """The pages that a decision changed, by what its event keeps to undo it."""
    kinds = (undo.get(each, {}) for each in ("pages", "roles", "places"))
    in_part = {int(number) for number in undo.get("parts", {})}
    return in_part | {number for kind in kinds for numbers in kind.values() for number in numbers}


def _changed(verb: str, detail: Mapping[str, Any]) -> Collection[int]:
    if verb in (Verb.RECALL, Verb.GRANT_APPEAL):
        return (_EVERY,)
    if verb == Verb.UNDO:  # old ones do not say which
        return list(detail.get(CHANGED, (_EVERY,)))
    return pages_changed(detail.get("undo", {}))


def _events(
    tx: sa.Connection, letter_ids: Sequence[str], *which: sa.ColumnElement[bool]
) -> Iterator[tuple[str, int, Mapping[str, Any], str]]:
    """The letter, number, details and verb of each event about these letters."""
    for start in range(0, len(letter_ids), _AT_ONCE):
        about = [str(Subject.letter(each)) for each in letter_ids[start : start + _AT_ONCE]]
        rows = tx.execute(
            sa.select(event.c.subject, event.c.seq, event.c.detail, event.c.verb).where(
                event.c.subject.in_(about), *which
            )
        )
        for subject, seq, detail, verb in rows:
            yield subject.partition(":")[2], seq, detail, verb
