"""Who may decide an appeal: an official other than all who took part in what it is about."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.appeals import records
from digitizer.audit import events_of
from digitizer.model.appeals import Appeal
from digitizer.model.events import DECISIONS, MESSAGE_DECISIONS, Subject, Verb
from digitizer.people.names import one_name
from digitizer.storage.tables import letter
from digitizer.storage.tables_correspondents import cut_part

#: Whoever did one of these had a part in what became of the mail; a mere look is none.
PARTS = frozenset({*DECISIONS, *MESSAGE_DECISIONS, Verb.CHECK, Verb.SEAL, Verb.WITHHOLD_NOTICE})
_CLAIMED = ("claimed_name", "proven_name")


def took_part(tx: sa.Connection, about: Appeal) -> frozenset[str]:
    """Names, as ``one_name`` has them, of all who decided anything about the mail, and of who
    decided a lower level of an appeal against the same rejection."""
    of = about.rejection
    names = {of.decided_by, of.kept_by}
    for each in events_of(tx, *_subjects(tx, of.item)):
        if each.verb in PARTS and not each.by_inmate:
            names |= {
                each.actor,
                *(str(each.detail[key]) for key in _CLAIMED if key in each.detail),
            }
    earlier = (each for each in records.of_rejection(tx, of.number) if each.level < about.level)
    names |= {each.decided_by for each in earlier}
    return frozenset(filter(None, map(one_name, names)))


def _subjects(tx: sa.Connection, item: str) -> list[Subject]:
    """A message; or a letter with its scan, and with the letters that it was cut from or joined
    with, back to the first."""
    row = tx.execute(sa.select(letter.c.scan_id).where(letter.c.id == item)).first()
    if row is None:
        return [Subject.message(item)]
    known, new = {item}, {item}
    while new:
        cut = sa.select(cut_part.c.of_letter).where(cut_part.c.letter_id.in_(new))
        joined = sa.select(letter.c.id).where(letter.c.replaced_by.in_(new))
        new = {*tx.execute(cut).scalars(), *tx.execute(joined).scalars()} - known
        known |= new
    return [Subject.scan(row.scan_id), *(Subject.letter(each) for each in sorted(known))]
