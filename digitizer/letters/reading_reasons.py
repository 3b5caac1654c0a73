"""Why staff open a delivered letter: what they said stands in the audit chain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from digitizer import audit
from digitizer.model.errors import NeedsReason
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, ActorKind
from digitizer.model.settings import Web
from digitizer.support.clock import now

#: Who writes a text anew takes longer than who reads; what they typed must not be lost.
_FOR_A_CORRECTION = timedelta(hours=12)


def need_reason_given(
    tx: sa.Connection, web: Web, by: Actor, letter_id: str, *, correcting: bool = False
) -> dict[str, str]:
    """The reason for the event of a look or a correction, as its detail; none for those who are
    asked for none. Raises NeedsReason where one must be given first."""
    if not _is_asked(web, by):
        return {}
    minutes = timedelta(minutes=web.reading_reason_minutes)
    good_for = max(minutes, _FOR_A_CORRECTION) if correcting else minutes
    reason = _reason_given(tx, by, letter_id, good_for)
    if reason is None:
        raise NeedsReason("Say first why you open this letter.")
    return {"why": reason}


def closed_to(tx: sa.Connection, web: Web, by: Actor, letters: Iterable[str]) -> frozenset[str]:
    """Which of these letters this person must give a reason for before they see words of it."""
    if not _is_asked(web, by):
        return frozenset()
    good_for = timedelta(minutes=web.reading_reason_minutes)
    return frozenset(each for each in letters if _reason_given(tx, by, each, good_for) is None)


def _is_asked(web: Web, by: Actor) -> bool:
    """Staff on the web pages. On the command line, whoever is there can read the database too."""
    return by.kind is ActorKind.STAFF and not by.shell and by.role in web.reading_reason_for


def _reason_given(tx: sa.Connection, by: Actor, letter_id: str, good_for: timedelta) -> str | None:
    since = now() - good_for
    for event in reversed(audit.events_of(tx, Subject.letter(letter_id))):
        if event.at < since:
            break
        if (event.verb, event.actor) == (Verb.GIVE_REASON, by.name):
            return str(event.detail.get("why", ""))
    return None
