"""Undo: putting an item back as it was before the last decision about it.

The event of a decision carries what it changed of its scan, as ``undo`` in its details: the old
values alone, in ids and numbers of pages. So the item can be put back exactly, until the next step
is taken; from then on only a recall takes a letter back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from digitizer.audit import Event, events_after
from digitizer.letters.pages import renumber
from digitizer.letters.search.indexing import unindex_letter
from digitizer.letters.withheld_parts import WithheldPart, keep_parts, parts_of
from digitizer.messages import request_forms
from digitizer.model.errors import Conflict
from digitizer.model.events import DECISIONS, Subject, Verb
from digitizer.model.mail import LetterState
from digitizer.model.paper import Box
from digitizer.model.people import Actor
from digitizer.policies import marks
from digitizer.screening.seen_pages import pages_changed
from digitizer.storage.tables import cover, inmate, letter, message, page, scan
from digitizer.storage.tables_screening import blind_check, first_look, watch_mark
from digitizer.support.clock import now

#: How long the last decision can be undone.
LIFE = timedelta(minutes=10)
MINUTES = int(LIFE.total_seconds() // 60)
#: What a recall takes back where it is too late to undo.
_RECALLABLE = frozenset({Verb.ASSIGN, Verb.RELEASE, Verb.REJECT})
_SCAN = ("state", "rejected", "reason", "replaced_by")
_LETTER = ("state", "inmate_id", "reason", "replaced_by", "doubts")

#: In the details of the event of a delivery: the request of which a step is asked for by it.
ASKED = "request"

Values = Mapping[str, Any]
_Key = TypeVar("_Key", str, int)


@dataclass(frozen=True, slots=True)
class ScanState:
    """All that a decision may change of one scan: the values of its row, of its letters, its
    covers and the messages it answers by their ids, and each page's letter, role, place and whether
    it is an envelope by its number, as well as what is withheld of it: its box and the reason.
    """

    id: str
    scan: Values
    letters: Mapping[str, Values]
    pages: Mapping[int, tuple[str | None, str, int, bool]]
    parts: Mapping[int, list[list[Any]]]
    covers: Mapping[str, Any]
    messages: Mapping[str, Any]


def state_of(tx: sa.Connection, held_id: str) -> ScanState | None:
    """Of the scan with this id, or of the scan of the letter with it; None if there is neither."""
    of_letter = sa.select(letter.c.scan_id).where(letter.c.id == held_id)
    scan_id = tx.execute(of_letter).scalar() or held_id
    row = tx.execute(sa.select(scan).where(scan.c.id == scan_id)).mappings().first()
    if row is None:
        return None
    letters = tx.execute(sa.select(letter).where(letter.c.scan_id == scan_id)).mappings().all()
    covers = {each["cover_id"] for each in letters} - {None}
    messages = {each["message_id"] for each in letters} - {None}
    pages = tx.execute(sa.select(page).where(page.c.scan_id == scan_id)).all()
    parts = parts_of(tx, [each.id for each in pages])
    return ScanState(
        id=scan_id,
        scan={name: row[name] for name in _SCAN},
        letters={each["id"]: {name: each[name] for name in _LETTER} for each in letters},
        pages={
            each.number: (each.letter_id, each.role, each.place, each.envelope) for each in pages
        },
        parts={
            each.number: [[*astuple(part.box), part.reason] for part in parts[each.id]]
            for each in pages
        },
        covers=_values(tx, cover.c.used_by, cover.c.id, covers),
        messages=_values(tx, message.c.state, message.c.id, messages),
    )


def _values(
    tx: sa.Connection, column: sa.Column[Any], key: sa.Column[Any], ids: Iterable[str]
) -> dict[str, Any]:
    rows = tx.execute(sa.select(key, column).where(key.in_(list(ids))))
    return dict(map(tuple, rows))


def changed_since(tx: sa.Connection, before: ScanState | None) -> Values:
    """What is no longer as it was, with its old values: the ``undo`` of a decision's event.

    A letter that was not there has None. Pages are listed by the letter that they were in
    (none: ""), by their old roles, by their old places in the paper, and those that were an
    envelope ("yes") or none (""). ``parts`` are what was withheld of pages, by their numbers.
    """
    after = state_of(tx, before.id) if before else None
    if before is None or after is None:
        return {}
    in_letters, roles, places = defaultdict(list), defaultdict(list), defaultdict(list)
    envelopes = defaultdict(list)
    for number, (letter_id, role, place, envelope) in after.pages.items():
        old_letter, old_role, old_place, was_envelope = before.pages[number]
        if old_letter != letter_id:
            in_letters[old_letter or ""].append(number)
        if old_role != role:
            roles[old_role].append(number)
        if old_place != place:
            places[str(old_place)].append(number)
        if was_envelope != envelope:
            envelopes["yes" if was_envelope else ""].append(number)
    found: dict[str, Any] = {
        "scan": before.scan if before.scan != after.scan else None,
        "letters": {
            each: before.letters.get(each) for each in _differ(before.letters, after.letters)
        },
        "pages": dict(in_letters),
        "roles": dict(roles),
        "places": dict(places),
        "envelopes": dict(envelopes),
        "parts": {str(each): before.parts[each] for each in _differ(before.parts, after.parts)},
        "covers": {each: before.covers[each] for each in _differ(before.covers, after.covers)},
        "messages": {
            each: before.messages[each] for each in _differ(before.messages, after.messages)
        },
    }
    return {"of": before.id, **{name: old for name, old in found.items() if old}}


def _differ(before: Mapping[_Key, Any], after: Mapping[_Key, Any]) -> list[_Key]:
    return [each for each in after if before.get(each) != after[each]]


def put_back(tx: sa.Connection, event: Event) -> set[int]:
    """Puts everything back that a decision changed, and looks for marks again; returns the numbers
    of the pages that it changed. Raises Conflict where an inmate that it names is not there any
    more."""
    undo = event.detail["undo"]
    if number := event.detail.get(ASKED):
        request_forms.take_back(tx, _about(event), number)
    for each in (undo, event.detail.get("undo_of_new")):
        if each:
            _put_scan_back(tx, each)
    again = event.detail.get("as_id", "")  # what had replaced it
    beside = sa.select(letter.c.id).where(sa.or_(letter.c.id == again, letter.c.scan_id == again))
    marks.mark_open_letters(tx, _touched(event) | set(tx.execute(beside).scalars()))
    return pages_changed(undo)


def _put_scan_back(tx: sa.Connection, undo: Values) -> None:
    """All that one scan was, and its letters and pages."""
    _put_letters_back(tx, undo.get("letters", {}))
    if undo.get("scan"):
        tx.execute(sa.update(scan).where(scan.c.id == undo["of"]).values(**undo["scan"]))
    _put_parts_back(tx, undo)
    left = _put_pages_back(tx, undo)
    made = [each for each, was in undo.get("letters", {}).items() if was is None]
    for about in (watch_mark, first_look, blind_check):
        tx.execute(sa.delete(about).where(about.c.letter_id.in_(made)))
    tx.execute(sa.delete(letter).where(letter.c.id.in_(made)))
    for letter_id in left - set(made):
        renumber(tx, letter_id)
    for cover_id, used_by in undo.get("covers", {}).items():
        tx.execute(sa.update(cover).where(cover.c.id == cover_id).values(used_by=used_by))
    for message_id, state in undo.get("messages", {}).items():
        tx.execute(sa.update(message).where(message.c.id == message_id).values(state=state))


def _put_letters_back(tx: sa.Connection, letters: Mapping[str, Values | None]) -> None:
    for letter_id, was in letters.items():
        unindex_letter(tx, letter_id)  # what is held is not found
        if was is None:
            continue
        owner = was["inmate_id"]
        there = sa.select(inmate.c.id).where(inmate.c.id == owner)
        if owner is not None and tx.execute(there).first() is None:
            raise Conflict("The inmate whom it waited for has another record now: recall it.")
        tx.execute(sa.update(letter).where(letter.c.id == letter_id).values(**was))


def _put_parts_back(tx: sa.Connection, undo: Values) -> None:
    for number, old in undo.get("parts", {}).items():
        its = sa.select(page.c.id).where(page.c.scan_id == undo["of"], page.c.number == int(number))
        parts = [WithheldPart(Box(*box), reason) for *box, reason in old]
        keep_parts(tx, tx.execute(its).scalar_one(), parts)


def _put_pages_back(tx: sa.Connection, undo: Values) -> set[str]:
    """The letters, roles and places of pages; returns the letters whose pages have changed."""
    of_scan = page.c.scan_id == undo["of"]
    changes: list[tuple[list[int], Values]] = [
        *((each, {"letter_id": old or None}) for old, each in undo.get("pages", {}).items()),
        *((each, {"role": old}) for old, each in undo.get("roles", {}).items()),
        *((each, {"place": int(old)}) for old, each in undo.get("places", {}).items()),
        *((each, {"envelope": bool(old)}) for old, each in undo.get("envelopes", {}).items()),
    ]
    touched: set[str] = set()
    for numbers, values in changes:
        these = sa.and_(of_scan, page.c.number.in_(numbers))
        letters = sa.select(page.c.letter_id).where(these, page.c.letter_id.is_not(None))
        touched |= set(tx.execute(letters).scalars())
        tx.execute(sa.update(page).where(these).values(position=None, **values))
        touched |= set(tx.execute(letters).scalars())
    return touched


def why_too_late(tx: sa.Connection, event: Event, by: Actor) -> str | None:
    """Why this person cannot undo what the event records, in a sentence; None if they can."""
    if "undo" not in event.detail:
        return "That cannot be undone."
    if event.actor != by.name:
        return f"Only {event.actor}, who decided it, can undo it."
    late = _next_step(tx, event)
    if late is None:
        return None
    recall = " A supervisor can recall it." if event.verb in _RECALLABLE else ""
    return f"It is too late to undo this: {late}{recall}"


def _next_step(tx: sa.Connection, event: Event) -> str | None:
    """What happened since that cannot be taken back by undoing; None if nothing did."""
    if event.at < now() - LIFE:
        return f"more than {MINUTES} minutes have passed."
    touched = _touched(event)
    if _is_sealed(tx, event.detail["undo"]["of"]):
        return "its scan has been sealed as legal mail."
    for later in events_after(tx, event.seq, (*DECISIONS, Verb.PRINT_NOTICE, Verb.MERGE)):
        if later.verb == Verb.MERGE:  # the number of a record that is gone may be another's by now
            return "two records of inmates have been made one since."
        if touched & _touched(later):
            if later.verb == Verb.PRINT_NOTICE:
                return "the notice of its rejection has been printed."
            return f"{later.actor} has decided about it since."
    if number := event.detail.get(ASKED):
        late = request_forms.why_not_taken_back(tx, _about(event), number, event.seq)
        if late is not None:
            return late
    was_read = sa.select(letter.c.id).where(
        letter.c.id.in_(touched),
        letter.c.state == LetterState.DELIVERED,
        letter.c.read.is_not(None),
    )
    return "the inmate has opened it." if tx.execute(was_read).first() else None


def _is_sealed(tx: sa.Connection, scan_id: str) -> bool:
    return bool(tx.execute(sa.select(scan.c.sealed).where(scan.c.id == scan_id)).scalar())


def _about(event: Event) -> str:
    """The id of the letter or scan that was decided about."""
    return event.subject.partition(":")[2]


def _touched(event: Event) -> set[str]:
    """The ids of the letters, and of the scan if it was held whole, that a decision was about."""
    found = {_about(event)}
    for undo in (event.detail.get("undo", {}), event.detail.get("undo_of_new", {})):
        whole = [undo["of"]] if "scan" in undo else []
        found |= {*whole, *undo.get("letters", {}), *undo.get("pages", {})}
    return found - {""}


def held_again(tx: sa.Connection, event: Event) -> Subject:
    """What is held once the event is undone: its letter or, where that was made by the decision
    itself, the whole scan."""
    kind, _, about = event.subject.partition(":")
    if kind == "letter" and tx.execute(sa.select(letter.c.id).where(letter.c.id == about)).first():
        return Subject.letter(about)
    return Subject.scan(str(event.detail["undo"]["of"]))
