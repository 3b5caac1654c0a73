"""Why staff open a delivered letter, or search the words of all, and for which case: what they said
stands in the audit chain."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.model.errors import NeedsCase, NeedsReason
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.model.settings import Web
from digitizer.support.clock import now

#: Who writes a text anew takes longer than who reads; what they typed must not be lost.
_FOR_A_CORRECTION = timedelta(hours=12)


def need_reason_given(
    tx: sa.Connection, web: Web, by: Actor, letter_id: str, *, correcting: bool = False
) -> dict[str, str]:
    """The reason and the case for the event of a look or a correction, as its detail; none for
    those who are asked for none. Raises NeedsReason where one must be given first."""
    case = need_case(tx, web, by)
    if not _is_asked(by, web.reading_reason_for):
        return case
    minutes = timedelta(minutes=web.reading_reason_minutes)
    good_for = max(minutes, _FOR_A_CORRECTION) if correcting else minutes
    reason = _reason_given(tx, by, Subject.letter(letter_id), good_for)
    if reason is None:
        raise NeedsReason("Say first why you open this letter.")
    return case | {"why": reason}


def need_reason_to_search(tx: sa.Connection, web: Web, by: Actor) -> dict[str, str]:
    """As above, for a search in the words of delivered mail: what it finds, and that it finds
    nothing, tells what letters say that this person did not open."""
    case = need_case(tx, web, by)
    if not _is_asked(by, web.reading_reason_for):
        return case
    good_for = timedelta(minutes=web.reading_reason_minutes)
    reason = _reason_given(tx, by, Subject.mailbox(None), good_for)
    if reason is None:
        raise NeedsReason("Say first why you search the words of delivered letters.")
    return case | {"why": reason}


def closed_to(tx: sa.Connection, web: Web, by: Actor, letters: Iterable[str]) -> frozenset[str]:
    """Which of these letters this person must give a reason for before they see words of it."""
    if not _is_asked(by, web.reading_reason_for):
        return frozenset()
    good_for = timedelta(minutes=web.reading_reason_minutes)
    subjects = {each: Subject.letter(each) for each in letters}
    return frozenset(
        each for each, its in subjects.items() if _reason_given(tx, by, its, good_for) is None
    )


def case_in_hand(tx: sa.Connection, web: Web, by: Actor) -> str:
    """The number of the case that this person named last, while it counts; else empty."""
    good_for = timedelta(minutes=web.case_number_minutes)
    named = audit.newest_detail(tx, by, Verb.NAME_CASE, Subject.staff(by.name), now() - good_for)
    return "" if named is None else str(named.get("case", ""))


def need_case(tx: sa.Connection, web: Web, by: Actor) -> dict[str, str]:
    """The case for the event of a look, as its detail; none for those who are asked for none.
    Whoever reads for an investigation names it: without that, nobody who reviews what was looked at
    could tell what it was for. Raises NeedsCase."""
    if not _is_asked(by, web.case_number_for):
        return {}
    case = case_in_hand(tx, web, by)
    if not case:
        raise NeedsCase("Name first the case that you read for.")
    return {"case": case}


def _is_asked(by: Actor, roles: Collection[StaffRole]) -> bool:
    """Staff on the web pages. On the command line, whoever is there can read the database too."""
    return by.kind is ActorKind.STAFF and not by.shell and by.role in roles


def _reason_given(tx: sa.Connection, by: Actor, about: Subject, good_for: timedelta) -> str | None:
    given = audit.newest_detail(tx, by, Verb.GIVE_REASON, about, since=now() - good_for)
    return None if given is None else str(given.get("why", ""))
